import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asKnown, type KnownFact } from '../facts/catalogue.ts';
import { effectiveAt, PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { CLOCK_POINTS } from '../facts/incident.ts';
import { orderKey, sortFacts } from '../facts/order.ts';
import { edgeThing } from '../facts/topology.ts';
import { foldThing } from '../projections/fold.ts';
import { isOpenPhase, type IncidentState } from '../projections/incident.ts';
import { CLOCK_LEAD_MS } from './alert-evidence.ts';
import { incidentClock, type IncidentClock } from './clock-evidence.ts';
import { NO_POINTS, type ClockMove, type ClockPoints, type PlacedPoint } from './clock.ts';
import { compareTold, episodesOf, readingsOf, sampleOf, type Reading } from './measure.ts';

/** The clock as plainly as it can be said: after each fact all points from all facts heard so far. */
function plainClock(incident: string, facts: readonly Fact[]): IncidentClock {
  const heard = [...new Map(facts.map((fact) => [fact.id, fact])).values()].sort(
    (left, right) => left.heardAt - right.heardAt || (orderKey(left) < orderKey(right) ? -1 : 1),
  );
  const moves: ClockMove[] = [];
  let points = NO_POINTS;
  let reading: Omit<IncidentClock, 'moves'> = { points, sampledAt: null, goodSince: null };
  heard.forEach((fact, index) => {
    reading = plainReading(incident, heard.slice(0, index + 1));
    for (const point of CLOCK_POINTS) {
      const from = points[point]?.at ?? null;
      const to = reading.points[point]?.at ?? null;
      const { id: by, kind, heardAt } = fact;
      if (from !== to) {
        moves.push({ point, from, to, by, kind, at: effectiveAt(fact), heardAt });
      }
    }
    ({ points } = reading);
  });
  return { ...reading, moves };
}

function plainReading(incident: string, heard: readonly Fact[]): Omit<IncidentClock, 'moves'> {
  const all = sortFacts(heard).map((fact) => asKnown(fact) as KnownFact);
  const stateOf = (thing: string): IncidentState | null => {
    const state = foldThing(
      thing,
      heard.filter((fact) => fact.thing === thing),
    )?.state as IncidentState | undefined;
    return state === undefined || state.declaredAt === 0 ? null : state;
  };
  const of = stateOf(incident);
  if (of === null) return { points: NO_POINTS, sampledAt: null, goodSince: null };

  const family = new Set([incident]);
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { thing, kind } of all) {
      const state = kind.startsWith('incident.') ? stateOf(thing) : null;
      if (state?.carries && family.has(state.duplicateOf ?? '')) family.add(thing);
    }
  }
  const states = [...family].flatMap((thing) => stateOf(thing) ?? []);
  const services = new Set(states.flatMap((state) => state.services));
  const origins = new Set(states.map(({ origin }) => origin));
  const until = isOpenPhase(of.phase) ? Infinity : (of.resolvedAt ?? Infinity);

  // The measure.
  const { measure } = of;
  const samples = all.flatMap((fact) =>
    measure === null || fact.kind !== 'edge.measured' ? [] : (sampleOf(fact, measure) ?? []),
  );
  const beats = all.flatMap((fact) => {
    const { id: factId, heardAt, source } = fact;
    return fact.kind === 'source.heard' && measure !== null
      ? [{ at: effectiveAt(fact), heardAt, factId, source }]
      : [];
  });
  const { readings } = readingsOf(samples.sort(compareTold), beats.sort(compareTold));
  const episodes = episodesOf(readings, measure?.goodMs ?? 0);
  const during = episodes.filter(
    ({ effect, confirmed }) => effect.at <= until && (confirmed?.at ?? Infinity) >= of.declaredAt,
  );
  const shortlyBefore = episodes.filter(
    ({ confirmed }) =>
      confirmed !== null &&
      confirmed.at < of.declaredAt &&
      confirmed.at >= of.declaredAt - CLOCK_LEAD_MS,
  );
  const times = during.length > 0 ? during : shortlyBefore.slice(-1);
  const first = times[0];
  const final = times.at(-1);

  // The marks of people.
  const marks: Partial<Record<string, PlacedPoint>> = {};
  for (const fact of all) {
    if (fact.thing !== incident || fact.kind !== 'incident.point-marked') continue;
    const { point, at, evidence } = fact.body;
    const shown = all.find(({ id }) => id === evidence);
    delete marks[point];
    if (at === null) continue;
    marks[point] = {
      at,
      heardAt: shown?.heardAt ?? at,
      evidence: evidence ?? fact.id,
      kind: (shown ?? fact).kind,
      by: fact.author?.person ?? '',
      mark: evidence === null ? 'from-memory' : 'by-fact',
    };
  }

  // Alerts.
  const since =
    marks['effect']?.at ??
    (first === undefined ? 0 : first.lastGood === null ? first.effect.at : first.lastGood.at + 1);
  const from = Math.max(since, of.declaredAt - CLOCK_LEAD_MS);
  const isAlert = ({ kind }: KnownFact): boolean =>
    kind === 'alert.fired' || kind === 'alert.resolved';
  const inScope = new Set(
    all
      .filter(
        (fact) =>
          isAlert(fact) &&
          (origins.has(fact.thing) || services.has((fact.body as { service: string }).service)),
      )
      .map(({ thing }) => thing),
  );
  const told = all.filter((fact) => isAlert(fact) && inScope.has(fact.thing));
  const lasts = new Map(told.map((fact) => [`${fact.thing} ${fact.source}`, fact]));
  const isOver = [...lasts.values()].every(({ kind }) => kind === 'alert.resolved');
  const ends = told.filter(
    (fact) => fact.kind === 'alert.resolved' && effectiveAt(fact) >= of.declaredAt - CLOCK_LEAD_MS,
  );
  const isWithin = (fact: KnownFact, begin: number): boolean =>
    effectiveAt(fact) >= begin && effectiveAt(fact) <= until;
  const isDeclaration = (fact: KnownFact): boolean =>
    fact.kind === 'incident.declared' &&
    (fact.thing === incident || (family.has(fact.thing) && isWithin(fact, from)));
  const detected = all.find(
    (fact) =>
      isDeclaration(fact) ||
      (fact.kind === 'alert.fired' &&
        inScope.has(fact.thing) &&
        isWithin(fact, origins.has(fact.thing) ? since : from)),
  );
  const responded = all.find(
    (fact) =>
      isDeclaration(fact) ||
      (fact.kind === 'alert.acknowledged' && inScope.has(fact.thing) && isWithin(fact, from)),
  );

  // People.
  const ours = new Set(
    all
      .filter(({ body }) => 'incident' in body && family.has(String(body.incident)))
      .map(({ thing }) => thing),
  );
  const ofOurs = all.filter(({ thing }) => ours.has(thing));
  const located = ofOurs.find(
    (fact) =>
      fact.kind === 'hypothesis.judged' &&
      fact.body.verdict === 'confirmed' &&
      (
        ofOurs.findLast(
          ({ thing, kind }) => thing === fact.thing && kind === 'hypothesis.judged',
        ) as typeof fact
      ).body.verdict === 'confirmed',
  );
  const acted =
    ofOurs.find((fact) => fact.kind === 'decision.taken' && fact.body.proceed) ??
    ofOurs.find(({ kind }) => kind === 'task.done');

  // The end.
  const own = all.filter(({ thing }) => thing === incident);
  let word: KnownFact | undefined;
  for (const fact of own) {
    if (fact.kind === 'incident.reopened') word = undefined;
    if (fact.kind === 'incident.resolved') word ??= fact;
  }
  const recovered =
    marks['recovered'] ??
    (measure === null
      ? placed((told.length > 0 && isOver ? ends.at(-1) : undefined) ?? word)
      : sampled(final?.confirmed ? final.goodFrom : null));
  const isResolution = own.findLast(({ kind }) => /resolved|reopened/.test(kind));
  const verified = all.find(
    (fact) =>
      recovered !== null &&
      effectiveAt(fact) >= recovered.at &&
      ((fact === isResolution && fact.kind === 'incident.resolved') ||
        (ours.has(fact.thing) &&
          fact.kind === 'decision.verified' &&
          fact.body.outcome === 'improved')),
  );
  const points: ClockPoints = {
    effect: marks['effect'] ?? sampled(first?.effect ?? null),
    detected: marks['detected'] ?? placed(detected),
    responded: marks['responded'] ?? placed(responded),
    located: marks['located'] ?? placed(located),
    acted: marks['acted'] ?? placed(acted),
    recovered,
    verified:
      marks['verified'] ??
      (measure === null ? placed(verified) : sampled(final?.confirmed ?? null)),
  };
  const open = episodes.at(-1);
  return {
    points,
    sampledAt: readings.at(-1)?.at ?? null,
    goodSince: open?.confirmed === null ? (open.goodFrom?.at ?? null) : null,
  };
}

function placed(fact: KnownFact | undefined): PlacedPoint | null {
  if (fact === undefined) return null;
  const { id: evidence, kind, heardAt, author, source } = fact;
  const by = author?.person ?? source;
  return { at: effectiveAt(fact), heardAt, evidence, kind, by, mark: 'none' };
}

function sampled(reading: Reading | null): PlacedPoint | null {
  if (reading === null) return null;
  const { at, heardAt, factId: evidence, kind, source: by } = reading;
  return { at, heardAt, evidence, kind, by, mark: 'none' };
}

const START = Date.UTC(2026, 2, 1, 2, 0, 0);
const ONE = 'incident:one';
const OTHER = 'incident:other';
const THIRD = 'incident:third';

let counter = 0;
type Made = Omit<Parameters<typeof sealFact>[0], 'at' | 'heardAt' | 'v'>;
function person(kind: string, thing: string, body: object): Made {
  counter += 1;
  const hlc = String(counter).padStart(13, '0');
  const author = { person: 'maya', replica: 'laptop', counter, hlc };
  return { kind, thing, source: PEOPLE, author, body: body as Fact['body'] };
}

const services = fc.constantFrom('checkout', 'cart', 'mail');
const incidents = fc.constantFrom(ONE, ONE, OTHER, THIRD);
const alertNames = fc.constantFrom('a', 'b', 'c');
const letters = fc.constantFrom('a', 'b');
const sources = fc.constantFrom('mesh', 'probe');

const alerts: fc.Arbitrary<Made> = fc
  .tuple(fc.boolean(), alertNames, services, sources)
  .map(([isFired, name, service, source]) => ({
    kind: isFired ? 'alert.fired' : 'alert.resolved',
    thing: `alert:${name}`,
    source,
    body: {
      fingerprint: `000000000000000${name}`,
      name,
      severity: 'critical',
      service,
      labels: {},
      annotations: {},
      startsAt: START,
      ...(isFired ? {} : { endsAt: START }),
    },
  }));

const machines: fc.Arbitrary<Made> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 0, 0.5), letters, sources)
      .map(([share, from, source]): Made => ({
        kind: 'edge.measured',
        thing: edgeThing(from, 'checkout'),
        source,
        body: { from, to: 'checkout', requestsPerSecond: 100, errorsPerSecond: 100 * share },
      })),
  },
  {
    weight: 2,
    arbitrary: sources.map((source): Made => ({
      kind: 'source.heard',
      thing: `source:${source}`,
      source,
      body: { speaks: 'topology', intervalMs: 60_000 },
    })),
  },
);

const ofIncidents: fc.Arbitrary<Made> = fc.oneof(
  fc.tuple(incidents, services, fc.option(alertNames)).map(([incident, service, origin]) =>
    person('incident.declared', incident, {
      title: 'It fails',
      severity: 'SEV-1',
      commander: 'maya',
      services: [service],
      ...(origin === null ? {} : { origin: `alert:${origin}` }),
    }),
  ),
  fc
    .tuple(incidents, fc.subarray(['checkout', 'cart', 'mail']))
    .map(([incident, scope]) => person('incident.scope-changed', incident, { services: scope })),
  fc
    .tuple(incidents, incidents, fc.boolean())
    .map(([incident, of, carries]) =>
      person('incident.marked-duplicate', incident, { of, carries, reason: 'the same' }),
    ),
  incidents.map((incident) => person('incident.resolved', incident, { summary: 'over' })),
  incidents.map((incident) => person('incident.reopened', incident, { reason: 'again' })),
);

const ofPeople: fc.Arbitrary<Made> = fc.oneof(
  alertNames.map((name) => person('alert.acknowledged', `alert:${name}`, {})),
  fc
    .tuple(incidents, letters)
    .map(([incident, name]) =>
      person('hypothesis.stated', `hypothesis:${name}`, { incident, text: 'pool' }),
    ),
  fc
    .tuple(letters, fc.constantFrom('confirmed', 'confirmed', 'rejected'))
    .map(([name, verdict]) =>
      person('hypothesis.judged', `hypothesis:${name}`, { verdict, reason: 'seen' }),
    ),
  fc.tuple(incidents, letters).map(([incident, name]) =>
    person('decision.proposed', `decision:${name}`, {
      incident,
      action: 'roll back',
      risk: 'low',
      danger: '',
      expected: '',
      undo: '',
    }),
  ),
  fc.tuple(letters, fc.boolean()).map(([name, proceed]) =>
    person('decision.taken', `decision:${name}`, {
      proceed,
      reason: '',
      executor: 'ren',
      overrules: [],
    }),
  ),
  letters.map((name) => person('decision.withdrawn', `decision:${name}`, { reason: 'no' })),
  letters.map((name) =>
    person('decision.verified', `decision:${name}`, { outcome: 'improved', text: '' }),
  ),
);

interface Plan {
  readonly made: Made;
  readonly seconds: number;
  readonly lateMs: number;
}

function facts(plans: readonly Plan[]): Fact[] {
  return plans.map(({ made, seconds, lateMs }) => {
    const at = START + seconds * 1_000;
    return sealFact({ ...made, v: 1, at, heardAt: at + lateMs });
  });
}

function plan(made: fc.Arbitrary<Made>): fc.Arbitrary<Plan> {
  return fc.record({
    made,
    // Few moments, so that much falls together; some hours, so that not all is within the windows.
    seconds: fc.oneof(
      fc.integer({ min: 0, max: 40 }).map((steps) => steps * 15),
      fc.integer({ min: 0, max: 8 }).map((steps) => steps * 1_800),
    ),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: -300_000, max: 900_000 })),
  });
}

const setsOfFacts = fc
  .tuple(
    fc.array(plan(fc.oneof(alerts, alerts, machines, ofIncidents, ofPeople)), { maxLength: 60 }),
    fc.integer({ min: 0, max: 20 }),
    fc.boolean(),
    fc.array(fc.tuple(fc.constantFrom(...CLOCK_POINTS), fc.nat({ max: 80 }), fc.nat()), {
      maxLength: 2,
    }),
  )
  .map(([plans, declaredAfter, isMeasured, marked]): Fact[] => {
    const begin: Plan[] = [
      {
        made: person('incident.declared', ONE, {
          title: 'It fails',
          severity: 'SEV-1',
          commander: 'maya',
          services: ['checkout'],
        }),
        seconds: declaredAfter * 15,
        lateMs: 0,
      },
    ];
    if (isMeasured) {
      const measure = { service: 'checkout', signal: 'errors', limit: 0.05, goodMs: 60_000 };
      const made = person('incident.measure-set', ONE, measure);
      begin.push({ made, seconds: declaredAfter * 17, lateMs: 0 });
    }
    const told = facts([...begin, ...plans]);
    const marks = marked.map(([point, which, late]): Plan => {
      const evidence = told[which]?.id ?? null;
      const at = told[which]?.at ?? START;
      const made = person('incident.point-marked', ONE, { point, at, evidence, reason: 'so' });
      return { made, seconds: late % 900, lateMs: 0 };
    });
    return [...told, ...facts(marks)];
  });

test('K2 K3 what is kept up with each fact is what all facts say, log included', () => {
  fc.assert(
    fc.property(setsOfFacts, (set) => {
      for (const fact of set) expect(asKnown(fact), fact.kind).not.toBeNull();
      expect(incidentClock(ONE, set)).toEqual(plainClock(ONE, set));
    }),
    { numRuns: 400 },
  );
});

test('K3 in a flood of alerts no fact is looked at again for each that comes after it', () => {
  const looksPerFact = (count: number): number => {
    let looks = 0;
    const seen = (fact: Fact): Fact =>
      new Proxy(fact, {
        get(target, name): unknown {
          looks += 1;
          return Reflect.get(target, name);
        },
      });
    const flood = Array.from({ length: count }, (_, index): Plan => {
      const name = String(index % 16).padStart(16, '0');
      const ends = (index >> 4) % 2 === 1;
      const body = {
        fingerprint: name,
        name,
        severity: 'critical',
        service: 'checkout',
        labels: {},
        annotations: {},
        startsAt: START,
        ...(ends ? { endsAt: START } : {}),
      };
      const kind = ends ? 'alert.resolved' : 'alert.fired';
      const made = { kind, thing: `alert:${name}`, source: 'am', body };
      return { made, seconds: 60 + index, lateMs: 0 };
    });
    const declared = person('incident.declared', ONE, {
      title: 'It fails',
      severity: 'SEV-1',
      commander: 'maya',
      services: ['checkout'],
    });
    const set = facts([{ made: declared, seconds: 0, lateMs: 0 }, ...flood]);
    const { moves } = incidentClock(ONE, set.map(seen));
    expect(moves.length).toBeGreaterThan(2);
    return looks / count;
  };
  expect(looksPerFact(1_200)).toBeLessThan(1.5 * looksPerFact(300));
});
