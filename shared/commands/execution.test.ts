import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readActionCatalogue, type ActionCatalogue } from '../actions/catalogue.ts';
import { planAction, planDigest } from '../actions/plan.ts';
import type { CallResult } from '../facts/execution.ts';
import { PEOPLE, type Fact } from '../facts/fact.ts';
import { momentOfKey } from '../facts/order.ts';
import { sha256Hex } from '../kit/hash.ts';
import { APPROVAL_MS, type ExecutionState } from '../projections/execution.ts';
import { foldThing } from '../projections/fold.ts';
import { runProjection, type RunState } from '../projections/run.ts';
import type { CommandContext, PersonDraft } from './context.ts';
import { decide } from './decide.ts';
import { recordExecution, type ExecutionEvent } from './execution.ts';
import type { Command } from './command.ts';

const T0 = 1_760_000_600_000;
const RESULT: CallResult = {
  outcome: 'exited',
  code: 0,
  signal: null,
  reason: '',
  output: '',
  outputBytes: 0,
  outputSha256: null,
  isCut: false,
  lastedMs: 1,
};

function catalogueOf(word: string): ActionCatalogue {
  const entry = {
    kind: 'command',
    does: 'does it',
    executable: '/bin/do',
    argv: [word, '{service}'],
    dryRun: ['show', '{service}'],
    parameters: { service: { type: 'name', label: 'Service' } },
    timeoutSeconds: 5,
    verify: { entry: 'look' },
    wayBack: { entry: 'look' },
  };
  const read = readActionCatalogue(
    JSON.stringify({
      format: 'holdfast-actions/1',
      version: 1,
      expires: '2099-01-01T00:00:00Z',
      entries: [
        { ...entry, id: 'change', title: 'Change', effect: 'changes', automatic: true },
        { ...entry, id: 'change-two', title: 'Change', effect: 'changes', approvals: 2 },
        { ...entry, id: 'danger', title: 'Danger', effect: 'dangerous', approvals: 1 },
        { ...entry, id: 'danger-two', title: 'Danger', effect: 'dangerous' },
        {
          id: 'look',
          title: 'Look',
          does: 'looks',
          kind: 'command',
          effect: 'reads',
          executable: '/bin/look',
          argv: [],
          timeoutSeconds: 5,
        },
      ],
    }),
  );
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** Maya started it at the first desk, and holds it. */
const RUN: RunState = {
  ...runProjection.initial('run:one'),
  startedAt: T0,
  startedBy: 'maya',
  startedFrom: 'desk-a',
  heldBy: 'maya',
};

const CATALOGUES = [catalogueOf('old'), catalogueOf('new')] as const;
const ENTRIES = ['change', 'change-two', 'danger', 'danger-two', 'look'] as const;
const DESKS = ['desk-a', 'desk-b', 'desk-c'] as const;
/** Two of them share a desk. */
const PERSONS = ['maya', 'ren', 'ada', 'lin'] as const;

/** What no honest desk writes, and a feed may bring all the same. */
const TRICKS = ['digest', 'replica', 'start', 'own', 'same-desk', 'automatic'] as const;

type Step =
  | {
      readonly do: 'propose';
      readonly entry: (typeof ENTRIES)[number];
      readonly automatic: boolean;
    }
  | { readonly do: 'start' }
  | { readonly do: 'approve' | 'withdraw' | 'exchange' | 'catalogue' }
  | { readonly do: 'rehearsed' | 'ended'; readonly code: number }
  | { readonly do: 'forge'; readonly what: (typeof TRICKS)[number] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'restore' }
  | { readonly do: 'take-back' };

interface Act {
  readonly step: Step;
  readonly person: number;
  readonly desk: number;
  /** Which of the executions that there are. */
  readonly thing: number;
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'propose', entry: 'danger', automatic: false }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('rehearsed' as const),
      code: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('approve' as const) }) },
  { weight: 10, arbitrary: fc.constant<Step>({ do: 'start' }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('exchange' as const) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>({ do: 'take-back' }, { do: 'withdraw' }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('catalogue' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('ended' as const), code: fc.constantFrom(0, 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('forge' as const),
      what: fc.constantFrom(...TRICKS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 60_000, APPROVAL_MS - 1, APPROVAL_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
);

const anyAct = (step: fc.Arbitrary<Step>, desks: readonly number[]): fc.Arbitrary<Act> =>
  fc.record({
    step,
    person: fc.nat({ max: 3 }),
    desk: fc.constantFrom(...desks),
    thing: fc.constantFrom(0, 0, 0, 1),
  });
const anyProposal: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('propose' as const),
  entry: fc.constantFrom('change' as const, ...ENTRIES),
  automatic: fc.constantFrom(false, false, true),
});
/** They begin with a proposal that is rehearsed: else hardly one would come to an approval. */
const acts: fc.Arbitrary<Act[]> = fc
  .tuple(
    anyAct(anyProposal, [0]),
    anyAct(fc.constant({ do: 'rehearsed', code: 0 }), [0]),
    fc.array(anyAct(anyStep, [0, 0, 1, 2]), { minLength: 8, maxLength: 28 }),
  )
  .map(([proposal, rehearsal, rest]) => [proposal, rehearsal, ...rest]);

interface Desk {
  replica: string;
  catalogue: 0 | 1;
  readonly facts: Map<string, Fact>;
}

/** What really happened, written down beside the facts and without looking at them. */
interface Witness {
  readonly proposals: Map<
    string,
    { by: string; desk: string; digest: string; entry: string; automatic: boolean }
  >;
  readonly rehearsals: Map<string, boolean>;
  readonly approvals: { thing: string; by: string; desk: string; digest: string; at: number }[];
  readonly runs: Map<string, number>;
  executed: number;
  automatic: number;
}

/** Desks that exchange facts now and then, people at them, and an engine that only counts. */
function play(list: readonly Act[]): { witness: Witness; unapproved: string[] } {
  const desks: Desk[] = DESKS.map((replica) => ({ replica, catalogue: 0, facts: new Map() }));
  const witness: Witness = {
    proposals: new Map(),
    rehearsals: new Map(),
    approvals: [],
    runs: new Map(),
    executed: 0,
    automatic: 0,
  };
  const unapproved: string[] = [];
  let now = T0;
  let made = 0;

  function contextOf(desk: Desk, person: string): CommandContext {
    const states = new Map<string, ReturnType<typeof foldThing>>();
    const fold = (thing: string): ReturnType<typeof foldThing> => {
      let state = states.get(thing);
      if (state === undefined) {
        state = foldThing(
          thing,
          [...desk.facts.values()].filter((fact) => fact.thing === thing),
        );
        states.set(thing, state);
      }
      return state;
    };
    return {
      now,
      person,
      newId: `n${made}`,
      read: (noun, thing) => {
        if (noun === 'run') {
          return RUN as never;
        }
        const folded = fold(thing);
        return folded?.noun === noun ? (folded.state as never) : null;
      },
      holdsRunbook: () => true,
      holdsAttachment: () => false,
      lastAt: (thing) => {
        const key = fold(thing)?.lastKey;
        return key === undefined ? null : momentOfKey(key);
      },
      actions: {
        catalogue: CATALOGUES[desk.catalogue],
        replica: desk.replica,
        // The runbook lets every action of its second step run by itself.
        wishOf: (_, step) =>
          step === 'by-itself'
            ? { entry: 'change', parameters: { service: 'pay' }, automatic: true }
            : null,
      },
    };
  }

  function store(desk: Desk, person: string, drafts: readonly PersonDraft[]): void {
    for (const draft of drafts) {
      made += 1;
      const id = made.toString(16).padStart(64, '0');
      desk.facts.set(id, {
        ...draft,
        id: id as Fact['id'],
        v: 1,
        heardAt: now,
        source: PEOPLE,
        author: { person, replica: desk.replica, counter: made, hlc: '0'.repeat(13) },
        body: draft.body as Record<string, never>,
      });
    }
  }

  function run(desk: Desk, person: string, command: Command): string | null {
    made += 1;
    const decision = decide(command, contextOf(desk, person));
    if (!decision.ok) return null;
    store(desk, person, decision.value);
    return decision.value[0]?.thing ?? '';
  }

  function tell(desk: Desk, thing: string, event: ExecutionEvent): void {
    const decision = recordExecution(thing, event, contextOf(desk, 'maya'));
    if (decision.ok) store(desk, 'maya', decision.value);
  }

  for (const { step, person: personIndex, desk: deskIndex, thing: thingIndex } of list) {
    const desk = desks[deskIndex];
    const person = PERSONS[personIndex] ?? 'maya';
    if (desk === undefined) continue;
    // Two things may have one name: what runs by itself at two desks.
    const thing = [...witness.proposals.keys()].at(-1 - thingIndex) ?? 'execution:none';
    const proposal = witness.proposals.get(thing);
    const digest = proposal?.digest ?? '0'.repeat(64);
    now += 1;
    switch (step.do) {
      case 'propose':
      case 'take-back': {
        const made =
          step.do === 'take-back'
            ? run(desk, person, { name: 'execution.take-back', execution: thing })
            : run(desk, person, {
                name: 'execution.propose',
                entry: step.entry,
                parameters: step.entry === 'look' ? {} : { service: 'pay' },
                automatic: step.automatic,
                run: 'run:one',
                step: 'by-itself',
              });
        if (made === null || witness.proposals.has(made)) break;
        const entry = step.do === 'take-back' ? 'look' : step.entry;
        const planned = planAction(
          CATALOGUES[desk.catalogue],
          { entry, parameters: entry === 'look' ? {} : { service: 'pay' } },
          now,
        );
        if (!planned.ok) throw new Error(planned.error.code);
        witness.proposals.set(made, {
          by: person,
          desk: desk.replica,
          digest: planDigest(planned.value, desk.replica, made),
          entry,
          automatic: step.do === 'propose' && step.automatic,
        });
        break;
      }
      case 'rehearsed':
        tell(desk, thing, { kind: 'rehearsed', result: { ...RESULT, code: step.code } });
        if (desk.replica === proposal?.desk) witness.rehearsals.set(thing, step.code === 0);
        break;
      case 'ended':
        tell(desk, thing, { kind: 'ended', result: { ...RESULT, code: step.code } });
        break;
      case 'approve':
        if (run(desk, person, { name: 'execution.approve', execution: thing, digest }) !== null) {
          witness.approvals.push({ thing, by: person, desk: desk.replica, digest, at: now });
        }
        break;
      case 'withdraw':
        run(desk, person, { name: 'execution.withdraw', execution: thing, reason: 'no' });
        break;
      case 'exchange': {
        const other = desks[(deskIndex + 1 + (personIndex % 2)) % desks.length];
        if (other === undefined) break;
        const all = new Map([...desk.facts, ...other.facts]);
        for (const [id, fact] of all) {
          desk.facts.set(id, fact);
          other.facts.set(id, fact);
        }
        break;
      }
      case 'catalogue':
        desk.catalogue = desk.catalogue === 0 ? 1 : 0;
        break;
      case 'wait':
        now += step.ms;
        break;
      case 'restore':
        // A journal that was restored or copied is another one.
        made += 1;
        desk.replica = `${DESKS[deskIndex]}-${made}`;
        break;
      case 'forge':
        forge(step.what, desk, person, thing);
        break;
      case 'start': {
        const started = run(desk, person, { name: 'execution.start', execution: thing, digest });
        if (started === null) break;
        witness.executed += 1;
        const why = whyNot(thing, desk);
        if (why !== null) unapproved.push(`${thing}: ${why}`);
        witness.runs.set(thing, (witness.runs.get(thing) ?? 0) + 1);
        if (proposal?.automatic) witness.automatic += 1;
        break;
      }
    }
  }
  return { witness, unapproved };

  function forge(what: (typeof TRICKS)[number], desk: Desk, person: string, thing: string): void {
    const proposal = witness.proposals.get(thing);
    const digest = proposal?.digest ?? '0'.repeat(64);
    const replica = proposal?.desk ?? 'r';
    const approve = (from: Desk, by: string, body: { digest: string; replica: string }): void => {
      const drafts = [
        { kind: 'execution.approved', thing, at: now, body: { title: 'x', ...body } } as const,
      ];
      store(from, by, drafts);
      // As a feed would bring it.
      for (const [id, fact] of from.facts) if (fact.at === now) desk.facts.set(id, fact);
    };
    switch (what) {
      case 'digest':
        approve(desk, person, { digest: 'f'.repeat(64), replica });
        return;
      case 'replica':
        approve(desk, person, { digest, replica: 'desk-z' });
        return;
      case 'start':
        run(desk, person, { name: 'execution.start', execution: thing, digest: 'f'.repeat(64) });
        return;
      case 'own':
      case 'same-desk': {
        if (!proposal) return;
        const from = desks.find((other) => (other.replica === proposal.desk) === (what !== 'own'));
        const by = what === 'own' ? proposal.by : 'lin';
        if (from === undefined) return;
        approve(from, by, { digest, replica });
        witness.approvals.push({ thing, by, desk: from.replica, digest, at: now });
        return;
      }
      case 'automatic': {
        // A proposal that says of itself that it may run by itself.
        const parameters = { service: 'pay' };
        const planned = planAction(
          CATALOGUES[desk.catalogue],
          { entry: 'change-two', parameters },
          now,
        );
        if (!planned.ok) return;
        const forged = `execution:forged-${made}`;
        const body = {
          plan: planned.value,
          digest: planDigest(planned.value, desk.replica, forged),
          replica: desk.replica,
          automatic: true,
          run: 'run:one',
          step: 'by-itself',
        };
        store(desk, person, [{ kind: 'execution.proposed', thing: forged, at: now, body }]);
        witness.proposals.set(forged, {
          by: person,
          desk: desk.replica,
          digest: body.digest,
          entry: 'change-two',
          automatic: false,
        });
      }
    }
  }

  /** The oracle: it knows what people did, not what the facts say. */
  function whyNot(thing: string, desk: Desk): string | null {
    const proposal = witness.proposals.get(thing);
    if (!proposal) return 'nobody proposed it';
    if (proposal.desk !== desk.replica) return 'at another desk';
    if (witness.runs.has(thing)) return 'a second time';
    const { entry } = proposal;
    const planned = planAction(
      CATALOGUES[desk.catalogue],
      { entry, parameters: entry === 'look' ? {} : { service: 'pay' } },
      now,
    );
    if (!planned.ok || planDigest(planned.value, desk.replica, thing) !== proposal.digest) {
      return 'the catalogue is another one';
    }
    if (entry !== 'look' && witness.rehearsals.get(thing) !== true) return 'not rehearsed';
    if (proposal.automatic && entry === 'change') return null;
    const isDangerous = entry.startsWith('danger');
    const counting = witness.approvals.filter(
      (approval) =>
        approval.thing === thing &&
        approval.digest === proposal.digest &&
        now - approval.at < APPROVAL_MS &&
        !(isDangerous && (approval.by === proposal.by || approval.desk === proposal.desk)),
    );
    const persons = new Set(counting.map(({ by }) => by));
    const places = new Set(counting.map((approval) => approval.desk));
    const needed = entry.endsWith('-two') ? 2 : 1;
    if (persons.size < needed) return `${persons.size} of ${needed} approvals`;
    if (isDangerous && places.size < needed) return `${places.size} of ${needed} desks`;
    return null;
  }
}

/** One desk alone: what it wrote, and the run and the catalogue as it knows them. */
function oneDesk(replica: string, person: string, run: RunState = RUN) {
  const facts: Fact[] = [];
  const fold = (thing: string) =>
    foldThing(
      thing,
      facts.filter((fact) => fact.thing === thing),
    );
  const context = (): CommandContext => ({
    now: T0 + facts.length,
    person,
    newId: `${replica}${facts.length}`,
    read: (noun, thing) =>
      noun === 'run' ? (run as never) : ((fold(thing)?.state ?? null) as never),
    holdsRunbook: () => true,
    holdsAttachment: () => false,
    lastAt: () => null,
    actions: {
      catalogue: CATALOGUES[0],
      replica,
      wishOf: () => ({ entry: 'change', parameters: { service: 'pay' }, automatic: true }),
    },
  });
  const store = (drafts: readonly PersonDraft[]): void => {
    for (const draft of drafts) {
      const place = facts.length;
      const id = sha256Hex(`${replica} ${person} ${place}`) as Fact['id'];
      const author = { person, replica, counter: place, hlc: '0'.repeat(13) };
      const body = draft.body as Record<string, never>;
      facts.push({ ...draft, id, v: 1, heardAt: T0, source: PEOPLE, author, body });
    }
  };
  return {
    facts,
    state: (thing: string) => fold(thing)?.state as ExecutionState,
    run(command: Command): string {
      const decision = decide(command, context());
      if (!decision.ok) return decision.error.code;
      store(decision.value);
      return decision.value[0]?.thing ?? '';
    },
    tell(thing: string, event: ExecutionEvent): void {
      const decision = recordExecution(thing, event, context());
      if (decision.ok) store(decision.value);
    },
  };
}

const proposal = (entry: string, automatic: boolean): Command => ({
  name: 'execution.propose',
  entry,
  parameters: { service: 'pay' },
  automatic,
  run: 'run:one',
  step: 'by-itself',
});

test('A8 desks that hear nothing of each other run a step by itself once at most, whoever sits there and whatever they heard of the run', () => {
  const anyView = fc.record({
    person: fc.constantFrom('maya', 'ren'),
    handOver: fc.boolean(),
    status: fc.constantFrom('running' as const, 'running' as const, 'completed' as const),
  });
  const begun = { never: 0, once: 0 };
  fc.assert(
    fc.property(fc.tuple(anyView, anyView, anyView), (views) => {
      let count = 0;
      for (const [place, { person, handOver, status }] of views.entries()) {
        const handOvers = handOver ? [{ from: 'maya', to: 'ren', comment: '', at: T0 + 1 }] : [];
        const heldBy = handOver ? 'ren' : 'maya';
        const run = { ...RUN, status, handOvers, heldBy };
        const desk = oneDesk(DESKS[place] ?? '', person, run);
        const thing = desk.run(proposal('change', true));
        if (!thing.startsWith('execution:')) continue;
        desk.tell(thing, { kind: 'rehearsed', result: RESULT });
        const { digest } = desk.state(thing);
        if (desk.run({ name: 'execution.start', execution: thing, digest }) === thing) count += 1;
      }
      expect(count).toBeLessThanOrEqual(1);
      begun[count === 0 ? 'never' : 'once'] += 1;
    }),
  );
  expect(begun).toMatchObject({ never: expect.any(Number), once: expect.any(Number) });
  expect(Math.min(begun.never, begun.once)).toBeGreaterThan(0);
});

test('A8 what was to run by itself needs a person once its run was handed over or is over', () => {
  for (const change of [
    { handOvers: [{ from: 'maya', to: 'maya', comment: '', at: T0 }] },
    { status: 'completed' as const },
    { startedFrom: 'desk-b' },
    { heldBy: 'ren' },
  ]) {
    const run = { ...RUN };
    const desk = oneDesk('desk-a', 'maya', run);
    const thing = desk.run(proposal('change', true));
    desk.tell(thing, { kind: 'rehearsed', result: RESULT });
    Object.assign(run, change);
    const { digest } = desk.state(thing);
    const start: Command = { name: 'execution.start', execution: thing, digest };
    expect(desk.run(start)).toBe('not-automatic');
    // By hand, with an approval like anything else.
    expect(desk.run({ name: 'execution.approve', execution: thing, digest })).toBe(thing);
    expect(desk.run(start)).toBe(thing);
  }
});

test('A5 a second approval of what is dangerous from one desk is refused: it would never count', () => {
  const proposer = oneDesk('desk-a', 'maya');
  const thing = proposer.run(proposal('danger-two', false));
  proposer.tell(thing, { kind: 'rehearsed', result: RESULT });
  const { digest } = proposer.state(thing);
  const approve: Command = { name: 'execution.approve', execution: thing, digest };
  const first = oneDesk('desk-b', 'ren');
  first.facts.push(...proposer.facts);
  expect(first.run(approve)).toBe(thing);
  const second = oneDesk('desk-b', 'lin');
  second.facts.push(...first.facts);
  expect(second.run(approve)).toBe('desk-approved');
  const third = oneDesk('desk-c', 'lin');
  third.facts.push(...first.facts);
  expect(third.run(approve)).toBe(thing);
});

test('A6 only the desk that may run it tells that it ran, how it ended and whether it worked', () => {
  const desk = oneDesk('desk-a', 'maya');
  const thing = desk.run(proposal('change', false));
  desk.tell(thing, { kind: 'rehearsed', result: RESULT });
  const { digest } = desk.state(thing);
  const strange = (kind: string, body: object): void => {
    const place = desk.facts.length;
    const author = { person: 'x', replica: 'desk-z', counter: place, hlc: '0'.repeat(13) };
    desk.facts.push({
      ...({ kind, body: { title: 'x', digest, ...body } } as unknown as Fact),
      thing,
      at: T0 + place,
      id: sha256Hex(`x${place}`) as Fact['id'],
      v: 1,
      heardAt: T0,
      source: PEOPLE,
      author,
    });
  };
  const seen = { passed: true, result: RESULT };
  strange('execution.started', { approvals: [] });
  expect(desk.state(thing).started).toBeNull();
  expect(desk.run({ name: 'execution.approve', execution: thing, digest })).toBe(thing);
  expect(desk.run({ name: 'execution.start', execution: thing, digest })).toBe(thing);
  strange('execution.ended', seen);
  strange('execution.verified', seen);
  expect(desk.state(thing)).toMatchObject({ ended: null, verified: null });
  desk.tell(thing, { kind: 'ended', result: RESULT });
  expect(desk.state(thing).ended).not.toBeNull();
});

test('A3 A5 A8 in 20,000 random sequences of proposals, approvals, exchanges and tricks nothing runs unapproved', () => {
  let executed = 0;
  let automatic = 0;
  fc.assert(
    fc.property(acts, (list) => {
      const { witness, unapproved } = play(list);
      expect(unapproved).toEqual([]);
      executed += witness.executed;
      automatic += witness.automatic;
    }),
    { numRuns: 20_000 },
  );
  // A property of sequences in which nothing ever runs would show nothing.
  expect(executed).toBeGreaterThan(1_000);
  expect(automatic).toBeGreaterThan(100);
}, 300_000);
