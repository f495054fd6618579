import type { ReactNode } from 'react';
import styles from './desk.module.css';

/** Words that scroll by keyboard too: nothing in them would take the focus. */
export function ScrollArea(props: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div
      className={styles['scroll']}
      role="group"
      aria-label={props.label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable
      tabIndex={0}
    >
      {props.children}
    </div>
  );
}
