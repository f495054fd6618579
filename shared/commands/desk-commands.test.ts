import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFact } from '../facts/catalogue.ts';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { momentOfKey } from '../facts/order.ts';
import type { Noun, StateOf } from '../projections/all.ts';
import { strongObjections } from '../projections/decision.ts';
import { foldThing, type Folded } from '../projections/fold.ts';
import { commandSchema, type Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { decide } from './decide.ts';

const T0 = 1_760_000_600_000;
const INCIDENT = 'incident:one';

/** A room in which one person after the other does something, as the core does it. */
class Room {
  readonly facts: Fact[] = [];
  private readonly states = new Map<string, Folded | null>();
  private count = 0;
  now = T0;

  run(command: Command, person = 'maya'): { code: string } | null {
    commandSchema.parse(command);
    this.count += 1;
    const context: CommandContext = {
      now: this.now,
      person,
      newId: `n${String(this.count)}`,
      read: (noun, thing) => this.read(noun, thing),
      holdsRunbook: () => true,
      lastAt: (thing) => {
        const key = this.states.get(thing)?.lastKey;
        return key === undefined ? null : momentOfKey(key);
      },
    };
    const decision = decide(command, context);
    if (!decision.ok) return decision.error;
    for (const draft of decision.value) {
      const fact = sealFact({
        ...draft,
        v: 1,
        heardAt: this.now,
        source: PEOPLE,
        author: {
          person,
          replica: 'r',
          counter: this.facts.length + 1,
          hlc: nextHlc(null, this.now),
        },
        body: draft.body as Record<string, never>,
      });
      expect(checkFact(fact)).toMatchObject({ ok: true });
      this.facts.push(fact);
      const mine = this.facts.filter(({ thing }) => thing === fact.thing);
      this.states.set(fact.thing, foldThing(fact.thing, mine));
    }
    return null;
  }

  read<Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null {
    const folded = this.states.get(thing);
    return folded?.noun === noun ? (folded.state as StateOf[Name]) : null;
  }

  things(noun: string): string[] {
    return [...new Set(this.facts.map(({ thing }) => thing))].filter((thing) =>
      thing.startsWith(`${noun}:`),
    );
  }
}

function declaredRoom(): Room {
  const room = new Room();
  room.run({
    name: 'incident.declare',
    title: 'one',
    severity: 'SEV-2',
    commander: 'maya',
    services: [],
  });
  return room;
}

const person = fc.constantFrom('ada', 'bo', 'chen');
const reason = fc.constantFrom('because', 'the lag is small');
/** What somebody does, given the things that there are by then. */
type Act = (decisions: readonly string[], tasks: readonly string[], incident: string) => Command;
const pick = (list: readonly string[], index: number, none: string): string =>
  list[index % Math.max(1, list.length)] ?? none;

const anyAct: fc.Arbitrary<Act> = fc
  .record({
    what: fc.constantFrom(
      'propose',
      'poll',
      'answer',
      'take',
      'verify',
      'withdraw',
      'assign',
      'understand',
      'extend',
      'reassign',
      'finish',
      'drop',
    ),
    index: fc.nat({ max: 20 }),
    person,
    reason,
    because: fc.constantFrom('', 'the lag is small'),
    objection: fc.constantFrom('none' as const, 'minor' as const, 'strong' as const),
    proceed: fc.boolean(),
    executor: fc.option(person),
    overrules: fc.subarray(['ada', 'bo', 'chen']),
    minutes: fc.integer({ min: 1, max: 60 }),
    outcome: fc.constantFrom('improved' as const, 'unchanged' as const, 'worse' as const),
  })
  .map((roll): Act => {
    return (decisions, tasks, incident) => {
      const decision = pick(decisions, roll.index, 'decision:none');
      const task = pick(tasks, roll.index, 'task:none');
      const { minutes } = roll;
      switch (roll.what) {
        case 'propose':
          return {
            name: 'decision.propose',
            incident,
            action: 'fail over',
            risk: 'high',
            danger: '',
            expected: '',
            undo: '',
          };
        case 'poll':
          return { name: 'decision.poll', decision };
        case 'answer':
          return {
            name: 'decision.answer',
            decision,
            person: roll.person,
            objection: roll.objection,
            reason: roll.reason,
          };
        case 'take':
          return {
            name: 'decision.take',
            decision,
            proceed: roll.proceed,
            reason: roll.because,
            executor: roll.executor,
            overrules: roll.overrules,
            minutes,
          };
        case 'verify':
          return { name: 'decision.verify', decision, outcome: roll.outcome, text: '' };
        case 'withdraw':
          return { name: 'decision.withdraw', decision, reason: roll.reason };
        case 'assign':
          return { name: 'task.assign', incident, person: roll.person, action: 'look', minutes };
        case 'understand':
          return { name: 'task.understand', task, byVoice: true };
        case 'extend':
          return { name: 'task.extend', task, minutes, reason: roll.reason };
        case 'reassign':
          return { name: 'task.reassign', task, person: roll.person, minutes, reason: roll.reason };
        case 'finish':
          return { name: 'task.finish', task, result: '' };
        default:
          return { name: 'task.drop', task, reason: roll.reason };
      }
    };
  });

test('O3 C2 whatever is asked in whatever order: what proceeds has its executor, its task, and no strong objection that was not overruled by name', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyAct, fc.integer({ min: 0, max: 120_000 })), { maxLength: 60 }),
      (acts) => {
        const room = declaredRoom();
        const incident = room.things('incident')[0] ?? INCIDENT;
        for (const [act, passed] of acts) {
          room.now += passed;
          const before = room.facts.length;
          const command = act(room.things('decision'), room.things('task'), incident);
          const refusal = room.run(command);
          if (refusal !== null) {
            expect(refusal.code).toMatch(/^[a-z-]+$/);
            expect(room.facts.length).toBe(before);
          }
        }
        for (const thing of room.things('decision')) {
          const state = room.read('decision', thing);
          if (!state) continue;
          const own = room.facts.filter(
            ({ kind, body }) => kind === 'task.assigned' && body['decision'] === thing,
          );
          expect(own.length).toBe(state.status === 'proceeding' ? 1 : 0);
          if (state.status === 'proceeding') {
            expect(state.executor).not.toBeNull();
            expect(state.overrules).toEqual(strongObjections(state));
            if (state.overrules.length > 0) expect(state.reason).not.toBe('');
          }
          if (state.verified !== null) expect(state.status).toBe('proceeding');
          if (state.answers.length > 0) expect(state.polledAt).not.toBeNull();
          // A decision is made once.
          const ends = room.facts.filter(
            (fact) =>
              fact.thing === thing &&
              (fact.kind === 'decision.taken' || fact.kind === 'decision.withdrawn'),
          );
          expect(ends.length).toBeLessThanOrEqual(1);
        }
        for (const thing of room.things('task')) {
          const state = room.read('task', thing);
          if (!state) continue;
          expect(state.dueAt).toBeGreaterThan(state.begunAt);
          expect(state.begunAt).toBeGreaterThanOrEqual(state.assignedAt);
          expect(state.status === 'open').toBe(state.endedAt === null);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('O3 a strong objection that is not overruled by name holds the decision', () => {
  const room = declaredRoom();
  const incident = room.things('incident')[0] ?? INCIDENT;
  room.run({
    name: 'decision.propose',
    incident,
    action: 'fail over',
    risk: 'high',
    danger: '',
    expected: '',
    undo: '',
  });
  const decision = room.things('decision')[0] ?? '';
  room.run({ name: 'decision.poll', decision });
  for (const name of ['ada', 'bo']) {
    room.run({
      name: 'decision.answer',
      decision,
      person: name,
      objection: 'strong',
      reason: 'lag',
    });
  }
  const take = (overrules: string[], because = 'we can bear it'): { code: string } | null =>
    room.run({
      name: 'decision.take',
      decision,
      proceed: true,
      reason: because,
      executor: 'chen',
      overrules,
      minutes: 10,
    });
  expect(take([])).toEqual({ code: 'strong-objections' });
  expect(take(['ada'])).toEqual({ code: 'strong-objections' });
  expect(take(['ada', 'bo'], ' ')).toEqual({ code: 'strong-objections' });
  expect(take(['ada', 'bo'])).toBeNull();
  expect(room.read('decision', decision)).toMatchObject({
    status: 'proceeding',
    overrules: ['ada', 'bo'],
  });
});
