import type { GapRow } from '../../../shared/ipc/rows.ts';
import { xOf, type TimeRange } from '../../chart/time-range.ts';

/** Where the record may lack something: as bands over the strip and as rows of the list. Pure. */

export interface Gap {
  readonly key: string;
  readonly row: GapRow;
  /** ms since the epoch; -Infinity where it is not known when the loss begins. */
  readonly from: number;
  readonly to: number;
  readonly isHealed: boolean;
}

/** The gaps that touch a window, in the order in which they begin. */
export function gapsIn(rows: readonly GapRow[], range: TimeRange): readonly Gap[] {
  return rows
    .map((row): Gap => {
      const to = row.to ?? row.at;
      return {
        key: `gap-${row.kind}-${String(row.at)}`,
        row,
        from: Math.min(row.from ?? Number.NEGATIVE_INFINITY, to),
        to,
        isHealed: row.healedAt !== null,
      };
    })
    .filter((gap) => gap.from <= range.to && gap.to >= range.from)
    .sort((left, right) => left.from - right.from || left.to - right.to);
}

/** Nobody sees a band that is narrower than this (px). */
const LEAST_WIDTH = 3;

/** Where a gap stands on a strip, in pixels, cut off at its ends and never too narrow to be seen. */
export function bandOf(
  gap: Pick<Gap, 'from' | 'to'>,
  window: TimeRange,
  width: number,
): { readonly left: number; readonly width: number } {
  const left = Math.max(0, Number.isFinite(gap.from) ? xOf(window, width, gap.from) : 0);
  const right = Math.min(width, xOf(window, width, gap.to));
  const wide = Math.max(LEAST_WIDTH, right - left);
  return { left: Math.min(left, Math.max(0, width - wide)), width: wide };
}

/** A line of the list: an entry by its place among the entries, or a gap between two of them. */
export type ListRow =
  | { readonly kind: 'entry'; readonly index: number }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** Entries in their order, each gap before the first entry that lies after its beginning. */
export function listRows(
  entries: readonly { readonly at: number }[],
  gaps: readonly Gap[],
): readonly ListRow[] {
  const rows: ListRow[] = [];
  let next = 0;
  entries.forEach((entry, index) => {
    for (let gap = gaps[next]; gap !== undefined && gap.from < entry.at; gap = gaps[next]) {
      rows.push({ kind: 'gap', gap });
      next += 1;
    }
    rows.push({ kind: 'entry', index });
  });
  for (const gap of gaps.slice(next)) rows.push({ kind: 'gap', gap });
  return rows;
}
