import { useId, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './panel.module.css';

/** A titled surface: title and toolbar in one row, the body below takes the rest. */
export function Panel(props: {
  readonly title: string;
  /** Beside the title: counts, marks. */
  readonly summary?: ReactNode;
  readonly toolbar?: ReactNode;
  /** The body scrolls (default) or keeps its own scrolling. */
  readonly isScrolled?: boolean;
  readonly isPadded?: boolean;
  readonly className?: string;
  readonly testId?: string;
  readonly children: ReactNode;
}) {
  const titleId = useId();
  return (
    <section
      className={classes(styles['panel'], props.className)}
      aria-labelledby={titleId}
      {...(props.testId ? { 'data-testid': props.testId } : {})}
    >
      <header className={styles['header']}>
        <h2 className={styles['title']} id={titleId}>
          {props.title}
        </h2>
        {props.summary ? <div className={styles['summary']}>{props.summary}</div> : null}
        {props.toolbar ? <div className={styles['toolbar']}>{props.toolbar}</div> : null}
      </header>
      <div
        className={classes(
          styles['body'],
          props.isScrolled !== false && styles['scrolled'],
          props.isPadded && styles['padded'],
        )}
      >
        {props.children}
      </div>
    </section>
  );
}
