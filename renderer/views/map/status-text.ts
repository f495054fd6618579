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
  if (row.asOf !== null) parts.push(t('map.status.ago', { age: formatAge(now - row.asOf, t) }));
  return parts.join(' · ');
}

/** The same in few words, for a label beside the shape that already tells the last severity. */
export function shortStatusText(row: NodeRow, now: number, t: Translate): string {
  const parts = [t(`kit.condition.${row.condition}`)];
  if (row.asOf !== null) parts.push(formatAge(now - row.asOf, t));
  else if (row.firing > 0) parts.push(t('map.status.firing', { count: row.firing }));
  return parts.join(' · ');
}
