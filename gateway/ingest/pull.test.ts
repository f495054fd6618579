import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../journal/sqlite-journal.ts';
import type { Journal } from '../journal/journal.ts';
import { ownLeases, type Lease } from '../leases/lease.ts';
import { createRegistry } from '../metrics.ts';
import { adapters } from '../../shared/adapters/registry.ts';
import { openIngest, type Ingest } from './ingest.ts';
import { openPull, pauseAfter, PULL_TIMINGS, readPull, type Pull } from './pull.ts';

const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 23, 12);

/** What an Alertmanager answers, changed by the test at will. */
interface FakeAlertmanager {
  readonly url: string;
  alerts: Record<string, unknown>[];
  silences: Record<string, unknown>[] | 'broken';
  startedAt: number;
  status: number;
  etag: string | null;
  hangs: boolean;
  /** What happens before it says how it is. */
  beforeStatus: () => Promise<void>;
  readonly asked: string[];
}

async function fakeAlertmanager(): Promise<FakeAlertmanager> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeAlertmanager = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/am`,
    alerts: [],
    silences: [],
    startedAt: T - 60 * MINUTE,
    status: 200,
    etag: null,
    hangs: false,
    beforeStatus: async () => undefined,
    asked: [],
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const isStatus = request.url === '/am/api/v2/status';
    void (isStatus ? fake.beforeStatus() : Promise.resolve()).then(() => answer(request, response));
  });
  function answer(request: IncomingMessage, response: ServerResponse): void {
    fake.asked.push(`${request.url} ${request.headers.authorization ?? '-'}`);
    if (fake.hangs) return;
    if (fake.etag !== null && request.headers['if-none-match'] === fake.etag) {
      response.writeHead(304).end();
      return;
    }
    if (request.url === '/am/api/v2/silences' && fake.silences === 'broken') {
      response.writeHead(500).end();
      return;
    }
    const answers: Record<string, unknown> = {
      '/am/api/v2/status': { uptime: new Date(fake.startedAt).toISOString() },
      '/am/api/v2/silences': fake.silences,
      '/am/api/v2/alerts': fake.alerts,
    };
    const body = answers[request.url ?? ''];
    const tag =
      fake.etag === null || request.url !== '/am/api/v2/alerts' ? {} : { etag: fake.etag };
    response
      .writeHead(fake.status, {
        'content-type': 'application/json',
        date: new Date(T).toUTCString(),
        ...tag,
      })
      .end(JSON.stringify(body));
  }
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return fake;
}

function alert(name: string, now: number): Record<string, unknown> {
  return {
    annotations: {},
    endsAt: new Date(now + 4 * MINUTE).toISOString(),
    receivers: [{ name: 'holdfast' }],
    startsAt: new Date(T - 10 * MINUTE).toISOString(),
    status: { inhibitedBy: [], silencedBy: [], state: 'active' },
    updatedAt: new Date(now).toISOString(),
    generatorURL: 'http://prometheus/graph',
    labels: { alertname: name, severity: 'critical', service: 'pay' },
  };
}

interface Pulling {
  readonly fake: FakeAlertmanager;
  readonly pull: Pull;
  readonly ingest: Ingest;
  readonly journal: Journal;
  readonly clock: { now: number };
  readonly kinds: () => Promise<string[]>;
}

async function start(lease: Lease = ownLeases.open('x'), token?: string): Promise<Pulling> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pull-'));
  const clock = { now: T };
  const journal = openSqliteJournal({ path: join(folder, 'gateway.db'), now: () => clock.now });
  const ingest = await openIngest(journal, () => clock.now);
  const fake = await fakeAlertmanager();
  const pull = openPull({
    source: {
      format: 'alertmanager',
      name: 'prod',
      url: fake.url,
      ...(token === undefined ? {} : { token }),
    },
    ingest,
    lease,
    pulls: createRegistry().counter('pulls', ''),
    log: () => undefined,
    // The test asks by itself.
    timings: { intervalMs: 3_600_000, timeoutMs: 300, backoffMaxMs: 3_600_000 },
  });
  onTestFinished(async () => {
    await pull.close();
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const kinds = async (): Promise<string[]> => {
    const { last } = await journal.bounds();
    const facts = await journal.range(1, last, { facts: 1_000, length: 1e9 });
    return facts.map(({ fact }) => fact.kind);
  };
  return { fake, pull, ingest, journal, clock, kinds };
}

describe('a source that is asked', () => {
  test('its listing becomes facts, again it adds none, and it is heard when it answered', async () => {
    const { fake, pull, kinds } = await start(ownLeases.open('x'), 'token-of-the-source');
    fake.alerts = [alert('A', T), alert('B', T)];
    await pull.once();
    expect(await kinds()).toEqual(['alert.fired', 'alert.fired', 'source.heard']);
    expect(fake.asked).toContain('/am/api/v2/alerts Bearer token-of-the-source');
    await pull.once();
    expect(await kinds()).toHaveLength(3);
  });

  test('T4 what a complete listing no longer names is resolved, and may fire again', async () => {
    const { fake, pull, clock, kinds } = await start();
    fake.alerts = [alert('A', T), alert('B', T)];
    await pull.once();
    clock.now += MINUTE;
    fake.alerts = [alert('B', clock.now)];
    await pull.once();
    expect((await kinds()).slice(3)).toEqual(['alert.resolved', 'source.heard']);
    clock.now += MINUTE;
    fake.alerts = [alert('A', clock.now), alert('B', clock.now)];
    await pull.once();
    expect((await kinds()).slice(5)).toEqual(['alert.fired', 'source.heard']);
  });

  test('T4 what a desktop brought in an exchange is resolved as well when it is no longer named', async () => {
    const elsewhere = await start();
    elsewhere.fake.alerts = [alert('A', T)];
    await elsewhere.pull.once();
    const brought = await elsewhere.journal.range(1, 10, { facts: 10, length: 1e6 });
    const { pull, journal, clock, kinds } = await start();
    await journal.append(brought.map(({ fact }) => fact));
    clock.now += MINUTE;
    await pull.once();
    expect(await kinds()).toContain('alert.resolved');
  });

  test('T4 what a source pushes while its listing is under way is not absent from it', async () => {
    const { fake, ingest, pull, clock, kinds } = await start();
    fake.alerts = [];
    fake.beforeStatus = async () => {
      clock.now += 1_000;
      const bytes = new TextEncoder().encode(JSON.stringify([alert('A', clock.now)]));
      await ingest.receive({ adapter: adapters['alertmanager-alerts'], bytes, source: 'prod' });
    };
    await pull.once();
    expect(await kinds()).toContain('alert.fired');
    expect(await kinds()).not.toContain('alert.resolved');
  });

  test('T4 an Alertmanager that just started, or an alert that was refused, resolves nothing', async () => {
    const { fake, pull, clock, kinds } = await start();
    fake.alerts = [alert('A', T)];
    await pull.once();
    fake.alerts = [];
    fake.startedAt = T - MINUTE;
    clock.now += MINUTE;
    await pull.once();
    expect(await kinds()).not.toContain('alert.resolved');
    fake.startedAt = T - 60 * MINUTE;
    fake.alerts = [{ ...alert('A', T), labels: { severity: 'critical' } }];
    await pull.once();
    expect(await kinds()).not.toContain('alert.resolved');
  });

  test('one that fails is not heard, says why once, and is heard again', async () => {
    const { fake, pull, clock, kinds } = await start();
    fake.status = 503;
    await pull.once();
    await pull.once();
    expect(await kinds()).toEqual(['source.problem']);
    fake.hangs = true;
    await pull.once();
    expect(await kinds()).toEqual(['source.problem', 'source.problem']);
    fake.hangs = false;
    fake.status = 200;
    clock.now += MINUTE;
    await pull.once();
    expect(await kinds()).toEqual(['source.problem', 'source.problem', 'source.heard']);
  });

  test('silences that are not told cost nothing of the listing, and are learned when they are', async () => {
    const { fake, pull, clock, kinds } = await start();
    fake.silences = 'broken';
    fake.alerts = [alert('A', T)];
    await pull.once();
    expect(await kinds()).toEqual(['alert.fired', 'source.heard']);
    clock.now += MINUTE;
    fake.silences = [
      {
        id: 'b7c4',
        status: { state: 'active' },
        updatedAt: new Date(T).toISOString(),
        startsAt: new Date(T).toISOString(),
        endsAt: new Date(T + 60 * MINUTE).toISOString(),
        createdBy: 'li.na',
        comment: 'disk swap',
        matchers: [{ name: 'service', value: 'pay', isRegex: false, isEqual: true }],
      },
    ];
    await pull.once();
    expect((await kinds()).slice(2)).toContain('silence.listed');
  });

  test('a tag spares the body, and the answer counts as heard', async () => {
    const { fake, pull, clock, kinds } = await start();
    fake.etag = '"1"';
    fake.alerts = [alert('A', T)];
    await pull.once();
    clock.now += MINUTE;
    fake.alerts = [];
    await pull.once();
    // The same tag: the listing is the one from before, whatever the server would send now.
    expect(await kinds()).toEqual(['alert.fired', 'source.heard', 'source.heard']);
  });

  test('without the lease nobody asks, and an answer that comes after its end is dropped', async () => {
    let held = false;
    const listeners = new Set<(held: boolean) => void>();
    const lease: Lease = {
      held: () => held,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: async () => undefined,
    };
    const { fake, pull, kinds } = await start(lease);
    await pull.once();
    expect(fake.asked).toEqual([]);
    held = true;
    fake.alerts = [alert('A', T)];
    const asking = pull.once();
    held = false;
    await asking;
    expect(fake.asked.length).toBeGreaterThan(0);
    expect(await kinds()).toEqual([]);
  });
});

test('a question that carries the time is asked whole each time, whatever tag its answers have', async () => {
  const clock = { now: T };
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pull-'));
  const journal = openSqliteJournal({ path: join(folder, 'gateway.db'), now: () => clock.now });
  const tags: (string | null)[] = [];
  const pull = openPull({
    source: { format: 'jaeger', name: 'jaeger', url: 'http://jaeger/' },
    ingest: await openIngest(journal, () => clock.now),
    lease: ownLeases.open('x'),
    pulls: createRegistry().counter('pulls', ''),
    log: () => undefined,
    now: () => clock.now,
    timings: { intervalMs: 3_600_000 },
    fetch: async (_input, init) => {
      tags.push(new Headers(init?.headers).get('if-none-match'));
      const body = JSON.stringify({ data: [{ parent: 'web', child: 'pay', callCount: 1 }] });
      return new Response(body, { headers: { etag: '"same"' } });
    },
  });
  onTestFinished(async () => {
    await pull.close();
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await pull.once();
  await pull.once();
  clock.now += MINUTE;
  await pull.once();
  // The second question was the first one again; the third is another one.
  expect(tags).toEqual([null, '"same"', null]);
});

test('failures double the pause up to its limit, and the pause is never quite the same', () => {
  const middle = (): number => 0.5;
  expect([0, 1, 2, 3, 50].map((failures) => pauseAfter(failures, PULL_TIMINGS, middle))).toEqual([
    15_000, 30_000, 60_000, 60_000, 60_000,
  ]);
  expect(pauseAfter(0, PULL_TIMINGS, () => 0)).toBe(13_500);
  expect(pauseAfter(0, PULL_TIMINGS, () => 0.999)).toBeGreaterThan(16_400);
});

test('--pull says what is wrong', () => {
  expect(readPull('alertmanager:prod eu=https://am.example:9093/x')).toEqual({
    format: 'alertmanager',
    name: 'prod eu',
    url: 'https://am.example:9093/x',
  });
  expect(() => readPull('http://am')).toThrow('is not <format>:<name>=<url>');
  expect(() => readPull('carrier-pigeon:a=http://b')).toThrow('not a format that can be asked');
  expect(() => readPull('alertmanager:a=ftp://b')).toThrow('not an http address');
  expect(() => readPull('alertmanager:a=http://me:secret@b')).toThrow('HOLDFAST_PULL_TOKEN_A');
});
