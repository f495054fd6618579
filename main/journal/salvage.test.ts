import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { rowIsWhole } from '../../gateway/journal/fact-store.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { flipRow } from '../testing/damage.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openJournal } from './journal.ts';
import { carveFacts } from './page-carver.ts';
import { witnessPath } from './witness.ts';

const T0 = 1_760_000_000_000;
const FILE = 'journal-0001.sqlite';

function facts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${(from + index) % 7}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
}

function note(id: string, text: string) {
  return { kind: 'note.written', thing: `note:${id}`, at: T0, body: { text } } as const;
}

/** A journal at rest with 40 facts and two notes of 'maya', one of them sent. */
function journalAtRest(): string {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e', part: 'tail', from: 1, to: 40, facts: facts(1, 40) },
    T0,
  );
  const [sent] = journal.appendOwn('maya', [note('a', 'sent'), note('b', 'unsent')], T0);
  journal.recordReceipts('e', [sent?.fact.id ?? ''], [], T0);
  journal.setMeta('room', 'ours');
  journal.close();
  return folder;
}

test('J10 the carver reads every row of a whole file and of its log, however long', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const random = seededRandom(5);
  for (let round = 0; round < 12; round += 1) {
    journal.appendForeign(facts(round * 30 + 1, round * 30 + 30), T0);
    // Over one page, over many, and just around the edge of what one page holds.
    const length = round < 3 ? 60_000 : 3_400 + Math.floor(random() * 700);
    journal.appendOwn('maya', [note(`n${round}`, 'ü'.repeat(length / 2))], T0);
    if (round === 6) journal.database.pragma('wal_checkpoint(TRUNCATE)');
  }
  const seqs = (from: string): Set<number> =>
    new Set(
      [...carveFacts(join(folder, FILE), rowIsWhole)]
        .filter((carved) => carved.from === from)
        .map(({ row }) => row.seq),
    );
  const inFile = seqs('file');
  const inLog = seqs('log');
  expect(Math.max(...inFile)).toBe(217);
  expect(inFile.size).toBe(217);
  expect(new Set([...inFile, ...inLog]).size).toBe(372);
});

test('J10 cut off at any step, a salvage is finished by the next start', () => {
  const folder = journalAtRest();
  flipRow(join(folder, FILE), 9);
  const damaged = readFileSync(join(folder, FILE));
  const images: { step: string; folder: string }[] = [];
  const onStep = (step: string): void => {
    const image = scratchFolder();
    cpSync(folder, image, { recursive: true });
    images.push({ step, folder: image });
  };
  openJournal({ folder, repair: true, onStep }).close();
  expect(images.map(({ step }) => step)).toEqual([
    'report',
    'plan',
    'aside',
    'aside-wal',
    'aside-shm',
    'aside-journal',
    'rename',
    'confirm',
    'confirmed',
  ]);
  for (const { step, folder: image } of images) {
    // The plan names the folder by its whole path: here the copy's.
    for (const name of readdirSync(image).filter((one) => one.endsWith('.salvage.json'))) {
      const path = join(image, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(folder, image));
    }
    if (existsSync(join(image, `${FILE}.salvage.json`))) {
      expect(() => openJournal({ folder: image }), step).toThrow(/was cut off/);
    }
    const journal = openJournal({ folder: image, repair: true });
    expect(journal.salvage, step).toMatchObject({ kept: 41, missing: 1 });
    expect(journal.facts.range(0, 99, 99), step).toHaveLength(41);
    expect(
      journal.outbox(null, 9).map(({ body }) => body['text']),
      step,
    ).toEqual(['unsent']);
    expect(journal.feedPlace('gateway')).toMatchObject({ epoch: null, holds: [] });
    expect(journal.meta('room')).toBe('ours');
    const aside = readdirSync(image)
      .filter((name) => name.startsWith('damaged-'))
      .map((name) => join(image, name, FILE))
      .filter((path) => existsSync(path));
    expect(aside, step).toHaveLength(1);
    expect(readFileSync(aside[0] ?? '').equals(damaged), step).toBe(true);
    const left = readdirSync(image).filter((name) => /\.(new|part|json)$/.test(name));
    expect(left, step).toEqual([]);
    journal.close();
  }
});

test('J10 a salvaged journal is another one: a new name, the old seqs, and nobody’s counter twice', () => {
  const folder = journalAtRest();
  const before = openJournal({ folder });
  const [id, replica] = [before.id, before.replica];
  before.close();
  flipRow(join(folder, FILE), 40);
  flipRow(join(folder, FILE), 42);
  const journal = openJournal({ folder, repair: true });
  onTestFinished(() => journal.close());
  expect([journal.id, journal.replica]).not.toContain(id);
  expect(journal.replica).not.toBe(replica);
  expect(journal.salvage).toMatchObject({ kept: 40, missing: 2 });
  // What comes again gets a place of its own; the last counter that is known counts on.
  expect(journal.appendForeign(facts(40, 41), T0).map(({ seq }) => seq)).toEqual([43, 44]);
  const [own] = journal.appendOwn('maya', [note('c', 'next')], T0);
  expect(own?.fact.author).toMatchObject({ replica: journal.replica, counter: 2 });
});

test('J10 the negative control: without the witness beside it, a lost log is not noticed', () => {
  for (const witnessed of [true, false]) {
    const folder = scratchFolder();
    const journal = openJournal({ folder });
    journal.appendForeign(facts(1, 40), T0);
    journal.database.pragma('wal_checkpoint(TRUNCATE)');
    journal.appendForeign(facts(41, 50), T0);
    const image = scratchFolder();
    cpSync(folder, image, { recursive: true });
    journal.close();
    for (const suffix of ['-wal', '-shm']) rmSync(join(image, FILE) + suffix);
    if (!witnessed) rmSync(witnessPath(image));
    const again = openJournal({ folder: image, repair: true });
    expect(again.facts.lastSeq()).toBe(40);
    if (witnessed) expect(again.salvage).toMatchObject({ kept: 40, missing: 10 });
    else expect(again.salvage).toBeNull();
    again.close();
  }
});

test('J10 what cannot be read is not taken for damage', () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, FILE));
  expect(() => openJournal({ folder, repair: true })).toThrow(/EISDIR/);
  expect(readdirSync(folder)).toEqual([FILE]);
});

test('J10 a flipped schema number is damage, a newer version is not', () => {
  const flipped = journalAtRest();
  const database = new Sqlite(join(flipped, FILE));
  const version = database.pragma('user_version', { simple: true }) as number;
  database.pragma(`user_version = ${version ^ 0x10}`);
  database.close();
  const journal = openJournal({ folder: flipped, repair: true });
  expect(journal.salvage).toMatchObject({ kept: 42, missing: 0 });
  journal.close();
  const newer = journalAtRest();
  const later = new Sqlite(join(newer, FILE));
  later.exec('CREATE TABLE of_a_later_version (a TEXT) STRICT');
  later.pragma(`user_version = ${version + 10}`);
  later.close();
  const content = readFileSync(join(newer, FILE));
  expect(() => openJournal({ folder: newer, repair: true })).toThrow(/newer version/);
  expect(readFileSync(join(newer, FILE)).equals(content)).toBe(true);
});
