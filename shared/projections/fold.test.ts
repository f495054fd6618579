import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { headKey } from '../facts/heads.ts';
import { compareFacts, orderKey } from '../facts/order.ts';
import { factSet, shuffledWithRepeats } from '../testing/arbitrary-facts.ts';
import { acknowledgementOf, type AlertState } from './alert.ts';
import { applyInOrder, foldThing, isInOrder, type Folded } from './fold.ts';
import { readAlert, readNode } from './read.ts';
import type { NodeState } from './topology.ts';

/** As the core does it: in order where possible, else the thing anew. */
function incremental(facts: readonly Fact[]): Map<string, Folded> {
  const states = new Map<string, Folded>();
  const seen = new Map<string, Map<string, Fact>>();
  for (const fact of facts) {
    const known = seen.get(fact.thing) ?? new Map<string, Fact>();
    seen.set(fact.thing, known);
    if (known.has(fact.id)) continue;
    known.set(fact.id, fact);
    const before = states.get(fact.thing) ?? null;
    const after = isInOrder(before, fact)
      ? applyInOrder(before, fact.thing, fact)
      : foldThing(fact.thing, [...known.values()]);
    if (after) states.set(fact.thing, after);
  }
  return states;
}

function fromScratch(facts: readonly Fact[]): Map<string, Folded> {
  const byThing = Map.groupBy(facts, (fact) => fact.thing);
  const states = new Map<string, Folded>();
  for (const [thing, mine] of byThing) {
    const folded = foldThing(thing, mine);
    if (folded) states.set(thing, folded);
  }
  return states;
}

const plain = (states: Map<string, Folded>): unknown =>
  [...states].sort(([left], [right]) => (left < right ? -1 : 1));

test('P1 every order, cut and repetition of the same facts gives the same state', () => {
  const cases = factSet({ maxLength: 40 }).chain((facts) =>
    fc.tuple(fc.constant(facts), shuffledWithRepeats(facts)),
  );
  fc.assert(
    fc.property(cases, ([facts, arrival]) => {
      expect(plain(incremental(arrival))).toEqual(plain(fromScratch(facts)));
    }),
    { numRuns: 500 },
  );
});

test('P1 the text key sorts as the comparison does', () => {
  fc.assert(
    fc.property(factSet({ maxLength: 20 }), (facts) => {
      const byKey = [...facts].sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
      expect(byKey.map(({ id }) => id)).toEqual([...facts].sort(compareFacts).map(({ id }) => id));
    }),
  );
});

test('W3 the state of the heads reads the same as the state of all facts', () => {
  fc.assert(
    fc.property(factSet({ maxLength: 40 }), (facts) => {
      const heads = new Map<string, Fact>();
      for (const fact of facts) {
        const before = heads.get(headKey(fact));
        if (!before || compareFacts(before, fact) < 0) heads.set(headKey(fact), fact);
      }
      const all = fromScratch(facts);
      const fromHeads = fromScratch([...heads.values()]);
      const now = 1_760_000_300_000;
      for (const [thing, folded] of all) {
        const other = fromHeads.get(thing);
        expect(other?.noun).toBe(folded.noun);
        if (folded.noun === 'alert') {
          const left = folded.state as AlertState;
          const right = other?.state as AlertState;
          const read = (state: AlertState): unknown => readAlert(state, () => 'fresh', now).status;
          expect(read(right)).toEqual(read(left));
          expect(acknowledgementOf(right)).toEqual(acknowledgementOf(left));
        } else if (folded.noun === 'node') {
          expect(readNode(other?.state as NodeState, now)).toEqual(
            readNode(folded.state as NodeState, now),
          );
        } else if (folded.noun !== 'source') {
          expect(other?.state).toEqual(folded.state);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('C4 two who take command from the same predecessor leave it contested until one is settled', () => {
  const at = 1_760_000_000_000;
  const fact = (kind: string, offset: number, person: string, body: Fact['body']): Fact => ({
    id: offset.toString(16).padStart(64, '0') as Fact['id'],
    kind,
    v: 1,
    thing: 'incident:x',
    at: at + offset,
    heardAt: at + offset,
    source: 'people',
    author: { person, replica: person, counter: 1, hlc: nextHlc(null, at + offset) },
    body,
  });
  const facts = [
    fact('incident.declared', 0, 'maya', {
      title: 't',
      severity: 'SEV-1',
      commander: 'maya',
      services: [],
    }),
    fact('incident.commander-changed', 1, 'ren', { replaces: ['maya'], commander: 'ren' }),
    fact('incident.commander-changed', 2, 'lu', { replaces: ['maya'], commander: 'lu' }),
  ];
  const contested = foldThing('incident:x', facts)?.state as {
    commander: string;
    claims: string[];
  };
  expect(contested.claims).toEqual(['lu', 'ren']);
  const settled = foldThing('incident:x', [
    ...facts,
    fact('incident.commander-changed', 3, 'maya', { replaces: ['lu', 'ren'], commander: 'lu' }),
  ])?.state as { commander: string; claims: string[] };
  expect(settled).toMatchObject({ commander: 'lu', claims: [] });
});

test('W3 of two sources that speak of a node at one moment the same one is read, whichever came first', () => {
  const at = 1_760_000_000_000;
  const declared = (digit: string, source: string, offset: number, zone: string): Fact => ({
    id: digit.repeat(64) as Fact['id'],
    kind: 'node.declared',
    v: 1,
    thing: 'node:db',
    at: at + offset,
    heardAt: at + offset,
    source,
    body: { name: 'db', kind: 'service', zone },
  });
  const late = [declared('1', 'mesh', 5, 'z1'), declared('2', 'cmdb', 5, 'z2')];
  const read = (facts: Fact[]): unknown =>
    readNode(foldThing('node:db', facts)?.state as NodeState, 1_760_000_300_000);
  // Only the heads; and with an older fact that makes the other source's report the first.
  expect(read(late)).toEqual(read([declared('3', 'cmdb', 0, 'z0'), ...late]));
});
