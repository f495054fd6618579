import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Range } from './protocol.ts';
import { addRange, countRanges, missingRanges, normalizeRanges } from './ranges.ts';

const LAST = 60;
const range = fc
  .tuple(fc.integer({ min: 1, max: LAST }), fc.integer({ min: 1, max: LAST }))
  .map(([from, to]): Range => [from, to]);

function members(ranges: readonly Range[]): Set<number> {
  const set = new Set<number>();
  for (const [from, to] of ranges) for (let n = from; n <= to; n += 1) set.add(n);
  return set;
}

test('W1 ranges in any order and number say what the set of their sequences says', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
      const normal = normalizeRanges(ranges);
      expect(members(normal)).toEqual(members(ranges));
      expect(countRanges(normal)).toBe(members(ranges).size);
      for (const [index, [from]] of normal.entries()) {
        const before = normal[index - 1];
        if (before) expect(from).toBeGreaterThan(before[1] + 1);
      }
      const missing = members(missingRanges(normal, 1, LAST));
      for (let n = 1; n <= LAST; n += 1) expect(missing.has(n)).toBe(!members(normal).has(n));
    }),
  );
});

test('W1 adding what is there changes nothing', () => {
  expect(addRange([[1, 5]], 2, 3)).toEqual([[1, 5]]);
  expect(addRange([[1, 5]], 6, 7)).toEqual([[1, 7]]);
  expect(addRange([[3, 5]], 9, 2)).toEqual([[3, 5]]);
});

test('W8 as many ranges as a hello may carry are put in order at once, not in the square of their number', () => {
  let asked = 0;
  const many = Array.from({ length: 10_000 }, (_, index): Range => {
    const counted = [index * 3 + 1, index * 3 + 2] as Range;
    return new Proxy(counted, {
      get(target, key, receiver) {
        asked += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  });
  expect(normalizeRanges(many)).toHaveLength(10_000);
  expect(asked).toBeLessThan(10_000 * 100);
});
