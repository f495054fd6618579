import { expect, test } from 'vitest';
import { adapters } from '../../shared/adapters/registry.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { edgeThing } from '../../shared/facts/topology.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type {
  AlertGroupRow,
  AlertRow,
  EdgeRow,
  NoiseRow,
  SilenceRow,
  SourceRow,
} from '../../shared/ipc/rows.ts';
import { storm } from '../../shared/testing/storm.ts';
import { stormWebhook } from '../../shared/testing/webhook.ts';
import { edgeFact, firedFact, heardFact, nodeFact, resolvedFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;

function stage(): { room: Room; set(now: number): void } {
  let now = T0;
  return { room: openTestRoom(() => now), set: (next) => (now = next) };
}

const alertsOf = (room: Room, position?: Position): AlertRow[] => rowsOf(room, 'alerts', position);
const groupsOf = (room: Room, position?: Position): AlertGroupRow[] =>
  rowsOf(room, 'groups', position);

function chain(at: number): Fact[] {
  return [
    heardFact('am', at),
    nodeFact('web', at),
    nodeFact('pay', at),
    nodeFact('db', at),
    edgeFact('web', 'pay', at),
    edgeFact('pay', 'db', at),
    firedFact({ name: 'DiskFull', service: 'db', at }),
    firedFact({ name: 'Errors', service: 'pay', at: at + 5_000, heardAt: at + 5_000 }),
    firedFact({ name: 'Slow', service: 'web', at: at + 9_000, heardAt: at + 9_000 }),
  ];
}

test('N3 symptoms are one group under their origin; a person unfolds one, and it folds again', () => {
  const { room, set } = stage();
  room.receive(chain(T0));
  set(T0 + 20_000);
  const [group, ...others] = groupsOf(room);
  expect(others).toEqual([]);
  expect(group).toMatchObject({
    title: 'DiskFull',
    firing: 3,
    held: 2,
    services: ['db', 'pay', 'web'],
  });
  const web = alertsOf(room).find(({ service }) => service === 'web');
  expect(web?.held).toMatchObject({ stage: 'folding', path: ['web', 'pay', 'db'] });
  expect(web?.group).toBe(group?.key);
  expect(
    room.run({ name: 'alert.release', alert: web?.key ?? '', stage: 'folding' }),
  ).toMatchObject({ done: true });
  expect(groupsOf(room)).toHaveLength(2);
  expect(alertsOf(room).find(({ service }) => service === 'web')).toMatchObject({
    held: null,
    released: ['folding'],
  });
  expect(room.run({ name: 'alert.release', alert: web?.key ?? '', stage: 'folding' })).toEqual({
    done: false,
    code: 'already-released',
  });
  room.run({ name: 'alert.unrelease', alert: web?.key ?? '', stage: 'folding' });
  expect(groupsOf(room)).toHaveLength(1);
});

test('what was measured of a call last is told with the call, whoever measured it', () => {
  const { room, set } = stage();
  const measured = (source: string, at: number, requestsPerSecond: number): Fact =>
    sealFact({
      kind: 'edge.measured',
      v: 1,
      thing: edgeThing('web', 'pay'),
      at,
      heardAt: at,
      source,
      body: { from: 'web', to: 'pay', requestsPerSecond, errorsPerSecond: 0.5 },
    });
  room.receive([edgeFact('web', 'pay', T0), measured('jaeger', T0 + MINUTE, 12)]);
  room.receive([measured('kiali', T0, 900)]);
  set(T0 + 2 * MINUTE);
  expect(rowsOf<EdgeRow>(room, 'edges')).toMatchObject([
    { from: 'web', traffic: { source: 'jaeger', requestsPerSecond: 12, latencyMs: null } },
  ]);
});

test('T1 a file that names another source is taken, and nobody is heard by it but the file', async () => {
  const { room } = stage();
  const topology = {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    nodes: [{ name: 'web' }, { name: 'pay' }],
    edges: [{ from: 'web', to: 'pay' }],
  };
  expect(await room.importFile('mesh.json', JSON.stringify(topology))).toMatchObject({
    format: 'topology',
    source: 'mesh',
    accepted: 3,
  });
  expect(rowsOf<SourceRow>(room, 'sources')).toEqual([]);
  expect(rowsOf<EdgeRow>(room, 'edges')).toHaveLength(1);
  await expect(room.importFile('x.txt', 'nothing')).rejects.toThrow('no format');
});

test('P3 the groups of a moment are those of the facts of that moment', () => {
  const { room, set } = stage();
  room.receive(chain(T0));
  set(T0 + 20_000);
  groupsOf(room);
  const then = (moment: number): AlertGroupRow[] => groupsOf(room, { mode: 'happened', moment });
  expect(then(T0 + 6_000)).toMatchObject([{ firing: 2 }]);
  expect(then(T0 + 19_000)).toMatchObject([{ firing: 3 }]);
  expect(then(T0 - 1)).toEqual([]);
});

test('a silence holds what fits it, says who and why, ends by itself or by a person', () => {
  const { room, set } = stage();
  room.receive(chain(T0));
  set(T0 + 20_000);
  const made = room.run({
    name: 'silence.create',
    matchers: [{ name: 'service', value: 'pay|web', isRegex: true, isEqual: true }],
    startsAt: T0 + 20_000,
    endsAt: T0 + MINUTE,
    comment: 'known, being rolled back',
    purpose: 'silence',
  });
  expect(made).toMatchObject({ done: true });
  expect(rowsOf<SilenceRow>(room, 'silences')).toMatchObject([
    { state: 'active', createdBy: 'maya', alerts: 2, sources: [], sent: 'pending' },
  ]);
  expect(alertsOf(room).filter(({ held }) => held?.stage === 'silence')).toHaveLength(2);
  const [quiet] = groupsOf(room).filter(({ isQuiet }) => isQuiet);
  expect(quiet?.members).toHaveLength(2);
  expect(rowsOf<NoiseRow>(room, 'noise')[0]?.counts).toMatchObject({ alerts: 3, quiet: 1 });
  // Time alone ends it.
  set(T0 + MINUTE);
  expect(rowsOf<SilenceRow>(room, 'silences')).toMatchObject([{ state: 'expired', alerts: 0 }]);
  expect(groupsOf(room)).toHaveLength(1);
  const expire = { name: 'silence.expire', silence: made.done ? made.thing : '' } as const;
  expect(room.run(expire)).toEqual({ done: false, code: 'silence-over' });
  const again = room.run({
    name: 'silence.create',
    matchers: [{ name: 'alertname', value: 'Slow', isRegex: false, isEqual: true }],
    startsAt: T0 + MINUTE,
    endsAt: T0 + 60 * MINUTE,
    comment: 'x',
    purpose: 'maintenance',
  });
  expect(alertsOf(room).find(({ service }) => service === 'web')?.held).toMatchObject({
    stage: 'silence',
    purpose: 'maintenance',
  });
  room.run({ name: 'silence.expire', silence: again.done ? again.thing : '' });
  expect(alertsOf(room).filter(({ held }) => held?.stage === 'silence')).toEqual([]);
});

test('what a source says of its own silences holds while it is heard, with who made them', () => {
  const { room, set } = stage();
  const fact = firedFact({ name: 'Errors', service: 'pay', at: T0 });
  const fingerprint = String(fact.body['fingerprint']);
  const said = (kind: string, thing: string, body: Fact['body']): Fact =>
    sealFact({ kind, v: 1, thing, at: T0, heardAt: T0, source: 'am', body });
  room.receive([
    heardFact('am', T0),
    fact,
    said('alert.suppressed', fact.thing, {
      fingerprint,
      silencedBy: ['b7c4'],
      inhibitedBy: [],
      mutedBy: [],
    }),
    said('silence.listed', 'silence:b7c4', {
      silenceId: 'b7c4',
      matchers: [{ name: 'other', value: 'x', isRegex: false, isEqual: true }],
      startsAt: T0 - MINUTE,
      endsAt: T0 + 60 * MINUTE,
      createdBy: 'amtool',
      comment: 'disk swap',
      state: 'active',
    }),
  ]);
  expect(alertsOf(room)[0]?.held).toMatchObject({
    stage: 'silence',
    silence: 'silence:b7c4',
    by: 'amtool',
    comment: 'disk swap',
  });
  set(T0 + 10 * MINUTE);
  expect(alertsOf(room)[0]).toMatchObject({ status: 'unknown', held: null });
});

test('N4 an hour of one-on-one-off is one thing, and over only when it was calm', () => {
  const { room, set } = stage();
  const facts: Fact[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    const at = T0 + minute * MINUTE;
    facts.push(heardFact('am', at));
    const about = { name: 'Flaps', service: 'pay', at, heardAt: at };
    facts.push(
      minute % 2 === 0 ? firedFact(about) : resolvedFact({ ...about, startsAt: at - MINUTE }),
    );
  }
  room.receive(facts);
  const end = T0 + 59 * MINUTE;
  set(end);
  const [group, ...others] = groupsOf(room);
  expect(others).toEqual([]);
  expect(group?.notices).toBeLessThanOrEqual(9);
  const [row] = alertsOf(room);
  expect(row).toMatchObject({
    status: 'resolved',
    held: { stage: 'anti-shake', calmAt: end + 5 * MINUTE },
  });
  expect(row?.shaking?.perHour).toBeGreaterThan(10);
  set(end + 5 * MINUTE);
  expect(groupsOf(room)).toEqual([]);
  expect(alertsOf(room)[0]).toMatchObject({ held: null, shaking: null });
});

test('rules that somebody set inhibit, and are told with their origin', () => {
  const { room } = stage();
  room.receive(chain(T0));
  const configured = room.run({
    name: 'noise.configure',
    inhibitRules: [
      {
        name: 'disk',
        source: [{ name: 'alertname', value: 'DiskFull', isRegex: false, isEqual: true }],
        target: [{ name: 'alertname', value: 'Slow', isRegex: false, isEqual: true }],
        equal: [],
        pairs: [],
      },
    ],
    origin: 'alertmanager.yml',
    groupBy: ['service'],
    shake: { mode: 'fixed', calmMs: 600_000 },
    folding: false,
  });
  expect(configured).toMatchObject({ done: true });
  const web = alertsOf(room).find(({ service }) => service === 'web');
  expect(web?.held).toMatchObject({ stage: 'inhibition', rule: 'disk' });
  expect(groupsOf(room)).toHaveLength(3);
  expect(rowsOf<NoiseRow>(room, 'noise')).toMatchObject([
    { origin: 'alertmanager.yml', setBy: 'maya', folding: false, shake: { mode: 'fixed' } },
  ]);
});

test('N1 N5 a storm of 10,000 alerts is at most 200 groups, said twice it changes no count', () => {
  const { room, set } = stage();
  const planted = storm({ startsAt: T0 });
  const context = { now: T0 + MINUTE, source: 'am', declaredBy: () => new Map<string, string>() };
  const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));
  const topology = {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    nodes: planted.nodes,
    edges: planted.edges,
  };
  const adapted = [
    adapters.topology.adapt(bytes(topology), { ...context, source: 'mesh' }),
    adapters['alertmanager-webhook'].adapt(bytes(stormWebhook(planted.alerts)), context),
  ];
  expect(adapted.flatMap(({ problems }) => problems)).toEqual([]);
  const facts = adapted.flatMap((one) => one.facts.map((draft) => sealFact(draft)));
  set(T0 + MINUTE);
  room.receive([heardFact('am', T0 + MINUTE), ...facts]);
  const groups = groupsOf(room);
  const alerts = alertsOf(room);
  expect(alerts.length).toBeGreaterThan(9_900);
  expect(groups.length).toBeLessThanOrEqual(200);
  expect(groups.flatMap(({ members }) => members).toSorted()).toEqual(
    alerts.map(({ key }) => key).toSorted(),
  );
  for (const cause of planted.causes) {
    expect(groups.some(({ service, members }) => service === cause && members.length > 500)).toBe(
      true,
    );
  }
  room.receive(facts);
  expect(groupsOf(room)).toEqual(groups);
});
