import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './icons.module.css';

const SHAPES = {
  desk: <path d="M2 3h12v7H2zM5.5 13.5h5M8 10v3.5" />,
  command: <path d="M3.5 14V2.5M3.5 3h9l-2.2 3L12.5 9h-9" />,
  map: (
    <>
      <circle cx="3.5" cy="8" r="1.75" />
      <circle cx="12.5" cy="3.5" r="1.75" />
      <circle cx="12.5" cy="12.5" r="1.75" />
      <path d="M5.1 7.2 10.9 4.3M5.1 8.8l5.8 2.9" />
    </>
  ),
  alerts: <path d="M8 2 14.5 13.5h-13zM8 6.5v3.5M8 11.6v.4" />,
  timeline: <path d="M1.5 8h13M4 5v6M8 3v10M12 6v4" />,
  runbooks: (
    <path d="M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12zM5.5 6l1 1 1.5-2M5.5 10l1 1 1.5-2M9.5 6.2h1.5M9.5 10.2h1.5" />
  ),
  sources: (
    <path d="M8 10.5v3M5 13.5h6M8 8.3v.4M5.2 10.2a4 4 0 0 1 0-4.4M10.8 10.2a4 4 0 0 0 0-4.4M3 12.2a7 7 0 0 1 0-8.4M13 12.2a7 7 0 0 0 0-8.4" />
  ),
  record: (
    <path d="M3 4c0-1.1 2.2-2 5-2s5 .9 5 2v8c0 1.1-2.2 2-5 2s-5-.9-5-2zM3 4c0 1.1 2.2 2 5 2s5-.9 5-2M3 8c0 1.1 2.2 2 5 2s5-.9 5-2" />
  ),
  people: (
    <path d="M6 2.5a2.25 2.25 0 1 0 0 4.5 2.25 2.25 0 0 0 0-4.5zM1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 3a2 2 0 0 1 0 4M11.5 9.4a4.5 4.5 0 0 1 3 4.1" />
  ),
  updates: <path d="M2 6v4h2.5L10 13V3L4.5 6zM12.5 6a2.8 2.8 0 0 1 0 4M5 10v3.5" />,
  units: <path d="M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v4H2zM9 9.5h5v4H9z" />,
  postmortem: <path d="M3 2.5h7l3 3v8H3zM10 2.5v3h3M5.5 8h5M5.5 10.5h5" />,
  search: <path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14" />,
  settings: <path d="M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 2.8v3.4M5.5 9.8v3.4" />,
  close: <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />,
  check: <path d="m2.5 8.5 3.5 3.5 7.5-8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  'chevron-down': <path d="m3.5 6 4.5 4.5L12.5 6" />,
  'chevron-right': <path d="m6 3.5 4.5 4.5L6 12.5" />,
  'chevron-left': <path d="M10 3.5 5.5 8l4.5 4.5" />,
  'chevron-up': <path d="m3.5 10 4.5-4.5 4.5 4.5" />,
  'arrow-right': <path d="M2.5 8h11M9.5 4l4 4-4 4" />,
  pin: <path d="M5.5 2.5h5l-.7 5 2.2 2.5H4l2.2-2.5zM8 10v4" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  link: <path d="M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5" />,
  note: <path d="M3 2.5h10v8l-3 3H3zM5.5 6h5M5.5 9h3" />,
  filter: <path d="M2 3h12l-4.7 5.5V13L6.7 11.5v-3z" />,
  clock: <path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.3 1.6" />,
  play: <path d="M4.5 2.8v10.4L13 8z" />,
  pause: <path d="M4 3h3v10H4zM9 3h3v10H9z" />,
  stop: <path d="M4 4h8v8H4z" />,
  skip: <path d="M3.5 3.5v9L10 8zM12.5 3.5v9" />,
  undo: <path d="M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6" />,
  external: <path d="M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5" />,
  person: (
    <path d="M8 2.5a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5zM2.8 13.5a5.2 5.2 0 0 1 10.4 0" />
  ),
  send: <path d="M14 2 2 7l5 2 2 5zM14 2 7 9" />,
  offline: (
    <path d="M2 2l12 12M8 12.5v.4M5.3 9.7a4 4 0 0 1 2-1.1M2.8 7a7.4 7.4 0 0 1 2.4-1.6M10.7 9.7l-.5-.4M13.2 7A7.4 7.4 0 0 0 7.7 4.6" />
  ),
  gateway: <path d="M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.4M5 11h.4" />,
  file: <path d="M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5" />,
  folder: <path d="M2 4h4.5L8 5.5h6V13H2z" />,
  export: <path d="M8 10V2M5 5l3-3 3 3M2.5 9.5v4h11v-4" />,
  keyboard: <path d="M1.5 4h13v8h-13zM4 6.7h.4M7 6.7h.4M10 6.7h.4M12.4 6.7h.1M5 9.5h6" />,
  more: <path d="M3.5 8h.4M8 8h.4M12.5 8h.4" />,
  fit: <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />,
  list: <path d="M2.5 4h.4M2.5 8h.4M2.5 12h.4M5.5 4h8M5.5 8h8M5.5 12h8" />,
  lock: <path d="M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2" />,
  warning: <path d="M8 2 14.5 13.5h-13zM8 6.5v3.5M8 11.6v.4" />,
  info: <path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.2V11M8 5v.3" />,
  refresh: (
    <path d="M13.2 7A5.3 5.3 0 0 0 3.6 5M3 2.5V5.5h3M2.8 9a5.3 5.3 0 0 0 9.6 2M13 13.5v-3h-3" />
  ),
  change: <path d="M8 1.8 14.2 8 8 14.2 1.8 8zM8 5.5v5M5.5 8h5" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

/** A line drawing of 16 units, in the colour of the text around it. Words stand beside it. */
export function Icon(props: { name: IconName; size?: 's' | 'm' | 'l'; className?: string }) {
  return (
    <svg
      className={classes(styles['icon'], styles[props.size ?? 'm'], props.className)}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[props.name]}
    </svg>
  );
}
