import { classes } from './classes.ts';
import styles from './foreign-text.module.css';
import { visibleText } from './visible-text.ts';

/** Text from outside: cut off from the direction of the text around it, controls made visible. */
export function ForeignText(props: {
  readonly text: string;
  /** Line breaks stay. */
  readonly keepLines?: boolean;
  readonly className?: string | undefined;
}) {
  const shown = visibleText(props.text, props.keepLines);
  return (
    <bdi
      className={classes(styles['foreign'], props.keepLines && styles['lines'], props.className)}
    >
      {shown}
    </bdi>
  );
}
