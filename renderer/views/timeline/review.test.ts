import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { Position } from '../../../shared/ipc/position.ts';
import { keepIdentity } from './entry-feed.ts';
import { createPositionThrottle } from './review.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (moment: number): Position => ({ mode: 'happened', moment });

describe('dragging through time', () => {
  test('at most ten positions a second, the last one always', () => {
    const seen: Position[] = [];
    const throttle = createPositionThrottle((position) => seen.push(position));
    for (let moment = 1; moment <= 100; moment += 1) {
      throttle.move(at(moment));
      vi.advanceTimersByTime(10);
    }
    throttle.end();
    expect(seen.length).toBeGreaterThanOrEqual(9);
    expect(seen.length).toBeLessThanOrEqual(12);
    expect(seen.at(-1)).toEqual(at(100));
  });

  test('a drag that ends between two positions still arrives', () => {
    const seen: Position[] = [];
    const throttle = createPositionThrottle((position) => seen.push(position));
    throttle.move(at(1));
    throttle.move(at(2));
    throttle.end();
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual([at(1), at(2)]);
  });
});

describe('entries read again', () => {
  const entry = (id: string, patch: Partial<TimelineEntry> = {}): TimelineEntry => ({
    id,
    seq: 1,
    kind: 'note.written',
    thing: 'note:1',
    at: 1,
    heardAt: 1,
    seenAt: 1,
    source: 'people',
    author: null,
    body: {},
    currentText: null,
    movedFrom: null,
    pinned: false,
    sent: 'pending',
    clockAhead: false,
    ...patch,
  });

  test('P4 what says the same keeps its identity; what was sent, pinned or corrected does not', () => {
    const before = [entry('a'), entry('b'), entry('c'), entry('d')];
    const next = keepIdentity(before, [
      entry('a'),
      entry('b', { sent: 'sent' }),
      entry('c', { pinned: true }),
      entry('d', { currentText: 'x' }),
      entry('e'),
    ]);
    expect(next[0]).toBe(before[0]);
    expect(next.slice(1, 4).some((known) => before.includes(known))).toBe(false);
    expect(next).toHaveLength(5);
    expect(
      keepIdentity(
        before,
        before.map((known) => ({ ...known })),
      ),
    ).toBe(before);
    expect(keepIdentity(before, [entry('b'), entry('a')])).toEqual([before[1], before[0]]);
  });
});
