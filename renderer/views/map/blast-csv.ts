import type { BlastRadius } from '../../../shared/graph/blast-radius.ts';
import type { NodeRow } from '../../../shared/ipc/rows.ts';

/** Whom an outage hits as a table (RFC 4180), the strongest first; what failed stands on top. */
export function blastCsv(
  radius: BlastRadius,
  rowOf: (name: string) => NodeRow | undefined,
): string {
  const lines: (readonly (string | number)[])[] = [
    ['service', 'hit', 'calls', 'path', 'condition', 'unit', 'cell', 'zone', 'city', 'owner'],
  ];
  const place = (name: string): string[] => {
    const row = rowOf(name);
    return [
      row?.condition ?? '',
      row?.unit ?? '',
      row?.cell ?? '',
      row?.zone ?? '',
      row?.city ?? '',
      row?.owner ?? '',
    ];
  };
  for (const name of radius.starts) lines.push([name, 'failed', 0, name, ...place(name)]);
  for (const hit of radius.hits) {
    lines.push([hit.name, hit.strength, hit.distance, hit.path().join(' > '), ...place(hit.name)]);
  }
  return (
    lines.map((line) => line.map((cell) => quoted(String(cell))).join(',')).join('\r\n') + '\r\n'
  );
}

/** A cell that a spreadsheet would take for a formula is told to be text. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
