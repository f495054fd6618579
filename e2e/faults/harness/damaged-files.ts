import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openJournal } from '../../../main/journal/journal.ts';
import { firedFact, heardFact } from '../../../main/testing/facts.ts';
import type { Fact } from '../../../shared/facts/fact.ts';
import type { Random } from '../../../shared/kit/random.ts';

/** A journal as a power cut leaves it, and what can happen to its files afterwards. */

const T0 = 1_760_000_000_000;
const NAMES = ['journal-0001.sqlite', 'journal-0001.sqlite-wal', 'journal.last'] as const;
const MAIN = NAMES[0];
const LOG = NAMES[1];

export interface Template {
  readonly folder: string;
  /** Row hash by seq: what was written. */
  readonly hashes: ReadonlyMap<number, string>;
  readonly facts: readonly Fact[];
  /** Page of the table's leaf on which a row lies; rows that go on in other pages are left out. */
  readonly pageOf: ReadonlyMap<number, number>;
  /** The last seq that the file holds without its log. */
  readonly lastInFile: number;
  readonly pageSize: number;
}

/** A journal of so many facts, a part of them only in the log. */
export function makeTemplate(folder: string, count: number, seed: number): Template {
  const written = join(folder, 'written');
  const journal = openJournal({ folder: written });
  // Only what is copied from it is of interest.
  journal.database.pragma('synchronous = OFF');
  let number = 0;
  const machines = (length: number): Fact[] =>
    Array.from({ length }, () => {
      number += 1;
      const at = T0 + seed * 1_000_000_000 + number * 1_000;
      return number % 60 === 0
        ? heardFact(`am-${seed}-${number}`, at)
        : firedFact({ name: `Errors${number % 40}`, service: `pay-${number % 700}`, at });
    });
  const note = (text: string): void => {
    number += 1;
    const at = T0 + seed * 1_000_000_000 + number * 1_000;
    const draft = { kind: 'note.written', thing: `note:${seed}-${number}`, at, body: { text } };
    journal.appendOwn('Ada', [draft as never], at);
  };
  while (journal.facts.lastSeq() < count) {
    journal.appendForeign(machines(99), T0);
    // Every tenth is longer than a page.
    note(number % 1_000 < 100 ? `long ${'words '.repeat(2_000)}` : `note ${number}`);
    // What follows lies only in the log.
    if (journal.facts.lastSeq() === Math.floor(count * 0.9)) {
      journal.database.pragma('wal_checkpoint(TRUNCATE)');
      journal.database.pragma('wal_autocheckpoint = 0');
    }
  }
  const place = join(folder, 'template');
  mkdirSync(place);
  for (const name of NAMES) copyFileSync(join(written, name), join(place, name));
  const rows = journal.database
    .prepare('SELECT seq, hex(row_hash) AS hash, length(content) AS length FROM fact ORDER BY seq')
    .all() as { seq: number; hash: string; length: number }[];
  const leaves = journal.database
    .prepare(
      "SELECT pageno, ncell FROM dbstat WHERE name = 'fact' AND pagetype = 'leaf' ORDER BY path",
    )
    .raw()
    .all() as [number, number][];
  const pageSize = journal.database.pragma('page_size', { simple: true }) as number;
  const facts = journal.facts.range(0, count + 1, count + 1).map(({ fact }) => fact);
  journal.close();

  const pageOf = new Map<number, number>();
  let index = 0;
  for (const [page, cells] of leaves) {
    for (let cell = 0; cell < cells; cell += 1) {
      const row = rows[index];
      index += 1;
      if (row && row.length < pageSize / 2) pageOf.set(row.seq, page);
    }
  }
  const alone = join(folder, 'alone.sqlite');
  copyFileSync(join(place, MAIN), alone);
  const file = new Sqlite(alone);
  const lastInFile = file.prepare('SELECT max(seq) FROM fact').pluck().get() as number;
  file.close();
  return {
    folder: place,
    hashes: new Map(rows.map(({ seq, hash }) => [seq, hash])),
    facts,
    pageOf,
    lastInFile,
    pageSize,
  };
}

/** A copy of the template's files in a new folder. */
export function copyTemplate(template: Template, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of NAMES) copyFileSync(join(template.folder, name), join(folder, name));
}

export const DAMAGES = [
  'a bit of the file',
  'a zeroed page',
  'ten zeroed pages',
  'a cut file',
  'a bit of the log',
  'another kind of log',
  'a log of another journal',
  'no log',
  'an empty file',
  'a file of another program',
] as const;
export type Damage = (typeof DAMAGES)[number];

/** What is damaged: which pages of the file, and whether the log is. */
export interface Done {
  readonly pages: ReadonlySet<number>;
  readonly log: boolean;
}

/** Damages the files in a folder. */
export function damage(
  kind: Damage,
  folder: string,
  template: Template,
  other: Template,
  random: Random,
): Done {
  const main = join(folder, MAIN);
  const log = join(folder, LOG);
  const { pageSize } = template;
  const bytes = readFileSync(main);
  const pages = bytes.length / pageSize;
  const below = (limit: number): number => Math.floor(random() * limit);
  const zero = (count: number): Done => {
    const zeroed = new Set<number>();
    while (zeroed.size < count) zeroed.add(1 + below(pages));
    for (const page of zeroed) bytes.fill(0, (page - 1) * pageSize, page * pageSize);
    writeFileSync(main, bytes);
    return { pages: zeroed, log: false };
  };
  const all = new Set(Array.from({ length: pages }, (_, index) => index + 1));
  switch (kind) {
    case 'a bit of the file': {
      const at = below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      writeFileSync(main, bytes);
      return { pages: new Set([1 + Math.floor(at / pageSize)]), log: false };
    }
    case 'a zeroed page':
      return zero(1);
    case 'ten zeroed pages':
      return zero(10);
    case 'a cut file': {
      const length = below(bytes.length);
      writeFileSync(main, bytes.subarray(0, length));
      const left = Math.floor(length / pageSize);
      return { pages: new Set([...all].filter((page) => page > left)), log: false };
    }
    case 'a bit of the log': {
      const logged = readFileSync(log);
      const at = below(logged.length);
      logged[at] = (logged[at] ?? 0) ^ (1 << below(8));
      writeFileSync(log, logged);
      return { pages: new Set(), log: true };
    }
    case 'another kind of log':
      writeFileSync(log, 'a shopping list, not a log; '.repeat(5_000));
      return { pages: new Set(), log: true };
    case 'a log of another journal':
      copyFileSync(join(other.folder, LOG), log);
      return { pages: new Set(), log: true };
    case 'no log':
      rmSync(log);
      return { pages: new Set(), log: true };
    case 'an empty file':
      writeFileSync(main, '');
      return { pages: all, log: false };
    case 'a file of another program': {
      rmSync(main);
      if (random() < 0.5) writeFileSync(main, 'dear diary, '.repeat(1_000));
      else {
        const foreign = new Sqlite(main);
        foreign.exec("CREATE TABLE shopping (item); INSERT INTO shopping VALUES ('tea')");
        foreign.close();
      }
      rmSync(log, { force: true });
      return { pages: all, log: true };
    }
  }
}

/**
 * Whether the rows differ from what was written, as SQLite alone reads them; and whether its own
 * check says that something is wrong.
 */
export function readPlainly(
  folder: string,
  template: Template,
): { changed: boolean; noticed: boolean } {
  let changed = true;
  let noticed = true;
  const place = join(folder, 'plain');
  mkdirSync(place);
  for (const name of [MAIN, LOG]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(place, name));
  }
  try {
    const database = new Sqlite(join(place, MAIN));
    try {
      noticed = database.pragma('integrity_check(1)', { simple: true }) !== 'ok';
    } catch {
      noticed = true;
    }
    let count = 0;
    changed = false;
    for (const row of database.prepare('SELECT * FROM fact ORDER BY seq').iterate()) {
      const { seq, row_hash: rowHash } = row as { seq: number; row_hash: Buffer };
      count += 1;
      if (template.hashes.get(seq) !== rowHash.toString('hex').toUpperCase()) changed = true;
      else if (!sameFact(row as never, template.facts[seq - 1])) changed = true;
    }
    if (count !== template.hashes.size) changed = true;
    database.close();
  } catch {
    changed = true;
  }
  rmSync(place, { recursive: true });
  return { changed, noticed };
}

function sameFact(
  row: {
    id: Buffer;
    kind: string;
    thing: string;
    heard_at: number;
    source: string;
    content: string;
  },
  fact: Fact | undefined,
): boolean {
  return (
    fact !== undefined &&
    row.id.toString('hex') === fact.id &&
    row.kind === fact.kind &&
    row.thing === fact.thing &&
    row.heard_at === fact.heardAt &&
    row.source === fact.source &&
    row.content === JSON.stringify(fact)
  );
}
