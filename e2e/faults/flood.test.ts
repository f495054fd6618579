import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { figure, times } from '../../scripts/tier/tier.ts';
import type { AlertRow } from '../../shared/ipc/rows.ts';
import { startCore, startGateway, type MeasuredCore } from './harness/measured-process.ts';

const TOKENS = [
  { kind: 'ingest', name: 'flood', token: 'ingest-token-of-the-flood' },
  { kind: 'ingest', name: 'calm', token: 'ingest-token-of-the-calm' },
  { kind: 'person', name: 'Ada', token: 'person-token-of-this-test' },
] as const;
const PER_POST = 500;

interface Stage {
  readonly core: MeasuredCore;
  post(token: string, alerts: readonly object[]): Promise<{ status: number; accepted: number }>;
  lastSeq(): Promise<number>;
  /** Alerts of one name that the desk's window would show now. */
  shown(name: string): Promise<number>;
}

async function stage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-flood-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gateway = await startGateway({
    dataFolder: join(folder, 'gateway'),
    port: 0,
    room: 'r',
    tokens: TOKENS,
  });
  onTestFinished(() => gateway.kill());
  const core = await startCore(join(folder, 'desk'));
  onTestFinished(() => core.kill());
  await core.client.ask('session.write', { person: 'Ada' });
  const token = TOKENS[2].token;
  await core.client.ask('room.connect', { address: gateway.url, token, tokenKept: false });
  await expect.poll(async () => (await core.status()).feed, { timeout: 20_000 }).toBe('connected');
  const shownNames = new Map<string, number>();
  core.client.on('rows', ({ upserts }) => {
    for (const row of upserts as unknown as AlertRow[]) {
      shownNames.set(row.name, (shownNames.get(row.name) ?? 0) + 1);
    }
  });
  const live = { mode: 'live' } as const;
  await core.client.ask('subscription.open', { id: 'alerts', table: 'alerts', position: live });
  return {
    core,
    async post(bearer, alerts) {
      const answer = await fetch(`${gateway.url}/api/v2/alerts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      });
      const said = (await answer.json()) as { accepted?: number };
      return { status: answer.status, accepted: said.accepted ?? 0 };
    },
    async lastSeq() {
      const answer = await fetch(`${gateway.url}/healthz`);
      return ((await answer.json()) as { lastSeq: number }).lastSeq;
    },
    shown: async (name) => shownNames.get(name) ?? 0,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const alertOf = (name: string, instance: string): object => ({
  labels: { alertname: name, service: `${name}-service`, severity: 'critical', instance },
  annotations: { summary: 'something is wrong' },
});

test('S-18 a source that floods hides no other, and nothing that was acknowledged is lost', async () => {
  const { core, post, lastSeq, shown } = await stage();
  let acknowledged = 0;
  let offered = 0;
  let over = false;
  /** Eight connections post new alerts as fast as they are taken, and again what was not. */
  const flooders = Array.from({ length: 8 }, async (_, lane) => {
    for (let turn = 0; !over; turn += 1) {
      const alerts = Array.from({ length: PER_POST }, (__, index) =>
        alertOf('Flood', `${lane}-${turn}-${index}`),
      );
      offered += PER_POST;
      for (;;) {
        const answer = await post(TOKENS[0].token, alerts);
        if (answer.status === 200) {
          acknowledged += answer.accepted;
          break;
        }
        expect(answer.status).toBe(503);
        if (over) return;
        await pause(20);
      }
    }
  });
  await pause(1_000);
  const calmCount = times({ change: 12, full: 60 });
  const lateMs: number[] = [];
  const between: number[] = [];
  const began = performance.now();
  for (let number = 0; number < calmCount; number += 1) {
    const name = `Calm${number}`;
    const before = await lastSeq();
    const sent = performance.now();
    // Taken at the first attempt, whatever else waits.
    expect(await post(TOKENS[1].token, [alertOf(name, 'one')])).toEqual({
      status: 200,
      accepted: 1,
    });
    between.push((await lastSeq()) - before);
    await expect.poll(() => shown(name), { timeout: 30_000, interval: 20 }).toBe(1);
    lateMs.push(performance.now() - sent);
    await pause(100);
  }
  const tookS = (performance.now() - began) / 1_000;
  over = true;
  await Promise.all(flooders);
  const last = await lastSeq();
  const status = async (): Promise<number> => (await core.status()).facts;
  await expect.poll(status, { timeout: 120_000, interval: 200 }).toBe(last);
  const facts = last;
  lateMs.sort((left, right) => left - right);
  figure('S-18', 'alerts of the flood taken a second', Math.round(acknowledged / tookS));
  figure('S-18', 'alerts of the flood offered a second', Math.round(offered / tookS));
  figure(
    'S-18',
    'another source’s alert on screen, median (ms)',
    Math.round(lateMs[lateMs.length >> 1] ?? 0),
  );
  figure(
    'S-18',
    'another source’s alert on screen, worst (ms)',
    Math.round(lateMs.at(-1) ?? 0),
    '≤ 1,000',
  );
  figure('S-18', 'facts of the flood stored meanwhile, most', Math.max(...between));
  // Every alert that was acknowledged is a fact, beside the heartbeats.
  expect(facts).toBeGreaterThanOrEqual(acknowledged + calmCount);
  // What is at work when it comes goes before it, and no more: at most six bodies of the flood, and
  // as many that were already on their way to the disk.
  expect(Math.max(...between)).toBeLessThanOrEqual(12 * PER_POST + 1);
}, 600_000);

test('S-18 a burst of 1,000 alerts a second is on screen as it comes, and none is lost', async () => {
  const { core, post, lastSeq } = await stage();
  const seconds = times({ change: 6, full: 60 });
  const position = { mode: 'live' } as const;
  const behind: number[] = [];
  let acknowledged = 0;
  const began = performance.now();
  for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
    const due = tenth * 100 - (performance.now() - began);
    if (due > 0) await pause(due);
    const alerts = Array.from({ length: 100 }, (_, index) => alertOf('Burst', `${tenth}-${index}`));
    const answer = await post(TOKENS[0].token, alerts);
    expect(answer.status).toBe(200);
    acknowledged += answer.accepted;
    if (tenth % 10 === 9) {
      const { facts, viewsBehind } = await core.status();
      behind.push((await lastSeq()) - facts + viewsBehind);
    }
  }
  expect(acknowledged).toBe(seconds * 1_000);
  await expect
    .poll(async () => (await core.status()).facts, { timeout: 60_000 })
    .toBe(await lastSeq());
  const { rows } = await core.client.ask('table.read', { table: 'alerts', position });
  expect(rows.filter(({ name }) => name === 'Burst')).toHaveLength(seconds * 1_000);
  figure(
    'S-18',
    `burst of 1,000 alerts/s for ${seconds} s: facts behind, most`,
    Math.max(...behind),
    '≤ 1,000',
  );
}, 600_000);
