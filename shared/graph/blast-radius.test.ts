import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import {
  blastRadius,
  buildStrengthGraph,
  hitGroups,
  isClean,
  STRENGTH_ORDER,
  type StrengthCall,
} from './blast-radius.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const calls = fc.array(
  fc.record({
    from: fc.constantFrom(...NAMES, 'nobody'),
    to: fc.constantFrom(...NAMES, 'nobody'),
    strength: fc.constantFrom(...STRENGTH_ORDER),
  }),
  { maxLength: 30 },
);

/** By looking at every path without a repeat: what the walk must equal. */
function naive(
  all: readonly StrengthCall[],
  starts: readonly string[],
): Map<string, [number, number]> {
  const best = new Map<string, [number, number]>();
  const rank = (strength: StrengthCall['strength']): number => STRENGTH_ORDER.indexOf(strength);
  const walk = (node: string, seen: readonly string[], weakest: number, length: number): void => {
    for (const call of all) {
      if (call.to !== node || seen.includes(call.from) || !NAMES.includes(call.from)) continue;
      const way: [number, number] = [Math.max(weakest, rank(call.strength)), length + 1];
      const known = best.get(call.from);
      if (!known || way[0] < known[0] || (way[0] === known[0] && way[1] < known[1])) {
        best.set(call.from, way);
      }
      walk(call.from, [...seen, call.from], way[0], way[1]);
    }
  };
  for (const start of starts) if (NAMES.includes(start)) walk(start, [start], 0, 0);
  for (const start of starts) best.delete(start);
  return best;
}

describe('blast radius', () => {
  test('G5 equals the reading of every path, on random graphs', () => {
    fc.assert(
      fc.property(calls, fc.subarray([...NAMES, 'nobody']), (all, starts) => {
        const { hits } = blastRadius(buildStrengthGraph(NAMES, all), starts);
        const expected = naive(all, starts);
        expect(
          new Map(
            hits.map((hit) => [hit.name, [STRENGTH_ORDER.indexOf(hit.strength), hit.distance]]),
          ),
        ).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('G5 a path is made of calls, as long and as strong as it says', () => {
    fc.assert(
      fc.property(calls, fc.subarray(NAMES, { minLength: 1 }), (all, starts) => {
        for (const hit of blastRadius(buildStrengthGraph(NAMES, all), starts).hits) {
          const path = hit.path();
          expect(path).toHaveLength(hit.distance + 1);
          expect(path[0]).toBe(hit.name);
          expect(starts).toContain(path.at(-1));
          const weakest = path.slice(1).map((to, place) => {
            const between = all.filter((call) => call.from === path[place] && call.to === to);
            return Math.min(...between.map((call) => STRENGTH_ORDER.indexOf(call.strength)));
          });
          expect(Math.max(...weakest)).toBe(STRENGTH_ORDER.indexOf(hit.strength));
        }
      }),
    );
  });

  test('G1 the order of calls and starts changes nothing', () => {
    fc.assert(
      fc.property(calls, fc.subarray(NAMES), (all, starts) => {
        const tell = (some: readonly StrengthCall[], from: readonly string[]) =>
          blastRadius(buildStrengthGraph([...NAMES].reverse(), some), from).hits.map((hit) => [
            hit.name,
            hit.strength,
            hit.path(),
          ]);
        expect(tell(all.toReversed(), starts.toReversed())).toEqual(tell(all, starts));
      }),
    );
  });

  test('G5 units that nothing reaches are clean, and every group is listed', () => {
    const graph = buildStrengthGraph(
      ['web-1', 'pay-1', 'db-1', 'web-2', 'pay-2', 'job'],
      [
        { from: 'web-1', to: 'pay-1', strength: 'sync' },
        { from: 'pay-1', to: 'db-1', strength: 'sync' },
        { from: 'web-2', to: 'pay-2', strength: 'sync' },
        { from: 'job', to: 'pay-1', strength: 'weak' },
      ],
    );
    const radius = blastRadius(graph, ['db-1']);
    expect(radius.hits.map((hit) => [hit.name, hit.strength, hit.distance])).toEqual([
      ['pay-1', 'sync', 1],
      ['web-1', 'sync', 2],
      ['job', 'weak', 2],
    ]);
    const units = hitGroups(radius, graph.names, (name) =>
      name === 'job' ? [] : [`RZ0${name.slice(-1)}`],
    );
    expect(units).toEqual([
      { group: 'RZ01', services: 3, failed: 1, sync: 2, async: 0, weak: 0 },
      { group: 'RZ02', services: 2, failed: 0, sync: 0, async: 0, weak: 0 },
    ]);
    expect(units.map(isClean)).toEqual([false, true]);
  });

  test('G5 ten thousand services in a cycle are each visited once a strength', () => {
    const random = seededRandom(3);
    const names = Array.from({ length: 10_000 }, (_, index) => `s${index}`);
    const all = names.flatMap((from, index) => [
      { from, to: names[(index + 1) % names.length] as string, strength: 'sync' as const },
      { from, to: names[Math.floor(random() * names.length)] as string, strength: 'weak' as const },
    ]);
    const { hits } = blastRadius(buildStrengthGraph(names, all), ['s0']);
    expect(hits).toHaveLength(9_999);
    expect(hits.at(-1)?.path().length).toBe(10_000);
  });
});
