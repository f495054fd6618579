import type { StatusRow } from '../../shared/ipc/rows.ts';
import { hasText, text, type Translate } from '../i18n/text.ts';

/** Since when the feed is as it is; for a silent gateway since it was last heard. */
export function silentSince(status: StatusRow): number {
  return status.feed === 'offline' ? (status.heardAt ?? status.feedSince) : status.feedSince;
}

/** One sentence on the state of the feed. */
export function feedDetail(status: StatusRow, age: string, t: Translate): string {
  return t(`feed.${status.feed}.detail`, {
    address: status.feedAddress ?? '',
    age,
    reason: reasonText(status.feedReason),
  });
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
