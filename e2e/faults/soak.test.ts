import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { figure, times } from '../../scripts/tier/tier.ts';
import {
  startCore,
  startGateway,
  type MeasuredCore,
  type MeasuredGateway,
} from './harness/measured-process.ts';

/**
 * A day in minutes: as many drops, kills and reconnects as a day has, at a rate of events that the
 * machine takes. Timers run at their own pace; what a day of them would leave behind is not seen.
 */
const minutes = Number(process.env['HOLDFAST_SOAK_MINUTES'] ?? 6);
const LENGTH_MS = times({ change: 14_000, full: minutes * 60_000 });
const EVENTS_PER_SECOND = times({ change: 400, full: 1_500 });
const DROP_EVERY_MS = times({ change: 1_500, full: 2_000 });
const KILL_EVERY_MS = times({ change: 4_000, full: 12_000 });
const GATEWAY_KILLS = times({ change: 1, full: 10 });
const SAMPLES = times({ change: 6, full: 40 });
/** Parts of the run. */
const GATEWAY_KILLED_UNTIL = 0.4;
const WATCHED_FROM = 0.6;
const ALERTS = 2_000;
const PER_POST = 100;
const DAY_MS = 86_400_000;
const MB = 1_000_000;
const TOKENS = [
  { kind: 'ingest', name: 'prom', token: 'ingest-token-of-this-test' },
  { kind: 'person', name: 'Ada', token: 'person-token-of-this-test' },
] as const;

interface Sample {
  readonly at: number;
  readonly coreHeap: number;
  readonly gatewayHeap: number;
  readonly facts: number;
  readonly bytes: number;
  readonly walBytes: number;
}

test('R-16 after a day of events, drops, kills and reconnects everything is flat and nothing is missing', async () => {
  const folder = scratch();
  const data = join(folder, 'gateway');
  const mine = join(folder, 'desk-a');
  const others = join(folder, 'desk-b');
  let began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const done = (): boolean => elapsed() >= LENGTH_MS;

  let gateway: MeasuredGateway = await newGateway(data);
  onTestFinished(() => gateway.kill());
  const road = await openRoad(() => gateway.port);
  onTestFinished(() => road.close());
  const core = await startCore(mine);
  onTestFinished(() => core.kill());
  await enterRoom(core, road.url);
  let other: MeasuredCore = await startCore(others);
  onTestFinished(() => other.kill());
  await enterRoom(other, gateway.url);

  const told = {
    events: 0,
    notes: [] as string[],
    drops: 0,
    kills: 0,
    gatewayKills: 0,
    retries: 0,
  };
  const startedAt = Date.now() - DAY_MS;
  const stepMs = DAY_MS / Math.max(1, (EVENTS_PER_SECOND * LENGTH_MS) / 1_000 / ALERTS + 2);

  async function publish(): Promise<void> {
    while (!done()) {
      const due = (told.events * 1_000) / EVENTS_PER_SECOND - elapsed();
      if (due > 0) await pause(due);
      const body = webhookOf(told.events, startedAt, stepMs);
      while (!(await postTaken(gateway.url, body))) {
        told.retries += 1;
        await pause(50);
      }
      told.events += PER_POST;
    }
  }
  async function writeNotes(): Promise<void> {
    for (let number = 1; !done(); number += 1) {
      await pause(700);
      const text = `note ${number}`;
      for (const desk of [core, other]) {
        const asked = desk.client.ask('command.run', { command: { name: 'note.write', text } });
        const written = await Promise.race([asked.catch(() => null), pause(5_000)]);
        // A desk that is killed meanwhile has promised nothing.
        if (written && written.done) told.notes.push(...written.facts);
      }
    }
  }
  async function dropConnections(): Promise<void> {
    while (!done()) {
      await pause(DROP_EVERY_MS);
      road.drop();
      told.drops += 1;
    }
  }
  async function killDesks(): Promise<void> {
    while (elapsed() + KILL_EVERY_MS < LENGTH_MS) {
      await pause(KILL_EVERY_MS);
      await other.kill();
      told.kills += 1;
      other = await startCore(others);
      await enterRoom(other, gateway.url);
    }
  }
  /** Early: what it fills anew after a start is over when its memory is watched. */
  async function killGateways(): Promise<void> {
    for (let number = 0; number < GATEWAY_KILLS; number += 1) {
      await pause((LENGTH_MS * GATEWAY_KILLED_UNTIL) / (GATEWAY_KILLS + 1));
      const { port } = gateway;
      await gateway.kill();
      road.drop();
      // On the same port: the desk that is not behind the road looks for it there.
      gateway = await newGateway(data, port);
      told.gatewayKills += 1;
    }
  }
  const samples: Sample[] = [];
  async function sample(): Promise<void> {
    while (!done()) {
      await pause((LENGTH_MS * (1 - WATCHED_FROM)) / SAMPLES);
      if (elapsed() < LENGTH_MS * WATCHED_FROM) continue;
      const holds = await Promise.all([core.probe(), gateway.probe()]).catch(() => null);
      // The gateway was killed meanwhile.
      if (holds === null) continue;
      const [coreHolds, gatewayHolds] = holds;
      samples.push({
        at: elapsed(),
        coreHeap: coreHolds.heapUsed + coreHolds.external,
        gatewayHeap: gatewayHolds.heapUsed + gatewayHolds.external,
        facts: (await core.status()).facts,
        ...sizesOf(join(mine, 'rooms', 'live')),
      });
    }
  }
  const early = await afterwards(core);
  began = performance.now();
  await Promise.all([
    publish(),
    writeNotes(),
    dropConnections(),
    killDesks(),
    killGateways(),
    sample(),
  ]);

  const last = (): number => factsIn(data, /^gateway\.db$/).size;
  for (const desk of [core, other]) {
    await expect
      .poll(
        async () => {
          const status = await desk.status();
          return [
            status.feed,
            status.outbox,
            status.viewsBehind,
            status.feedBehind,
            status.facts === last(),
          ];
        },
        { timeout: times({ change: 120_000, full: 900_000 }), interval: 500 },
      )
      .toEqual(['connected', 0, 0, 0, true]);
  }
  const late = await afterwards(core);
  const { rows } = await core.client.ask('table.read', {
    table: 'alerts',
    position: { mode: 'live' },
  });
  const walPeak = Math.max(...samples.map(({ walBytes }) => walBytes), 0);
  await core.stop();
  await other.stop();
  await gateway.stop();

  const coreSlope = slopeOf(samples.map(({ at, coreHeap }) => [at, coreHeap]));
  const gatewaySlope = slopeOf(samples.map(({ at, gatewayHeap }) => [at, gatewayHeap]));
  const model = modelError(samples);
  console.log(
    'R-16 heaps (MB), core and gateway:',
    samples
      .map(
        ({ coreHeap, gatewayHeap }) =>
          `${(coreHeap / MB).toFixed(1)} ${(gatewayHeap / MB).toFixed(1)}`,
      )
      .join(', '),
  );
  figure('R-16', 'minutes', (LENGTH_MS / 60_000).toFixed(1));
  figure('R-16', 'events; posts sent again', `${told.events}; ${told.retries}`);
  figure(
    'R-16',
    'connections dropped, desks killed, gateways killed',
    `${told.drops}, ${told.kills}, ${told.gatewayKills}`,
  );
  figure('R-16', 'core heap after GC, slope (MB/min)', (coreSlope / MB).toFixed(2), '< 1');
  figure('R-16', 'gateway heap after GC, slope (MB/min)', (gatewaySlope / MB).toFixed(2), '< 1');
  figure(
    'R-16',
    'core descriptors, early and late',
    `${early.descriptors}, ${late.descriptors}`,
    '± 5',
  );
  figure(
    'R-16',
    'core handles and listeners, early and late',
    `${early.handles}, ${late.handles}`,
    '± 5',
  );
  figure('R-16', 'write-ahead logs at most (MB)', (walPeak / MB).toFixed(1), '≤ 64');
  figure('R-16', 'size of the files, off the model by (%)', (model * 100).toFixed(1), '± 10');

  // Every alert is as the last event left it, and every fact is where it should be.
  const expected = expectedStates(told.events);
  const states = new Map(
    rows.map((row) => [String((row['labels'] as { pod?: string }).pod), row['status']]),
  );
  expect([...expected].filter(([pod, status]) => states.get(pod) !== status)).toEqual([]);
  const there = factsIn(data, /^gateway\.db$/);
  for (const profile of [mine, others]) {
    const here = factsIn(join(profile, 'rooms', 'live'), /^journal-\d+\.sqlite$/);
    expect([...there].filter((id) => !here.has(id))).toEqual([]);
    expect([...here].filter((id) => !there.has(id))).toEqual([]);
  }
  expect(told.notes.filter((id) => !there.has(id.slice(0, 32).toUpperCase()))).toEqual([]);
  expect(told.notes.length).toBeGreaterThan(2);
  expect(Math.abs(late.descriptors - early.descriptors)).toBeLessThanOrEqual(5);
  expect(Math.abs(late.handles - early.handles)).toBeLessThanOrEqual(5);
  expect(walPeak).toBeLessThanOrEqual(64 * MB);
  if (LENGTH_MS >= 5 * 60_000) {
    // In less the steps of the heap itself are larger than what is looked for.
    expect(coreSlope).toBeLessThan(MB);
    expect(gatewaySlope).toBeLessThan(MB);
    expect(Math.abs(model)).toBeLessThanOrEqual(0.1);
  } else {
    const first = samples[0];
    const end = samples.at(-1);
    expect((end?.coreHeap ?? 0) - (first?.coreHeap ?? 0)).toBeLessThan(20 * MB);
    expect((end?.gatewayHeap ?? 0) - (first?.gatewayHeap ?? 0)).toBeLessThan(20 * MB);
  }
});

test('R-16 negative control: a slope, a leak of bytes and files off their model are seen', () => {
  const at = (minute: number, leak: number): [number, number] => [
    minute * 60_000,
    60 * MB + minute * leak + (minute % 2) * 3 * MB,
  ];
  const over = (leak: number): number =>
    slopeOf(Array.from({ length: 10 }, (_, minute) => at(minute, leak)));
  expect(over(0)).toBeLessThan(MB);
  expect(over(2 * MB)).toBeGreaterThan(MB);
  const files = (perFact: (facts: number) => number): Sample[] =>
    Array.from({ length: 10 }, (_, step) => {
      const facts = 1_000 + step * 1_000;
      return { at: step, coreHeap: 0, gatewayHeap: 0, walBytes: 0, facts, bytes: perFact(facts) };
    });
  expect(Math.abs(modelError(files((facts) => 50_000 + facts * 900)))).toBeLessThan(0.01);
  expect(
    modelError(files((facts) => 50_000 + facts * 900 + (facts / 50) ** 2 * 400)),
  ).toBeGreaterThan(0.1);
});

async function newGateway(dataFolder: string, port = 0): Promise<MeasuredGateway> {
  return startGateway({ dataFolder, port, room: 'r', tokens: TOKENS });
}

async function enterRoom(core: MeasuredCore, address: string): Promise<void> {
  await core.client.ask('session.write', { person: 'Ada' });
  await core.client.ask('room.connect', { address, token: TOKENS[1].token, tokenKept: false });
}

interface Road {
  readonly url: string;
  /** Ends every connection that is open now. */
  drop(): void;
  close(): void;
}

/** A way to the gateway that can be cut: whole connections, at once. */
async function openRoad(port: () => number): Promise<Road> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(port(), '127.0.0.1');
    for (const [one, across] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => across.destroy());
      one.on('close', () => {
        open.delete(one);
        across.destroy();
      });
      one.pipe(across);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    drop() {
      for (const socket of open) socket.destroy();
    },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** A post of Alertmanager's in which every alert fires or, the next time around, resolves. */
function webhookOf(first: number, startedAt: number, stepMs: number): string {
  const alerts = Array.from({ length: PER_POST }, (_, index) => {
    const number = first + index;
    const round = Math.floor(number / ALERTS);
    const firing = round % 2 === 0;
    const moment = startedAt + Math.round(round * stepMs);
    const startsAt = firing ? moment : Math.round(moment - stepMs);
    return {
      status: firing ? 'firing' : 'resolved',
      labels: { alertname: 'Soak', pod: podOf(number), service: `service-${number % 200}` },
      annotations: { summary: 'latency above the objective' },
      startsAt: new Date(startsAt).toISOString(),
      endsAt: firing ? '0001-01-01T00:00:00Z' : new Date(moment).toISOString(),
    };
  });
  return JSON.stringify({ version: '4', alerts });
}

function podOf(number: number): string {
  return `pod-${number % ALERTS}`;
}

function expectedStates(events: number): Map<string, string> {
  const states = new Map<string, string>();
  for (let number = Math.max(0, events - ALERTS); number < events; number += 1) {
    states.set(podOf(number), Math.floor(number / ALERTS) % 2 === 0 ? 'firing' : 'resolved');
  }
  return states;
}

async function postTaken(url: string, body: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/ingest/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKENS[0].token}`, 'content-type': 'application/json' },
      body,
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Once nothing is under way: what the process keeps. */
async function afterwards(core: MeasuredCore): Promise<{ descriptors: number; handles: number }> {
  await expect
    .poll(async () => (await core.status()).feed, { timeout: 60_000, interval: 100 })
    .toBe('connected');
  const { resources, listeners } = await core.probe();
  const lasting = Object.entries(resources)
    // What is about to run is no handle.
    .filter(([kind]) => kind !== 'Immediate' && kind !== 'TickObject')
    .reduce((sum, [, count]) => sum + count, 0);
  return { descriptors: core.descriptors(), handles: lasting + listeners };
}

function sizesOf(folder: string): { bytes: number; walBytes: number } {
  let bytes = 0;
  let walBytes = 0;
  for (const name of readdirSync(folder)) {
    const { size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { size: 0 };
    if (name.endsWith('-wal')) walBytes = Math.max(walBytes, size);
    else if (/^journal-\d+\.sqlite$/.test(name)) bytes += size;
  }
  return { bytes, walBytes };
}

/** Bytes a minute, by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const count = points.length;
  const meanAt = points.reduce((sum, [at]) => sum + at, 0) / count;
  const mean = points.reduce((sum, [, value]) => sum + value, 0) / count;
  let above = 0;
  let below = 0;
  for (const [at, value] of points) {
    above += (at - meanAt) * (value - mean);
    below += (at - meanAt) ** 2;
  }
  return below === 0 ? 0 : (above / below) * 60_000;
}

/** How far the last size is from the line through the first and the middle one, as a part of it. */
function modelError(samples: readonly Sample[]): number {
  const first = samples[0];
  const middle = samples[Math.floor(samples.length / 2)];
  const last = samples.at(-1);
  if (!first || !middle || !last || middle.facts === first.facts) return 0;
  const perFact = (middle.bytes - first.bytes) / (middle.facts - first.facts);
  const expected = first.bytes + perFact * (last.facts - first.facts);
  return (last.bytes - expected) / expected;
}

function factsIn(folder: string, name: RegExp): Set<string> {
  const ids = new Set<string>();
  for (const file of readdirSync(folder)) {
    if (!name.test(file)) continue;
    const database = new Sqlite(join(folder, file), { readonly: true });
    for (const id of database
      .prepare('SELECT hex(substr(id, 1, 16)) FROM fact')
      .pluck()
      .iterate()) {
      ids.add(String(id));
    }
    database.close();
  }
  return ids;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
