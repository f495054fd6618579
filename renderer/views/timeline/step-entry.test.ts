import { describe, expect, test } from 'vitest';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { stepEntry, type ReadTimeline } from './step-entry.ts';

const HOUR = 3_600_000;
const NO_FILTER = { groups: [], text: '', pinnedOnly: false };

function reader(moments: readonly (readonly [at: number, heardAt: number])[]): {
  read: ReadTimeline;
  calls: () => number;
} {
  let calls = 0;
  return {
    calls: () => calls,
    read: (ask) => {
      calls += 1;
      const found = moments
        .filter(([at]) => at >= ask.from && at <= ask.to)
        .sort(([left], [right]) => left - right)
        .map(([at, heardAt]) => ({ at, heardAt }) as TimelineEntry);
      return Promise.resolve({ entries: found.slice(-ask.limit), total: found.length });
    },
  };
}

const query = (from: number, to: number, mode: 'happened' | 'known' = 'happened') => ({
  from,
  mode,
  filter: NO_FILTER,
  extent: { from: 0, to },
});

describe('stepping by entries', () => {
  const far: [number, number][] = [0, 10, 20, 9 * HOUR].map((at) => [at, at]);

  test('steps over gaps of hours and stops at both ends', async () => {
    const { read } = reader(far);
    expect(await stepEntry('next', query(10, 9 * HOUR), read)).toBe(20);
    expect(await stepEntry('next', query(20, 9 * HOUR), read)).toBe(9 * HOUR);
    expect(await stepEntry('next', query(9 * HOUR, 9 * HOUR), read)).toBeNull();
    expect(await stepEntry('previous', query(9 * HOUR, 9 * HOUR), read)).toBe(20);
    expect(await stepEntry('previous', query(20, 9 * HOUR), read)).toBe(10);
    expect(await stepEntry('previous', query(0, 9 * HOUR), read)).toBeNull();
  });

  test('finds the very next one in a storm', async () => {
    const storm = Array.from({ length: 5_000 }, (_, index): [number, number] => [
      index * 3,
      index * 3,
    ]);
    const { read, calls } = reader(storm);
    expect(await stepEntry('next', query(7_000, 15_000), read)).toBe(7_002);
    expect(calls()).toBeLessThan(12);
  });

  test('by hearing where the room is shown as it knew it', async () => {
    const { read } = reader([
      [1_000, 41_000],
      [2_000, 22_000],
    ]);
    expect(await stepEntry('next', query(2_500, 60_000, 'known'), read)).toBe(22_000);
    expect(await stepEntry('next', query(22_000, 60_000, 'known'), read)).toBe(41_000);
    expect(await stepEntry('previous', query(41_000, 60_000, 'known'), read)).toBe(22_000);
  });

  test('an empty room has no steps', async () => {
    const { read } = reader([]);
    expect(await stepEntry('next', query(5, 10), read)).toBeNull();
    expect(await stepEntry('previous', query(5, 10), read)).toBeNull();
  });
});
