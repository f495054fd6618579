import { useMemo } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { useNow } from '../../room/now.ts';
import styles from './alerts.module.css';

const DAY_MS = 24 * 3_600_000;
/** What lasted less is drawn as long as this, so that it is seen. */
const LEAST_SHARE = 0.004;

/** When the alert was on in the last 24 hours, as one line. */
export function DayStrip(props: { readonly entries: readonly TimelineEntry[] }) {
  const t = useText();
  const now = useNow();
  const spans = useMemo(() => spansOf(props.entries, now), [props.entries, now]);
  const begun = spans.length;
  return (
    <svg
      className={styles['strip']}
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      role="img"
      aria-label={t('alerts.strip', { count: begun })}
      data-testid="alert-strip"
      data-spans={begun}
    >
      {spans.map(({ from, to, severity }) => (
        <rect
          key={from}
          className={styles[`strip-${severity}`]}
          x={Math.min(from, 1 - LEAST_SHARE)}
          y={0}
          width={Math.max(LEAST_SHARE, to - from)}
          height={1}
        />
      ))}
    </svg>
  );
}

interface Span {
  /** Shares of the day before now: 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly severity: string;
}

/** From beginnings and ends, oldest first; two sources that tell the same make one span. */
export function spansOf(entries: readonly TimelineEntry[], now: number): readonly Span[] {
  const turns = entries
    .filter(({ kind }) => kind === 'alert.fired' || kind === 'alert.resolved')
    .toSorted((a, b) => a.at - b.at);
  const spans: Span[] = [];
  let since: number | null = null;
  let severity = 'info';
  const open = new Set<string>();
  const share = (moment: number): number => Math.min(1, Math.max(0, 1 - (now - moment) / DAY_MS));
  const close = (at: number): void => {
    if (since !== null && at > now - DAY_MS)
      spans.push({ from: share(since), to: share(at), severity });
    since = null;
  };
  for (const { kind, at, source, body } of turns) {
    if (kind === 'alert.fired') {
      open.add(source);
      severity = String(body['severity']);
      since ??= at;
    } else {
      open.delete(source);
      if (open.size === 0) close(at);
    }
  }
  close(now);
  return spans;
}
