import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Noun } from '../projections/all.ts';
import { isOpenPhase } from '../projections/incident.ts';
import { strongObjections } from '../projections/decision.ts';
import { standingDigest } from '../projections/post-mortem.ts';
import { arbitraryOf } from '../testing/arbitrary-of.ts';
import { createCommandRoom, type CommandRoom } from '../testing/command-room.ts';
import { commandSchema, type Command } from './command.ts';
import { PHASE_STEPS } from './incident.ts';

const T0 = 1_760_000_600_000;
const PEOPLE = ['maya', 'ren', 'ada'];

/** Which noun the field of a command names, and who stands for one of them until there are any. */
const NOUN_OF_FIELD: Readonly<Record<string, Noun>> = {
  incident: 'incident',
  into: 'incident',
  of: 'incident',
  parent: 'incident',
  task: 'task',
  decision: 'decision',
  hypothesis: 'hypothesis',
  update: 'update',
  rollCall: 'roll-call',
  followUp: 'follow-up',
  run: 'run',
  note: 'note',
  import: 'import',
  goesOn: 'import',
};
const DIGEST = 'd'.repeat(64);
const WORDS = [...PEOPLE, 'checkout', 'ledger', 'DB', DIGEST];

function wordsOf(field: string): readonly string[] {
  const noun = NOUN_OF_FIELD[field];
  if (noun !== undefined) return [`${noun}:#0`, `${noun}:#1`, `${noun}:#2`];
  if (field === 'offer') return ['#offer'];
  if (field === 'team') return ['DB'];
  if (field === 'replaces') return [DIGEST];
  return WORDS;
}

const led =
  /^(incident|task|decision|report|hypothesis|update|roll-call|contacts|follow-up|post-mortem|run|comment|attachment|import)\./u;
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  ...commandSchema.options
    .filter((option) => led.test(option.shape.name.value))
    .map((option) => ({
      // A decision takes several steps before it can be verified.
      weight: option.shape.name.value.startsWith('decision.') ? 4 : 1,
      arbitrary: arbitraryOf(option, wordsOf) as fc.Arbitrary<Command>,
    })),
);

interface Step {
  readonly command: Command;
  readonly person: string;
  /** How far this person's clock is from the room's (ms). */
  readonly skew: number;
}
/** Clocks differ, but by less than what is believed. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    command: anyCommand,
    person: fc.constantFrom(...PEOPLE),
    skew: fc.constantFrom(0, 0, 0, -45_000, 45_000),
  }),
  { minLength: 30, maxLength: 90 },
);
const declare: Step = {
  command: {
    name: 'incident.declare',
    title: 'Payments fail',
    severity: 'SEV-2',
    commander: 'maya',
    services: ['checkout'],
  },
  person: 'maya',
  skew: 0,
};

/** Puts things that exist, and what a person sees of them, where a command has a stand-in. */
function resolved(command: Command, room: CommandRoom): Command {
  const put = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(put);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, put(inner)]));
    }
    const [, noun, index] = /^([a-z-]+):#(\d)$/u.exec(String(value)) ?? [];
    if (noun === undefined) return value;
    const things = room.things(noun as Noun);
    return things[Number(index) % Math.max(1, things.length)] ?? `${noun}:none`;
  };
  const filled = put(command) as Command;
  if (filled.name === 'incident.answer-command') {
    const offers = room.read('incident', filled.incident)?.offers ?? [];
    return { ...filled, offer: offers.at(-1)?.offer ?? 'none' };
  }
  if (filled.name === 'post-mortem.edit') {
    const thing = filled.incident.replace('incident:', 'post-mortem:');
    const state = room.read('post-mortem', thing);
    return state === null ? filled : { ...filled, replaces: standingDigest(state, filled.section) };
  }
  return filled;
}

/** What holds of every room, whatever was asked of it. */
function check(room: CommandRoom): void {
  const incidents = room.things('incident');
  for (const thing of incidents) {
    const incident = room.read('incident', thing);
    if (incident === null || incident.declaredAt === 0) continue;
    // One after the other nobody contests: one commander at a time.
    expect(incident.claims, thing).toEqual([]);
    expect(incident.commander, thing).not.toBe('');
    expect(incident.status === 'active', thing).toBe(isOpenPhase(incident.phase));
    expect(incident.resolvedAt === null, thing).toBe(isOpenPhase(incident.phase));
    expect(incident.duplicateOf !== null, thing).toBe(incident.phase === 'duplicate');
    for (const [index, { phase }] of incident.phases.entries()) {
      const before = incident.phases[index - 1]?.phase;
      if (before !== undefined) expect(PHASE_STEPS[before], thing).toContain(phase);
    }
    expect(new Set(incident.teams.map(({ team }) => team)).size).toBe(incident.teams.length);
    for (const by of ['parent', 'duplicateOf'] as const) {
      let next = incident[by];
      for (let depth = 0; next !== null; depth += 1) {
        expect(depth, `${thing} hangs on itself by ${by}`).toBeLessThan(incidents.length);
        next = room.read('incident', next)?.[by] ?? null;
      }
    }
  }
  for (const thing of room.things('decision')) {
    const decision = room.read('decision', thing);
    if (decision?.status !== 'proceeding') continue;
    expect(decision.executor, thing).not.toBeNull();
    expect(decision.overrules, thing).toEqual(strongObjections(decision));
  }
  for (const noun of ['task', 'decision', 'report', 'hypothesis', 'update', 'follow-up'] as const) {
    for (const thing of room.things(noun)) {
      const incident = room.read(noun, thing)?.incident ?? '';
      expect(room.read('incident', incident)?.declaredAt ?? 0, thing).toBeGreaterThan(0);
    }
  }
}

/** Kinds after which a thing takes no more of its own kinds. */
const LAST: Readonly<Record<string, RegExp>> = {
  'task.done': /^task\./u,
  'task.dropped': /^task\./u,
  'decision.withdrawn': /^decision\./u,
  'run.finished': /^run\./u,
};

test('C5 whatever people ask one after the other, no thing is ever in a state that has no meaning', () => {
  const taken = new Set<string>();
  const refused = new Set<string>();
  fc.assert(
    fc.property(steps, (asked) => {
      const room = createCommandRoom();
      let now = T0;
      for (const { command, person, skew } of [declare, ...asked]) {
        now += 20_000;
        const filled = resolved(command, room);
        expect(commandSchema.safeParse(filled).error).toBeUndefined();
        const before = room.facts.length;
        const code = room.run(filled, person, now + skew);
        if (code === null) taken.add(filled.name);
        else {
          refused.add(code);
          expect(room.facts.length, `${filled.name}: ${code}`).toBe(before);
        }
        check(room);
      }
      for (const [kind, more] of Object.entries(LAST)) {
        for (const [index, last] of room.facts.entries()) {
          if (last.kind !== kind) continue;
          const later = room.facts.slice(index + 1).filter(({ thing }) => thing === last.thing);
          expect(later.filter((fact) => more.test(fact.kind))).toEqual([]);
        }
      }
    }),
    { numRuns: 500 },
  );
  // Every command was taken at least once, so what holds above was put to the test.
  const names = commandSchema.options
    .map(({ shape }) => shape.name.value)
    .filter((name) => led.test(name));
  expect(names.filter((name) => !taken.has(name))).toEqual([]);
  expect(refused.size).toBeGreaterThan(12);
}, 60_000);
