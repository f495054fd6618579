import type { GapRow, StatusRow } from '../../shared/ipc/rows.ts';
import { hasText, text, type Translate } from '../i18n/text.ts';
import { formatExactSpan, formatMoment } from '../kit/format.ts';

/** Since when the feed is as it is; for a silent gateway since it was last heard. */
export function silentSince(status: StatusRow): number {
  return status.feed === 'offline' ? (status.heardAt ?? status.feedSince) : status.feedSince;
}

/** Why this desk itself lets the feed wait; null where the gateway is the one that is silent. */
export function waitsFor(status: StatusRow): 'space' | 'log' | null {
  if (status.feed !== 'offline') return null;
  const { feedReason } = status;
  return feedReason === 'space' || feedReason === 'log' ? feedReason : null;
}

/** One sentence on the state of the feed. */
export function feedDetail(status: StatusRow, age: string, t: Translate): string {
  const waits = waitsFor(status);
  if (waits !== null) return t(`feed.waits.${waits}`);
  return t(`feed.${status.feed}.detail`, {
    address: status.feedAddress ?? '',
    age,
    reason: reasonText(status.feedReason),
  });
}

/** A clock that differs by more than this (ms) is told. */
const NOTEWORTHY_SKEW_MS = 2_000;

/** Whether this desk's clock differs from the room's so much that it must be seen. */
export function isSkewed(status: StatusRow): boolean {
  return status.skewMs !== null && Math.abs(status.skewMs) > NOTEWORTHY_SKEW_MS;
}

/** How this desk's clock stands to the room's. */
export function skewText(skewMs: number, t: Translate): string {
  if (Math.abs(skewMs) <= NOTEWORTHY_SKEW_MS) return t('clock.same');
  const age = formatExactSpan(Math.abs(skewMs), t);
  return t(skewMs > 0 ? 'clock.behind' : 'clock.ahead', { age });
}

/** Between which moments the record may lack something, as texts. */
export function gapBounds(gap: GapRow, now: number): { from: string; to: string } {
  return {
    from: gap.from === null ? text('gap.from.unknown') : formatMoment(gap.from, now),
    to: formatMoment(gap.to ?? gap.at, now),
  };
}

/** What the room is called; one that is a copy of a journal is called by its moment. */
export function roomTitle(status: StatusRow, now: number): string {
  const moment = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(status.roomTitle)
    ? Date.parse(status.roomTitle)
    : Number.NaN;
  return Number.isNaN(moment)
    ? status.roomTitle
    : text('room.copyOf', { time: formatMoment(moment, now) });
}

/** What a gap's detail says: a code that the catalogue knows, or the raw detail. */
export function gapText(detail: string): string {
  const key = `gap.detail.${detail}`;
  return hasText(key) ? text(key) : detail;
}

function reasonText(reason: string | null): string {
  if (reason === null) return '';
  const key = `feed.reason.${reason}`;
  return hasText(key) ? text(key) : reason;
}
