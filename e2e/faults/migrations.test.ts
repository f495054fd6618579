import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import {
  copyBeforePath,
  ForeignFileError,
  openDatabase,
  type Migration,
} from '../../gateway/journal/database.ts';
import { openFactStore } from '../../gateway/journal/fact-store.ts';
import {
  GATEWAY_APPLICATION_ID,
  gatewayMigrations,
  openSqliteJournal,
} from '../../gateway/journal/sqlite-journal.ts';
import { JOURNAL_APPLICATION_ID, openJournal } from '../../main/journal/journal.ts';
import { journalMigrations } from '../../main/journal/migrations.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { COMPILED } from './harness/crash-desk.ts';
import { damageOf } from './harness/crash-check.ts';
import { machineFacts } from './harness/crash-facts.ts';
import { twoByTwo } from './harness/crash-feed.ts';
import { broken, recorded } from './harness/strace.ts';

const ROWS = times({ change: 2_000, full: 100_000 });
const KILLS = times({ change: 5, full: 50 });
/** What a migration does to files, each of which a kill may prevent. */
const CALLS = ['pwrite64', 'fsync', 'ftruncate', 'rename', 'unlink', 'write', 'copy_file_range'];

interface Kind {
  readonly kind: 'desk' | 'gateway';
  readonly file: string;
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
}

const DESK: Kind = {
  kind: 'desk',
  file: 'journal-0001.sqlite',
  applicationId: JOURNAL_APPLICATION_ID,
  migrations: journalMigrations,
};
const GATEWAY: Kind = {
  kind: 'gateway',
  file: 'gateway.db',
  applicationId: GATEWAY_APPLICATION_ID,
  migrations: gatewayMigrations,
};

/** Schemas that a released version wrote; what is released next joins them. */
const RELEASED = { desk: [10, 20, 30, 40], gateway: [10, 11] };
const OLD = [DESK, GATEWAY].flatMap((kind) =>
  RELEASED[kind.kind].map((from) => ({ ...kind, from })),
);

test.each(OLD)(
  'J9 J15 R-19 a $kind’s journal of schema $from is old or new after a kill, never between',
  async ({ from, ...kind }) => {
    const template = join(scratchFolder(), 'template');
    const content = buildOld(kind, from, template);
    const references = new Map(
      kind.migrations.map(({ number }) => [number, schemaOf(kind, number)]),
    );
    const points = await killPoints(kind, template, from);
    let old = 0;
    let killed = 0;
    await twoByTwo([...points.entries()], async ([number, point]) => {
      const folder = mkdtempSync(join(fastFolder(), 'holdfast-migration-'));
      const path = join(folder, kind.file);
      copyFileSync(template, path);
      if ((await open(kind, folder, broken(point))) === 'SIGKILL') killed += 1;
      const look = new Sqlite(path, { readonly: true });
      const version = look.pragma('user_version', { simple: true }) as number;
      if (version === from) old += 1;
      expect(readSchema(look), point).toBe(references.get(version));
      expect(look.prepare('SELECT count(*) FROM fact').pluck().get(), point).toBe(ROWS);
      look.close();

      // A later start completes it; whatever happened, the old file lies beside the new one.
      await openHere(kind, folder);
      const migrated = new Sqlite(path, { readonly: true });
      const last = kind.migrations.at(-1)?.number ?? 0;
      expect(migrated.pragma('user_version', { simple: true }), point).toBe(last);
      expect(readSchema(migrated), point).toBe(references.get(last));
      expect(contentOf(migrated), point).toEqual(content);
      expect(migrated.pragma('quick_check', { simple: true }), point).toBe('ok');
      migrated.close();
      const before = readdirSync(folder).filter((name) => name.includes('.before-'));
      expect(before, point).toEqual([basename(copyBeforePath(path, last))]);
      const copy = new Sqlite(join(folder, before[0] ?? ''), { readonly: true });
      expect(readSchema(copy), point).toBe(
        references.get(copy.pragma('user_version', { simple: true }) as number),
      );
      expect(copy.prepare('SELECT count(*) FROM fact').pluck().get(), point).toBe(ROWS);
      if (number % 5 === 0) expect(contentOf(copy), point).toEqual(content);
      copy.close();
      rmSync(folder, { recursive: true, force: true });
    });
    expect(killed).toBeGreaterThan(points.length / 2);
    const name = `a ${kind.kind}’s journal of schema ${from}, ${ROWS} rows: kills, of these still old`;
    figure('R-19', name, `${killed}, ${old}`);
  },
  3_600_000,
);

describe('R-19 J8 J9 around a migration', () => {
  test.each([DESK, GATEWAY])('a $kind’s newer file is refused and left untouched', async (kind) => {
    const folder = scratchFolder();
    const path = join(folder, kind.file);
    buildOld(kind, kind.migrations.at(-1)?.number ?? 0, path);
    const database = new Sqlite(path);
    database.pragma('user_version = 9999');
    database.close();
    const before = digestOf(path);
    await expect(openHere(kind, folder)).rejects.toThrow(ForeignFileError);
    await expect(openHere(kind, folder)).rejects.toThrow(/newer version.*left untouched/);
    expect(digestOf(path)).toBe(before);
    expect(readdirSync(folder)).toEqual([kind.file]);
  });

  test('the copy from before is kept for a week of starts, and then goes', async () => {
    const folder = scratchFolder();
    const path = join(folder, DESK.file);
    const content = buildOld(DESK, 10, path);
    const last = DESK.migrations.at(-1)?.number ?? 0;
    const copy = copyBeforePath(path, last);
    await openHere(DESK, folder);
    await openHere(DESK, folder);
    const kept = new Sqlite(copy, { readonly: true });
    expect(kept.pragma('user_version', { simple: true })).toBe(10);
    expect(contentOf(kept)).toEqual(content);
    expect(damageOf(kept)).toEqual([]);
    kept.close();
    const eightDaysAgo = Date.now() / 1_000 - 8 * 86_400;
    utimesSync(copy, eightDaysAgo, eightDaysAgo);
    await openHere(DESK, folder);
    expect(existsSync(copy)).toBe(false);
  });

  test('a new journal, and one that is up to date, is not copied', async () => {
    const folder = scratchFolder();
    await openHere(DESK, folder);
    await openHere(DESK, folder);
    expect(readdirSync(folder).filter((name) => name.includes('.before-'))).toEqual([]);
  });

  test('control: a step outside a transaction is found between two schemas', async () => {
    const folder = scratchFolder();
    const path = join(folder, DESK.file);
    buildOld(DESK, 10, path);
    const database = new Sqlite(path);
    // What a kill in the middle of such a step would leave.
    database.exec(`${(journalMigrations[1]?.sql ?? '').split(';')[0]};`);
    const references = DESK.migrations.map(({ number }) => schemaOf(DESK, number));
    expect(references).not.toContain(readSchema(database));
    database.close();
  });
});

/** A file as an earlier version left it, with rows in every table that it had. Returns them. */
function buildOld(kind: Kind, schema: number, path: string): unknown {
  const database = openDatabase({
    path,
    applicationId: kind.applicationId,
    migrations: kind.migrations.filter(({ number }) => number <= schema),
    synchronous: 'FULL',
  });
  const facts = machineFacts(0, ROWS);
  database.transaction(() => {
    openFactStore(database).append(facts, 1);
    if (kind.kind === 'gateway') {
      if (schema < 11) return;
      const insert = database.prepare(
        `INSERT INTO quarantine (at, source, format, place, reason, excerpt, weight)
         VALUES (?, 's', 'f', 'p', 'r', 'e', 'refused')`,
      );
      for (let row = 1; row <= 20; row += 1) insert.run(row);
      database.prepare("INSERT INTO meta VALUES ('epoch', 'e1')").run();
      return;
    }
    if (schema < 20) return;
    const own = database.prepare('INSERT INTO own (seq, id, counter, hlc) VALUES (?, ?, ?, ?)');
    const receipt = database.prepare("INSERT INTO receipt VALUES (?, 'e1', 'stored', NULL, ?)");
    for (let counter = 1; counter <= 100; counter += 1) {
      const id = Buffer.from(facts[counter]?.id ?? '', 'hex');
      own.run(counter + 1, id, counter, `000000000${1_000 + counter}`);
      if (counter % 2 === 0) receipt.run(id, counter);
    }
    database.prepare("INSERT INTO meta VALUES ('journal', 'j1'), ('replica', 'r1')").run();
    database
      .prepare("INSERT INTO feed_cursor (feed, epoch, holds) VALUES ('gateway', 'e1', '[[1,50]]')")
      .run();
    if (schema < 30) return;
    const gap = "INSERT INTO gap (feed, epoch, kind, at, detail) VALUES (?, 'e1', 'epoch', 1, 'd')";
    database.prepare(gap).run('gateway');
  })();
  const content = contentOf(database);
  database.close();
  return content;
}

/** What people and sources put into the file, whatever its schema. */
function contentOf(database: Database): unknown {
  const has = (table: string): boolean =>
    database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
  const all = (table: string, sql: string): unknown[] =>
    has(table) ? database.prepare(sql).all() : [];
  const hash = createHash('sha256');
  const rows = database.prepare('SELECT seq, id, row_hash FROM fact ORDER BY seq').raw();
  for (const row of rows.iterate()) {
    const [seq, id, rowHash] = row as [number, Buffer, Buffer];
    hash.update(`${seq}:`).update(id).update(rowHash);
  }
  return {
    facts: hash.digest('hex'),
    own: all('own', 'SELECT seq, hex(id), counter, hlc FROM own ORDER BY seq'),
    receipts: all('receipt', 'SELECT hex(id), epoch, outcome, at FROM receipt ORDER BY id'),
    feeds: all('feed_cursor', 'SELECT feed, epoch, holds FROM feed_cursor'),
    gaps: all('gap', 'SELECT feed, epoch, kind, at, detail FROM gap ORDER BY id'),
    quarantine: all('quarantine', 'SELECT at, source, reason FROM quarantine ORDER BY at'),
  };
}

/** The schema that a file made anew has at this version. */
function schemaOf(kind: Kind, schema: number): string {
  const path = join(scratchFolder(), 'reference');
  const database = openDatabase({
    path,
    applicationId: kind.applicationId,
    migrations: kind.migrations.filter(({ number }) => number <= schema),
    synchronous: 'FULL',
  });
  const text = readSchema(database);
  database.close();
  return text;
}

function readSchema(database: Database): string {
  const rows = database
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all();
  return JSON.stringify(rows);
}

/** Some calls of every kind that an unbroken migration makes. */
async function killPoints(kind: Kind, template: string, from: number): Promise<string[]> {
  // The first run on a machine compiles: what that writes and renames is nothing of the journal's.
  const warm = scratchFolder();
  copyFileSync(template, join(warm, kind.file));
  expect(await open(kind, warm, [])).toBe('0');
  const folder = scratchFolder();
  copyFileSync(template, join(folder, kind.file));
  const recording = join(scratchFolder(), 'recording');
  expect(await open(kind, folder, recorded(recording))).toBe('0');
  // The tracer counts the calls of each thread by itself: only the busiest one's numbers are met.
  const ofThreads = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const line of readFileSync(recording, 'latin1').split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (!CALLS.includes(call)) continue;
    const count = (ofThreads.get(`${thread} ${call}`) ?? 0) + 1;
    ofThreads.set(`${thread} ${call}`, count);
    counts.set(call, Math.max(counts.get(call) ?? 0, count));
  }
  const random = seededRandom(seedOf(`migrations, ${kind.kind} ${from}`));
  const all = [...counts].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => `${call}:signal=KILL:when=${index + 1}`),
  );
  if (all.length <= KILLS) return all;
  return Array.from(
    { length: KILLS },
    (_, index) => all[Math.trunc(((index + random()) * all.length) / KILLS)] ?? '',
  );
}

/** Opens it in a process of its own. Returns how that ended. */
async function open(kind: Kind, folder: string, before: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, 'harness', 'open-process.ts');
  const words = [...before, process.execPath, program, kind.kind, folder];
  const command = words.shift() ?? process.execPath;
  const victim = spawn(command, words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...COMPILED },
  });
  const [code, signal] = (await once(victim, 'exit')) as [number | null, string | null];
  return signal ?? String(code);
}

async function openHere(kind: Kind, folder: string): Promise<void> {
  if (kind.kind === 'desk') openJournal({ folder }).close();
  else await openSqliteJournal({ path: join(folder, kind.file), now: Date.now }).close();
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function fastFolder(): string {
  const memory = '/dev/shm';
  return existsSync(memory) && statSync(memory).isDirectory() ? memory : tmpdir();
}
