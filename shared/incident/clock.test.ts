import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { CLOCK_POINTS, type ClockPoint } from '../facts/incident.ts';
import { edgeThing } from '../facts/topology.ts';
import { incidentClock } from './clock-evidence.ts';
import { phasesOf, readLimits, type ClockPoints } from './clock.ts';

const INCIDENT = 'incident:one';
const START = Date.UTC(2026, 2, 1, 2, 0, 0);
/** `01:25` after the beginning of the replay. */
const at = (time: string): number => {
  const [minutes = 0, seconds = 0] = time.split(':').map(Number);
  return START + (minutes * 60 + seconds) * 1_000;
};

let counter = 0;
function person(kind: string, thing: string, time: string, body: object, heard = time): Fact {
  counter += 1;
  return sealFact({
    kind,
    v: 1,
    thing,
    at: at(time),
    heardAt: at(heard),
    source: PEOPLE,
    author: {
      person: 'maya',
      replica: 'laptop',
      counter,
      hlc: String(counter).padStart(13, '0'),
    },
    body: body as Fact['body'],
  });
}

function machine(kind: string, thing: string, time: string, body: object, heard = time): Fact {
  const draft = { kind, v: 1, thing, at: at(time), heardAt: at(heard), source: 'mesh' };
  return sealFact({ ...draft, body: body as Fact['body'] });
}

function alert(kind: 'alert.fired' | 'alert.resolved', time: string, heard = time): Fact {
  const ends = kind === 'alert.resolved' ? { endsAt: at(time) } : {};
  return machine(
    kind,
    'alert:00000000000000aa',
    time,
    {
      fingerprint: '00000000000000aa',
      name: 'CheckoutFails',
      severity: 'critical',
      service: 'checkout',
      labels: {},
      annotations: {},
      startsAt: at('01:25'),
      ...ends,
    },
    heard,
  );
}

function sample(time: string, share: number, heard = time, from = 'web'): Fact {
  const thing = edgeThing(from, 'checkout');
  const body = {
    from,
    to: 'checkout',
    requestsPerSecond: 100,
    errorsPerSecond: 100 * share,
  };
  return machine('edge.measured', thing, time, body, heard);
}

const declared = person('incident.declared', INCIDENT, '01:50', {
  title: 'Checkout fails',
  severity: 'SEV-1',
  commander: 'maya',
  services: ['checkout'],
});
const measured = person('incident.measure-set', INCIDENT, '01:55', {
  service: 'checkout',
  signal: 'errors',
  limit: 0.05,
  goodMs: 60_000,
});
const hypothesis = [
  person('hypothesis.stated', 'hypothesis:a', '02:20', { incident: INCIDENT, text: 'pool' }),
  person('hypothesis.judged', 'hypothesis:a', '03:05', { verdict: 'confirmed', reason: 'seen' }),
];
const decision = [
  person('decision.proposed', 'decision:a', '03:20', {
    incident: INCIDENT,
    action: 'roll back',
    risk: 'low',
    danger: '',
    expected: '',
    undo: '',
  }),
  person('decision.taken', 'decision:a', '03:40', {
    proceed: true,
    reason: '',
    executor: 'ren',
    overrules: [],
  }),
];

/** Every ten seconds: bad from 00:40, good from 04:30. */
const samples = Array.from({ length: 40 }, (_, index) => {
  const seconds = index * 10;
  const time = `${String(Math.floor(seconds / 60))}:${String(seconds % 60)}`;
  return sample(time, seconds >= 40 && seconds < 270 ? 0.4 : 0.001);
});
const replay = [
  ...samples,
  alert('alert.fired', '01:25'),
  declared,
  measured,
  ...hypothesis,
  ...decision,
];

const moments = (points: ClockPoints): Record<ClockPoint, number | null> =>
  Object.fromEntries(CLOCK_POINTS.map((point) => [point, points[point]?.at ?? null])) as Record<
    ClockPoint,
    number | null
  >;

test('K1 the planted replay reads its planted times', () => {
  const { points, goodSince } = incidentClock(INCIDENT, replay);
  const effect = points.effect?.at ?? 0;
  const since = (point: ClockPoint): number => ((points[point]?.at ?? 0) - effect) / 1_000;
  expect(effect).toBe(at('00:40'));
  expect(since('detected')).toBe(45);
  expect(since('located')).toBe(145);
  expect(since('acted')).toBe(180);
  expect(since('recovered')).toBe(230);
  expect(points.recovered?.at).toBe(at('04:30'));
  expect(points.verified?.at).toBe(at('05:30'));
  expect(goodSince).toBeNull();
  const limits = readLimits(points, at('09:00'));
  expect(limits.map(({ point, tookMs, stands }) => [point, tookMs, stands])).toEqual([
    ['detected', 45_000, 'in-time'],
    ['located', 145_000, 'in-time'],
    ['recovered', 230_000, 'in-time'],
    ['goal', 230_000, 'in-time'],
  ]);
});

test('K1 what went ahead counts as acted, also where somebody apart withdrew it', () => {
  const withdrawn = person('decision.withdrawn', 'decision:a', '03:50', { reason: 'older view' });
  const { points } = incidentClock(INCIDENT, [...replay, withdrawn]);
  expect(points.acted?.at).toBe(at('03:40'));
});

test('K1 each point names the fact that shows it', () => {
  const { points } = incidentClock(INCIDENT, replay);
  const byId = new Map(replay.map((fact) => [fact.id as string, fact]));
  for (const point of CLOCK_POINTS) {
    const fact = byId.get(points[point]?.evidence ?? '');
    expect(fact?.at, point).toBe(points[point]?.at);
    expect(fact?.kind, point).toBe(points[point]?.kind);
  }
});

/** With a second caller, and a source that only says that it is there. */
const rich = [
  ...replay,
  sample('01:00', 0.9, '01:00', 'app'),
  sample('05:05', 0, '05:05', 'app'),
  ...[2, 5, 7, 8].map((minute) =>
    machine('source.heard', 'source:mesh', `0${String(minute)}:00`, {
      speaks: 'topology',
      intervalMs: 60_000,
    }),
  ),
];

/** The same facts, each heard as much later as the number beside it says (ms). */
const withDelays = fc.tuple(
  fc.shuffledSubarray(rich, { minLength: rich.length }),
  fc.array(fc.integer({ min: 0, max: 900_000 }), {
    minLength: rich.length,
    maxLength: rich.length,
  }),
);

test('K2 in whatever order facts are heard, the points are the same in the end', () => {
  const expected = moments(incidentClock(INCIDENT, rich).points);
  fc.assert(
    fc.property(withDelays, ([order, delays]) => {
      const facts = order.map((fact, index) => ({
        ...fact,
        heardAt: fact.at + (delays[index] ?? 0),
      }));
      const { points } = incidentClock(INCIDENT, facts);
      expect(moments(points)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test('K3 the moves lead from nothing to the points, and every desk has the same ones', () => {
  fc.assert(
    fc.property(withDelays, fc.nat(), ([order, delays], seed) => {
      const facts = order.map((fact, index) => ({
        ...fact,
        heardAt: fact.at + (delays[index] ?? 0),
      }));
      const { points, moves } = incidentClock(INCIDENT, facts);
      const turned = [...facts.slice(seed % facts.length), ...facts.slice(0, seed % facts.length)];
      expect(incidentClock(INCIDENT, [...turned, ...facts]).moves).toEqual(moves);
      const reached: Partial<Record<ClockPoint, number | null>> = {};
      let heardAt = 0;
      for (const move of moves) {
        expect(move.from).toBe(reached[move.point] ?? null);
        expect(move.to).not.toBe(move.from);
        expect(move.heardAt).toBeGreaterThanOrEqual(heardAt);
        heardAt = move.heardAt;
        reached[move.point] = move.to;
      }
      const all = Object.fromEntries(CLOCK_POINTS.map((point) => [point, reached[point] ?? null]));
      expect(all).toEqual(moments(points));
    }),
    { numRuns: 200 },
  );
});

test('K3 late evidence moves a point, and the log says which fact did it and when it was heard', () => {
  const late = sample('00:35', 0.5, '06:00');
  const { points, moves } = incidentClock(INCIDENT, [...replay, late]);
  expect(points.effect?.at).toBe(at('00:35'));
  expect(moves.filter(({ from }) => from !== null)).toEqual([
    {
      point: 'effect',
      from: at('00:40'),
      to: at('00:35'),
      by: late.id,
      kind: 'edge.measured',
      at: at('00:35'),
      heardAt: at('06:00'),
    },
  ]);
});

test('K1 a relapse takes recovery back until it is good for long enough again', () => {
  const relapse = [sample('06:40', 0.3), sample('06:50', 0.001), sample('07:00', 0.001)];
  const open = incidentClock(INCIDENT, [...replay, ...relapse]);
  expect(open.points.recovered).toBeNull();
  expect(open.goodSince).toBe(at('06:50'));
  expect(open.moves.at(-1)).toMatchObject({ point: 'verified', to: null });
  const over = [sample('07:30', 0.001), sample('07:50', 0.001)];
  const { points } = incidentClock(INCIDENT, [...replay, ...relapse, ...over]);
  expect(points.recovered?.at).toBe(at('06:50'));
  expect(points.effect?.at).toBe(at('00:40'));
});

test('K1 silence is not health: a gap in the samples restarts the good time', () => {
  const bad = samples.filter(({ at: moment }) => moment < at('04:30'));
  const { points } = incidentClock(INCIDENT, [
    ...bad,
    declared,
    measured,
    sample('04:30', 0),
    sample('09:00', 0),
    sample('09:30', 0),
  ]);
  expect(points.recovered).toBeNull();
});

test('K1 without a measure the effect is unknown, and the ends of alerts tell of recovery', () => {
  const facts = [declared, alert('alert.fired', '01:25'), alert('alert.resolved', '04:50')];
  const { points } = incidentClock(INCIDENT, facts);
  expect(points.effect).toBeNull();
  expect(points.recovered?.at).toBe(at('04:50'));
  expect(points.verified).toBeNull();
  expect(readLimits(points, at('09:00'))[0]).toMatchObject({ stands: 'unknown', tookMs: null });
});

test('K1 a mark of a person counts above the evidence, is told as such, and can be taken back', () => {
  const mark = person('incident.point-marked', INCIDENT, '06:00', {
    point: 'effect',
    at: at('00:20'),
    evidence: null,
    reason: 'first call of a customer',
  });
  const marked = incidentClock(INCIDENT, [...replay, mark]).points.effect;
  expect(marked).toMatchObject({ at: at('00:20'), mark: 'from-memory', evidence: mark.id });
  const undo = person('incident.point-marked', INCIDENT, '06:10', {
    point: 'effect',
    at: null,
    evidence: null,
    reason: 'it was another call',
  });
  expect(incidentClock(INCIDENT, [...replay, mark, undo]).points.effect?.at).toBe(at('00:40'));
});

test('K4 feed delay is told apart from the time that people took', () => {
  const facts = replay.map((fact) =>
    fact.kind === 'alert.fired' ? { ...fact, heardAt: at('01:45') } : fact,
  );
  const phases = phasesOf(incidentClock(INCIDENT, facts).points);
  expect(phases.find(({ to }) => to === 'responded')).toEqual({
    from: 'detected',
    to: 'responded',
    tookMs: 25_000,
    feedDelayMs: 20_000,
  });
});

test('K4 what began nobody knows when took so long at least, and is not called in time', () => {
  const { points } = incidentClock(INCIDENT, [declared, ...hypothesis]);
  const [, located, recovered] = readLimits(points, at('12:00'));
  expect(located).toMatchObject({ tookMs: 75_000, isAtLeast: true, stands: 'unknown' });
  expect(recovered).toMatchObject({ isAtLeast: true, isOpen: true, stands: 'over' });
});

test('K4 at eighty per cent of a limit it is near, above it over', () => {
  const open = { ...incidentClock(INCIDENT, replay).points, recovered: null, located: null };
  const stands = (time: string): string[] =>
    readLimits(open, at(time)).map((limit) => limit.stands);
  expect(stands('04:39')).toEqual(['in-time', 'in-time', 'in-time', 'in-time']);
  expect(stands('04:40')).toEqual(['in-time', 'near', 'in-time', 'near']);
  expect(stands('05:41')).toEqual(['in-time', 'over', 'in-time', 'over']);
});

test('K1 a source that is heard tells only what changed: what it measured last still holds', () => {
  const bad = samples.filter(({ at: moment }) => moment < at('04:30'));
  const beats = [4, 5, 6].map((minute) =>
    machine('source.heard', 'source:mesh', `0${String(minute)}:00`, {
      speaks: 'topology',
      intervalMs: 60_000,
    }),
  );
  const facts = [...bad, declared, measured, sample('04:30', 0), ...beats];
  const { points } = incidentClock(INCIDENT, facts);
  expect(points.recovered?.at).toBe(at('04:30'));
  expect(points.verified).toMatchObject({ at: at('06:00'), kind: 'source.heard' });
});

test('K1 it is good only when no caller fails any more', () => {
  const other = [
    sample('01:00', 0.9, '01:00', 'app'),
    sample('05:05', 0, '05:05', 'app'),
    sample('06:10', 0, '06:10', 'app'),
  ];
  const { points } = incidentClock(INCIDENT, [...replay, ...other]);
  expect(points.effect?.at).toBe(at('00:40'));
  expect(points.recovered?.at).toBe(at('05:05'));
});

test('K2 what a source was heard to say counts once it is known to measure, whenever that is heard', () => {
  const ofProbe = (fact: Fact): Fact => sealFact({ ...fact, source: 'probe' });
  const beat = machine('source.heard', 'source:mesh', '05:35', {
    speaks: 'topology',
    intervalMs: 60_000,
  });
  const late = ofProbe(sample('04:55', 0.001, '05:40'));
  const good = samples.filter(({ at: moment }) => moment <= at('04:50'));
  const facts = [...good, declared, measured, ofProbe(beat), late];
  const { points, moves, sampledAt } = incidentClock(INCIDENT, facts);
  expect(sampledAt).toBe(at('05:35'));
  expect(points.recovered?.at).toBe(at('04:30'));
  expect(moves.at(-1)).toMatchObject({ point: 'verified', to: at('05:35'), by: late.id });
});

test('K5 what speaks of an incident that was merged into this one moves its clock, until it is undone', () => {
  const other = 'incident:other';
  const third = 'incident:third';
  const begin = { title: 'Cart fails', severity: 'SEV-2', commander: 'ren', services: ['cart'] };
  const merged = person('incident.marked-duplicate', other, '04:00', {
    of: INCIDENT,
    carries: true,
    reason: 'one cause',
  });
  const facts = [
    declared,
    person('incident.declared', other, '01:40', begin),
    person('incident.declared', third, '02:00', { ...begin, services: [] }),
    person('incident.marked-duplicate', third, '02:10', { of: other, carries: true, reason: '' }),
    person('hypothesis.stated', 'hypothesis:b', '02:20', { incident: third, text: 'pool' }),
    person('hypothesis.judged', 'hypothesis:b', '03:05', { verdict: 'confirmed', reason: 'seen' }),
    sealFact({
      ...alert('alert.fired', '01:30'),
      body: { ...alert('alert.fired', '01:30').body, service: 'cart' },
    }),
  ];
  expect(incidentClock(INCIDENT, facts).points).toMatchObject({
    detected: { at: at('01:50') },
    located: null,
  });
  const { points, moves } = incidentClock(INCIDENT, [...facts, merged]);
  expect(points).toMatchObject({
    detected: { at: at('01:30') },
    responded: { at: at('01:40') },
    located: { at: at('03:05') },
  });
  expect(moves.at(-1)).toMatchObject({ point: 'located', by: merged.id });
  const again = person('incident.reopened', other, '05:00', { reason: 'it is another one' });
  expect(incidentClock(INCIDENT, [...facts, merged, again]).points.located).toBeNull();
});
