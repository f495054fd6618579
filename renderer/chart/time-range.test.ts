import { describe, expect, test } from 'vitest';
import {
  atOf,
  bucketsOf,
  MIN_SPAN_MS,
  panRange,
  rangeWith,
  spanOf,
  ticksOf,
  xOf,
  zoomRange,
} from './time-range.ts';

const HOUR = 3_600_000;
const FROM = new Date(2026, 2, 1, 13, 0, 0).getTime();
const range = { from: FROM, to: FROM + HOUR };

describe('time range', () => {
  test('pixels and moments are inverse', () => {
    expect(xOf(range, 600, FROM + HOUR / 2)).toBe(300);
    expect(atOf(range, 600, 300)).toBe(FROM + HOUR / 2);
    expect(atOf(range, 0, 10)).toBe(FROM);
  });

  test('zooming keeps the anchor where it stands, and stops at ten seconds', () => {
    const anchor = FROM + HOUR / 4;
    const closer = zoomRange(range, 0.5, anchor);
    expect(spanOf(closer)).toBe(HOUR / 2);
    expect(xOf(closer, 400, anchor)).toBeCloseTo(100);
    expect(spanOf(zoomRange(range, 1e-9, anchor))).toBe(MIN_SPAN_MS);
  });

  test('panning keeps the span; a moment outside is brought in', () => {
    expect(panRange(range, -HOUR)).toEqual({ from: FROM - HOUR, to: FROM });
    expect(rangeWith(range, FROM + 5)).toBe(range);
    const moved = rangeWith(range, FROM - 10 * HOUR);
    expect(spanOf(moved)).toBe(HOUR);
    expect(moved.from).toBeLessThan(FROM - 10 * HOUR);
    expect(moved.to).toBeGreaterThan(FROM - 10 * HOUR);
  });

  test('buckets are of a round length, aligned, and cover the window', () => {
    const { range: wide, count, bucketMs } = bucketsOf(range, 300);
    expect(bucketMs).toBe(15_000);
    expect(wide.from % bucketMs).toBe(0);
    expect(wide.from).toBeLessThanOrEqual(range.from);
    expect(wide.to).toBeGreaterThanOrEqual(range.to);
    expect(spanOf(wide)).toBe(count * bucketMs);
    // A second later the same buckets stand.
    expect(bucketsOf(panRange(range, 1_000), 300).range.from).toBe(wide.from);
  });

  test('ticks are round moments of the local zone, days at midnight', () => {
    expect(ticksOf(range, 600, 100).map((tick) => tick.label)).toEqual([
      '13:00',
      '13:15',
      '13:30',
      '13:45',
      '14:00',
    ]);
    const night = new Date(2026, 2, 1, 22, 0, 0).getTime();
    const ticks = ticksOf({ from: night, to: night + 4 * HOUR }, 400, 100);
    expect(ticks.find((tick) => tick.isDay)?.label).toBe('03-02');
    expect(ticksOf({ from: FROM, to: FROM + 20_000 }, 300, 80)[1]?.label).toBe('13:00:05');
    expect(ticksOf(range, 0, 80)).toEqual([]);
  });

  test('in UTC the same moments carry their own hours, and days begin at its midnight', () => {
    const from = Date.UTC(2026, 2, 1, 22);
    const ticks = ticksOf({ from, to: from + 4 * HOUR }, 400, 100, 'utc');
    expect(ticks.map(({ label }) => label)).toEqual(['22:00', '23:00', '03-02', '01:00', '02:00']);
    expect(ticks.filter(({ isDay }) => isDay).map(({ at }) => at)).toEqual([Date.UTC(2026, 2, 2)]);
  });
});
