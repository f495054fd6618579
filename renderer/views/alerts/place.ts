import type { AlertRow } from '../../../shared/ipc/rows.ts';

/** Where an alert is, from the widest to the narrowest that it names. */
export function placeOf(alert: Pick<AlertRow, 'unit' | 'cell' | 'zone'>): readonly string[] {
  const parts = [alert.unit, alert.cell, alert.zone];
  return parts.flatMap((part) => (part === null || part === '' ? [] : [part]));
}
