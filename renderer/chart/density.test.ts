import { describe, expect, test } from 'vitest';
import { barHeight, countsAt, mostOf } from './density.ts';

const density = {
  critical: Uint32Array.of(0, 3, 0, 1),
  warning: Uint32Array.of(1, 2, 0, 0),
  other: Uint32Array.of(0, 4, 0, 0),
  people: Uint32Array.of(9, 0, 0, 0),
  changes: Uint32Array.of(0, 0, 1, 0),
};

describe('density', () => {
  test('the highest bar is the largest total of alerts; marks do not count', () => {
    expect(mostOf(density)).toBe(9);
  });

  test('one entry is seen beside a storm, and nothing is drawn for nothing', () => {
    expect(barHeight(1, 10_000, 40)).toBe(2);
    expect(barHeight(10_000, 10_000, 40)).toBe(40);
    expect(barHeight(0, 10, 40)).toBe(0);
    expect(barHeight(0, 0, 40)).toBe(0);
  });

  test('counts are those of the part that a moment lies in', () => {
    const series = { range: { from: 0, to: 400 }, density };
    expect(countsAt(series, 150)).toEqual({
      critical: 3,
      warning: 2,
      other: 4,
      people: 0,
      changes: 0,
    });
    expect(countsAt(series, -1)).toBeNull();
    expect(countsAt(series, 400)).toBeNull();
  });
});
