import type { AlertRow } from '../../../shared/ipc/rows.ts';

/** Where an alert is, from the widest to the narrowest that it names. */
export function placeOf(
  alert: Pick<AlertRow, 'unit' | 'cell' | 'zone' | 'city' | 'shard'>,
): readonly string[] {
  const parts = [alert.city, alert.unit, alert.shard, alert.cell, alert.zone];
  return parts.flatMap((part) => (part === null || part === '' ? [] : [part]));
}
