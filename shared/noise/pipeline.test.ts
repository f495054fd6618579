import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InhibitRule } from '../facts/noise.ts';
import { noiseAlert } from '../testing/noise-alerts.ts';
import { carryingCalls } from './grouping.ts';
import { DEFAULT_RULES, type NoiseAlert, type NoiseSilence } from './noise-alert.ts';
import { readNoise, type NoiseInput, type NoiseReading } from './pipeline.ts';

const T = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

function alert(name: string, service: string | null, more: Partial<NoiseAlert> = {}): NoiseAlert {
  const startsAt = more.startsAt ?? T;
  return noiseAlert({ key: `alert:${name}-${service}`, name, service, startsAt }, more);
}

const EDGES = [
  { from: 'web', to: 'pay', strength: 'sync' },
  { from: 'pay', to: 'db', strength: 'sync' },
  { from: 'report', to: 'db', strength: 'weak' },
];

function read(alerts: readonly NoiseAlert[], more: Partial<NoiseInput> = {}): NoiseReading {
  return readNoise({
    alerts,
    silences: [],
    rules: DEFAULT_RULES,
    calls: carryingCalls(EDGES),
    incidents: [],
    now: T + MINUTE,
    ...more,
  });
}

const silence: NoiseSilence = {
  key: 'silence:s1',
  silenceId: null,
  matchers: [{ name: 'service', value: 'pay', isRegex: false, isEqual: true }],
  endsAt: T + 60 * MINUTE,
  createdBy: 'li.na',
  comment: 'disk swap',
  purpose: 'maintenance',
};
const rule: InhibitRule = {
  name: 'cluster down',
  source: [{ name: 'alertname', value: 'ClusterDown', isRegex: false, isEqual: true }],
  target: [{ name: 'severity', value: 'warning|info', isRegex: true, isEqual: true }],
  equal: ['cluster'],
  pairs: [],
};

describe('folding along calls', () => {
  test('symptoms fold under what they suffer from, with the path; one release unfolds them', () => {
    const db = alert('DiskFull', 'db', { severity: 'critical' });
    const pay = alert('Errors', 'pay', { startsAt: T + 5_000 });
    const web = alert('Slow', 'web', { startsAt: T + 9_000 });
    const { groups, held } = read([web, db, pay]);
    expect(groups).toMatchObject([
      { root: db.key, members: [db.key, pay.key, web.key], held: 2, isQuiet: false },
    ]);
    expect(held.get(web.key)).toEqual({
      stage: 'folding',
      origin: db.key,
      path: ['web', 'pay', 'db'],
    });
    const released = read([{ ...web, released: ['folding'] }, db, pay]);
    expect(released.held.has(web.key)).toBe(false);
    expect(released.groups).toHaveLength(2);
    expect(
      read([web, db, pay], { rules: { ...DEFAULT_RULES, folding: false } }).groups,
    ).toHaveLength(3);
  });

  test('over one service that says nothing, never over a weak call or backwards in time', () => {
    const db = alert('DiskFull', 'db', { severity: 'critical' });
    const web = alert('Slow', 'web', { startsAt: T + 9_000 });
    expect(read([db, web]).held.get(web.key)).toMatchObject({ path: ['web', 'pay', 'db'] });
    expect(read([db, alert('Late', 'report')]).groups).toHaveLength(2);
    expect(read([{ ...db, startsAt: T + 8 * MINUTE }, web]).groups).toHaveLength(2);
  });

  test('a slight alert below explains nothing graver; a cycle has one origin', () => {
    const slight = alert('BackupLate', 'db', { severity: 'info' });
    const grave = alert('Errors', 'pay', { severity: 'critical' });
    expect(read([slight, grave]).held.size).toBe(0);
    const calls = carryingCalls([...EDGES, { from: 'db', to: 'web', strength: 'sync' }]);
    const { groups } = read([alert('A', 'web'), alert('B', 'pay'), alert('C', 'db')], { calls });
    expect(groups).toHaveLength(1);
    expect(groups[0]?.held).toBe(2);
  });

  test('what is silenced hides nothing else under it', () => {
    const db = alert('Errors', 'pay', { severity: 'critical' });
    const web = alert('Slow', 'web', { startsAt: T + 9_000 });
    const { held, groups } = read([db, web], { silences: [silence] });
    expect(held.get(db.key)).toMatchObject({ stage: 'silence', by: 'li.na' });
    expect(held.has(web.key)).toBe(false);
    expect(groups.filter(({ isQuiet }) => isQuiet)).toHaveLength(1);
    expect(groups).toHaveLength(2);
  });
});

describe('silences and inhibition', () => {
  test('N3 the first stage that holds says why, and who; each can be taken back', () => {
    const pay = alert('Errors', 'pay', { silencedBy: ['am-1'] });
    expect(read([pay], { silences: [silence] }).held.get(pay.key)).toEqual({
      stage: 'silence',
      silence: 'silence:s1',
      by: 'li.na',
      comment: 'disk swap',
      until: T + 60 * MINUTE,
      purpose: 'maintenance',
    });
    expect(read([pay]).held.get(pay.key)).toMatchObject({ stage: 'silence', silence: null });
    expect(read([{ ...pay, released: ['silence'] }], { silences: [silence] }).held.size).toBe(0);
  });

  test('a rule inhibits where the labels agree, a missing label counting as an empty one', () => {
    const of = (name: string, cluster: string | null, severity: 'critical' | 'warning') =>
      alert(name, null, {
        key: `alert:${name}-${cluster}`,
        severity,
        labels: { alertname: name, severity, ...(cluster !== null && { cluster }) },
      });
    const rules = { ...DEFAULT_RULES, inhibitRules: [rule] };
    const down = of('ClusterDown', 'a', 'critical');
    const here = of('PodDown', 'a', 'warning');
    const there = of('PodDown', 'b', 'warning');
    const { held } = read([down, here, there], { rules });
    expect([...held.keys()]).toEqual([here.key]);
    expect(held.get(here.key)).toEqual({
      stage: 'inhibition',
      by: down.key,
      rule: 'cluster down',
    });
    expect(
      read([of('ClusterDown', null, 'critical'), of('X', null, 'warning')], { rules }).held.size,
    ).toBe(1);
    expect(read([{ ...down, status: 'resolved' }, here], { rules }).held.size).toBe(0);
    // What fits both sides is not inhibited by what also does.
    const both = [
      of('ClusterDown', 'c', 'warning'),
      { ...of('ClusterDown', 'c', 'warning'), key: 'alert:2' },
    ];
    expect([...read(both, { rules }).held.values()].map(({ stage }) => stage)).not.toContain(
      'inhibition',
    );
  });

  test('labels of other names agree by pairs; one that is missing agrees with nothing', () => {
    const paired: InhibitRule = {
      ...rule,
      equal: [],
      pairs: [{ source: 'node', target: 'instance' }],
    };
    const rules = { ...DEFAULT_RULES, inhibitRules: [paired] };
    const down = alert('ClusterDown', null, { labels: { alertname: 'ClusterDown', node: 'n1' } });
    const of = (labels: Record<string, string>): NoiseAlert =>
      alert('Pod', null, {
        key: `alert:${JSON.stringify(labels)}`,
        labels: { severity: 'warning', ...labels },
      });
    const { held } = read([down, of({ instance: 'n1' }), of({ instance: 'n2' }), of({})], {
      rules,
    });
    expect([...held.values()].filter(({ stage }) => stage === 'inhibition')).toHaveLength(1);
    const nameless = alert('ClusterDown', null, { labels: { alertname: 'ClusterDown' } });
    const both = read([nameless, of({})], { rules });
    expect([...both.held.values()].map(({ stage }) => stage)).not.toContain('inhibition');
  });
});

describe('anti-shake', () => {
  const shaking = { since: T, turns: 7, calmAt: T + 6 * MINUTE };

  test('what shakes is one thing that stays open while it is off, and is not quiet', () => {
    const flapping = alert('Flaps', 'pay', { status: 'resolved', shaking });
    const { groups, held } = read([flapping]);
    expect(groups).toMatchObject([{ isQuiet: false, members: [flapping.key], firing: 0 }]);
    expect(held.get(flapping.key)).toEqual({
      stage: 'anti-shake',
      edges: 7,
      since: T,
      calmAt: T + 6 * MINUTE,
    });
    // Over is only what does not shake.
    expect(read([{ ...flapping, shaking: null }]).groups).toEqual([]);
  });

  test('an hour of one-on-one-off is one group with at most nine notices', () => {
    const rings = Array.from({ length: 30 }, (_, index) => ({
      at: T + 2 * index * MINUTE,
      severity: 'warning' as const,
    }));
    const { groups } = read([alert('Flaps', 'pay', { shaking, rings })]);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.notices).toBeLessThanOrEqual(9);
  });

  test('N4 what grew graver while it shook asks for eyes', () => {
    const rings = [
      { at: T, severity: 'warning' as const },
      { at: T + MINUTE, severity: 'critical' as const },
    ];
    const risen = alert('Flaps', 'pay', { severity: 'critical', shaking, rings });
    expect(read([risen]).held.size).toBe(0);
  });
});

test('labels that somebody named split what else is one group', () => {
  const of = (cluster: string): NoiseAlert =>
    alert('Errors', 'pay', { key: `alert:${cluster}`, labels: { cluster } });
  expect(read([of('a'), of('b')]).groups).toHaveLength(1);
  const rules = { ...DEFAULT_RULES, groupBy: ['cluster'] };
  expect(read([of('a'), of('b')], { rules }).groups).toHaveLength(2);
});

test('a candidate says why, and which incident covers it', () => {
  const db = alert('DiskFull', 'db', { severity: 'critical' });
  const pay = alert('Errors', 'pay', { startsAt: T + 5_000 });
  const web = alert('Slow', 'web', { startsAt: T + 9_000 });
  expect(read([db]).groups[0]?.candidate).toMatchObject({ deserves: false, reasons: ['critical'] });
  const incidents = [{ key: 'incident:1', services: ['web'], declaredAt: T }];
  expect(read([db, pay, web], { incidents }).groups[0]?.candidate).toEqual({
    deserves: true,
    reasons: ['critical', 'spread'],
    coveredBy: 'incident:1',
  });
});

test('N1 N2 no alert is lost: each is in one group, whatever it is', () => {
  const anyAlert = fc
    .record({
      name: fc.constantFrom('A', 'B', 'C'),
      service: fc.constantFrom('web', 'pay', 'db', 'report', 'else', null),
      unit: fc.constantFrom('U1', 'U2', null),
      severity: fc.constantFrom('critical', 'warning', 'info'),
      status: fc.constantFrom('firing', 'unknown'),
      startsAt: fc.integer({ min: 0, max: 90 }).map((minutes) => T + minutes * MINUTE),
      released: fc.subarray(['silence', 'inhibition', 'folding', 'grouping', 'anti-shake']),
      silencedBy: fc.subarray(['x']),
      shaking: fc.constantFrom(null, { since: T, turns: 3, calmAt: T + MINUTE }),
    })
    .map((some) => some as Partial<NoiseAlert> & { name: string; service: string | null });
  fc.assert(
    fc.property(fc.array(anyAlert, { maxLength: 40 }), fc.boolean(), (some, silenced) => {
      const alerts = some.map((one, index) =>
        alert(one.name, one.service, { ...one, key: `alert:${index}` }),
      );
      const input = {
        silences: silenced ? [silence] : [],
        rules: { ...DEFAULT_RULES, inhibitRules: [rule] },
      };
      const reading = read(alerts, input);
      expect(reading.groups.flatMap(({ members }) => members).toSorted()).toEqual(
        alerts.map(({ key }) => key).toSorted(),
      );
      expect(new Set(reading.groups.map(({ key }) => key)).size).toBe(reading.groups.length);
      for (const [key, reason] of reading.held) {
        const of = alerts.find((one) => one.key === key);
        expect(of?.released).not.toContain(reason.stage);
        if (reason.stage !== 'folding') continue;
        expect(reason.path[0]).toBe(of?.service);
        expect(reading.groupOf.get(reason.origin)).toBe(reading.groupOf.get(key));
      }
      const again = read(alerts.toReversed(), input);
      expect(new Map(again.groupOf)).toEqual(new Map(reading.groupOf));
    }),
  );
});
