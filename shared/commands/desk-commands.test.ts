import fc from 'fast-check';
import { expect, test } from 'vitest';
import { strongObjections } from '../projections/decision.ts';
import { createCommandRoom, type CommandRoom } from '../testing/command-room.ts';
import type { Command } from './command.ts';

const T0 = 1_760_000_600_000;

function declaredRoom(): { room: CommandRoom; incident: string } {
  const room = createCommandRoom();
  room.run(
    {
      name: 'incident.declare',
      title: 'one',
      severity: 'SEV-2',
      commander: 'maya',
      services: [],
    },
    'maya',
    T0,
  );
  return { room, incident: room.things('incident')[0] ?? '' };
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
      // A decision takes several steps before it proceeds.
      'propose',
      'poll',
      'poll',
      'answer',
      'answer',
      'answer',
      'take',
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
    index: fc.constantFrom(0, 0, 0, 1, 2),
    person,
    reason,
    because: fc.constantFrom('', 'the lag is small', 'because'),
    objection: fc.constantFrom('none' as const, 'strong' as const, 'strong' as const),
    proceed: fc.boolean(),
    executor: fc.option(person, { freq: 5 }),
    overrules: fc.oneof(
      fc.constant<string[]>(['ada', 'bo', 'chen']),
      fc.subarray<string>(['ada', 'bo', 'chen']),
    ),
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

test('O3 C2 whatever is asked in whatever order: a decision is made once, and what proceeds has its executor, one task, and no strong objection that was not overruled by name and with a reason', () => {
  let overruled = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyAct, fc.integer({ min: 0, max: 120_000 })), {
        minLength: 25,
        maxLength: 60,
      }),
      (acts) => {
        const { room, incident } = declaredRoom();
        let now = T0;
        objectedDecision(room, incident);
        for (const [act, passed] of acts) {
          now += passed;
          const before = room.facts.length;
          const command = act(room.things('decision'), room.things('task'), incident);
          const strong =
            command.name === 'decision.take'
              ? strongObjections(room.read('decision', command.decision) ?? { answers: [] })
              : [];
          const refused = room.run(command, 'maya', now);
          if (refused !== null) expect(room.facts.length).toBe(before);
          else if (command.name === 'decision.take' && command.proceed && strong.length > 0) {
            overruled += 1;
            expect(command.overrules).toEqual(expect.arrayContaining(strong));
            expect(command.reason.trim()).not.toBe('');
          }
        }
        for (const thing of room.things('decision')) checkDecision(room, thing);
        for (const thing of room.things('task')) checkTask(room, thing);
      },
    ),
    { numRuns: 300 },
  );
  // It came to that often enough to be put to the test.
  expect(overruled).toBeGreaterThan(20);
});

/** A decision that was polled, and to which two object strongly. */
function objectedDecision(room: CommandRoom, incident: string): string {
  const run = (command: Command): string | null => room.run(command, 'maya', T0);
  run({
    name: 'decision.propose',
    incident,
    action: 'fail over',
    risk: 'high',
    danger: '',
    expected: '',
    undo: '',
  });
  const decision = room.things('decision')[0] ?? '';
  run({ name: 'decision.poll', decision });
  for (const name of ['ada', 'bo']) {
    run({ name: 'decision.answer', decision, person: name, objection: 'strong', reason: 'lag' });
  }
  return decision;
}

function checkDecision(room: CommandRoom, thing: string): void {
  const state = room.read('decision', thing);
  if (!state) return;
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
  const ends = room.facts.filter(
    (fact) => fact.thing === thing && ['decision.taken', 'decision.withdrawn'].includes(fact.kind),
  );
  expect(ends.length).toBeLessThanOrEqual(1);
}

function checkTask(room: CommandRoom, thing: string): void {
  const state = room.read('task', thing);
  if (!state) return;
  expect(state.dueAt).toBeGreaterThan(state.begunAt);
  expect(state.begunAt).toBeGreaterThanOrEqual(state.assignedAt);
  expect(state.status === 'open').toBe(state.endedAt === null);
}

test('O3 a strong objection that is not overruled by name and with a reason holds the decision', () => {
  const { room, incident } = declaredRoom();
  const run = (command: Command): string | null => room.run(command, 'maya', T0 + 1_000);
  const decision = objectedDecision(room, incident);
  const take = (overrules: string[], because = 'we can bear it'): string | null =>
    run({
      name: 'decision.take',
      decision,
      proceed: true,
      reason: because,
      executor: 'chen',
      overrules,
      minutes: 10,
    });
  expect(take([])).toBe('strong-objections');
  expect(take(['ada'])).toBe('strong-objections');
  expect(take(['ada', 'bo'], ' ')).toBe('strong-objections');
  expect(take(['ada', 'bo'])).toBeNull();
  expect(room.read('decision', decision)).toMatchObject({
    status: 'proceeding',
    overrules: ['ada', 'bo'],
  });
});
