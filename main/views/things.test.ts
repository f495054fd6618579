import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { acknowledgementOf, type AlertState } from '../../shared/projections/alert.ts';
import { sortFacts } from '../../shared/facts/order.ts';
import { foldThing, type Folded } from '../../shared/projections/fold.ts';
import { readAlert, readNode } from '../../shared/projections/read.ts';
import type { NodeState } from '../../shared/projections/topology.ts';
import { factSet } from '../../shared/testing/arbitrary-facts.ts';
import {
  keptHeadsIn,
  openThings,
  passingStore,
  THING_TABLES_SQL,
  thingStoreIn,
  type ThingFacts,
  type Things,
} from './things.ts';

const T0 = 1_760_000_000_000;
const MOMENTS = [-1, 0, 3, 9, 20, 33, 41].map((step) => T0 + step * 15_000);

/** A journal in memory: seqs from 1 in the order of arrival. */
function journalOf(arrival: readonly Fact[]): ThingFacts & { stored: StoredFact[] } {
  const stored = arrival.map((fact, index) => ({ seq: index + 1, seenAt: T0, fact }));
  const ofThing: ThingFacts['ofThing'] = (thing, window) =>
    stored.filter(({ fact }) => {
      const at = effectiveAt(fact);
      return fact.thing === thing && (!window || (at >= window.from && at <= window.to));
    });
  return {
    stored,
    range: (after, upTo, limit) => stored.slice(after, Math.min(upTo, after + limit)),
    ofThing,
    ofThings: (things, to) => things.flatMap(({ thing, from }) => ofThing(thing, { from, to })),
    thingsBetween({ from, to }, most) {
      const between = stored.filter(({ fact }) => {
        const at = effectiveAt(fact);
        return at >= from && at <= to;
      });
      return between.length > most ? null : new Set(between.map(({ fact }) => fact.thing));
    },
  };
}

function newStore(): Sqlite.Database {
  const database = new Sqlite(':memory:');
  database.exec(THING_TABLES_SQL);
  return database;
}

function folded(facts: readonly Fact[]): Map<string, Folded> {
  const states = new Map<string, Folded>();
  for (const [thing, own] of Map.groupBy(facts, (fact) => fact.thing)) {
    const state = foldThing(thing, own);
    if (state) states.set(thing, state);
  }
  return states;
}

function plain(states: ReadonlyMap<string, Folded>): Record<string, unknown> {
  return Object.fromEntries([...states].map(([thing, { state }]) => [thing, state]));
}

/** What a person reads of a thing: counts of what happened apart. */
function readings(states: ReadonlyMap<string, Folded>): Record<string, unknown> {
  const now = T0 + 300_000;
  const read = ({ noun, state }: Folded): unknown => {
    if (noun === 'alert') {
      const alert = state as AlertState;
      return [readAlert(alert, () => 'fresh', now).status, acknowledgementOf(alert)];
    }
    if (noun === 'node') return readNode(state as NodeState, now);
    return noun === 'source' ? null : state;
  };
  return Object.fromEntries([...states].map(([thing, one]) => [thing, read(one)]));
}

function expectPastOf(things: Things, facts: readonly Fact[]): void {
  for (const moment of MOMENTS) {
    const past = facts.filter((fact) => effectiveAt(fact) <= moment);
    expect(plain(things.at(moment))).toEqual(plain(folded(past)));
  }
}

/** Half the time of few things at two moments, so that several facts of a thing share one. */
const someFacts = fc
  .tuple(fc.array(factSet({ maxLength: 40 }), { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([sets, crowded]) => {
    const facts = [...new Map(sets.flat().map((fact) => [fact.id, fact])).values()];
    return crowded ? facts.flatMap(crowd) : facts;
  });

function crowd(fact: Fact): Fact[] {
  if (!/^(?:incident|source|note|run):/.test(fact.thing)) return [];
  const at = T0 + ((fact.at - T0) % 30_000);
  return [{ ...fact, at, heardAt: at }];
}

const cases = someFacts.chain((facts) =>
  fc.record({
    arrival: fc.oneof(
      fc.shuffledSubarray(facts, { minLength: facts.length }),
      fc.constant(sortFacts(facts)),
    ),
    slice: fc.integer({ min: 1, max: 9 }),
    refoldFacts: fc.constantFrom(0, 3, 1_500),
    pointFacts: fc.constantFrom(1, 2, 4),
    restartAt: fc.integer({ min: 0, max: 40 }),
    mendAt: fc.integer({ min: 0, max: 40 }),
  }),
);

test('P2 a thing that was late before a restart keeps no point that a later late fact should drop', () => {
  const at = (step: number, kind: 'fired' | 'resolved'): Fact =>
    sealFact({
      kind: `alert.${kind}`,
      v: 1,
      thing: 'alert:00000000000000aa',
      at: T0 + step * 1_000,
      heardAt: T0 + step * 1_000,
      source: `am-${step}`,
      body: {
        fingerprint: '00000000000000aa',
        name: 'A',
        severity: 'info',
        labels: {},
        annotations: {},
        startsAt: T0 + step * 1_000,
        ...(kind === 'resolved' && { endsAt: T0 + step * 1_000 }),
      },
    });
  // In order, then late and put off, then the restart, then late by more.
  const arrival = [
    at(10, 'fired'),
    at(20, 'fired'),
    at(30, 'fired'),
    at(25, 'fired'),
    at(5, 'fired'),
  ];
  const journal = journalOf(arrival);
  const store = thingStoreIn(newStore());
  openThings(journal, store, 0, 1).take(journal.range(0, 4, 4), 0);
  const things = openThings(journal, store, 4, 1);
  things.take(journal.range(4, 5, 1), 0);
  const moment = T0 + 24_000;
  expect(plain(things.at(moment))).toEqual(
    plain(folded(arrival.filter((fact) => effectiveAt(fact) <= moment))),
  );
});

test('P1, P2 for any order, cut, restart and putting off of late facts, states are those from scratch, now and at every moment', () => {
  fc.assert(
    fc.property(cases, ({ arrival, slice, refoldFacts, pointFacts, restartAt, mendAt }) => {
      const journal = journalOf(arrival);
      const store = thingStoreIn(newStore());
      let things = openThings(journal, store, 0, pointFacts);
      for (let taken = 0; taken < arrival.length; taken += slice) {
        things.take(journal.range(taken, arrival.length, slice), refoldFacts);
        const upTo = Math.min(taken + slice, arrival.length);
        if (taken <= restartAt && restartAt < upTo) {
          things = openThings(journal, store, upTo, pointFacts);
        }
        if (taken <= mendAt && mendAt < upTo) things.mend(2);
        const facts = arrival.slice(0, upTo);
        // The past is right at any time, and so is what people read of the present …
        expectPastOf(things, facts);
        expect(Object.keys(readings(things.current)).sort()).toEqual(
          Object.keys(readings(folded(facts))).sort(),
        );
        expect(readings(things.current)).toEqual(readings(folded(facts)));
        // … and the present as a whole, unless it is said that it is not.
        if (things.lacksAfter() === null) {
          expect(plain(things.current)).toEqual(plain(folded(facts)));
        } else {
          expect(things.lacksAfter()).toBeLessThan(upTo);
        }
      }
      while (things.lacksAfter() !== null) things.mend(1);
      expect(plain(things.current)).toEqual(plain(folded(arrival)));
      expectPastOf(things, arrival);
    }),
    { numRuns: 200 },
  );
});

test('W3 states from kept heads alone read as those from all facts, also as more facts follow', () => {
  fc.assert(
    fc.property(cases, ({ arrival, slice, refoldFacts, pointFacts, restartAt }) => {
      const journal = journalOf(arrival);
      const database = newStore();
      const things = openThings(journal, thingStoreIn(database), 0, pointFacts);
      const known = Math.min(restartAt, arrival.length);
      for (let taken = 0; taken < known; taken += slice) {
        things.take(journal.range(taken, known, slice), refoldFacts);
      }
      const passing = openThings(journal, passingStore(keptHeadsIn(database)), known);
      expect(readings(passing.current)).toEqual(readings(folded(arrival.slice(0, known))));
      for (let taken = known; taken < arrival.length; taken += slice) {
        passing.take(journal.range(taken, arrival.length, slice), 0);
      }
      expect(readings(passing.current)).toEqual(readings(folded(arrival)));
      expect(passing.lacksAfter()).toBeNull();
    }),
    { numRuns: 200 },
  );
});

test('P1 facts that come newest first are folded anew once when all are there, not once a fact', () => {
  const beats = Array.from({ length: 4_000 }, (_, number): Fact => {
    const at = T0 + number * 60_000;
    const id = number.toString(16).padStart(64, '0') as Fact['id'];
    const source = `s${number % 7}`;
    const body = { speaks: 'alertmanager', intervalMs: 60_000 };
    return {
      id,
      kind: 'source.heard',
      v: 1,
      thing: `source:${source}`,
      at,
      heardAt: at,
      source,
      body,
    };
  });
  const journal = journalOf([...beats].reverse());
  let read = 0;
  const counted: ThingFacts = {
    range: journal.range,
    ofThing(thing, window) {
      const found = journal.ofThing(thing, window);
      read += found.length;
      return found;
    },
    ofThings: journal.ofThings,
    thingsBetween: journal.thingsBetween,
  };
  const things = openThings(counted, thingStoreIn(newStore()), 0);
  for (let taken = 0; taken < 4_000; taken += 200) {
    things.take(journal.range(taken, 4_000, 200), 0);
  }
  while (things.lacksAfter() !== null) things.mend(1_000);
  expect(plain(things.current)).toEqual(plain(folded(beats)));
  // With each slice folding each of its things anew it would be 20 × 4,000 / 2 and more.
  expect(read).toBeLessThan(3 * 4_000);
});

test('P2 a moment that is read after others reads as if it were the first, whatever came between', () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ at: fc.constantFrom(...MOMENTS) }),
  );
  fc.assert(
    fc.property(
      factSet({ maxLength: 40 }).chain((facts) =>
        fc.tuple(
          fc.shuffledSubarray(facts, { minLength: facts.length }),
          fc.array(step, { maxLength: 14 }),
        ),
      ),
      ([arrival, steps]) => {
        const journal = journalOf(arrival);
        const database = newStore();
        const things = openThings(journal, thingStoreIn(database), 0);
        let taken = 0;
        for (const one of steps) {
          if ('take' in one) {
            const slice = journal.range(taken, arrival.length, one.take);
            things.take(slice, Infinity);
            taken += slice.length;
            continue;
          }
          const fresh = openThings(journal, thingStoreIn(database), taken);
          expect(plain(things.at(one.at))).toEqual(plain(fresh.at(one.at)));
        }
      },
    ),
    { numRuns: 300 },
  );
});
