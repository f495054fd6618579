import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFact } from '../facts/catalogue.ts';
import { PEOPLE, sealFact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { momentOfKey } from '../facts/order.ts';
import { foldThing } from '../projections/fold.ts';
import { factSet } from '../testing/arbitrary-facts.ts';
import { commandSchema, type Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { decide } from './decide.ts';

const T0 = 1_760_000_600_000;
const things = [
  'alert:00000000000000aa',
  'incident:one',
  'incident:two',
  'note:one',
  'run:one',
  'alert:none',
];
const thing = fc.constantFrom(...things);
/** Often before the newest fact: the clocks of a room do not agree. */
const anyNow = fc.integer({ min: 0, max: 41 }).map((step) => T0 - 600_000 + step * 15_000);
const text = fc.constantFrom('a', 'worse', 'maya', 'ren');

/** One unit with all shards, or with one too few. */
function rulesOf(last: number, cells = 1): Extract<Command, { name: 'units.configure' }>['rules'] {
  return {
    origin: 'units.csv',
    shardCount: 100,
    shardFunction: 'last-digits',
    units: [
      {
        name: 'RZ01',
        shards: [[0, last]],
        cells: Array.from({ length: cells }, (_, index) => ({
          name: `RZ01A${index}`,
          centre: 'HZ-1',
          city: 'Hangzhou',
          weight: 100 / cells,
        })),
        drState: 'normal',
        sameCity: null,
        remote: null,
      },
    ],
    replicas: [],
    leases: [],
  };
}

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    name: fc.constant('units.configure' as const),
    rules: fc.constantFrom(rulesOf(99), rulesOf(98)),
  }),
  fc.record({ name: fc.constant('alert.acknowledge' as const), alert: thing }),
  fc.record({ name: fc.constant('alert.unacknowledge' as const), alert: thing }),
  fc.record({
    name: fc.constant('incident.assign-commander' as const),
    incident: thing,
    commander: text,
  }),
  fc.record({
    name: fc.constant('incident.change-severity' as const),
    incident: thing,
    severity: fc.constantFrom('SEV-1' as const, 'SEV-2' as const),
    reason: text,
  }),
  fc.record({ name: fc.constant('incident.resolve' as const), incident: thing, summary: text }),
  fc.record({ name: fc.constant('incident.reopen' as const), incident: thing, reason: text }),
  fc.record({
    name: fc.constant('note.write' as const),
    text,
    at: fc.integer({ min: T0 - 4e10, max: T0 + 4e6 }),
  }),
  fc.record({ name: fc.constant('note.correct' as const), note: thing, text }),
  fc.record({
    name: fc.constant('run.record-step' as const),
    run: thing,
    step: text,
    title: text,
    outcome: fc.constantFrom('done' as const, 'failed' as const),
  }),
  fc.record({
    name: fc.constant('run.finish' as const),
    run: thing,
    outcome: fc.constantFrom('completed' as const, 'abandoned' as const),
  }),
);

test('C1 the same state, command and moment give the same answer, and its facts are well formed', () => {
  fc.assert(
    fc.property(factSet({ maxLength: 25 }), anyCommand, anyNow, (facts, command, now) => {
      const states = new Map(
        [...Map.groupBy(facts, (fact) => fact.thing)].map(([name, mine]) => [
          name,
          foldThing(name, mine),
        ]),
      );
      const context: CommandContext = {
        now,
        person: 'maya',
        newId: 'fresh',
        read: (noun, name) => {
          const folded = states.get(name);
          return folded?.noun === noun ? (folded.state as never) : null;
        },
        holdsRunbook: () => true,
        holdsAttachment: () => true,
        lastAt: (name) => {
          const key = states.get(name)?.lastKey;
          return key === undefined ? null : momentOfKey(key);
        },
      };
      expect(commandSchema.parse(command)).toEqual(command);
      const before = JSON.stringify([...states]);
      const decision = decide(command, context);
      expect(decide(command, context)).toEqual(decision);
      expect(JSON.stringify([...states])).toBe(before);
      if (!decision.ok) return;
      for (const draft of decision.value) {
        const last = context.lastAt(draft.thing);
        if (last !== null) expect(draft.at).toBeGreaterThan(last);
        const fact = sealFact({
          ...draft,
          v: 1,
          heardAt: T0,
          source: PEOPLE,
          author: { person: 'maya', replica: 'r', counter: 1, hlc: nextHlc(null, T0) },
          body: draft.body as Record<string, never>,
        });
        expect(checkFact(fact)).toMatchObject({ ok: true });
      }
    }),
    { numRuns: 1_000 },
  );
});

test('C2 without a person every command is refused', () => {
  const context: CommandContext = {
    now: T0,
    person: ' ',
    newId: 'x',
    read: () => null,
    holdsRunbook: () => true,
    holdsAttachment: () => true,
    lastAt: () => null,
  };
  fc.assert(
    fc.property(anyCommand, (command) => {
      expect(decide(command, context)).toEqual({ ok: false, error: { code: 'no-person' } });
    }),
  );
});

test('U2 C2 units that are wrong, the same, or more than a fact can carry are refused and leave no fact', () => {
  const context = (rules: ReturnType<typeof rulesOf> | null): CommandContext => ({
    now: T0,
    person: 'maya',
    newId: 'x',
    read: (noun) => (noun === 'units' ? ({ rules, setBy: null, setAt: null } as never) : null),
    holdsRunbook: () => true,
    holdsAttachment: () => true,
    lastAt: () => null,
  });
  const set = (rules: ReturnType<typeof rulesOf>, before = context(null)): unknown => {
    const decision = decide({ name: 'units.configure', rules }, before);
    return decision.ok ? decision.value.map(({ kind }) => kind) : decision.error.code;
  };
  expect(set(rulesOf(99))).toEqual(['units.configured']);
  expect(set(rulesOf(98))).toBe('bad-units');
  expect(set(rulesOf(99), context(rulesOf(99)))).toBe('nothing-changed');
  const many = rulesOf(99);
  many.origin = 'x'.repeat(200_000);
  expect(set(many)).toBe('units-too-large');
});
