import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { TOKENS } from '../../gateway/test-gateway.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, tier } from '../../scripts/tier/tier.ts';
import { NOTHING, watchJournal } from './harness/crash-check.ts';
import { startDesk, type CrashDesk } from './harness/crash-desk.ts';
import { startCountingGateway, type CountingGateway } from './harness/crash-gateway.ts';

const MEGABYTE = 1_048_576;
/** On every change a part of what is in use: the same code, reached sooner. */
const SCALE = tier === 'full' ? 1 : 16;
const LIMITS = { emptyBytes: (64 * MEGABYTE) / SCALE, heldBytes: (192 * MEGABYTE) / SCALE };
/** What the goal allows. */
const MOST_BYTES = (256 * MEGABYTE) / SCALE;
const CHUNK = tier === 'full' ? 2_000 : 500;

test('J17 R-17 a reader that never ends does not let the log grow without end', async () => {
  const { profile, gateway, desk, path } = await deskAtWork(LIMITS);
  const reader = readWithoutEnd(path);
  const most = await produceUntil(gateway, desk, path, () => desk.status().feedReason === 'log');
  expect(desk.status()).toMatchObject({ feed: 'offline', space: 'enough' });
  expect(desk.status().disk).toMatch(/reads the files/);
  // It waits as long as it must; people still write.
  const known = gateway.acknowledged.size;
  for (let chunk = 0; chunk < 2; chunk += 1) await gateway.produce(CHUNK);
  const command = { name: 'note.write' as const, text: 'written while the log is held' };
  const answer = await desk.ask('command.run', { command });
  if (!answer.done) throw new Error(answer.code);
  expect(gateway.acknowledged.size).toBe(known);
  expect(logSize(path)).toBeLessThan(MOST_BYTES);

  reader.close();
  const began = performance.now();
  await desk.until((row) => row.feed === 'connected' && row.outbox === 0 && row.disk === null);
  const freeAfterMs = performance.now() - began;
  while (desk.status().facts < gateway.sequence.length) await pause(50);
  expect(logSize(path)).toBeLessThan(LIMITS.heldBytes);
  expect(most).toBeLessThan(MOST_BYTES);
  await desk.stop();
  const watch = watchJournal(path);
  expect(watch.look(gateway.sequence, [...gateway.sequence, ...answer.facts], true)).toEqual(
    NOTHING,
  );
  await gateway.stop();
  expect(existsSync(join(profile, 'rooms'))).toBe(true);
  const limit = `≤ ${MOST_BYTES / MEGABYTE}`;
  figure('R-17', 'log while something reads without end, most (MB)', inMegabytes(most), limit);
  figure('R-17', 'reader gone, feed goes on (ms)', Math.round(freeAfterMs));
}, 600_000);

test('R-17 control: without the guard the log passes the limit', async () => {
  const { gateway, desk, path } = await deskAtWork({ emptyBytes: 1e15, heldBytes: 1e15 });
  const reader = readWithoutEnd(path);
  await produceUntil(gateway, desk, path, () => logSize(path) > MOST_BYTES);
  expect(logSize(path)).toBeGreaterThan(MOST_BYTES);
  reader.close();
  await desk.kill();
  await gateway.stop();
}, 600_000);

test('J17 R-17 without any reader the log stays short, and keeps little of the disk', async () => {
  const { gateway, desk, path } = await deskAtWork(LIMITS);
  const chunks = 3;
  const most = await produceUntil(gateway, desk, path, () => desk.status().facts > chunks * CHUNK);
  expect(most).toBeLessThan(LIMITS.emptyBytes * 2);
  await desk.kill();
  await gateway.stop();
}, 600_000);

async function deskAtWork(logLimits: typeof LIMITS) {
  const profile = scratchFolder();
  const gateway = await startCountingGateway();
  await gateway.produce(100);
  const desk = await startDesk({
    profile,
    logLimits,
    gateway: { address: gateway.url, token: TOKENS.ada },
  });
  await desk.until((row) => row.feed === 'connected' && row.facts >= 100);
  const path = join(profile, 'rooms', 'live', 'journal-0001.sqlite');
  return { profile, gateway, desk, path };
}

/** Another program that began to read and does not end. */
function readWithoutEnd(path: string): Sqlite.Database {
  const reader = new Sqlite(path, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM fact').get();
  return reader;
}

/** @returns the longest log on the way (bytes) */
async function produceUntil(
  gateway: CountingGateway,
  desk: CrashDesk,
  path: string,
  done: () => boolean,
): Promise<number> {
  let most = 0;
  const until = performance.now() + 300_000;
  while (!done()) {
    if (desk.ended() !== null) throw new Error(`the desk ended: ${desk.ended()}`);
    if (performance.now() > until) throw new Error(`not reached: ${JSON.stringify(desk.status())}`);
    // No more ahead than what the desk can take: the question is its log, not the gateway's.
    if (gateway.sequence.length - gateway.acknowledged.size < 5 * CHUNK)
      await gateway.produce(CHUNK);
    await pause(5);
    most = Math.max(most, logSize(path));
  }
  return most;
}

function logSize(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / MEGABYTE);
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
