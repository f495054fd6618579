import { expect, test } from 'vitest';
import { readTimeOfDay } from './time-of-day.ts';

const NOON = new Date(2026, 2, 1, 12, 0, 0).getTime();

test('a time of day is the last moment at which clocks showed it', () => {
  expect(readTimeOfDay('11:59:30', NOON)).toBe(NOON - 30_000);
  expect(readTimeOfDay('12:01', NOON)).toBe(NOON + 60_000);
  expect(readTimeOfDay('23:00', NOON)).toBe(new Date(2026, 1, 28, 23, 0, 0).getTime());
});

test('what is no time of day is none', () => {
  for (const text of ['', '24:00', '7', '12:60', '12:00:61', 'noon']) {
    expect(readTimeOfDay(text, NOON), text).toBeNull();
  }
});
