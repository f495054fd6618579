import type { ReactNode } from 'react';
import styles from './badge.module.css';
import { classes } from './classes.ts';
import type { Tone } from './toast-store.ts';

/** A short word or count in a frame. */
export function Badge(props: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly isDashed?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={classes(
        styles['badge'],
        styles[props.tone ?? 'neutral'],
        props.isDashed && styles['dashed'],
      )}
      title={props.title}
    >
      {props.children}
    </span>
  );
}
