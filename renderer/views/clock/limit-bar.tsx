import { NEAR, RECOVERY_GOAL_MS, type LimitReading } from '../../../shared/incident/clock.ts';
import { formatClock } from '../../kit/format.ts';
import styles from './clock.module.css';

/** How much of a limit is used; ticks at eighty per cent and, for recovery, at the goal. */
export function LimitBar(props: { readonly limit: LimitReading }) {
  const { tookMs, limitMs, point } = props.limit;
  const used = tookMs === null ? 0 : Math.min(100, (tookMs / limitMs) * 100);
  const tick = point === 'recovered' ? (RECOVERY_GOAL_MS / limitMs) * 100 : NEAR * 100;
  return (
    <svg
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className={styles['bar']}
      aria-hidden="true"
    >
      <rect width="100" height="4" className={styles['barRest']} />
      <rect width={used} height="4" className={styles['barUsed']} />
      <rect x={tick} width="1" height="4" className={styles['barTick']} />
    </svg>
  );
}

/** `3:56`; `≥ 3:56` where it took so long at least; `?` where nothing is known. */
export function timeOf({ tookMs, isAtLeast }: LimitReading): string {
  return tookMs === null ? '?' : `${isAtLeast ? '≥ ' : ''}${formatClock(tookMs)}`;
}
