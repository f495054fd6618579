import { describe, expect, test } from 'vitest';
import type { GapRow } from '../../../shared/ipc/rows.ts';
import { bandOf, gapsIn, listRows } from './gap-bands.ts';

const gap = (from: number | null, to: number | null, more: Partial<GapRow> = {}): GapRow => ({
  kind: 'retention',
  at: 500,
  detail: '',
  from,
  to,
  healedAt: null,
  ...more,
});
const WINDOW = { from: 100, to: 200 };

describe('gaps on the timeline', () => {
  test('only those that touch the window, by their beginning', () => {
    const rows = [gap(150, 160), gap(0, 99), gap(90, 101), gap(200, 300), gap(201, 300)];
    expect(gapsIn(rows, WINDOW).map(({ from }) => from)).toEqual([90, 150, 200]);
  });

  test('an unknown beginning reaches back to the first moment, an unknown end to where it was noticed', () => {
    const [found] = gapsIn([gap(null, null, { at: 150, healedAt: 160 })], WINDOW);
    expect(found).toMatchObject({ from: Number.NEGATIVE_INFINITY, to: 150, isHealed: true });
    expect(bandOf(found ?? { from: 0, to: 0 }, WINDOW, 1_000)).toEqual({ left: 0, width: 500 });
  });

  test('a band is cut off at the strip and never too narrow to be seen', () => {
    expect(bandOf({ from: 50, to: 120 }, WINDOW, 1_000)).toEqual({ left: 0, width: 200 });
    expect(bandOf({ from: 150, to: 150 }, WINDOW, 1_000)).toEqual({ left: 500, width: 3 });
    expect(bandOf({ from: 200, to: 200 }, WINDOW, 1_000)).toEqual({ left: 997, width: 3 });
  });

  test('in the list a gap stands where it begins', () => {
    const entries = [{ at: 110 }, { at: 150 }, { at: 190 }];
    const rows = (...gaps: GapRow[]): string =>
      listRows(entries, gapsIn(gaps, WINDOW))
        .map((row) => (row.kind === 'entry' ? String(row.index) : 'gap'))
        .join(' ');
    expect(rows(gap(120, 140))).toBe('0 gap 1 2');
    expect(rows(gap(150, 160), gap(199, 300))).toBe('0 1 gap 2 gap');
    expect(rows(gap(null, 105))).toBe('gap 0 1 2');
    expect(rows()).toBe('0 1 2');
    expect(listRows([], gapsIn([gap(120, 140)], WINDOW))).toHaveLength(1);
  });
});
