import type { NodeRow } from '../../../shared/ipc/rows.ts';
import type { MapFilter } from './map-query.ts';

export type Condition = NodeRow['condition'];

export function isFiltering(filter: MapFilter): boolean {
  return (
    filter.conditions.length > 0 ||
    filter.zone !== null ||
    filter.owner !== null ||
    filter.unit !== null ||
    filter.city !== null ||
    filter.text.trim() !== ''
  );
}

export function matches(row: NodeRow, filter: MapFilter): boolean {
  if (filter.conditions.length > 0 && !filter.conditions.includes(row.condition)) return false;
  if (filter.zone !== null && (row.zone ?? '') !== filter.zone) return false;
  if (filter.owner !== null && (row.owner ?? '') !== filter.owner) return false;
  if (filter.unit !== null && (row.unit ?? '') !== filter.unit) return false;
  if (filter.city !== null && (row.city ?? '') !== filter.city) return false;
  return matchesText(row, filter.text);
}

/** Every word must be found in the name, the owner, a place or a tag; case is ignored. */
export function matchesText(row: NodeRow, text: string): boolean {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words[0] === '') return true;
  const hay = [row.name, row.owner, row.unit, row.cell, row.zone, row.city, row.kind]
    .concat(Object.entries(row.tags).flat())
    .join('\n')
    .toLowerCase();
  return words.every((word) => hay.includes(word));
}

/**
 * Names for a search, best first: exact, at the start, after a separator, anywhere; among equals the
 * worst first, then by name.
 */
export function searchNames(rows: Iterable<NodeRow>, text: string, limit: number): NodeRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found: { row: NodeRow; rank: number }[] = [];
  for (const row of rows) {
    const rank = rankOf(row, wanted);
    if (rank !== null) found.push({ row, rank });
  }
  found.sort(
    (left, right) =>
      left.rank - right.rank ||
      URGENCY[left.row.condition] - URGENCY[right.row.condition] ||
      (left.row.name < right.row.name ? -1 : 1),
  );
  return found.slice(0, limit).map((entry) => entry.row);
}

const URGENCY = { critical: 0, warning: 1, unknown: 2, info: 3, healthy: 4 } as const;

function rankOf(row: NodeRow, wanted: string): number | null {
  const name = row.name.toLowerCase();
  const place = name.indexOf(wanted);
  if (name === wanted) return 0;
  if (place === 0) return 1;
  if (place > 0) return /[\w]/.test(name[place - 1] ?? '') ? 3 : 2;
  return matchesText(row, wanted) ? 4 : null;
}
