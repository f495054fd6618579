import { afterEach, describe, expect, test } from 'vitest';
import {
  formatAge,
  formatBothZones,
  formatBytes,
  formatClock,
  formatCount,
  formatDate,
  formatExactSpan,
  formatMoment,
  formatTime,
  formatUtc,
  isoOf,
} from './format.ts';
import type { KitTranslate } from './kit-text.ts';
import { words } from './words.ts';
import { shownOffset, zoneStore } from './zone.ts';

const t: KitTranslate = (key, params = {}) => {
  const texts: Readonly<Record<string, string>> = words.en;
  return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
};

describe('zones', () => {
  const zoneBefore = process.env['TZ'];
  afterEach(() => {
    process.env['TZ'] = zoneBefore;
    if (zoneBefore === undefined) delete process.env['TZ'];
    zoneStore.setState({ zone: 'local' });
  });

  test('a time is told in the zone that is shown; the day follows that zone', () => {
    process.env['TZ'] = 'Asia/Shanghai';
    const moment = Date.parse('2026-03-01T18:30:00Z');
    const now = Date.parse('2026-03-01T20:00:00Z');
    expect(formatTime(moment)).toBe('02:30:00');
    expect(formatMoment(moment, now)).toBe('02:30:00');
    zoneStore.setState({ zone: 'utc' });
    expect(formatTime(moment)).toBe('18:30:00');
    expect(formatDate(moment)).toBe('2026-03-01');
    expect(formatMoment(Date.parse('2026-02-28T23:00:00Z'), now)).toBe('02-28 23:00:00');
    expect([shownOffset(moment, 'utc'), shownOffset(moment, 'local')]).toEqual([
      'UTC',
      'UTC+08:00',
    ]);
  });

  test('a tooltip tells both, each with its name', () => {
    process.env['TZ'] = 'Asia/Shanghai';
    expect(formatBothZones(Date.parse('2026-03-01T18:30:00Z'))).toEqual({
      local: '2026-03-02 02:30:00',
      zone: 'Asia/Shanghai, UTC+08:00',
      utc: '2026-03-01 18:30:00',
    });
  });
});

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

  test('an exact span has two units, a size one', () => {
    expect(formatExactSpan(754_000, t)).toBe('12 min 34 s');
    expect(formatExactSpan(3_600_000, t)).toBe('1 h');
    expect(formatExactSpan(26 * 3_600_000 + 59_000, t)).toBe('1 d 2 h');
    expect(formatExactSpan(4_999, t)).toBe('4 s');
    expect([0, 4_096, 999_600, 912_400_384, 2_210_398_208].map(formatBytes)).toEqual([
      '0 B',
      '4.1 kB',
      '1.0 MB',
      '912 MB',
      '2.2 GB',
    ]);
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
