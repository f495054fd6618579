import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../gateway/test-gateway.ts';
import { figure } from '../../scripts/tier/tier.ts';
import type { AlertRow, IncidentRow } from '../../shared/ipc/rows.ts';
import {
  lyingClock,
  startClockedDesk,
  startGatewayProcess,
  type ClockedDesk,
  type LyingClock,
} from './harness/clocked-process.ts';
import { openFaultProxy, type FaultProxy } from './harness/fault-proxy.ts';

/** Three desks, each the core's own process: a day ahead, a day behind, and right. */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PATIENCE_MS = 30_000;

const PERSONS = [
  { name: 'Ada', token: 'person-token-of-ada', aheadMs: DAY_MS },
  { name: 'Ben', token: 'person-token-of-ben', aheadMs: -DAY_MS },
  { name: 'Cho', token: 'person-token-of-cho', aheadMs: 0 },
] as const;

/** Sources with clocks of their own: they write their own times into what they send. */
const SOURCES = [
  { name: 'right', token: 'ingest-token-of-right', aheadMs: 0 },
  { name: 'fast', token: 'ingest-token-of-fast', aheadMs: 30_000 },
  { name: 'slow', token: 'ingest-token-of-slow', aheadMs: -30_000 },
  { name: 'lost', token: 'ingest-token-of-lost', aheadMs: 600_000 },
] as const;

const tokens = [
  ...PERSONS.map(({ name, token }) => ({ kind: 'person', name, token }) as const),
  ...SOURCES.map(({ name, token }) => ({ kind: 'ingest', name, token }) as const),
];

interface Seat {
  readonly name: string;
  readonly clock: LyingClock;
  readonly proxy: FaultProxy;
  readonly desk: ClockedDesk;
}

const base = mkdtempSync(join(tmpdir(), 'holdfast-clock-'));
const seats: Seat[] = [];
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ tokens, timings: { heartbeatMs: 500 } });
  const opened = PERSONS.map(async ({ name, token, aheadMs }) => {
    const clock = lyingClock(join(base, `clock-of-${name}`), aheadMs);
    const proxy = await openFaultProxy(() => gateway.gateway.address.port);
    const where = { address: proxy.url, token };
    const desk = await startClockedDesk(join(base, name), clock, where);
    return { name, clock, proxy, desk };
  });
  seats.push(...(await Promise.all(opened)));
});

afterAll(async () => {
  for (const { desk, proxy } of seats) {
    await desk.stop();
    await proxy.close();
  }
  await gateway.stop();
  rmSync(base, { recursive: true, force: true });
});

test('R-11 the skew of every desk is estimated within a second, and told', async () => {
  let worst = 0;
  for (const { desk, clock } of seats) {
    await until('connected', async () => (await desk.status()).feed === 'connected');
    const { skewMs } = await desk.status();
    const apart = Math.abs((skewMs ?? Infinity) + clock.aheadMs());
    expect(apart).toBeLessThan(1_000);
    worst = Math.max(worst, apart);
  }
  figure('R-11', 'estimated skew of a desk a day off, error, worst (ms)', worst, '≤ 1,000');
});

test('R-11 order, places and states are the same on every desk, whatever their clocks say', async () => {
  const truth: { readonly text: string; readonly at: number }[] = [];
  for (const { name, token, aheadMs } of SOURCES) {
    await post(gateway.gateway.address.url, token, name, Date.now() + aheadMs);
  }
  for (const round of [1, 2]) {
    for (const { name, desk } of seats) {
      const text = `${name} writes ${round}`;
      truth.push({ text, at: Date.now() });
      await run(desk, { name: 'note.write', text });
      await until('sent', async () => (await desk.status()).outbox === 0);
    }
  }
  const declaredAt = performance.now();
  const [{ desk: first }] = seats as [Seat];
  await run(first, {
    name: 'incident.declare',
    title: 'Payments fail',
    severity: 'SEV-1',
    commander: 'Ada',
    services: [],
  });
  await until('sent', async () => (await first.status()).outbox === 0);
  const { last } = await gateway.gateway.journal.bounds();
  const lines: string[] = [];
  for (const { desk, name } of seats) {
    await until(`${name} holds all`, async () => (await desk.status()).facts >= last);
    await until(`${name} shows all`, async () => (await desk.status()).viewsBehind === 0);
    const now = Date.now();
    const { entries } = await desk.window.ask('timeline.read', {
      position: { mode: 'live' },
      from: now - HOUR_MS,
      to: now + HOUR_MS,
      limit: 1_000,
      filter: { groups: [], text: '', pinnedOnly: false },
    });
    // What happened at the very same millisecond has no order that a person could know.
    const placed = entries.map(({ at, id, clockAhead }) => `${at} ${id} ${clockAhead}`);
    lines.push(placed.toSorted().join('\n'));
    expect(entries.map(({ at }) => at)).toEqual(
      entries.map(({ at }) => at).toSorted((one, other) => one - other),
    );
    const notes = entries.filter(({ kind }) => kind === 'note.written');
    expect(notes.map(({ body }) => body['text'])).toEqual(truth.map(({ text }) => text));
    for (const [index, note] of notes.entries()) {
      expect(Math.abs(note.at - (truth[index]?.at ?? 0))).toBeLessThan(2_000);
    }
    const ahead = entries.filter(({ clockAhead }) => clockAhead);
    expect(ahead.map(({ source }) => source)).toEqual(['lost']);
    expect(await alertStates(desk)).toEqual(
      SOURCES.map((source) => `Alert of ${source.name}: firing`).toSorted(),
    );
    const [incident] = (await desk.rows('incidents')) as unknown as IncidentRow[];
    const age = (await desk.status()).now - (incident?.declaredAt ?? 0);
    expect(Math.abs(age - (performance.now() - declaredAt))).toBeLessThan(2_000);
  }
  expect(lines[0]?.split('\n').length).toBeGreaterThanOrEqual(11);
  expect(new Set(lines).size).toBe(1);
});

test('R-11 clocks that jump by an hour while desks run turn no alert unknown and end no connection', async () => {
  const errors: number[] = [];
  let looks = 0;
  for (const jumpMs of [HOUR_MS, -2 * HOUR_MS]) {
    const before = await Promise.all(seats.map(({ desk }) => sinceConnected(desk)));
    for (const { clock } of seats) clock.set(clock.aheadMs() + jumpMs);
    const watched = seats.map(async ({ desk, clock, name }) => {
      await until(`${name} tells the new skew`, async () => {
        looks += 1;
        // At every look, from the first moment on: nothing expired, nobody fell silent.
        expect(new Set((await alertStates(desk)).map((line) => line.split(': ')[1]))).toEqual(
          new Set(['firing']),
        );
        const { feed, skewMs, now } = await desk.status();
        expect(feed).toBe('connected');
        expect(Math.abs(now - Date.now())).toBeLessThan(3_000);
        return Math.abs((skewMs ?? Infinity) + clock.aheadMs()) < 1_000;
      });
    });
    await Promise.all(watched);
    for (const [index, { desk }] of seats.entries()) {
      const after = await sinceConnected(desk);
      const start = before[index];
      if (start === undefined) throw new Error('no such seat');
      errors.push(Math.abs(after.elapsedMs - start.elapsedMs - (after.atMs - start.atMs)));
    }
  }
  for (const { proxy } of seats) expect(proxy.counts.connections()).toBe(1);
  const worst = Math.round(Math.max(...errors));
  // An hour would be 3,600,000.
  expect(worst).toBeLessThan(1_000);
  figure('R-11', 'looks at the alerts while clocks jumped ±1 h, none unknown', looks);
  figure('R-11', 'reconnects because of a clock', 0, '0');
  figure('R-11', 'duration told across a jump, error, worst (ms)', worst, '≤ 50');
});

test('R-11 a note that is written right after a jump stands in the room’s time', async () => {
  const [{ desk, clock }, other] = seats as [Seat, Seat];
  clock.set(clock.aheadMs() + 3 * HOUR_MS);
  const at = Date.now();
  const written = await run(desk, { name: 'note.write', text: 'right after the jump' });
  await until('sent', async () => (await desk.status()).outbox === 0);
  for (const seat of [{ desk }, other]) {
    await until('there', async () => (await noteAt(seat.desk, written)) !== null);
    expect(Math.abs(((await noteAt(seat.desk, written)) ?? 0) - at)).toBeLessThan(3_000);
  }
});

test('R-11 a gateway that is five minutes off sets the room’s time, and says so', async () => {
  const rooms = [300_000, -300_000].map(async (aheadMs) => {
    const folder = join(base, `gateway-${aheadMs}`);
    const clock = lyingClock(join(folder, 'clock'), aheadMs);
    const served = await startGatewayProcess({ folder: join(folder, 'data'), tokens, clock });
    const right = lyingClock(join(folder, 'right'), 0);
    const desk = await startClockedDesk(join(folder, 'desk'), right, {
      address: served.url,
      token: PERSONS[0].token,
    });
    try {
      await until('connected', async () => (await desk.status()).feed === 'connected');
      for (const { name, token, aheadMs: sourceMs } of SOURCES.slice(0, 3)) {
        await post(served.url, token, name, Date.now() + sourceMs);
      }
      await until('all', async () => (await alertStates(desk)).length === 3);
      expect(await alertStates(desk)).toEqual(
        ['fast', 'right', 'slow'].map((name) => `Alert of ${name}: firing`),
      );
      const status = await desk.status();
      expect(Math.abs((status.skewMs ?? Infinity) - aheadMs)).toBeLessThan(1_000);
      expect(Math.abs(status.now - Date.now() - aheadMs)).toBeLessThan(3_000);
      const at = Date.now() + aheadMs;
      const note = await run(desk, { name: 'note.write', text: 'in the room’s time' });
      expect(Math.abs(((await noteAt(desk, note)) ?? 0) - at)).toBeLessThan(3_000);
      await until('sent', async () => (await desk.status()).outbox === 0);
    } finally {
      await desk.stop();
      await served.stop();
    }
  });
  await Promise.all(rooms);
});

async function post(url: string, token: string, source: string, startsAt: number): Promise<void> {
  const answer = await fetch(new URL('/api/v2/alerts', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify([
      {
        labels: { alertname: `Alert of ${source}`, service: 'checkout', severity: 'critical' },
        annotations: {},
        startsAt: new Date(startsAt).toISOString(),
      },
    ]),
  });
  expect(answer.status).toBe(200);
}

async function run(desk: ClockedDesk, command: Record<string, unknown>): Promise<string> {
  const answer = await desk.window.ask('command.run', { command: command as never });
  expect(answer).toMatchObject({ done: true });
  return answer.done ? (answer.facts[0] ?? '') : '';
}

async function alertStates(desk: ClockedDesk): Promise<string[]> {
  const rows = (await desk.rows('alerts')) as unknown as AlertRow[];
  return rows.map(({ name, status }) => `${name}: ${status}`).toSorted();
}

/** Where a desk places a note; null when it does not have it. */
async function noteAt(desk: ClockedDesk, id: string): Promise<number | null> {
  const now = (await desk.status()).now;
  const { entries } = await desk.window.ask('timeline.read', {
    position: { mode: 'live' },
    from: now - 48 * HOUR_MS,
    to: now + 48 * HOUR_MS,
    limit: 1_000,
    filter: { groups: ['people'], text: '', pinnedOnly: false },
  });
  return entries.find((entry) => entry.id === id)?.at ?? null;
}

/** How long the connection stands, as the desk tells it, and when it was asked (ms). */
async function sinceConnected(desk: ClockedDesk): Promise<{ elapsedMs: number; atMs: number }> {
  const asked = performance.now();
  const { now, feedSince } = await desk.status();
  return { elapsedMs: now - feedSince, atMs: (asked + performance.now()) / 2 };
}

/** The limit is a hang guard. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
