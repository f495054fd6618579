import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextHlc, type Hlc } from './hlc.ts';

const HOUR = 3_600_000;
/** A wall clock that is set back and forth, stands still, or runs. */
const walls = fc
  .tuple(
    fc.integer({ min: 0, max: 4_000_000_000_000 }),
    fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 5 }), fc.integer({ min: -HOUR, max: HOUR })), {
      minLength: 1,
      maxLength: 60,
    }),
  )
  .map(([start, steps]) => {
    let wall = start;
    return steps.map((step) => (wall = Math.max(0, wall + step)));
  });

test('P1 the hybrid clock only goes forward, whatever the wall clock does, and sorts as text', () => {
  fc.assert(
    fc.property(walls, (times) => {
      let last: Hlc | null = null;
      for (const now of times) {
        const next = nextHlc(last, now);
        expect(next).toMatch(/^[0-9a-z]{13}$/);
        // As text, as the order of facts compares it.
        if (last !== null) expect(next > last).toBe(true);
        // Never behind the wall clock: what is written later on a right clock sorts later.
        expect(Number.parseInt(next.slice(0, 9), 36)).toBeGreaterThanOrEqual(now);
        last = next;
      }
    }),
    { numRuns: 5_000 },
  );
});

test('P1 the hybrid clock runs ahead of the wall clock no further than that once stood', () => {
  fc.assert(
    fc.property(walls, (times) => {
      let last: Hlc | null = null;
      let highest = 0;
      for (const now of times) {
        last = nextHlc(last, now);
        highest = Math.max(highest, now);
        expect(Number.parseInt(last.slice(0, 9), 36)).toBe(highest);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('P1 acts in the same millisecond keep their order, up to 1,679,616 of them', () => {
  let last = nextHlc(null, 1_790_000_000_000);
  for (let act = 1; act < 40_000; act += 1) {
    const next = nextHlc(last, 1_790_000_000_000 - (act % 3) * HOUR);
    expect(next > last).toBe(true);
    last = next;
  }
  expect(last).toHaveLength(13);
});
