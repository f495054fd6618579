import fc from 'fast-check';
import { catalogue, type FactKind } from '../facts/catalogue.ts';
import { attachmentThing } from '../facts/attachment.ts';
import { commentThing } from '../facts/comment.ts';
import { contactsThing } from '../facts/contacts.ts';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { NOISE_THING } from '../facts/noise.ts';
import { postMortemThing } from '../facts/post-mortem.ts';
import { reportThing } from '../facts/report.ts';
import { UNITS_THING } from '../facts/units.ts';
import { edgeThing, nodeThing } from '../facts/topology.ts';
import { sourceThing } from '../facts/source.ts';
import { arbitraryOf } from './arbitrary-of.ts';

/**
 * Sets of facts for property tests: few things and few moments, so that they collide. Only tests
 * import this.
 */
const START = 1_760_000_000_000;
const moment = fc.integer({ min: 0, max: 40 }).map((step) => START + step * 15_000);
const source = fc.constantFrom('am-a', 'am-b', 'mesh');
const service = fc.constantFrom('checkout', 'ledger', 'db');
const person = fc.constantFrom('maya', 'ren');
const heard = fc.integer({ min: -300_000, max: 600_000 });

/** A fact of a machine; without a thing it speaks of the source itself. */
function machine(
  kind: string,
  thing: fc.Arbitrary<string> | null,
  body: (at: number, thing: string) => fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Fact> {
  return fc
    .tuple(thing ?? fc.constant(null), moment, source, heard)
    .map(([name, at, from, delay]) => ({ name: name ?? sourceThing(from), at, from, delay }))
    .chain(({ name, at, from, delay }) =>
      body(at, name).map((content) =>
        sealFact({
          kind,
          v: 1,
          thing: name,
          at,
          heardAt: at + delay,
          source: from,
          body: content as Fact['body'],
        }),
      ),
    );
}

function people(
  kind: string,
  thing: fc.Arbitrary<string>,
  body: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Fact> {
  return fc
    .tuple(thing, moment, person, fc.integer({ min: 1, max: 50 }), body)
    .map(([name, at, author, counter, content]) =>
      sealFact({
        kind,
        v: 1,
        thing: name,
        at,
        heardAt: at,
        source: PEOPLE,
        author: { person: author, replica: `${author}-laptop`, counter, hlc: nextHlc(null, at) },
        body: content as Fact['body'],
      }),
    );
}

const alert = fc.constantFrom('alert:00000000000000aa', 'alert:00000000000000bb');

function described(thing: string): Record<string, unknown> {
  const fingerprint = thing.slice('alert:'.length);
  return {
    fingerprint,
    name: `High${fingerprint.slice(-2)}`,
    severity: fingerprint.endsWith('aa') ? 'critical' : 'warning',
    service: fingerprint.endsWith('aa') ? 'checkout' : 'ledger',
    labels: { alertname: `High${fingerprint.slice(-2)}` },
    annotations: {},
  };
}

const silence = fc.constantFrom('silence:s1', 'silence:s2');
const describedSilences = ['checkout', 'ledger'].map((value) => ({
  matchers: [{ name: 'service', value, isRegex: false, isEqual: true }],
  startsAt: START,
  endsAt: START + 300_000,
  comment: 'disk swap',
}));

const incident = fc.constantFrom('incident:one', 'incident:two');
const run = fc.constant('run:one');
const digest = 'd'.repeat(64);

const SAID = ['maya', 'ren', 'checkout', 'a', 'b', 'incident:one', 'incident:two', 'c'.repeat(64)];

/** What is said and done while an incident is led, each kind by its own schema. */
const course: fc.Arbitrary<Fact> = fc.oneof(
  ...(Object.keys(catalogue) as FactKind[])
    .filter((kind) =>
      /^(incident|task|decision|report|hypothesis|update|roll-call|contacts|follow-up|post-mortem|run|execution|attachment|comment|import)\./u.test(
        kind,
      ),
    )
    .map((kind) => {
      const noun = kind.slice(0, kind.indexOf('.'));
      const things = noun === 'incident' ? incident : fc.constant(`${noun}:one`);
      const body = arbitraryOf(catalogue[kind], () => SAID);
      return people(kind, things, body as fc.Arbitrary<Record<string, unknown>>).map(named);
    }),
);

/** Some things are named after what is said of them. */
function named(fact: Fact): Fact {
  const { id: _, ...rest } = fact;
  const { body } = fact;
  const said = (field: string): string => String(body[field]);
  switch (fact.kind) {
    case 'report.given':
      return sealFact({ ...rest, thing: reportThing(said('incident'), said('from')) });
    case 'attachment.added':
    case 'attachment.withdrawn':
      return sealFact({ ...rest, thing: attachmentThing(said('of')) });
    case 'comment.written':
      return sealFact({ ...rest, thing: commentThing(said('entry')) });
    case 'contacts.imported':
      return sealFact({ ...rest, thing: contactsThing(said('origin')) });
    case 'post-mortem.drafted':
      return sealFact({ ...rest, thing: postMortemThing(said('incident')) });
    default:
      return fact;
  }
}

/** One fact of any kind that has a state. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 12, arbitrary: course },
  machine('alert.fired', alert, (at, thing) =>
    fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }).map((lease) => ({
      ...described(thing),
      // A renewal of the lease says again what began before.
      startsAt: lease !== undefined && lease % 3 === 0 ? at - 60_000 : at,
      ...(lease === undefined ? {} : { leaseUntil: at + lease * 30_000 }),
    })),
  ),
  machine('alert.resolved', alert, (at, thing) =>
    fc.constant({ ...described(thing), startsAt: at - 60_000, endsAt: at }),
  ),
  people('alert.acknowledged', alert, fc.constant({})),
  people('alert.unacknowledged', alert, fc.constant({})),
  machine('alert.suppressed', alert, (_at, thing) =>
    fc.subarray(['s1', 's2']).map((silencedBy) => ({
      fingerprint: thing.slice('alert:'.length),
      silencedBy,
      inhibitedBy: [],
      mutedBy: [],
    })),
  ),
  people('alert.assigned', alert, fc.record({ to: fc.option(person, { nil: null }) })),
  people('alert.released', alert, fc.constantFrom({ stage: 'folding' }, { stage: 'silence' })),
  people('alert.unreleased', alert, fc.constantFrom({ stage: 'folding' }, { stage: 'silence' })),
  people(
    'silence.created',
    silence,
    fc.constantFrom(...describedSilences).map((said) => ({ ...said, purpose: 'silence' })),
  ),
  people('silence.expired', silence, fc.constant({ comment: 'done' })),
  machine('silence.listed', silence, (_at, thing) =>
    fc
      .tuple(fc.constantFrom(...describedSilences), fc.constantFrom('active', 'expired'))
      .map(([said, state]) => ({
        ...said,
        silenceId: thing.slice('silence:'.length),
        createdBy: 'amtool',
        state,
      })),
  ),
  people(
    'noise.configured',
    fc.constant(NOISE_THING),
    fc.boolean().map((folding) => ({
      inhibitRules: [],
      origin: '',
      groupBy: [],
      shake: { mode: 'gradual', calmMs: 300_000 },
      folding,
    })),
  ),
  machine('event.reported', fc.constant('event:k8s:e1'), () =>
    fc.integer({ min: 1, max: 3 }).map((count) => ({
      eventId: 'e1',
      type: 'Warning BackOff',
      title: 'restarting',
      severity: 'warning',
      services: ['ledger'],
      count,
    })),
  ),
  machine('edge.measured', fc.constant(edgeThing('checkout', 'ledger')), () =>
    fc.integer({ min: 0, max: 3 }).map((requestsPerSecond) => ({
      from: 'checkout',
      to: 'ledger',
      requestsPerSecond,
    })),
  ),
  machine('source.counted', null, () =>
    fc.integer({ min: 0, max: 4 }).map((received) => ({ expected: 4, received })),
  ),
  machine('node.declared', service.map(nodeThing), (_at, thing) =>
    fc.constantFrom('z1', 'z2').map((zone) => ({
      name: thing.slice('node:'.length),
      kind: 'service',
      zone,
    })),
  ),
  machine('node.retired', service.map(nodeThing), (_at, thing) =>
    fc.constant({ name: thing.slice('node:'.length) }),
  ),
  machine('node.unlisted', service.map(nodeThing), (_at, thing) =>
    fc
      .constantFrom('not-listed', 'not-seen')
      .map((reason) => ({ name: thing.slice('node:'.length), reason })),
  ),
  machine('edge.unlisted', fc.constant(edgeThing('checkout', 'ledger')), () =>
    fc.constant({ from: 'checkout', to: 'ledger', reason: 'not-seen' }),
  ),
  people(
    'units.configured',
    fc.constant(UNITS_THING),
    fc.constantFrom(60, 100).map((weight) => ({
      origin: 'units.csv',
      shardCount: 100,
      shardFunction: 'last-digits',
      units: [
        {
          name: 'RZ01',
          shards: [[0, 99]],
          cells: [{ name: 'RZ01A', centre: 'HZ-1', city: 'Hangzhou', weight }],
          drState: 'normal',
          sameCity: null,
          remote: null,
        },
      ],
      replicas: [],
      leases: [],
    })),
  ),
  machine('edge.declared', fc.constant(edgeThing('checkout', 'ledger')), () =>
    fc
      .constantFrom('sync', 'async')
      .map((strength) => ({ from: 'checkout', to: 'ledger', strength })),
  ),
  machine('edge.retired', fc.constant(edgeThing('checkout', 'ledger')), () =>
    fc.constant({ from: 'checkout', to: 'ledger' }),
  ),
  machine('change.reported', fc.constant('change:am-a:c1'), () =>
    fc.constantFrom('started', 'finished', 'rolled-back').map((status) => ({
      changeId: 'c1',
      title: 'pool size',
      kind: 'config',
      status,
      services: ['ledger'],
    })),
  ),
  machine('source.heard', null, () => fc.constant({ speaks: 'alertmanager', intervalMs: 60_000 })),
  machine('source.problem', null, () =>
    fc.constant({ place: 'alerts[0]', reason: 'no alertname', excerpt: '' }),
  ),
  people(
    'incident.declared',
    incident,
    fc.constantFrom('SEV-1', 'SEV-2').map((severity) => ({
      title: 'Payments fail',
      severity,
      commander: 'maya',
      services: ['checkout'],
    })),
  ),
  people(
    'incident.commander-changed',
    incident,
    fc.tuple(person, person).map(([replaces, commander]) => ({
      replaces: [replaces],
      commander,
    })),
  ),
  people(
    'incident.severity-changed',
    incident,
    fc.constant({ severity: 'SEV-1', reason: 'worse' }),
  ),
  people('incident.resolved', incident, fc.constant({ summary: 'rolled back' })),
  people('incident.reopened', incident, fc.constant({ reason: 'again' })),
  people(
    'note.written',
    fc.constant('note:one'),
    fc.constantFrom('a', 'b').map((text) => ({ text })),
  ),
  people('note.corrected', fc.constant('note:one'), fc.constant({ replaces: 'a', text: 'c' })),
  people(
    'runbook.written',
    fc.constant('runbook:pool.md'),
    fc
      .tuple(fc.constantFrom('# One', '# Two'), fc.subarray(['a'.repeat(64), 'b'.repeat(64)]))
      .map(([text, replaces]) => ({ fileName: 'pool.md', text, replaces })),
  ),
  people(
    'note.imported',
    fc.constantFrom('note:one', 'note:i1'),
    fc
      .constantFrom('import:one', 'import:two')
      .map((ofImport) => ({ text: 'a', who: 'ada', import: ofImport, origin: '#ops' })),
  ),
  people(
    'note.moved',
    fc.constant('note:one'),
    fc.constantFrom(START, START + 60_000).map((to) => ({ from: START, to, reason: 'a' })),
  ),
  people('run.started', run, fc.constant({ runbook: 'failover', title: 'Failover', digest })),
  people(
    'run.step-recorded',
    run,
    fc.constantFrom('one', 'two').map((step) => ({
      step,
      title: step,
      outcome: 'done',
    })),
  ),
  people('run.finished', run, fc.constant({ outcome: 'completed' })),
);

/** A set of facts: no id twice. */
export const factSet = (options: { maxLength: number }): fc.Arbitrary<Fact[]> =>
  fc.uniqueArray(anyFact, { selector: (fact) => fact.id, maxLength: options.maxLength });

/** The same facts in another order, some of them more than once. */
export function shuffledWithRepeats(facts: readonly Fact[]): fc.Arbitrary<Fact[]> {
  if (facts.length === 0) return fc.constant([]);
  return fc
    .tuple(
      fc.shuffledSubarray([...facts], { minLength: facts.length }),
      fc.array(fc.constantFrom(...facts), { maxLength: 10 }),
    )
    .map(([order, repeats]) => [...order, ...repeats]);
}
