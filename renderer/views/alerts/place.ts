import type { AlertRow } from '../../../shared/ipc/rows.ts';

/** Where an alert is: what a commander asks for first comes first. */
export function placeOf(
  alert: Pick<AlertRow, 'unit' | 'cell' | 'zone' | 'city' | 'shard'>,
): readonly string[] {
  const parts = [alert.unit, alert.cell, alert.zone, alert.shard, alert.city];
  return parts.flatMap((part) => (part === null || part === '' ? [] : [part]));
}
