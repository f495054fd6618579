import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { rowIsWhole, type FactRow } from '../../gateway/journal/fact-store.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import { countRanges, missingRanges } from '../../shared/wire/ranges.ts';
import { damageMarkPath, holesOf, inspectFile, isDamage } from './inspect.ts';
import {
  bringToRest,
  COMPANIONS,
  journalFile,
  journalFiles,
  openJournalFile,
  openJournalFileReadOnly,
  readMeta,
  removeFile,
  sealOf,
  startSealing,
  syncFolder,
  undoHalfMade,
  writeMeta,
  type JournalFile,
} from './journal-files.ts';
import { readAllPoints, unpackTables } from './copy-points.ts';
import { carveFacts, carvePairs, describeLog } from './page-carver.ts';
import { readWitness, witnessPath, type Witness } from './witness.ts';

/** What a journal says of itself when it was saved from a damaged one (meta `salvage`). */
export interface SalvageMark {
  readonly at: number;
  readonly reason: string;
  readonly kept: number;
  /** Facts that the damaged files are known to have held and that were not found; null: unknown. */
  readonly missing: number | null;
  /** The folder where the damaged files lie. */
  readonly aside: string;
}

export interface MakeWholeOptions {
  readonly folder: string;
  /** The folder with rolling copies, which may fill what was lost. */
  readonly copies: string | null;
  readonly now: () => number;
  readonly newId: () => string;
  /** For tests: called before each step, to end the process there. */
  readonly onStep?: (step: string) => void;
}

/** What was saved of one file. */
export interface Salvaged extends SalvageMark {
  readonly file: string;
  /** Of those kept, how many came from a rolling copy. */
  readonly fromCopies: number;
  /** Rows that contradicted others and lie only in the files put aside. */
  readonly contradicting: number;
}

/**
 * Looks at every file of a desk's row before it is opened. A damaged one is put aside, never deleted,
 * and what it held is written anew in its place, so that the desk opens. May be cut off at any point:
 * the next start goes on.
 * @returns null where all is whole; else `confirm`, to be called with the newest file when it is open
 * @throws ForeignFileError when a newer version wrote a file: all are left untouched
 */
export function makeWhole(
  options: MakeWholeOptions,
): { confirm(newest: Database): void; readonly salvaged: readonly Salvaged[] } | null {
  const { folder } = options;
  finishMoves(options);
  for (const { path } of journalFiles(folder)) undoHalfMade(path);
  const witness = readWitness(folder);
  const files = rowOf(folder, witness);
  let after = 0;
  for (const [index, file] of files.entries()) {
    const newest = index === files.length - 1;
    const { damage } = inspectFile(file, { newest, witness });
    if (damage !== null) {
      const following = files[index + 1];
      const upTo = following === undefined ? null : beginOf(following);
      salvageFile(file, { ...options, reason: damage, after, newest, upTo, witness });
    }
    if (!newest) after = Math.max(after, sealedUpTo(file));
  }
  const plans = plansIn(folder);
  if (plans.length === 0) return null;
  return {
    salvaged: plans.map(({ plan }) => plan),
    confirm(newest) {
      options.onStep?.('confirm');
      confirm(
        newest,
        plans.map(({ plan }) => plan),
        options,
      );
      options.onStep?.('confirmed');
      for (const { path, plan } of plans) {
        rmSync(damageMarkPath(journalFile(folder, numberOf(plan.file))), { force: true });
        rmSync(path);
      }
      // It speaks of the journal as it was.
      rmSync(witnessPath(folder), { force: true });
      syncFolder(folder);
    },
  };
}

/** The files that are there and those that must have been: a row has no gaps. */
function rowOf(folder: string, witness: Witness | null): JournalFile[] {
  const there = journalFiles(folder);
  const newest = there.at(-1);
  const number = newest?.number ?? 0;
  const last = witness !== null && isBehind(newest, witness) ? number + 1 : number;
  return Array.from({ length: last }, (_, index) => journalFile(folder, index + 1));
}

/** Whether the newest file is a full one, and more is known to have come after it. */
function isBehind(newest: JournalFile | undefined, witness: Witness): boolean {
  if (newest === undefined) return true;
  const meta = metaOf(newest.path);
  const end = sealIn(meta)?.lastSeq;
  return end !== undefined && meta.get('journal') === witness.journal && witness.seq > end;
}

function sealedUpTo(file: JournalFile): number {
  const database = openJournalFileReadOnly(file.path);
  try {
    return sealOf(database)?.lastSeq ?? 0;
  } finally {
    database.close();
  }
}

/** After which seq a file begins, as far as it can tell. */
function beginOf(file: JournalFile): number | null {
  const text = metaOf(file.path).get('startAfter');
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value > 0 ? value : null;
}

interface Place extends MakeWholeOptions {
  readonly reason: string;
  /** The last seq of the file before. */
  readonly after: number;
  readonly newest: boolean;
  /** The last seq of this file, as the next one tells; null where it does not. */
  readonly upTo: number | null;
  readonly witness: Witness | null;
}

/** Writes what can be found into a new file, then puts the damaged one aside for it. */
function salvageFile(file: JournalFile, place: Place): void {
  const draft = `${file.path}.new`;
  removeFile(draft);
  const small = readSmallTables(file.path);
  const database = openJournalFile(draft);
  let plan: Salvaged;
  try {
    // Nobody relies on the draft before it has its name: it is synced once, whole.
    database.pragma('synchronous = OFF');
    database.pragma('cache_size = -64000');
    const buildIndices = withoutIndices(database);
    const { contradicting, isLogForeign } = takeRows(database, file);
    let tables = isLogForeign ? readSmallTables(file.path, 'file') : small;
    if (!tables.meta.has('replica')) tables = withCopied(tables, place);
    const fromCopies = place.copies === null ? 0 : takeFromCopies(database, place, tables);
    plan = {
      file: file.name,
      at: place.now(),
      reason: place.reason,
      aside: freeFolder(place.folder, place.now()),
      fromCopies,
      contradicting,
      ...account(database, place, tables),
    };
    buildIndices();
    writeSmallTables(database, file, place, tables);
    if (!place.newest) startSealing(database).finish();
    bringToRest(database);
  } catch (error) {
    database.close();
    removeFile(draft);
    throw error;
  }
  database.close();
  syncFile(draft);
  place.onStep?.('report');
  mkdirSync(plan.aside, { recursive: true, mode: 0o700 });
  writeReport(plan, file);
  const path = planPath(file);
  writeFileSync(`${path}.part`, JSON.stringify(plan), { mode: 0o600 });
  syncFile(`${path}.part`);
  place.onStep?.('plan');
  renameSync(`${path}.part`, path);
  syncFolder(place.folder);
  finishMoves(place);
}

/** Moves damaged files aside for what was saved of them, as often as it takes. */
function finishMoves({ folder, onStep }: MakeWholeOptions): void {
  for (const { plan } of plansIn(folder)) {
    const { path } = journalFile(folder, numberOf(plan.file));
    const draft = `${path}.new`;
    // What it told is in the plan: it speaks of the damaged file, not of the saved one.
    rmSync(damageMarkPath(journalFile(folder, numberOf(plan.file))), { force: true });
    // Without the draft it has its name already: what lies there is the saved one.
    if (!existsSync(draft)) continue;
    mkdirSync(plan.aside, { recursive: true, mode: 0o700 });
    for (const suffix of COMPANIONS) {
      onStep?.(`aside${suffix}`);
      if (existsSync(path + suffix))
        renameSync(path + suffix, join(plan.aside, plan.file + suffix));
    }
    syncFolder(plan.aside);
    onStep?.('rename');
    renameSync(draft, path);
    syncFolder(folder);
  }
}

/** Whether a salvage was cut off: until it is finished, the row is not what it seems. */
export function isSalvageUnderWay(folder: string): boolean {
  return plansIn(folder).length > 0;
}

function planPath(file: JournalFile): string {
  return `${file.path}.salvage.json`;
}

function plansIn(folder: string): { path: string; plan: Salvaged }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite.salvage.json'))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return { path, plan: JSON.parse(readFileSync(path, 'utf8')) as Salvaged };
    });
}

function numberOf(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}

/**
 * The journal is another one from here on: views are made anew, the feed is asked for everything, and
 * people write under a new name. In one transaction, once.
 */
function confirm(newest: Database, plans: readonly Salvaged[], options: MakeWholeOptions): void {
  const last = plans.at(-1);
  if (last === undefined) return;
  const before = readMeta(newest, 'salvage');
  if (before !== null && (JSON.parse(before) as SalvageMark).at === last.at) return;
  const missing = plans.map((plan) => plan.missing);
  const mark: SalvageMark = {
    at: last.at,
    reason: plans.map(({ file, reason }) => `${file}: ${reason}`).join('; '),
    kept: plans.reduce((sum, { kept }) => sum + kept, 0),
    missing: missing.includes(null)
      ? null
      : missing.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    aside: last.aside,
  };
  newest.transaction(() => {
    renameJournal(newest, options.newId);
    newest.prepare('DELETE FROM feed_cursor').run();
    newest.prepare("DELETE FROM meta WHERE key = 'check'").run();
    writeMeta(newest, 'salvage', JSON.stringify(mark));
  })();
}

/** A journal that was saved, restored or copied is another one, and its people write as another. */
export function renameJournal(database: Database, newId: () => string): void {
  const replica = readMeta(database, 'replica');
  const former = formerReplicas(database);
  if (replica !== null && !former.includes(replica)) former.push(replica);
  const journal = readMeta(database, 'journal');
  const journals = JSON.parse(readMeta(database, 'formerJournals') ?? '[]') as string[];
  if (journal !== null && !journals.includes(journal)) journals.push(journal);
  writeMeta(database, 'formerReplicas', JSON.stringify(former));
  writeMeta(database, 'formerJournals', JSON.stringify(journals));
  writeMeta(database, 'replica', newId());
  writeMeta(database, 'journal', newId());
}

/** Names under which this journal's people wrote before. */
function formerReplicas(database: Database): string[] {
  return JSON.parse(readMeta(database, 'formerReplicas') ?? '[]') as string[];
}

/** Sorting once is quicker than keeping three indices in order row by row. @returns makes them */
function withoutIndices(database: Database): () => void {
  const indices = database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'fact' AND sql IS NOT NULL",
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of indices) database.exec(`DROP INDEX "${name}"`);
  return () => {
    for (const { sql } of indices) database.exec(sql);
  };
}

const COLUMNS = 'seq, id, kind, thing, at, heard_at, seen_at, source, content, row_hash';

/** The rows of file and log; those of a log that is not the file's own are not taken. */
function takeRows(
  database: Database,
  file: JournalFile,
): { contradicting: number; isLogForeign: boolean } {
  database.exec(
    `CREATE TEMP TABLE logged AS SELECT ${COLUMNS} FROM fact WHERE 0;
     ALTER TABLE temp.logged ADD COLUMN committed INTEGER;
     CREATE UNIQUE INDEX temp.logged_row ON logged (seq, row_hash)`,
  );
  const values = '?, ?, ?, ?, ?, ?, ?, ?, ?, ?';
  const insert = database.prepare(
    `INSERT INTO main.fact (${COLUMNS}) VALUES (${values}) ON CONFLICT DO NOTHING`,
  );
  const keep = database.prepare(
    `INSERT INTO temp.logged (${COLUMNS}, committed) VALUES (${values}, ?) ON CONFLICT DO NOTHING`,
  );
  if (!existsSync(file.path) && !existsSync(`${file.path}-wal`)) {
    return { contradicting: 0, isLogForeign: false };
  }
  database.transaction(() => {
    for (const { row, from, committed } of carveFacts(file.path, rowIsWhole)) {
      if (from === 'file') insert.run(...valuesOf(row));
      else keep.run(...valuesOf(row), committed ? 1 : 0);
    }
  })();
  // A fact has one seq and a seq one fact, for ever: a log that says otherwise is another journal's.
  const isLogForeign =
    database
      .prepare(
        `SELECT 1 FROM temp.logged l JOIN main.fact f ON f.seq = l.seq WHERE f.row_hash <> l.row_hash
         UNION ALL
         SELECT 1 FROM temp.logged l JOIN main.fact f ON f.id = l.id WHERE f.seq <> l.seq LIMIT 1`,
      )
      .get() !== undefined;
  if (!isLogForeign) {
    database.exec(
      `INSERT INTO main.fact (${COLUMNS}) SELECT ${COLUMNS} FROM temp.logged
       WHERE true ORDER BY committed DESC, seq ON CONFLICT DO NOTHING`,
    );
  }
  const contradicting = database
    .prepare(
      `SELECT count(*) FROM temp.logged l
       WHERE NOT EXISTS (SELECT 1 FROM main.fact f WHERE f.seq = l.seq AND f.row_hash = l.row_hash)`,
    )
    .pluck()
    .get() as number;
  database.exec('DROP TABLE temp.logged');
  return { contradicting, isLogForeign };
}

function valuesOf(row: FactRow): unknown[] {
  return [
    row.seq,
    row.id,
    row.kind,
    row.thing,
    row.at,
    row.heard_at,
    row.seen_at,
    row.source,
    row.content,
    row.row_hash,
  ];
}

/** Rolling copies hold rows with the same seqs: those that are whole fill what is missing. */
function takeFromCopies(database: Database, place: Place, { meta, holes }: SmallTables): number {
  const { copies } = place;
  if (copies === null || !existsSync(copies)) return 0;
  const ours = namesIn(meta, place);
  const have = database.prepare('SELECT 1 FROM fact WHERE seq = ?').pluck();
  const insert = database.prepare(
    `INSERT INTO fact (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  let taken = 0;
  for (const name of readdirSync(copies)) {
    if (!name.endsWith('.sqlite')) continue;
    let copy: Database | null = null;
    try {
      copy = openJournalFileReadOnly(join(copies, name));
      // A copy of another journal has other facts under the same seqs.
      if (!ours.has(readMeta(copy, 'journal') ?? '')) continue;
      const upTo = place.newest
        ? Number.MAX_SAFE_INTEGER
        : (place.upTo ?? sealIn(meta)?.lastSeq ?? 0);
      const rows = copy
        .prepare('SELECT * FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq')
        .iterate(place.after, upTo) as IterableIterator<FactRow>;
      database.transaction(() => {
        for (const row of rows) {
          const wasThere = !holes.some(([from, to]) => row.seq >= from && row.seq <= to);
          if (wasThere && have.get(row.seq) === undefined && rowIsWhole(row)) {
            taken += insert.run(...valuesOf(row)).changes;
          }
        }
      })();
    } catch (error) {
      // A copy may be damaged too, or of another version: another one may not be.
      console.error(`the copy ${name} could not help:`, error);
    } finally {
      copy?.close();
    }
  }
  return taken;
}

/** The journal's names: no seq was ever given twice under any of them. */
function namesIn(meta: ReadonlyMap<string, string>, place: Place): Set<string> {
  const names = new Set<string>();
  for (const name of [meta.get('journal'), place.witness?.journal]) if (name) names.add(name);
  try {
    const former = JSON.parse(meta.get('formerJournals') ?? '[]') as unknown;
    if (Array.isArray(former)) for (const name of former) names.add(String(name));
  } catch {
    // Damaged with the rest.
  }
  return names;
}

/** Where nothing can be read of the small tables: as the newest point of the copies has them. */
function withCopied(tables: SmallTables, place: Place): SmallTables {
  const { copies } = place;
  if (copies === null || !existsSync(copies)) return tables;
  const point = readAllPoints(copies).at(-1);
  if (point === undefined) return tables;
  const packed = unpackTables(point.content);
  const rows = new Map(Object.entries(packed));
  const meta = new Map(tables.meta);
  const ours = namesIn(meta, place);
  for (const { key, value } of rows.get('meta') ?? []) {
    if (typeof key !== 'string' || typeof value !== 'string') continue;
    // Copies of another journal know nothing of this one's.
    if (key === 'journal' && ours.size > 0 && !ours.has(value)) return tables;
    if (!meta.has(key)) meta.set(key, value);
  }
  rows.delete('meta');
  const mirror = openJournalFileReadOnly(join(copies, point.file));
  try {
    for (const name of ['receipt', 'blob']) rows.set(name, rowsOf(mirror, name));
  } finally {
    mirror.close();
  }
  for (const [name, own] of tables.rows) if (own.length > 0) rows.set(name, own);
  return { ...tables, meta, rows };
}

function sealIn(meta: ReadonlyMap<string, string>): { lastSeq: number } | null {
  const text = meta.get('sealed');
  if (text === undefined) return null;
  try {
    const { lastSeq } = JSON.parse(text) as { lastSeq?: unknown };
    return typeof lastSeq === 'number' ? { lastSeq } : null;
  } catch {
    return null;
  }
}

/** Counts what is there and what is known to have been; notes what is missing in the file. */
function account(
  database: Database,
  place: Place,
  tables: SmallTables,
): { kept: number; missing: number | null } {
  const [kept, last] = database
    .prepare('SELECT count(*), coalesce(max(seq), 0) FROM fact')
    .raw()
    .get() as [number, number];
  const journal = tables.meta.get('journal');
  const { witness } = place;
  const told =
    place.newest && witness !== null && (journal === undefined || journal === witness.journal)
      ? witness.seq
      : 0;
  const startAfter = Math.max(place.after, Number(tables.meta.get('startAfter') ?? 0) || 0);
  writeMeta(database, 'startAfter', String(startAfter));
  const sealed = place.newest ? 0 : (place.upTo ?? sealIn(tables.meta)?.lastSeq ?? 0);
  const end = Math.max(last, told, tables.lastSeq ?? 0, sealed);
  // What is lost and comes again gets a new place: its old one stays a hole.
  writeMeta(database, 'seqFloor', String(end));
  if (end === 0) return { kept, missing: null };
  const seqs = database.prepare('SELECT seq FROM fact ORDER BY seq').pluck();
  const holes: Range[] = [];
  let next = startAfter + 1;
  const skip = (upTo: number): void => {
    if (upTo >= next) holes.push([next, upTo]);
  };
  for (const seq of seqs.iterate()) {
    skip((seq as number) - 1);
    next = (seq as number) + 1;
  }
  skip(end);
  writeMeta(database, 'holes', JSON.stringify(holes));
  const before = tables.holes;
  const lostNow = holes.reduce(
    (sum, [from, to]) => sum + countRanges(missingRanges(before, from, to)),
    0,
  );
  return { kept, missing: lostNow };
}

interface SmallTables {
  readonly meta: Map<string, string>;
  /** Rows by table, as far as they could be read. */
  readonly rows: Map<string, Record<string, unknown>[]>;
  /** Highest seq as SQLite reads it; null where it cannot. */
  readonly lastSeq: number | null;
  readonly holes: Range[];
}

const META_WORDS = new Set([
  'journal',
  'replica',
  'formerReplicas',
  'formerJournals',
  'room',
  'skewMs',
  'sealed',
  'startAfter',
  'seqFloor',
  'holes',
  'salvage',
]);

/**
 * Everything that is not a fact, read by SQL as far as that goes; the words of meta else page by page.
 * `file`: without the log.
 */
function readSmallTables(path: string, of: 'file' | 'both' = 'both'): SmallTables {
  const tables: SmallTables = { meta: new Map(), rows: new Map(), lastSeq: null, holes: [] };
  let lastSeq: number | null = null;
  let holes: Range[] = [];
  const alone = `${path}.alone`;
  let database: Database | null = null;
  try {
    // SQLite deletes the log of an empty file, and the log may hold facts.
    if (!existsSync(path) || statSync(path).size === 0) throw damagedEmpty;
    if (of === 'file') {
      removeFile(alone);
      linkSync(path, alone);
    }
    database = new Sqlite(of === 'file' ? alone : path, { readonly: true, fileMustExist: true });
    const names = database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('fact', 'id_filter')
         AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
      )
      .pluck()
      .all() as string[];
    for (const name of names) tables.rows.set(name, rowsOf(database, name));
    lastSeq = tolerant(
      () => database?.prepare('SELECT max(seq) FROM fact').pluck().get() as number | null,
    );
    holes = tolerant(() => (database === null ? [] : holesOf(database))) ?? [];
  } catch (error) {
    if (!isDamage(error) && !isMissing(error)) throw error;
  } finally {
    database?.close();
    if (of === 'file') removeFile(alone);
  }
  for (const { key, value } of tables.rows.get('meta') ?? []) {
    if (typeof key === 'string' && typeof value === 'string') tables.meta.set(key, value);
  }
  tables.rows.delete('meta');
  if (!tables.meta.has('journal')) {
    for (const [key, value] of carvePairs(path, META_WORDS)) tables.meta.set(key, value);
  }
  return { ...tables, lastSeq, holes };
}

const damagedEmpty = Object.assign(new Error('the file is empty'), { code: 'SQLITE_NOTADB' });

/** The words of a file, as far as SQL can read them. */
function metaOf(path: string): Map<string, string> {
  const meta = new Map<string, string>();
  if (!existsSync(path) || statSync(path).size === 0) return meta;
  let database: Database | null = null;
  try {
    database = new Sqlite(path, { readonly: true, fileMustExist: true });
    for (const { key, value } of rowsOf(database, 'meta')) {
      if (typeof key === 'string' && typeof value === 'string') meta.set(key, value);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
  } finally {
    database?.close();
  }
  return meta;
}

/** All rows of a table, or as many as come before the damage. */
function rowsOf(database: Database, name: string): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  tolerant(() => {
    for (const row of database.prepare(`SELECT * FROM "${name}"`).iterate()) {
      rows.push(row as Record<string, unknown>);
    }
  });
  return rows;
}

function tolerant<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'SQLITE_CANTOPEN' || code === 'ENOENT';
}

function writeSmallTables(
  database: Database,
  file: JournalFile,
  place: Place,
  tables: SmallTables,
): void {
  const known = new Set(
    database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all() as string[],
  );
  database.transaction(() => {
    for (const [key, value] of tables.meta) {
      if (!['sealed', 'holes', 'startAfter', 'seqFloor'].includes(key))
        writeMeta(database, key, value);
    }
    for (const [name, rows] of tables.rows) {
      // The cursor would pass over what was lost: everything is compared, or fetched, anew.
      if (!known.has(name) || name === 'feed_cursor') continue;
      for (const row of rows) putRow(database, name, row);
    }
    if (place.newest) rebuildOwn(database, file, place.folder);
  })();
}

function putRow(database: Database, table: string, row: Record<string, unknown>): void {
  const names = Object.keys(row);
  try {
    database
      .prepare(
        `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
         VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
      )
      .run(...Object.values(row));
  } catch (error) {
    // A row whose columns were damaged breaks a rule of the table: it is not taken.
    if ((error as { name?: unknown }).name !== 'SqliteError') throw error;
  }
}

/** What this desk’s people wrote follows from the facts themselves, in all files of the row. */
export function rebuildOwn(database: Database, file: JournalFile, folder: string): void {
  const replica = readMeta(database, 'replica');
  const replicas = new Set([...formerReplicas(database), ...(replica === null ? [] : [replica])]);
  database.prepare('DELETE FROM own').run();
  const insert = database.prepare(
    'INSERT INTO own (seq, id, counter, hlc) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  /** Two names of this desk may have counted alike: each of their facts keeps a place of its own. */
  let counter = 0;
  const take = (from: Database): void => {
    const rows = from
      .prepare("SELECT seq, content FROM fact WHERE source = 'people' ORDER BY seq")
      .all() as { seq: number; content: string }[];
    for (const { seq, content } of rows) {
      const { id, author } = JSON.parse(content) as Fact;
      if (author === undefined || !replicas.has(author.replica)) continue;
      counter = Math.max(counter + 1, author.counter);
      insert.run(seq, Buffer.from(id, 'hex'), counter, author.hlc);
    }
  };
  for (const sealed of journalFiles(folder)) {
    if (sealed.number >= file.number) continue;
    const other = openJournalFileReadOnly(sealed.path);
    try {
      take(other);
    } finally {
      other.close();
    }
  }
  take(database);
}

/** A folder beside the journal that is not there yet, named by the moment. */
function freeFolder(folder: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-');
  for (let number = 1; ; number += 1) {
    const path = join(folder, `damaged-${stamp}${number === 1 ? '' : `-${number}`}`);
    if (!existsSync(path)) return path;
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeReport(plan: Salvaged, file: JournalFile): void {
  const log = existsSync(file.path) ? describeLog(file.path) : null;
  const bytes = existsSync(file.path) ? statSync(file.path).size : 0;
  const missing =
    plan.missing === null
      ? 'How many facts the file held is not known: nothing in it could be read.'
      : plan.missing === 0
        ? 'No fact is known to be missing.'
        : `${plan.missing} facts are missing: the file is known to have held them, and they were not found.`;
  const lines = [
    '# The record was saved from a damaged file',
    '',
    `- When: ${new Date(plan.at).toISOString()}`,
    `- File: ${plan.file}, ${bytes} bytes${log && log.bytes > 0 ? `, with a log of ${log.bytes} bytes (${log.committed} of ${log.frames} page images of whole transactions)` : ''}`,
    `- What was wrong: ${plan.reason}`,
    `- Kept: ${plan.kept} facts, each with a hash that fits${plan.fromCopies > 0 ? `; ${plan.fromCopies} of them came from the rolling copies` : ''}`,
    `- Missing: ${plan.missing ?? 'unknown'}`,
    ...(plan.contradicting > 0
      ? [
          `- Left out: ${plan.contradicting} facts of a log that contradicts the file: it belongs to another journal`,
        ]
      : []),
    `- The damaged files lie in this folder (${basename(plan.aside)}), unchanged. Nothing was deleted.`,
    '',
    '## What this means',
    '',
    missing,
    'Everything in the record now is what was once written: each fact was checked by its own hash.',
    'What is missing is asked for again from the gateway as soon as it is connected. What was written at',
    'this desk and had not been sent yet exists nowhere else: if facts stay missing, it may be among them.',
    '',
    '## What to do',
    '',
    '1. Connect to the gateway and wait until nothing more is missing.',
    '2. Look after the disk: a file does not change by itself. Copy this profile to another disk.',
    '3. Keep this folder until you are sure that nothing is missing; then it may be deleted by hand.',
    '',
  ];
  writeFileSync(join(plan.aside, 'report.md'), lines.join('\n'), { mode: 0o600 });
  writeFileSync(join(plan.aside, 'report.json'), `${JSON.stringify(plan, null, 2)}\n`, {
    mode: 0o600,
  });
}

/** The report of a salvage as a person reads it; empty where it is gone. */
export function reportOf(mark: SalvageMark): string {
  try {
    return readFileSync(join(mark.aside, 'report.md'), 'utf8');
  } catch {
    return '';
  }
}
