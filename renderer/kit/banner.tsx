import type { ReactNode } from 'react';
import styles from './banner.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icons.tsx';
import type { Tone } from './toast-store.ts';
import { visibleText } from './visible-text.ts';

const ICONS: Record<Tone, IconName> = {
  neutral: 'info',
  info: 'info',
  success: 'check',
  warning: 'warning',
  critical: 'warning',
  review: 'clock',
};

/** One line that says what is the case and what can be done about it. */
export function Banner(props: {
  readonly tone: Tone;
  readonly title: string;
  readonly icon?: IconName;
  readonly actions?: ReactNode;
  readonly testId?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div
      className={classes(styles['banner'], styles[props.tone])}
      role={props.tone === 'critical' ? 'alert' : 'status'}
      {...(props.testId ? { 'data-testid': props.testId } : {})}
    >
      <Icon name={props.icon ?? ICONS[props.tone]} />
      <p className={styles['text']}>
        <strong className={styles['title']}>{visibleText(props.title)}</strong>
        {props.children ? <span className={styles['body']}>{props.children}</span> : null}
      </p>
      {props.actions ? <div className={styles['actions']}>{props.actions}</div> : null}
    </div>
  );
}
