import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFact } from '../facts/catalogue.ts';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { INCIDENT_PHASES } from '../facts/incident.ts';
import { momentOfKey } from '../facts/order.ts';
import { foldThing } from '../projections/fold.ts';
import { commandOf, isOpenOffer, isOpenPhase } from '../projections/incident.ts';
import type { IncidentState } from '../projections/incident.ts';
import type { CommandContext } from './context.ts';
import { decide } from './decide.ts';
import { PHASE_STEPS, type IncidentCommand } from './incident.ts';

const T0 = 1_760_000_000_000;
const THINGS = ['incident:a', 'incident:b', 'incident:c'];
const PEOPLE_NAMES = ['ada', 'maya', 'ren'];
const incident = fc.constantFrom(...THINGS);
const person = fc.constantFrom(...PEOPLE_NAMES);
const reason = fc.constantFrom('why', 'because');

/** A desk of one person: decides over the facts that it holds. */
interface Desk {
  readonly facts: Fact[];
  run(command: IncidentCommand, by: string): string | null;
  state(thing: string): IncidentState;
}

function desk(replica: string, start: readonly Fact[] = []): Desk {
  const facts = [...start];
  let counter = 0;
  const read = (thing: string) =>
    foldThing(
      thing,
      facts.filter((fact) => fact.thing === thing),
    );
  return {
    facts,
    state: (thing) => read(thing)?.state as IncidentState,
    run(command, by) {
      counter += 1;
      const context: CommandContext = {
        now: T0 + facts.length * 10,
        person: by,
        newId: `${replica}-${counter}`,
        read: (noun, thing) => {
          const folded = read(thing);
          return folded?.noun === noun ? (folded.state as never) : null;
        },
        holdsRunbook: () => true,
        holdsAttachment: () => false,
        lastAt: (thing) => {
          const key = read(thing)?.lastKey;
          return key === undefined ? null : momentOfKey(key);
        },
      };
      const decision = decide(command, context);
      if (!decision.ok) return decision.error.code;
      for (const draft of decision.value) {
        counter += 1;
        const fact = sealFact({
          ...draft,
          v: 1,
          heardAt: draft.at,
          source: PEOPLE,
          author: { person: by, replica, counter, hlc: nextHlc(null, draft.at) },
          body: draft.body as Record<string, never>,
        });
        expect(checkFact(fact)).toMatchObject({ ok: true });
        facts.push(fact);
      }
      return null;
    },
  };
}

/** Three declared incidents, each with a service, commanded by Ada. */
function declaredFacts(): Fact[] {
  return THINGS.map((thing, index) =>
    sealFact({
      kind: 'incident.declared',
      v: 1,
      thing,
      at: T0 - 1_000 + index,
      heardAt: T0,
      source: PEOPLE,
      author: { person: 'ada', replica: 'first', counter: index + 1, hlc: nextHlc(null, T0) },
      body: {
        title: thing,
        severity: 'SEV-2',
        commander: 'ada',
        services: [`service-${String(index)}`],
        phase: 'triage',
      },
    }),
  );
}

const anyCommand: fc.Arbitrary<IncidentCommand | 'answer' | 'decline'> = fc.oneof(
  fc.record({
    name: fc.constant('incident.change-phase' as const),
    incident,
    phase: fc.constantFrom('active', 'mitigated', 'closed', 'cancelled'),
    reason,
  }),
  fc.record({ name: fc.constant('incident.resolve' as const), incident, summary: reason }),
  fc.record({ name: fc.constant('incident.reopen' as const), incident, reason }),
  fc.record({ name: fc.constant('incident.merge' as const), incident, into: incident, reason }),
  fc.record({
    name: fc.constant('incident.mark-duplicate' as const),
    incident,
    of: incident,
    reason,
  }),
  fc.record({
    name: fc.constant('incident.set-parent' as const),
    incident,
    parent: fc.option(incident),
    reason,
  }),
  fc.record({
    name: fc.constant('incident.assign-commander' as const),
    incident,
    commander: person,
  }),
  fc.record({
    name: fc.constant('incident.offer-command' as const),
    incident,
    to: person,
    pack: reason,
  }),
  fc.record({
    name: fc.constant('incident.split' as const),
    incident,
    title: reason,
    severity: fc.constantFrom('SEV-1', 'SEV-2'),
    commander: person,
    services: fc.subarray(['service-0', 'service-1', 'service-2']),
    independent: fc.boolean(),
  }),
  fc.constantFrom('answer' as const, 'decline' as const),
);

/** Mostly changes of who commands one incident. */
const changeOfCommand = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant('incident.assign-commander' as const),
      incident: fc.constant('incident:a'),
      commander: person,
    }),
  },
  { weight: 1, arbitrary: anyCommand },
);

/** An answer to the newest offer that waits anywhere; a command as it is otherwise. */
function commandFrom(drawn: IncidentCommand | 'answer' | 'decline', on: Desk): IncidentCommand {
  if (typeof drawn !== 'string') return drawn;
  for (const thing of THINGS) {
    const offer = on.state(thing).offers.findLast(({ answer }) => answer === 'waiting');
    if (offer === undefined) continue;
    return {
      name: 'incident.answer-command',
      incident: thing,
      offer: offer.offer,
      accepted: drawn === 'answer',
      reason: '',
    };
  }
  return {
    name: 'incident.answer-command',
    incident: 'incident:a',
    offer: 'none',
    accepted: true,
    reason: '',
  };
}

test('C2, C6, C7 whatever is asked of incidents on one desk: they go only where they may, nothing goes round, one commands, and command is taken only by who was asked or named', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyCommand, person), { maxLength: 40 }), (asked) => {
      const room = desk('one', declaredFacts());
      for (const [drawn, by] of asked) {
        const command = commandFrom(drawn, room);
        const before = new Map(THINGS.map((thing) => [thing, structuredClone(room.state(thing))]));
        const count = room.facts.length;
        const code = room.run(command, by);
        if (code !== null) expect(room.facts).toHaveLength(count);
        for (const thing of THINGS) {
          const was = before.get(thing) as IncidentState;
          const is = room.state(thing);
          expect(is.status).toBe(isOpenPhase(is.phase) ? 'active' : 'resolved');
          if (is.phase !== was.phase) expect(PHASE_STEPS[was.phase]).toContain(is.phase);
          expect(is.claims).toEqual([]);
          expect(is.duplicateOf === null).toBe(is.phase !== 'duplicate');
          if (is.commander === was.commander) continue;
          if (command.name === 'incident.answer-command') {
            const offer = was.offers.find((candidate) => candidate.offer === command.offer);
            expect(offer).toMatchObject({ to: by, from: [was.commander] });
            expect(is.commander).toBe(by);
          } else {
            expect(command).toMatchObject({ name: 'incident.assign-commander', incident: thing });
          }
        }
        for (const by of ['parent', 'duplicateOf'] as const) {
          for (const thing of THINGS) expect(chain(room, thing, by)).toBeLessThan(THINGS.length);
        }
      }
    }),
    { numRuns: 150 },
  );
});

/** How many steps lead from an incident to the last that it hangs on; more than there are: a circle. */
function chain(room: Desk, start: string, by: 'parent' | 'duplicateOf'): number {
  let steps = 0;
  let next = room.state(start)[by];
  while (next !== null && THINGS.includes(next) && steps < THINGS.length) {
    steps += 1;
    next = room.state(next)[by];
  }
  return steps;
}

test('C6 an offer is void once command went elsewhere: what one accepts of it is refused, and was not offered by who commands now', () => {
  const room = desk('one', declaredFacts());
  const offer = (to: string) =>
    room.run({ name: 'incident.offer-command', incident: 'incident:a', to, pack: 'all' }, 'ada');
  const answer = (by: string, accepted: boolean) =>
    room.run(
      {
        name: 'incident.answer-command',
        incident: 'incident:a',
        offer: room.state('incident:a').offers.at(-1)?.offer ?? '',
        accepted,
        reason: '',
      },
      by,
    );
  expect(offer('ren')).toBeNull();
  expect(answer('maya', true)).toBe('offer-to-another');
  room.run({ name: 'incident.assign-commander', incident: 'incident:a', commander: 'maya' }, 'ada');
  expect(answer('ren', true)).toBe('no-offer');
  expect(room.state('incident:a').commander).toBe('maya');
  // A new offer of who commands now is another one.
  room.run({ name: 'incident.offer-command', incident: 'incident:a', to: 'ren', pack: '' }, 'maya');
  expect(answer('ren', true)).toBeNull();
  expect(room.state('incident:a').commander).toBe('ren');
});

test('C4, C6 desks apart that change command and meet: both read the same, and either one commands or all who claim it are named until one is confirmed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(changeOfCommand, person, fc.boolean()), { maxLength: 12 }),
      (asked) => {
        const start = declaredFacts();
        const first = desk('one', start);
        const second = desk('two', start);
        for (const [drawn, by, isFirst] of asked) {
          const own = isFirst ? first : second;
          own.run(commandFrom(drawn, own), by);
        }
        const all = [...first.facts, ...second.facts.slice(start.length)];
        const met = desk('one', all);
        const other = desk('two', all.toReversed());
        for (const thing of THINGS) {
          expect(other.state(thing)).toEqual(met.state(thing));
          const { claims, commander } = met.state(thing);
          expect(claims.length === 0 || claims.length > 1).toBe(true);
          expect(claims.length === 0 || claims.includes(commander)).toBe(true);
          const ends = [first, second].map((one) => one.state(thing).commander);
          const replaced = all.flatMap((fact) =>
            fact.thing === thing && fact.kind === 'incident.commander-changed'
              ? (fact.body['replaces'] as string[])
              : [],
          );
          // Nobody is out of command without a word: somebody who knew of them replaced them.
          for (const name of ends) {
            if (!replaced.includes(name)) expect([...claims, commander]).toContain(name);
          }
          if (claims.length === 0) continue;
          const chosen = claims[0] as string;
          met.run({ name: 'incident.assign-commander', incident: thing, commander: chosen }, 'ada');
          expect(met.state(thing)).toMatchObject({ claims: [], commander: chosen });
          expect(commandOf(met.state(thing))).toEqual([chosen]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

/** A fact of a desk apart: the moment is its place in the order. */
function apart(kind: string, at: number, by: string, body: object): Fact {
  return sealFact({
    kind,
    v: 1,
    thing: 'incident:a',
    at: T0 + at,
    heardAt: T0 + at,
    source: PEOPLE,
    author: { person: by, replica: by, counter: at + 10, hlc: nextHlc(null, T0 + at) },
    body: body as Fact['body'],
  });
}
const folded = (facts: readonly Fact[]): IncidentState =>
  foldThing('incident:a', facts)?.state as IncidentState;

test('C7 whatever desks apart say of its phase, in every order: what is open is merged into nothing', () => {
  const said = fc.constantFrom(
    ['incident.phase-changed', { phase: 'mitigated', reason: 'why' }],
    ['incident.phase-changed', { phase: 'active', reason: 'why' }],
    ['incident.phase-changed', { phase: 'closed', reason: 'why' }],
    ['incident.resolved', { summary: '' }],
    ['incident.reopened', { reason: 'why' }],
    ['incident.marked-duplicate', { of: 'incident:b', carries: true, reason: 'why' }],
  ) as fc.Arbitrary<[string, object]>;
  fc.assert(
    fc.property(fc.array(said, { maxLength: 8 }), (words) => {
      const facts = words.map(([kind, body], index) => apart(kind, index, 'ada', body));
      const { phase, status, duplicateOf, carries } = folded([
        ...declaredFacts().slice(0, 1),
        ...facts,
      ]);
      expect(status).toBe(isOpenPhase(phase) ? 'active' : 'resolved');
      if (isOpenPhase(phase))
        expect({ duplicateOf, carries }).toEqual({ duplicateOf: null, carries: false });
    }),
  );
  // That it is mitigated, said where its end was not known, does not open it again.
  const { phase } = folded([
    ...declaredFacts().slice(0, 1),
    apart('incident.resolved', 1, 'ada', { summary: '' }),
    apart('incident.phase-changed', 2, 'ren', { phase: 'mitigated', reason: 'why' }),
  ]);
  expect(phase).toBe('resolved');
});

test('C4, C6 an offer that is taken back at one desk and accepted at another leaves command contested, in every order', () => {
  const offered = apart('incident.command-offered', 0, 'ada', { offer: 'o', to: 'ren', pack: '' });
  const answer = (at: number, by: string, accepted: boolean) =>
    apart('incident.command-answered', at, by, { offer: 'o', accepted, reason: '' });
  const taken = (at: number) =>
    apart('incident.commander-changed', at, 'ren', { replaces: ['ada'], commander: 'ren' });
  for (const facts of [
    [answer(1, 'ada', false), answer(2, 'ren', true), taken(3)],
    [answer(1, 'ren', true), answer(2, 'ada', false), taken(3)],
    [answer(1, 'ren', true), taken(2), answer(3, 'ada', false)],
  ]) {
    const state = folded([...declaredFacts().slice(0, 1), offered, ...facts]);
    expect(state.claims).toEqual(['ada', 'ren']);
  }
  // Whom it was offered may change their own mind: nobody else is concerned.
  const own = folded([
    ...declaredFacts().slice(0, 1),
    offered,
    answer(1, 'ren', false),
    answer(2, 'ren', true),
    taken(3),
  ]);
  expect(own).toMatchObject({ commander: 'ren', claims: [] });
});

test('C6 an offer that was void once stays void, also when who offered it commands again', () => {
  const room = desk('one', declaredFacts());
  room.run({ name: 'incident.offer-command', incident: 'incident:a', to: 'ren', pack: '' }, 'ada');
  for (const commander of ['maya', 'ada']) {
    room.run({ name: 'incident.assign-commander', incident: 'incident:a', commander }, 'ada');
  }
  const state = room.state('incident:a');
  expect(state.commander).toBe('ada');
  expect(state.offers.some((offer) => isOpenOffer(offer, state))).toBe(false);
});

test('C7 every phase can be left, what is over only by being opened again or closed', () => {
  for (const phase of INCIDENT_PHASES) expect(PHASE_STEPS[phase].length).toBeGreaterThan(0);
  for (const phase of ['closed', 'cancelled', 'duplicate'] as const) {
    expect(PHASE_STEPS[phase]).toEqual(['active']);
  }
  const room = desk('one', declaredFacts());
  room.run({ name: 'incident.resolve', incident: 'incident:a', summary: '' }, 'ada');
  expect(
    room.run(
      { name: 'incident.change-phase', incident: 'incident:a', phase: 'active', reason: '' },
      'ada',
    ),
  ).toBe('wrong-phase');
  expect(isOpenOffer({ answer: 'waiting', from: ['ada'] }, room.state('incident:a'))).toBe(true);
});
