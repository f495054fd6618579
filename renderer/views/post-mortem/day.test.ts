import { expect, test } from 'vitest';
import { readDay } from './day.ts';

test('a day is read up to its end, and what is no day is none', () => {
  expect(readDay('2026-03-01')).toBe(new Date(2026, 2, 1, 23, 59, 59, 999).getTime());
  expect(readDay(' 2024-02-29 ')).toBe(new Date(2024, 1, 29, 23, 59, 59, 999).getTime());
  for (const text of ['2026-02-29', '2026-13-01', '2026-3-1', 'tomorrow', '']) {
    expect(readDay(text), text).toBeUndefined();
  }
});
