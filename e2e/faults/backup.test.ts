import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticDrafts } from '../../scripts/benches/synthetic-facts.ts';
import { figure, tier, times } from '../../scripts/tier/tier.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { backUp, restore } from '../../main/journal/backup.ts';
import { COPY_EVERY_MS, openCopies } from '../../main/journal/copies.ts';
import { journalFiles } from '../../main/journal/journal-files.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import type { WritingDeskWords } from './harness/writing-desk.ts';

const T0 = 1_760_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CLI = join(import.meta.dirname, '..', '..', 'main', 'cli', 'holdfast.ts');

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('J12 a backup under load, restored on a second profile, equals the journal up to its last seq', async () => {
  const profile = join(scratch, 'loaded');
  const folder = join(profile, 'rooms', 'live');
  const words: WritingDeskWords = [folder, '200'];
  const desk = spawn(
    process.execPath,
    [join(import.meta.dirname, 'harness', 'writing-desk.ts'), ...words],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(desk.stdout, 'data');
    const backups: string[] = [];
    for (let round = 0; round < times({ change: 2, full: 10 }); round += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        CLI,
        'journal',
        'backup',
        profile,
        join(scratch, `backup-${round}`),
      ]);
      backups.push((JSON.parse(stdout) as { path: string }).path);
      await once(desk.stdout, 'data');
    }
    desk.kill('SIGKILL');
    await once(desk, 'close');
    const all = hashesIn(folder);
    let least = Infinity;
    for (const [round, source] of backups.entries()) {
      const second = join(scratch, `second-${round}`);
      const { lastSeq } = restore({
        source,
        journalFolder: join(second, 'rooms', 'live'),
        at: null,
        newId: () => `restored-${round}`,
      });
      const there = hashesIn(join(second, 'rooms', 'live'));
      expect(there).toHaveLength(lastSeq);
      expect(there).toEqual(all.slice(0, lastSeq));
      least = Math.min(least, lastSeq);
    }
    // It was taken while more came, and more came after it.
    expect(least).toBeGreaterThan(0);
    expect(all.length).toBeGreaterThan(least);
    figure('R-18', 'backups under load, row hashes equal up to their seq', backups.length);
  } finally {
    desk.kill('SIGKILL');
  }
});

test('J12 a backup through the connection that writes, while it writes, is whole', async () => {
  const journal = openJournal({ folder: join(scratch, 'inside') });
  const facts = [...factsOf(4_000)];
  journal.appendForeign(facts.slice(0, 2_000), T0);
  let next = 2_000;
  let over = false;
  const write = (): void => {
    if (over) return;
    journal.appendForeign(facts.slice(next, next + 20), T0);
    next += 20;
    setImmediate(write);
  };
  setImmediate(write);
  const { path, facts: count } = await backUp(journal, join(scratch, 'inside-backup'), () => T0);
  over = true;
  expect(count).toBeGreaterThanOrEqual(2_000);
  const target = join(scratch, 'inside-second');
  restore({ source: path, journalFolder: target, at: null, newId: () => 'second' });
  expect(hashesIn(target)).toEqual(hashesIn(journal.folder).slice(0, count));
  journal.close();
});

test('J12 a week of rolling copies: points as promised, each can be gone back to, no more than 3 × the journal', () => {
  const journal = openJournal({ folder: join(scratch, 'week'), limits: { facts: 700 } });
  const folder = join(scratch, 'week-copies');
  let now = T0;
  const copies = openCopies({ journal, folder, now: () => now, freeBytes: () => 1e12 });
  const facts = factsOf(1_000_000);
  const lastSeqs = new Map<number, number>();
  const end = T0 + 7 * DAY + HOUR;
  let copied = 0;
  // On every change only the last hours in full, before them as many as the promise needs.
  const fineFrom = end - times({ change: 2 * HOUR, full: 8 * DAY });
  const hourlyFrom = end - 2 * DAY;
  while (now < end) {
    const count = times({ change: 24, full: 3 });
    journal.appendForeign(
      Array.from({ length: count }, () => facts.next().value as Fact),
      now,
    );
    if (journal.isFull()) while (!journal.seal(50));
    while (copies.step(100));
    copied += 1;
    lastSeqs.set(now, journal.facts.lastSeq());
    now += now >= fineFrom ? COPY_EVERY_MS : now >= hourlyFrom ? HOUR : 6 * HOUR;
  }
  const { points, bytes, problem } = copies.state();
  expect(problem).toBeNull();
  const ages = points.map(({ at }) => now - at);
  for (let age = COPY_EVERY_MS; age <= 7 * DAY; age += 20 * 60_000) {
    const nearest = Math.min(...ages.filter((one) => one >= age)) - age;
    const promised = age < HOUR ? COPY_EVERY_MS : age < DAY ? HOUR : DAY;
    expect(nearest, `${age / HOUR} hours ago`).toBeLessThanOrEqual(promised);
  }
  const size = journalFiles(journal.folder).reduce((sum, { path }) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThanOrEqual(3 * size);
  const all = hashesIn(journal.folder);
  for (const { at, lastSeq } of points.filter((_, index) => index % 9 === 0)) {
    expect(lastSeq).toBe(lastSeqs.get(at));
    const target = join(scratch, `week-${at}`);
    const restored = restore({ source: folder, journalFolder: target, at, newId: () => 'week' });
    expect(restored).toMatchObject({ at, lastSeq });
    expect(hashesIn(target)).toEqual(all.slice(0, lastSeq));
    rmSync(target, { recursive: true });
  }
  figure('R-18', 'rolling copies of a week, points kept', points.length);
  figure('R-18', `… of ${copied} copies; size over the journal’s`, round(bytes / size), '≤ 3');
  copies.close();
  journal.close();
});

test.runIf(tier === 'full')('R-18 a million facts are restored within ten seconds', () => {
  const journal = openJournal({ folder: join(scratch, 'million') });
  let batch: Fact[] = [];
  for (const fact of factsOf(1_000_000)) {
    batch.push(fact);
    if (batch.length < 5_000) continue;
    journal.appendForeign(batch, T0);
    batch = [];
  }
  journal.appendForeign(batch, T0);
  const facts = journal.facts.lastSeq();
  journal.close();
  const source = join(scratch, 'million-backup');
  return promisify(execFile)(process.execPath, [
    CLI,
    'journal',
    'backup',
    join(scratch, 'million'),
    source,
  ]).then(({ stdout }) => {
    const { path } = JSON.parse(stdout) as { path: string };
    const cpu = process.cpuUsage();
    const began = performance.now();
    const restored = restore({
      source: path,
      journalFolder: join(scratch, 'million-second'),
      at: null,
      newId: () => 'million',
    });
    const took = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    expect(restored.facts).toBe(facts);
    figure('R-18', `restore of ${facts} facts, each checked (ms)`, Math.round(took), '≤ 10,000');
    figure('R-18', '… of which CPU (ms)', Math.round((user + system) / 1_000));
  });
});

function* factsOf(count: number): Generator<Fact> {
  for (const draft of syntheticDrafts(count, T0)) yield sealFact(draft, nativeSha256);
}

/** Row hashes of all files in order, as SQLite alone reads them. */
function hashesIn(folder: string): string[] {
  return journalFiles(folder).flatMap(({ path }) => {
    const database = new Sqlite(path, { readonly: true });
    try {
      return database
        .prepare('SELECT hex(row_hash) FROM fact ORDER BY seq')
        .pluck()
        .all() as string[];
    } finally {
      database.close();
    }
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
