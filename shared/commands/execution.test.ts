import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readActionCatalogue, type ActionCatalogue } from '../actions/catalogue.ts';
import { planAction, planDigest } from '../actions/plan.ts';
import type { CallResult } from '../facts/execution.ts';
import { PEOPLE, type Fact } from '../facts/fact.ts';
import { momentOfKey } from '../facts/order.ts';
import { APPROVAL_MS } from '../projections/execution.ts';
import { foldThing } from '../projections/fold.ts';
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
          return { startedAt: T0, status: 'running', heldBy: 'maya', digest: 'd' } as never;
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
