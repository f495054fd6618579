/** The grid's logic without its drawing. */

export interface Sort {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

/** Where a key leads from a row; null for keys that lead nowhere. */
export function nextIndex(key: string, index: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const clamp = (value: number): number => Math.min(count - 1, Math.max(0, value));
  switch (key) {
    case 'ArrowDown':
      return clamp(index + 1);
    case 'ArrowUp':
      return clamp(index < 0 ? 0 : index - 1);
    case 'PageDown':
      return clamp(Math.max(0, index) + page);
    case 'PageUp':
      return clamp(index - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** The rows between two places, both included, whatever their order. */
export function rangeOf<Row>(rows: readonly Row[], from: number, to: number): readonly Row[] {
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/**
 * Rows sorted by a column's value, equal ones as they were. Values that are null or undefined come
 * last in either direction.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  sort: Sort | undefined,
  valueOf: (row: Row, column: string) => string | number | null | undefined,
): readonly Row[] {
  if (!sort) return rows;
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const keyed = rows.map((row) => ({ row, value: valueOf(row, sort.column) ?? null }));
  keyed.sort((left, right) => {
    if (left.value === null || right.value === null) {
      return Number(left.value === null) - Number(right.value === null);
    }
    return left.value < right.value ? -sign : left.value > right.value ? sign : 0;
  });
  return keyed.map((entry) => entry.row);
}
