import { describe, expect, test } from 'vitest';
import { formatAge, formatClock, formatCount, formatMoment, formatUtc, isoOf } from './format.ts';
import type { KitTranslate } from './kit-text.ts';
import { words } from './words.ts';

const t: KitTranslate = (key, params = {}) => {
  const texts: Readonly<Record<string, string>> = words.en;
  return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
};

describe('format', () => {
  test('an age has one unit', () => {
    expect(formatAge(0, t)).toBe('now');
    expect(formatAge(12_900, t)).toBe('12 s');
    expect(formatAge(4 * 60_000 + 59_000, t)).toBe('4 min');
    expect(formatAge(3 * 3_600_000, t)).toBe('3 h');
    expect(formatAge(47 * 3_600_000, t)).toBe('47 h');
    expect(formatAge(5 * 24 * 3_600_000, t)).toBe('5 d');
    expect(formatAge(-90_000, t)).toBe('in 1 min');
  });

  test('a clock runs over minutes, hours and days', () => {
    expect(formatClock(247_000)).toBe('4:07');
    expect(formatClock(3_727_000)).toBe('1:02:07');
    expect(formatClock(3 * 86_400_000 + 3_727_000)).toBe('3 d 01:02:07');
    expect(formatClock(-5)).toBe('0:00');
  });

  test('a moment says its day only where it is another', () => {
    const now = new Date(2026, 2, 1, 12, 0, 0).getTime();
    expect(formatMoment(new Date(2026, 2, 1, 2, 14, 7).getTime(), now)).toBe('02:14:07');
    expect(formatMoment(new Date(2026, 1, 28, 2, 14, 7).getTime(), now)).toBe('02-28 02:14:07');
    expect(formatMoment(new Date(2024, 1, 28, 2, 14, 7).getTime(), now)).toBe(
      '2024-02-28 02:14:07',
    );
  });

  test('UTC and ISO, and no time at all', () => {
    expect(formatUtc(Date.UTC(2026, 2, 1, 2, 14, 7))).toBe('2026-03-01 02:14:07');
    expect(isoOf(Number.NaN)).toBe('');
  });

  test('counts are grouped', () => {
    expect(formatCount(17_247)).toBe('17\u2009247');
    expect(formatCount(999)).toBe('999');
  });
});
