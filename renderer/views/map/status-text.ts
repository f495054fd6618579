import type { NodeRow } from '../../../shared/ipc/rows.ts';
import type { Translate } from '../../i18n/text.ts';
import { formatAge } from '../../kit/format.ts';

/**
 * A service's condition in words with what belongs to it: "Critical · 3 firing",
 * "Unknown · was critical · heard 4 min ago".
 * @param now the moment that the desk speaks of (ms since the epoch)
 */
export function statusText(row: NodeRow, now: number, t: Translate): string {
  const parts = [t(`kit.condition.${row.condition}`)];
  if (row.condition === 'unknown' && row.lastSeverity !== null) {
    const condition = t(`kit.severity.${row.lastSeverity}`).toLowerCase();
    parts.push(t('map.status.was', { condition }));
  }
  if (row.firing > 0) parts.push(t('map.status.firing', { count: row.firing }));
  if (isOld(row, now))
    parts.push(t('map.status.ago', { age: formatAge(now - (row.asOf ?? now), t) }));
  return parts.join(' · ');
}

/** The same in few words, for a label beside the shape that already tells the last severity. */
export function shortStatusText(row: NodeRow, now: number, t: Translate): string {
  const parts = [t(`kit.condition.${row.condition}`)];
  if (isOld(row, now)) parts.push(formatAge(now - (row.asOf ?? now), t));
  else if (row.firing > 0) parts.push(t('map.status.firing', { count: row.firing }));
  return parts.join(' · ');
}

/** Clocks of desk and core differ a little: what is a moment ahead is simply new. */
function isOld(row: NodeRow, now: number): boolean {
  return row.asOf !== null && row.asOf < now;
}
