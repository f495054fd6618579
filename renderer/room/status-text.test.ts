import { describe, expect, test } from 'vitest';
import type { GapRow, StatusRow } from '../../shared/ipc/rows.ts';
import { text } from '../i18n/text.ts';
import { feedDetail, gapBounds, isSkewed, roomTitle, skewText, waitsFor } from './status-text.ts';

const STATUS = {
  feed: 'offline',
  feedAddress: null,
  feedReason: null,
  roomTitle: 'Checkout outage',
  skewMs: null,
} as unknown as StatusRow;
const NOON = new Date(2026, 2, 1, 12).getTime();

describe('what is said of feed, clock and gaps', () => {
  test('a clock is told to be wrong only when it is', () => {
    const skewed = (skewMs: number | null): boolean => isSkewed({ ...STATUS, skewMs });
    expect([null, 0, 2_000, -2_000].map(skewed)).toEqual([false, false, false, false]);
    expect([2_001, -2_001].map(skewed)).toEqual([true, true]);
    expect(skewText(754_000, text)).toBe('this clock is 12 min 34 s behind the room’s');
    expect(skewText(-3_600_000, text)).toBe('this clock is 1 h ahead of the room’s');
    expect(skewText(300, text)).toBe('the same as the room’s');
  });

  test('a desk that lets the feed wait does not blame the gateway', () => {
    expect(waitsFor({ ...STATUS, feedReason: 'space' })).toBe('space');
    expect(feedDetail({ ...STATUS, feedReason: 'space' }, '', text)).toContain('disk space');
    expect(waitsFor({ ...STATUS, feedReason: 'silence' })).toBeNull();
    expect(waitsFor({ ...STATUS, feed: 'connected', feedReason: 'space' })).toBeNull();
  });

  test('a gap has two ends, known or not', () => {
    const gap = { at: NOON, from: null, to: null } as unknown as GapRow;
    expect(gapBounds(gap, NOON)).toEqual({ from: 'the beginning', to: '12:00:00' });
    expect(gapBounds({ ...gap, from: NOON - 60_000, to: NOON - 1_000 }, NOON)).toEqual({
      from: '11:59:00',
      to: '11:59:59',
    });
  });

  test('a copy of a journal is called by its moment', () => {
    expect(roomTitle(STATUS, NOON)).toBe('Checkout outage');
    const moment = new Date(NOON).toISOString();
    expect(roomTitle({ ...STATUS, roomTitle: moment }, NOON)).toBe('copy of 12:00:00');
  });
});
