import { describe, expect, test } from 'vitest';
import { createPulse, createRevival } from './revival.ts';

describe('R-13 a page that dies', () => {
  test('I5 is loaded again three times a minute, then shown as failing', () => {
    const revival = createRevival();
    expect([0, 1_000, 2_000, 3_000].map((at) => revival.died(at))).toEqual([
      'reload',
      'reload',
      'reload',
      'safe-mode',
    ]);
    // The safe page itself died: nothing is loaded any more.
    expect(revival.died(4_000)).toBe('give-up');
    revival.startAgain();
    expect(revival.died(5_000)).toBe('reload');
  });

  test('deaths that lie more than a minute back are forgotten', () => {
    const revival = createRevival();
    const seldom = Array.from({ length: 50 }, (_, index) => revival.died(index * 20_001));
    expect(new Set(seldom)).toEqual(new Set(['reload']));
  });
});

describe('R-13 a page that hangs', () => {
  test('is found after the missed beats, and not before its first answer', () => {
    const pulse = createPulse(3);
    expect(Array.from({ length: 100 }, () => pulse.beat())).not.toContain(true);
    pulse.answered();
    expect([1, 2, 3, 4].map(() => pulse.beat())).toEqual([false, false, false, true]);
  });

  test('an answer or another page begins the count anew', () => {
    const pulse = createPulse(2);
    pulse.answered();
    pulse.beat();
    pulse.beat();
    pulse.answered();
    expect(pulse.beat()).toBe(false);
    pulse.beat();
    pulse.reset();
    expect([1, 2, 3, 4, 5].map(() => pulse.beat())).not.toContain(true);
  });
});
