import { describe, expect, test } from 'vitest';
import { nextIndex, rangeOf, sortRows } from './grid-keys.ts';

describe('grid', () => {
  test('keys lead to rows and never outside', () => {
    expect(nextIndex('ArrowDown', -1, 5, 3)).toBe(0);
    expect(nextIndex('ArrowDown', 4, 5, 3)).toBe(4);
    expect(nextIndex('ArrowUp', 0, 5, 3)).toBe(0);
    expect(nextIndex('ArrowUp', -1, 5, 3)).toBe(0);
    expect(nextIndex('PageDown', 0, 5, 3)).toBe(3);
    expect(nextIndex('PageUp', 4, 5, 9)).toBe(0);
    expect(nextIndex('Home', 3, 5, 3)).toBe(0);
    expect(nextIndex('End', 0, 5, 3)).toBe(4);
    expect(nextIndex('a', 0, 5, 3)).toBeNull();
    expect(nextIndex('ArrowDown', 0, 0, 3)).toBeNull();
  });

  test('a range has both its ends, in either direction', () => {
    expect(rangeOf(['a', 'b', 'c', 'd'], 3, 1)).toEqual(['b', 'c', 'd']);
  });

  test('sorting is stable and puts what has no value last both ways', () => {
    const rows = [
      { key: 'a', n: 2 },
      { key: 'b', n: null },
      { key: 'c', n: 1 },
      { key: 'd', n: 2 },
    ];
    const keys = (direction: 'ascending' | 'descending'): string[] =>
      sortRows(rows, { column: 'n', direction }, (row) => row.n).map((row) => row.key);
    expect(keys('ascending')).toEqual(['c', 'a', 'd', 'b']);
    expect(keys('descending')).toEqual(['a', 'd', 'c', 'b']);
    expect(sortRows(rows, undefined, (row) => row.n)).toBe(rows);
  });
});
