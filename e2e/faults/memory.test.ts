import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { figure, times } from '../../scripts/tier/tier.ts';
import {
  limitMemory,
  startCore,
  startGateway,
  type MeasuredGateway,
} from './harness/measured-process.ts';

const MB = 1_000_000;
const SERVICES = 5_000;
const TOKENS = [
  { kind: 'ingest', name: 'prom', token: 'ingest-token-of-this-test' },
  { kind: 'person', name: 'Ada', token: 'person-token-of-this-test' },
] as const;
const INGEST = TOKENS[0].token;

test('R-15 a large room and a burst of events fit into 350 MB of core, and nothing of it is lost', async () => {
  const before = times({ change: 20_000, full: 2_000_000 });
  const burstMs = times({ change: 5_000, full: 60_000 });
  const perSecond = 10_000;
  const folder = scratch();
  const data = join(folder, 'gateway');
  const profile = join(folder, 'desk');
  await fillJournal(data, before);
  const limit = limitMemory(1_000 * MB);
  if (limit.missing !== null) console.log(`R-15 without a limit on memory: ${limit.missing}`);
  const gateway = await startGateway(
    {
      dataFolder: data,
      port: 0,
      room: 'r',
      tokens: TOKENS,
      // Else the burst would be held back at the gateway's door.
      turnLimits: { factsPerSecond: 20_000, burstFacts: 100_000 },
    },
    limit.add,
  );
  onTestFinished(() => gateway.kill());
  const core = await startCore(profile, limit.add);
  onTestFinished(() => core.kill());
  const connect = { address: gateway.url, token: TOKENS[1].token, tokenKept: false };
  await core.client.ask('session.write', { person: 'Ada' });
  await core.client.ask('room.connect', connect);
  const caughtUp = async (least: number): Promise<number> => {
    const status = await core.status();
    if (core.ended() !== null) throw new Error(`the core ended: ${core.ended()}`);
    return status.viewsBehind === 0 ? status.facts : Math.min(status.facts, least - 1);
  };
  const patience = { timeout: times({ change: 240_000, full: 2_400_000 }), interval: 200 };
  await expect.poll(() => caughtUp(before), patience).toBeGreaterThanOrEqual(before);
  const afterCatchUp = core.memory();

  const began = performance.now();
  const burst = await offer(gateway, perSecond, burstMs);
  const tookMs = performance.now() - began;
  const last = (await lastSeq(gateway)) ?? 0;
  await expect.poll(() => caughtUp(last), patience).toBeGreaterThanOrEqual(last);

  const coreMemory = core.memory();
  const coreHeld = await core.probe();
  const gatewayHeld = await gateway.probe();
  console.log(
    'R-15 held after a collection',
    JSON.stringify({ coreHeld, gatewayHeld, now: core.memory() }),
  );
  const gatewayMemory = gateway.memory();
  const kills = limit.kills();
  await core.stop();
  await gateway.stop();
  limit.remove();
  figure('R-15', 'facts before the burst', before, '2,000,000');
  figure(
    'R-15',
    'events offered in the burst',
    burst.offered,
    `${perSecond}/s for ${burstMs / 1_000} s`,
  );
  figure(
    'R-15',
    'events acknowledged per second',
    Math.round((burst.acknowledged / tookMs) * 1_000),
  );
  figure('R-15', 'answers of 503 (told to come again)', burst.refusals);
  figure(
    'R-15',
    'core after catch-up, peak (MB)',
    Math.round(afterCatchUp.peakBytes / MB),
    '≤ 350',
  );
  figure('R-15', 'core after the burst, peak (MB)', Math.round(coreMemory.peakBytes / MB), '≤ 350');
  figure('R-15', 'gateway, peak (MB)', Math.round(gatewayMemory.peakBytes / MB));
  figure('R-15', 'limit of memory for both', limit.missing ?? '1,000 MB', '');
  expect(burst.acknowledged).toBe(burst.offered);
  // What was acknowledged is there, and all that is there is here.
  const there = idsOf(data, /^gateway\.db$/);
  const here = idsOf(join(profile, 'rooms', 'live'), /^journal-\d+\.sqlite$/);
  expect(there.size).toBeGreaterThanOrEqual(before + burst.facts);
  expect(burst.facts).toBeGreaterThan(burst.offered * 0.9);
  expect([...there].filter((id) => !here.has(id))).toEqual([]);
  expect(kills).toBe(0);
  expect(coreMemory.peakBytes).toBeLessThanOrEqual(350 * MB);
});

test('R-15 a flood of posts is told to come again instead of being kept in memory', async () => {
  const folder = scratch();
  const bound = 16 * 1024 * 1024;
  const posts = 60;
  const body = JSON.stringify(
    Array.from({ length: 2_000 }, (_, number) => ({
      labels: { alertname: 'Flood', service: `s${number}` },
      annotations: { summary: 'x'.repeat(400) },
    })),
  );
  const flood = async (bytes?: number) => {
    const gateway = await startGateway({
      dataFolder: join(folder, String(bytes)),
      port: 0,
      room: 'r',
      tokens: TOKENS,
      ...(bytes !== undefined && { turnLimits: { bytes, atWork: 1_000 } }),
    });
    try {
      const before = gateway.memory().residentBytes;
      // All are under way, but for their last byte, before any may be answered.
      const posted = await postAtOnce(gateway, body, posts);
      const held = await bytesHeld(gateway);
      const statuses = await posted.finish();
      const grown = (gateway.memory().peakBytes - before) / MB;
      await expect.poll(() => bytesHeld(gateway), { timeout: 20_000 }).toBe(0);
      return { held, statuses, grown };
    } finally {
      await gateway.kill();
    }
  };
  const bounded = await flood();
  // Negative control: without the bound all of them are taken on at once.
  const unbounded = await flood(1e12);
  const refused = bounded.statuses.filter((status) => status === 503).length;
  const name = `${posts} posts of ${(body.length / MB).toFixed(1)} MB at once`;
  figure('R-15', `${name}: told to come again`, refused);
  figure('R-15', `${name}: taken on (MB)`, (bounded.held / MB).toFixed(1), '≤ 16.8');
  figure('R-15', `${name}: taken on without the bound (MB)`, (unbounded.held / MB).toFixed(1));
  figure(
    'R-15',
    `${name}: gateway grew by (MB; without)`,
    `${Math.round(bounded.grown)}; ${Math.round(unbounded.grown)}`,
  );
  expect(bounded.held).toBeLessThanOrEqual(bound);
  expect(unbounded.held).toBeGreaterThan(bound * 2);
  expect(bounded.statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(bounded.statuses).toContain(200);
  expect(refused).toBeGreaterThan(0);
  expect(new Set(unbounded.statuses)).toEqual(new Set([200]));
}, 600_000);

/** Facts of alerts over many services, straight into a gateway's journal. */
async function fillJournal(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const start = Date.now() - 6 * 3_600_000;
  const journal = openSqliteJournal({ path: join(folder, 'gateway.db'), now: Date.now });
  for (let first = 0; first < count; first += 2_000) {
    const facts: Fact[] = [];
    for (let number = first; number < Math.min(count, first + 2_000); number += 1) {
      const service = `service-${number % SERVICES}`;
      const fingerprint = (number % SERVICES).toString(16).padStart(16, '0');
      const round = Math.floor(number / SERVICES);
      const startsAt = start + Math.floor(round / 2) * 1_000;
      const described = {
        fingerprint,
        name: 'HighErrorRate',
        severity: number % 9 === 0 ? 'critical' : 'warning',
        service,
        labels: { alertname: 'HighErrorRate', service, zone: `az-${number % 3}` },
        annotations: { summary: `error rate of ${service} is above 5 %` },
      };
      const fired = round % 2 === 0;
      const at = startsAt + (fired ? 0 : 500);
      facts.push(
        sealFact(
          {
            kind: fired ? 'alert.fired' : 'alert.resolved',
            v: 1,
            thing: `alert:${fingerprint}`,
            at,
            heardAt: at,
            source: 'before',
            body: { ...described, startsAt, ...(fired ? {} : { endsAt: at }) },
          },
          nativeSha256,
        ),
      );
    }
    await journal.append(facts);
  }
  await journal.close();
}

interface Burst {
  offered: number;
  acknowledged: number;
  /** What the gateway says was new. */
  facts: number;
  refusals: number;
}

/** Offers events at a rate, some posts at a time; what is not taken is offered again until it is. */
async function offer(
  gateway: MeasuredGateway,
  perSecond: number,
  lengthMs: number,
): Promise<Burst> {
  const size = 500;
  const posts = Math.round((perSecond * lengthMs) / 1_000 / size);
  const burst: Burst = { offered: posts * size, acknowledged: 0, facts: 0, refusals: 0 };
  const began = performance.now();
  let next = 0;
  const startedAt = Date.now() - 60_000;
  async function sender(): Promise<void> {
    while (next < posts) {
      const post = next;
      next += 1;
      const due = (post * size * 1_000) / perSecond - (performance.now() - began);
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      const accepted = await postUntilTaken(gateway, eventsOf(post, size, startedAt), burst);
      burst.acknowledged += size;
      burst.facts += accepted;
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender));
  return burst;
}

/** Alerts that fire and resolve: each of them becomes a fact, and the alerts stay as many. */
function eventsOf(post: number, size: number, startedAt: number): string {
  const alerts = size / 2;
  return JSON.stringify(
    Array.from({ length: size }, (_, index) => {
      const number = post * alerts + (index % alerts);
      const startsAt = startedAt + Math.floor(number / SERVICES) * 10;
      const service = `service-${number % SERVICES}`;
      return {
        labels: { alertname: 'Burst', service, severity: 'warning' },
        annotations: { summary: 'latency above the objective' },
        startsAt: new Date(startsAt).toISOString(),
        ...(index >= alerts && { endsAt: new Date(startsAt + 5).toISOString() }),
      };
    }),
  );
}

async function postUntilTaken(
  gateway: MeasuredGateway,
  body: string,
  burst: Burst,
): Promise<number> {
  for (;;) {
    if (gateway.ended() !== null) throw new Error(`the gateway ended: ${gateway.ended()}`);
    const answer = await fetch(`${gateway.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INGEST}`, 'content-type': 'application/json' },
      body,
    });
    const said = (await answer.json()) as { accepted: number };
    if (answer.status === 200) return said.accepted;
    expect(answer.status).toBe(503);
    burst.refusals += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Posts whose last byte is held back until `finish`. */
async function postAtOnce(
  gateway: MeasuredGateway,
  body: string,
  count: number,
): Promise<{ finish: () => Promise<number[]> }> {
  const encoded = Buffer.from(body);
  const most = encoded.length - 1;
  const answers: Promise<number>[] = [];
  const sent: Promise<void>[] = [];
  const release: (() => void)[] = [];
  for (let number = 0; number < count; number += 1) {
    const post = request(`${gateway.url}/api/v2/alerts`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${INGEST}`,
        'content-type': 'application/json',
        'content-length': encoded.length,
      },
    });
    answers.push(
      new Promise((resolve, reject) => {
        post.on('response', (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        });
        post.on('error', reject);
      }),
    );
    sent.push(new Promise((resolve) => post.write(encoded.subarray(0, most), () => resolve())));
    release.push(() => post.end(encoded.subarray(most)));
  }
  await Promise.all(sent);
  return {
    finish() {
      for (const go of release) go();
      return Promise.all(answers);
    },
  };
}

async function bytesHeld(gateway: MeasuredGateway): Promise<number> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^holdfast_gateway_bodies_bytes (\S+)$/m.exec(metrics)?.[1]);
}

async function lastSeq(gateway: MeasuredGateway): Promise<number | undefined> {
  const answer = await fetch(`${gateway.url}/healthz`);
  return ((await answer.json()) as { lastSeq?: number }).lastSeq;
}

function idsOf(folder: string, name: RegExp): Set<string> {
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

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
