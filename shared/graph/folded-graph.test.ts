import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldGraph, groupNode } from './folded-graph.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const nodes = fc.tuple(
  ...NAMES.map((name) =>
    fc.record({ name: fc.constant(name), group: fc.constantFrom('x', 'y', null) }),
  ),
);
const calls = fc.array(
  fc.record({
    from: fc.constantFrom(...NAMES),
    to: fc.constantFrom(...NAMES),
    strength: fc.constantFrom('sync' as const, 'async' as const, 'weak' as const),
  }),
  { maxLength: 20 },
);

describe('folding', () => {
  test('G6 every service is shown by exactly one node, whatever is open', () => {
    fc.assert(
      fc.property(nodes, calls, fc.subarray(['x', 'y']), (all, some, open) => {
        const folded = foldGraph(all, some, new Set(open));
        expect(folded.nodes.flatMap(({ members }) => members).sort()).toEqual(NAMES);
        for (const { name, members } of folded.nodes) {
          for (const member of members) expect(folded.shownAs.get(member)).toBe(name);
        }
      }),
    );
  });

  test('G6 calls between what is shown are added up, none is lost and none invented', () => {
    fc.assert(
      fc.property(nodes, calls, fc.subarray(['x', 'y']), (all, some, open) => {
        const folded = foldGraph(all, some, new Set(open));
        const between = some.filter(
          ({ from, to }) => folded.shownAs.get(from) !== folded.shownAs.get(to),
        );
        expect(folded.calls.reduce((sum, { count }) => sum + count, 0)).toBe(between.length);
      }),
    );
  });

  test('G6 everything open is the graph itself, and a group of one stays its service', () => {
    const folded = foldGraph(
      [
        { name: 'a', group: 'x' },
        { name: 'b', group: 'x' },
        { name: 'c', group: 'y' },
      ],
      [
        { from: 'c', to: 'a', strength: 'weak' },
        { from: 'c', to: 'b', strength: 'sync' },
      ],
      new Set(),
    );
    expect(folded.nodes.map(({ name, members }) => [name, members])).toEqual([
      [groupNode('x'), ['a', 'b']],
      ['c', ['c']],
    ]);
    expect(folded.calls).toEqual([{ from: 'c', to: groupNode('x'), strength: 'sync', count: 2 }]);
  });
});
