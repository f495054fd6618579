import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOKENS } from '../../gateway/test-gateway.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import type { StatusRow } from '../../shared/ipc/rows.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { NOTHING, watchJournal } from './harness/crash-check.ts';
import { startDesk, type CrashDesk } from './harness/crash-desk.ts';
import { twoByTwo } from './harness/crash-feed.ts';
import { startCountingGateway, type CountingGateway } from './harness/crash-gateway.ts';
import { broken, brokenInto, injectedIn, recorded } from './harness/strace.ts';

/** Facts before the desk starts, and then in each of so many chunks, each followed by a note. */
const BEFORE = 60;
const CHUNKS = 4;
const CHUNK = 30;

test('J2 W2 R-04 a disk that fails for a moment costs nothing, is told, and all goes on', async () => {
  const { syncs, writes } = await unbroken();
  const cases = [
    ...chosen(syncs, 1, 'fsync').map((at) => `fsync:error=EIO:when=${at}`),
    // Every fifth, and others in every run: each costs the seconds in which the desk waits.
    ...chosen(writes, 5, 'pwrite64').map((at) => `pwrite64:error=EIO:when=${at}`),
    // Long enough that more than one attempt meets it.
    ...chosen(writes, 5, 'pwrite64, full').map(
      (at) => `pwrite64:error=ENOSPC:when=${at}..${at + 2}`,
    ),
  ];
  let failures = 0;
  let injected = 0;
  let worstMs = 0;
  await twoByTwo(cases, async (injection) => {
    const calls = join(scratchFolder(), 'calls');
    const lived = await live(brokenInto(calls, [injection]), injection);
    failures += lived.failures;
    injected += injectedIn(calls);
    worstMs = Math.max(worstMs, lived.healedMs);
  });
  // Whether a person writes just then, and whether more than a repeat is needed, is chance.
  expect(injected, 'no call failed at all').toBeGreaterThanOrEqual(cases.length / 2);
  figure('R-04', 'faults of fsync, write (EIO) and write (ENOSPC)', cases.length);
  figure('R-04', 'calls that failed', injected);
  figure('R-04', 'of these, told to a person who wrote just then', failures);
  figure('R-04', 'all is there again, worst (ms)', Math.round(worstMs));
}, 3_600_000);

test('W2 R-04 a disk that fails for good: nothing is acknowledged, all can be read, it is told', async () => {
  const { syncs, writes } = await unbroken();
  const [sync, write] = [syncs, writes].map((calls) => Math.trunc(calls * 0.7));
  const faults = [`pwrite64:error=ENOSPC:when=${write}+`, `fsync:error=EIO:when=${sync}+`];
  for (const injection of faults.slice(0, times({ change: 1, full: 2 }))) {
    const profile = scratchFolder();
    const gateway = await startCountingGateway();
    await gateway.produce(BEFORE);
    const desk = await startDesk(settingsOf(profile, gateway), broken(injection));
    await produceAndWrite(gateway, desk, new Set());
    const row = await desk.until((told) => told.disk !== null);
    expect(row.disk).not.toBe('');
    const known = gateway.acknowledged.size;
    expect(known).toBeLessThan(gateway.sequence.length);
    const { rows } = await desk.ask('table.read', { table: 'alerts', position: { mode: 'live' } });
    const { entries } = await desk.ask('timeline.read', {
      position: { mode: 'live' },
      from: 0,
      to: 8e15,
      limit: 1_000,
      filter: { groups: [], text: '', pinnedOnly: false },
    });
    expect(rows.length).toBeGreaterThanOrEqual(0);
    expect(entries.length).toBeGreaterThanOrEqual(known > 0 ? 1 : 0);
    // It neither ends nor asks over and over.
    await gateway.produce(CHUNK);
    const before = desk.told.length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(desk.ended()).toBeNull();
    expect(gateway.acknowledged.size).toBe(known);
    const syncing = desk.told.slice(before).filter(({ feed }) => feed === 'syncing');
    expect(syncing.length).toBeLessThanOrEqual(3);
    expect(await desk.kill()).toBeNull();
    const watch = watchJournal(journalOf(profile));
    expect(watch.look(gateway.sequence, gateway.acknowledged, true), injection).toEqual(NOTHING);

    // Another disk, or another cable: it goes on where it stood.
    const next = await startDesk(settingsOf(profile, gateway));
    await caughtUp(next, gateway);
    await next.kill();
    expect(watch.look(gateway.sequence, gateway.sequence, true), injection).toEqual(NOTHING);
    await gateway.stop();
  }
}, 600_000);

interface Lived {
  /** Commands that were answered with a refusal of the disk. */
  readonly failures: number;
  /** From the last fact at the gateway until the desk had all and told no problem. */
  readonly healedMs: number;
}

/** One life of a desk with a fault in it; asserts everything that must hold after any of them. */
async function live(before: readonly string[], name = 'no fault'): Promise<Lived> {
  const profile = scratchFolder();
  const gateway = await startCountingGateway();
  await gateway.produce(BEFORE);
  const desk = await startDesk(settingsOf(profile, gateway), before);
  const written = new Set<string>();
  const failures = await produceAndWrite(gateway, desk, written);
  const began = performance.now();
  await caughtUp(desk, gateway);
  const healedMs = performance.now() - began;
  const silent = desk.told.filter(({ feed, disk }) => feed === 'offline' && disk === null);
  expect(silent, name).toEqual([]);
  expect(desk.status().disk, name).toBeNull();
  expect(await desk.kill(), name).toBeNull();
  const watch = watchJournal(journalOf(profile));
  const promised = [...gateway.sequence, ...written];
  expect(watch.look(gateway.sequence, promised, true), name).toEqual(NOTHING);
  const people = (await gateway.facts()).filter(({ author }) => author !== undefined);
  const ids = new Set(people.map(({ id }) => id as string));
  expect(
    [...written].filter((id) => !ids.has(id)),
    name,
  ).toEqual([]);
  await gateway.stop();
  return { failures, healedMs };
}

/** @returns how many notes the disk refused */
async function produceAndWrite(
  gateway: CountingGateway,
  desk: CrashDesk,
  written: Set<string>,
): Promise<number> {
  let failures = 0;
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    await gateway.produce(CHUNK);
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      const command = { name: 'note.write' as const, text: `note ${chunk}` };
      const answer = await desk.ask('command.run', { command });
      if (answer.done) for (const id of answer.facts) written.add(id);
    } catch (error) {
      // Nothing but a refusal that names the disk is an answer.
      expect(error).toMatchObject({ code: 'disk' });
      failures += 1;
    }
  }
  return failures;
}

async function caughtUp(desk: CrashDesk, gateway: CountingGateway): Promise<void> {
  const until = performance.now() + 60_000;
  const missing = ({ feed, facts, outbox, disk }: StatusRow): boolean =>
    feed !== 'connected' || facts < gateway.sequence.length || outbox > 0 || disk !== null;
  while (missing(desk.status())) {
    if (desk.ended() !== null) throw new Error(`the desk ended: ${desk.ended()}`);
    if (performance.now() > until) {
      throw new Error(`not caught up: ${JSON.stringify(desk.status())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function settingsOf(profile: string, gateway: CountingGateway) {
  return { profile, gateway: { address: gateway.url, token: TOKENS.ada } };
}

function journalOf(profile: string): string {
  return join(profile, 'rooms', 'live', 'journal-0001.sqlite');
}

/** How many calls a life without any fault makes. */
async function unbroken(): Promise<{ syncs: number; writes: number }> {
  const recording = join(scratchFolder(), 'recording');
  expect(await live(recorded(recording))).toMatchObject({ failures: 0 });
  return { syncs: callsOf(recording, 'fsync'), writes: callsOf(recording, 'pwrite64') };
}

/** How often the busiest thread made this call. */
function callsOf(recording: string, name: string): number {
  const byThread = new Map<string, number>();
  for (const line of readFileSync(recording, 'latin1').split('\n')) {
    const [, thread] = new RegExp(`^(\\d+) +${name}\\(`).exec(line) ?? [];
    if (thread !== undefined) byThread.set(thread, (byThread.get(thread) ?? 0) + 1);
  }
  return Math.max(...byThread.values());
}

/** Every one, or every fifth, or a few that are spread over all. */
function chosen(calls: number, every: number, name: string): number[] {
  const all = Math.ceil(calls / every);
  const count = Math.min(all, times({ change: 2, full: all }));
  const random = seededRandom(seedOf(`io-errors, ${name}`));
  return Array.from({ length: count }, (_, index) =>
    count === calls ? index + 1 : 1 + Math.trunc(((index + random()) * calls) / count),
  );
}
