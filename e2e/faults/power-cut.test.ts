import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { openViews } from '../../main/views/views.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { seededRandom, type Random } from '../../shared/kit/random.ts';
import { damageOf, NOTHING, watchJournal, type Findings } from './harness/crash-check.ts';
import { createCrashDisk, layOut } from './harness/crash-disk.ts';
import { runFeed } from './harness/crash-feed.ts';
import { startCountingGateway } from './harness/crash-gateway.ts';
import { runGateway } from './harness/crash-posts.ts';
import type { FeedSettings, Mark } from './harness/feed-process.ts';
import { readRecording, recorded, type FileOperation } from './harness/strace.ts';

const IMAGES = times({ change: 200, full: 1_200 });
const ROW_IMAGES = times({ change: 40, full: 400 });
const GATEWAY_IMAGES = times({ change: 60, full: 400 });
/** Recordings are made anew so often: no two runs fall alike. */
const RUNS = times({ change: 1, full: 3 });

test('J14 J2 J3 R-03 a power cut costs a desk nothing that it acknowledged', async () => {
  const random = seededRandom(seedOf('power-cut'));
  let acknowledged = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const recording = await recordDesk({});
    for (const image of cutsOf(recording.operations, recording.folder, IMAGES / RUNS, random)) {
      const { findings, marks, salvaged } = lookAtDesk(recording, image.folder, image.done);
      expect(findings, image.name).toEqual(NOTHING);
      // A power cut is no damage: nothing had to be put aside and saved.
      expect(salvaged, image.name).toBe(false);
      acknowledged += marks;
    }
  }
  expect(acknowledged).toBeGreaterThan(0);
  figure('R-03', 'images of a power cut, desk: none lost, none damaged', IMAGES);
});

test('J11 R-03 a power cut while files are sealed leaves a whole row', async () => {
  const random = seededRandom(seedOf('power-cut, row'));
  const recording = await recordDesk({ factsInFile: 120 });
  let files = 0;
  for (const image of cutsOf(recording.operations, recording.folder, ROW_IMAGES, random)) {
    const { acknowledged, own } = promisesOf(recording, image.done);
    const journal = openJournal({ folder: join(image.folder, 'rooms', 'live'), repair: true });
    expect(journal.salvage, image.name).toBeNull();
    files = Math.max(files, journal.files().length);
    const promised = [...acknowledged, ...own];
    expect(
      promised.filter((id) => !journal.facts.has(id)),
      image.name,
    ).toEqual([]);
    const { holds } = journal.feedPlace('gateway');
    const held = holds.flatMap(([from, to]) => recording.sequence.slice(from - 1, to));
    expect(
      held.filter((id) => !journal.facts.has(id)),
      image.name,
    ).toEqual([]);
    const last = journal.facts.lastSeq();
    const seqs = journal.facts.range(0, last, 1e6).map(({ seq }) => seq);
    expect(seqs, image.name).toEqual(seqs.map((_, index) => index + 1));
    expect(journal.facts.damaged(), image.name).toEqual([]);
    journal.close();
  }
  expect(files).toBeGreaterThan(2);
  figure('R-03', 'images of a power cut around the sealing of files: none lost', ROW_IMAGES);
});

test('R-03 control: with synchronous=NORMAL the same cuts lose acknowledged facts', async () => {
  const random = seededRandom(seedOf('power-cut, control'));
  const recording = await recordDesk({ without: 'full-sync' });
  let losing = 0;
  let images = 0;
  for (const image of cutsOf(recording.operations, recording.folder, 60, random)) {
    images += 1;
    if (lookAtDesk(recording, image.folder, image.done).findings.lost.length > 0) losing += 1;
  }
  expect(losing).toBeGreaterThan(images / 10);
  figure('R-03', `control: with NORMAL, of ${images} images, those that lost`, losing, '> 0');
});

test('W2 R-03 a power cut costs a gateway nothing that it said 200 to', async () => {
  const random = seededRandom(seedOf('power-cut, gateway'));
  const folder = scratchFolder();
  const recording = join(scratchFolder(), 'recording');
  const { told } = await runGateway(folder, recorded(recording));
  expect(told.length).toBe(500);
  const operations = readRecording(readFileSync(recording, 'latin1'), folder);
  const perPost = 50;
  let promised = 0;
  for (const image of cutsOf(operations, folder, GATEWAY_IMAGES, random)) {
    const said = operations
      .slice(0, image.done)
      .filter(({ what, ...one }) => what === 'send' && isYes((one as { bytes: Buffer }).bytes));
    const path = join(image.folder, 'gateway.db');
    if (said.length > 0) expect(existsSync(path), image.name).toBe(true);
    const journal = openSqliteJournal({ path, now: Date.now });
    const { last } = await journal.bounds();
    const stored = await journal.range(1, last, { facts: 1e6, length: 1e9 });
    await journal.close();
    const instances = new Set(
      stored
        .filter(({ fact }) => fact.kind === 'alert.fired')
        .map(({ fact }) => (fact.body['labels'] as { instance: string }).instance),
    );
    const acknowledged = told.slice(0, said.length * perPost);
    promised += acknowledged.length;
    expect(
      acknowledged.filter((instance) => !instances.has(instance)),
      image.name,
    ).toEqual([]);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    const look = new Sqlite(path, { readonly: true });
    expect(damageOf(look), image.name).toEqual([]);
    look.close();
  }
  expect(promised).toBeGreaterThan(0);
  figure('R-03', 'images of a power cut, gateway: none lost, none damaged', GATEWAY_IMAGES);
});

interface Recording {
  readonly folder: string;
  readonly operations: readonly FileOperation[];
  readonly sequence: readonly string[];
}

/** One run of the desk's journal, views and feed, with all that it did to its files. */
async function recordDesk(more: Partial<FeedSettings>): Promise<Recording> {
  const profile = scratchFolder();
  const gateway = await startCountingGateway();
  const recording = join(scratchFolder(), 'recording');
  const marks = join(profile, 'marks');
  const settings = { folder: join(profile, 'rooms', 'live'), marks, views: true, ...more };
  expect(await runFeed(gateway, settings, recorded(recording))).toBe('0');
  const sequence = [...gateway.sequence];
  await gateway.stop();
  const operations = readRecording(readFileSync(recording, 'latin1'), profile);
  // The picture is right: replayed to the end, it is what lies on the disk.
  const disk = createCrashDisk(new Map());
  for (const operation of operations) disk.apply(operation);
  for (const [path, bytes] of disk.whole()) {
    if (path.endsWith('-shm')) continue;
    expect(readFileSync(path).equals(bytes), `replayed: ${path}`).toBe(true);
  }
  return { folder: profile, operations, sequence };
}

/**
 * Images of cuts that are spread over the whole run: half of them right after a promise, and a part
 * while SQLite changes between log and none.
 */
function* cutsOf(
  operations: readonly FileOperation[],
  folder: string,
  count: number,
  random: Random,
): Generator<{ folder: string; done: number; name: string }> {
  const promises = operations.flatMap((operation, index) =>
    isPromise(operation) ? [index + 1] : [],
  );
  const changes = operations.flatMap((operation, index) =>
    'path' in operation && operation.path.endsWith('-journal') ? [index, index + 1] : [],
  );
  const oneOf = (some: readonly number[]): number => some[Math.trunc(random() * some.length)] ?? 0;
  const places = Array.from({ length: count }, (_, index) => {
    if (index % 2 === 0) return oneOf(promises);
    return index % 5 === 0 ? oneOf(changes) : Math.trunc(random() * (operations.length + 1));
  }).sort((left, right) => left - right);
  const disk = createCrashDisk(new Map());
  let done = 0;
  for (const [index, place] of places.entries()) {
    while (done < place) {
      const operation = operations[done];
      if (operation) disk.apply(operation);
      done += 1;
    }
    const at = mkdtempSync(join(fastFolder(), 'holdfast-image-'));
    layOut(disk.cut(random), folder, at);
    yield { folder: at, done, name: `image ${index}, cut after ${done} of ${operations.length}` };
    rmSync(at, { recursive: true, force: true });
  }
}

function isPromise(operation: FileOperation): boolean {
  if (operation.what === 'write') return operation.path.endsWith('/marks');
  return operation.what === 'send' && isYes(operation.bytes);
}

function isYes(bytes: Buffer): boolean {
  return bytes.subarray(0, 12).toString('latin1') === 'HTTP/1.1 200';
}

/** What was promised before the cut: ids of acknowledged facts, and of what a person wrote. */
function promisesOf(
  { operations, sequence }: Recording,
  done: number,
): { acknowledged: string[]; own: string[] } {
  const acknowledged: string[] = [];
  const own: string[] = [];
  for (const operation of operations.slice(0, done)) {
    if (operation.what !== 'write' || !operation.path.endsWith('/marks')) continue;
    const { from, to, own: written } = JSON.parse(operation.bytes.toString()) as Mark;
    if (from !== undefined && to !== undefined) acknowledged.push(...sequence.slice(from - 1, to));
    if (written) own.push(...written);
  }
  return { acknowledged, own };
}

/** Opens the image by the real code, then looks at it from outside. */
function lookAtDesk(
  recording: Recording,
  image: string,
  done: number,
): { findings: Findings; marks: number; salvaged: boolean } {
  const { acknowledged, own } = promisesOf(recording, done);
  const folder = join(image, 'rooms', 'live');
  const journal = openJournal({ folder, repair: true });
  const { salvage } = journal;
  if (done % 5 === 0) {
    const views = openViews(folder, journal);
    while (views.catchUp(2_000).more);
    views.close();
  }
  journal.close();
  const watch = watchJournal(join(folder, 'journal-0001.sqlite'));
  const findings = watch.look(recording.sequence, [...acknowledged, ...own], true);
  return { findings, marks: acknowledged.length, salvaged: salvage !== null };
}

/** Images are many and short-lived: in memory, where there is a place for that. */
function fastFolder(): string {
  const memory = '/dev/shm';
  return existsSync(memory) && statSync(memory).isDirectory() ? memory : tmpdir();
}
