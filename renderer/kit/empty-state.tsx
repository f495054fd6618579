import type { ReactNode } from 'react';
import styles from './empty-state.module.css';
import { Icon, type IconName } from './icons.tsx';

/** What is not there, why, and what to do. */
export function EmptyState(props: {
  readonly title: string;
  readonly why?: string;
  readonly what?: string;
  readonly icon?: IconName;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={styles['empty']}>
      {props.icon ? <Icon name={props.icon} size="l" /> : null}
      <p className={styles['title']}>{props.title}</p>
      {props.why ? <p className={styles['why']}>{props.why}</p> : null}
      {props.what ? <p className={styles['why']}>{props.what}</p> : null}
      {props.actions ? <div className={styles['actions']}>{props.actions}</div> : null}
    </div>
  );
}
