import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, FactId } from '../facts/fact.ts';
import { edgeThing, nodeThing } from '../facts/topology.ts';
import { foldThing } from './fold.ts';
import { readEdge, readNode, retiringMoments, UNLISTED_KEPT_MS } from './read.ts';
import type { EdgeState, NodeState } from './topology.ts';

const T0 = 1_760_000_000_000;
let count = 0;

function fact(kind: string, thing: string, source: string, at: number, body: object): Fact {
  count += 1;
  return {
    id: count.toString(16).padStart(64, '0') as FactId,
    kind,
    v: 1,
    thing,
    at: T0 + at,
    heardAt: T0 + at,
    source,
    body: body as Fact['body'],
  };
}

function node(source: string, at: number, more: object = {}): Fact {
  return fact('node.declared', nodeThing('db'), source, at, {
    name: 'db',
    kind: 'database',
    ...more,
  });
}

function nodeGone(source: string, at: number, reason: string): Fact {
  return fact('node.unlisted', nodeThing('db'), source, at, { name: 'db', reason });
}

const stateOf = (facts: readonly Fact[]): NodeState =>
  foldThing(nodeThing('db'), facts)?.state as NodeState;

describe('what a source no longer mentions', () => {
  for (const reason of ['not-listed', 'not-seen'] as const) {
    test(`T6 ${reason}: there as unknown, then off the map`, () => {
      const state = stateOf([node('mesh', 0, { zone: 'z1' }), nodeGone('mesh', 10, reason)]);
      const ends = T0 + 10 + UNLISTED_KEPT_MS[reason];
      expect(readNode(state, T0 + 20)).toMatchObject({ zone: 'z1', unlistedSince: T0 + 10 });
      expect(readNode(state, ends - 1)).not.toBeNull();
      expect(readNode(state, ends)).toBeNull();
      expect(retiringMoments(state.reports)).toEqual([ends]);
    });
  }

  test('T6 another source still mentions it: nothing is unknown, and its word counts', () => {
    const state = stateOf([
      node('mesh', 0, { zone: 'z1' }),
      node('catalogue', 1, { zone: 'z2' }),
      nodeGone('catalogue', 10, 'not-listed'),
    ]);
    expect(readNode(state, T0 + 20)).toMatchObject({
      zone: 'z1',
      unlistedSince: null,
      disputes: [],
      sources: ['catalogue', 'mesh'],
    });
  });

  test('T6 mentioned again it is as before, and said to be gone it is gone at once', () => {
    const gone = [node('mesh', 0), nodeGone('mesh', 10, 'not-listed')];
    expect(readNode(stateOf([...gone, node('mesh', 20)]), T0 + 30)?.unlistedSince).toBeNull();
    const retired = fact('node.retired', nodeThing('db'), 'mesh', 20, { name: 'db' });
    expect(readNode(stateOf([...gone, retired]), T0 + 30)).toBeNull();
    expect(stateOf([nodeGone('mesh', 10, 'not-seen')]).reports).toEqual({});
  });
});

describe('sources that disagree', () => {
  const said = fc.record({
    source: fc.constantFrom('a', 'b', 'c'),
    at: fc.integer({ min: 0, max: 5 }),
    zone: fc.constantFrom('z1', 'z2', undefined),
    owner: fc.constantFrom('team', undefined),
  });

  test('G7 the newest that states an attribute counts, and every other word is kept', () => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 6 }), (all) => {
        const facts = all.map(({ source, at, zone, owner }) =>
          node(source, at, { ...(zone && { zone }), ...(owner && { owner }) }),
        );
        const reading = readNode(stateOf(facts), T0 + 10);
        expect(readNode(stateOf(facts.toReversed()), T0 + 10)).toEqual(reading);
        const { reports } = stateOf(facts);
        const zones = new Set(
          Object.values(reports)
            .map(({ zone }) => zone)
            .filter((zone) => zone !== null),
        );
        const dispute = reading?.disputes.find(({ field }) => field === 'zone');
        expect(new Set(dispute?.says.map(({ value }) => value))).toEqual(
          zones.size > 1 ? zones : new Set(),
        );
        if (zones.size > 0) expect(zones).toContain(reading?.zone);
        const newest = Math.max(
          ...Object.values(reports).flatMap(({ at, zone }) => (zone === null ? [] : [at])),
        );
        const words = Object.values(reports).filter(({ at }) => at === newest);
        if (zones.size > 0) expect(words.map(({ zone }) => zone)).toContain(reading?.zone);
      }),
    );
  });

  test('G7 a source that does not state an attribute takes none away', () => {
    const state = stateOf([node('mesh', 0, { unit: 'RZ01' }), node('traces', 5)]);
    expect(readNode(state, T0 + 10)).toMatchObject({ unit: 'RZ01', disputes: [] });
  });

  test('G7 of a call the strongest word counts, the newest protocol', () => {
    const thing = edgeThing('web', 'db');
    const call = (source: string, at: number, strength: string, protocol: string): Fact =>
      fact('edge.declared', thing, source, at, { from: 'web', to: 'db', strength, protocol });
    const state = foldThing(thing, [call('a', 0, 'sync', 'http'), call('b', 5, 'weak', 'grpc')])
      ?.state as EdgeState;
    expect(readEdge(state, T0 + 10)).toMatchObject({
      strength: 'sync',
      protocol: 'grpc',
      disputes: [
        {
          field: 'strength',
          says: [
            { source: 'a', value: 'sync' },
            { source: 'b', value: 'weak' },
          ],
        },
        {
          field: 'protocol',
          says: [
            { source: 'b', value: 'grpc' },
            { source: 'a', value: 'http' },
          ],
        },
      ],
    });
  });
});
