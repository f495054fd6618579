import { useText, type Translate } from '../../i18n/text.ts';
import { formatClock } from '../../kit/format.ts';
import type { RowTone } from './desk-row.tsx';
import { OFFERED_FROM } from './order.ts';

/** `-2:10` once it is over, `0:40` before: a countdown that goes on counting. */
export function dueText(dueAt: number, now: number): string {
  // Whole seconds up, so that 0:00 is only shown when it is due.
  const left = dueAt - now;
  return left <= -1_000 ? `−${formatClock(-left)}` : formatClock(left + 999);
}

/** Late, soon (80 % of its time is used up), or neither. */
export function dueTone(begunAt: number, dueAt: number, now: number): RowTone {
  if (now >= dueAt) return 'late';
  return now >= begunAt + OFFERED_FROM * (dueAt - begunAt) ? 'soon' : 'plain';
}

/** What a countdown says aloud. */
export function dueWords(dueAt: number, now: number, t: Translate): string {
  const left = dueAt - now;
  return left < 0
    ? t('desk.due.over', { time: formatClock(-left) })
    : t('desk.due.left', { time: formatClock(left + 999) });
}

export function Due(props: { readonly dueAt: number; readonly now: number }) {
  const t = useText();
  const { dueAt, now } = props;
  return (
    <span role="img" aria-label={dueWords(dueAt, now, t)} title={dueWords(dueAt, now, t)}>
      {dueText(dueAt, now)}
    </span>
  );
}
