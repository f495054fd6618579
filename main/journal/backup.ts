import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { copyAttachments } from './attachment-files.ts';
import Sqlite, { type Database } from 'better-sqlite3';
import { rowIsWhole, type FactRow } from '../../gateway/journal/fact-store.ts';
import { MIRRORS, readPoints, unpackTables, type CopyPoint } from './copy-points.ts';
import { holesOf, isDamage } from './inspect.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import type { Journal } from './journal.ts';
import {
  bringToRest,
  journalFile,
  journalFiles,
  openJournalFile,
  openJournalFileReadOnly,
  readMeta,
  removeFile,
  sealOf,
  syncFolder,
  writeMeta,
  writeProtect,
  type JournalFile,
} from './journal-files.ts';
import { rebuildOwn, renameJournal } from './salvage.ts';

/** Whole backups of a journal, and the way back from them and from rolling copies. */

export interface Backup {
  readonly path: string;
  readonly facts: number;
  readonly bytes: number;
}

/** What a backup says of itself: `manifest.json` in its folder. */
export interface BackupManifest {
  readonly format: 'holdfast-journal-backup';
  readonly version: 1;
  readonly at: number;
  readonly journal: string;
  readonly facts: number;
  readonly lastSeq: number;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

/** A backup or a copy that cannot be used, in words for a person. */
export class BackupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BackupError';
  }
}

const MANIFEST = 'manifest.json';
const ROWS = 1_000;

/**
 * Writes a backup of an open journal into a new folder there, while facts still come: full files are
 * copied, the newest page by page through the connection that writes it.
 * @throws BackupError when a row of the backup is damaged; the folder is kept for a look
 */
export async function backUp(journal: Journal, folder: string, now: () => number): Promise<Backup> {
  return writeBackup(journal.folder, folder, now(), (_path, target) =>
    journal.database.backup(target, { progress: () => PAGES_A_TURN }).then(() => {}),
  );
}

/** Pages of one turn, about 2 ms: facts are taken between them. */
const PAGES_A_TURN = 250;

/** Writes a backup of a journal that no process, or another one, has open. */
export async function backUpFolder(
  journalFolder: string,
  folder: string,
  now: number,
): Promise<Backup> {
  return writeBackup(journalFolder, folder, now, async (path, target) => {
    const source = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      source.pragma('busy_timeout = 5000');
      // In one turn: between two, what another process writes would begin it anew.
      await source.backup(target, { progress: () => 2 ** 30 });
    } finally {
      source.close();
    }
  });
}

async function writeBackup(
  journalFolder: string,
  folder: string,
  at: number,
  copyNewest: (path: string, target: string) => Promise<void>,
): Promise<Backup> {
  const stamp = new Date(at).toISOString().slice(0, 19).replace(/:/g, '-');
  const path = freePath(join(folder, `holdfast-backup-${stamp}`));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (;;) {
    const row = journalFiles(journalFolder);
    const newest = row.at(-1);
    if (newest === undefined) throw new BackupError(`there is no journal in ${journalFolder}`);
    for (const file of row.slice(0, -1)) {
      if (!existsSync(join(path, file.name))) await copyFile(file.path, join(path, file.name));
    }
    removeFile(join(path, newest.name));
    await copyNewest(newest.path, join(path, newest.name));
    // A file that was sealed meanwhile is copied as such.
    if (journalFiles(journalFolder).length === row.length) break;
    removeFile(join(path, newest.name));
  }
  copyAttachments(journalFolder, path);
  return describe(path, at);
}

/** Checks every row of a backup that was just written, and lists its files. */
async function describe(path: string, at: number): Promise<Backup> {
  const files: BackupManifest['files'][number][] = [];
  let facts = 0;
  let lastSeq = 0;
  let journal = '';
  let damaged: string | null = null;
  for (const file of journalFiles(path)) {
    const database = new Sqlite(file.path);
    try {
      if (sealOf(database) === null) bringToRest(database);
      journal = readMeta(database, 'journal') ?? journal;
      for (const row of wholeRows(database, file.name, null)) {
        facts += row.length;
        lastSeq = row.at(-1)?.seq ?? lastSeq;
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      damaged = error.message;
    } finally {
      database.close();
    }
    const { size: bytes } = statSync(file.path);
    files.push({ name: file.name, bytes, sha256: await fileHash(file.path) });
  }
  const manifest: BackupManifest = {
    format: 'holdfast-journal-backup',
    version: 1,
    at,
    journal,
    facts,
    lastSeq,
    files,
  };
  if (damaged !== null) {
    throw new BackupError(
      `${damaged}. The journal itself is damaged: close the application and run "holdfast journal salvage". What was copied lies in ${path}, without a manifest`,
    );
  }
  writeFileSync(join(path, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  syncFolder(path);
  return { path, facts, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export interface RestoreOptions {
  /** A backup's folder, a folder of rolling copies, or one file of a journal. */
  readonly source: string;
  /** The folder of the journal: it must hold none. */
  readonly journalFolder: string;
  /** For rolling copies: the newest point not after this moment; null: the newest of all. */
  readonly at: number | null;
  readonly newId: () => string;
}

export interface Restored {
  readonly facts: number;
  readonly lastSeq: number;
  /** The moment of the point that was gone back to; null where it was none. */
  readonly at: number | null;
  /** When its newest fact was heard; null where it holds none. */
  readonly heardAt: number | null;
}

/**
 * Lays a journal out of a backup or of rolling copies into an empty folder, each row checked. It gets
 * a new id, and its people write under a new name; what was not sent yet is still to be sent.
 * @throws BackupError when the source is none, or is damaged; the folder is left empty
 */
export function restore(options: RestoreOptions): Restored {
  const { journalFolder } = options;
  if (journalFiles(journalFolder).length > 0) {
    throw new BackupError(`${journalFolder} holds a journal already: nothing was written`);
  }
  mkdirSync(journalFolder, { recursive: true, mode: 0o700 });
  const errors: string[] = [];
  for (const plan of plansFor(options)) {
    try {
      return run(plan, options);
    } catch (error) {
      for (const file of journalFiles(journalFolder)) removeFile(file.path);
      if (!(error instanceof BackupError) && !isDamage(error)) throw error;
      errors.push(`${plan.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new BackupError(errors.join('\n'));
}

function run(plan: Plan, options: RestoreOptions): Restored {
  let facts = 0;
  for (const copy of plan.row()) facts += copyChecked(copy);
  if (plan.facts !== null && facts !== plan.facts) {
    throw new BackupError(`${facts} facts lie there where ${plan.facts} belong`);
  }
  return finish(options, plan);
}

/**
 * As `restore`, for reading only: files are copied without holding up anybody, and not checked row by
 * row. @throws BackupError when the source is none
 */
export async function openCopy(options: RestoreOptions): Promise<Restored> {
  mkdirSync(options.journalFolder, { recursive: true, mode: 0o700 });
  const [plan] = plansFor(options);
  if (plan === undefined) throw new BackupError(`${options.source} holds no journal`);
  const row = plan.row();
  for (const { from, to, sealed } of row) {
    await copyFile(from, to.path, constants.COPYFILE_FICLONE);
    chmodSync(to.path, sealed ? 0o440 : 0o600);
  }
  return finish(options, plan);
}

interface CopyOfFile {
  readonly from: string;
  readonly to: JournalFile;
  readonly sealed: boolean;
}

/** One way to a journal: the files to copy, oldest first, and the point to go back to. */
interface Plan {
  readonly name: string;
  readonly point: (CopyPoint & { readonly content: Buffer }) | null;
  /** How many facts there must be; null where nothing tells. */
  readonly facts: number | null;
  /** The last seq that the journal is known to have given, before the point or after it. */
  readonly floor: number;
  /** @throws BackupError when a file is missing or too short */
  row(): CopyOfFile[];
}

/** What a source offers, the best first. @throws BackupError when it offers nothing */
function plansFor(options: RestoreOptions): Plan[] {
  const { source } = options;
  if (!existsSync(source)) throw new BackupError(`${source} is not there`);
  if (!statSync(source).isDirectory()) return [planOfFile(options)];
  if (existsSync(join(source, MANIFEST))) return [planOfBackup(options)];
  const points = readPoints(source);
  if (points.length === 0) {
    throw new BackupError(`${source} is neither a backup nor a folder of rolling copies`);
  }
  const fitting = points.filter(({ at }) => options.at === null || at <= options.at);
  if (fitting.length === 0) {
    const first = new Date(points[0]?.at ?? 0).toISOString();
    throw new BackupError(`the oldest point in ${source} is of ${first}: choose a later moment`);
  }
  const mirrors = readdirSync(source).filter((name) => /^[ab]\.sqlite$/.test(name));
  // The newest point that fits; where its mirror is damaged, by the other's facts; else an older one.
  return fitting.reverse().flatMap((point) =>
    [point.file, ...mirrors.filter((name) => name !== point.file)].flatMap((file) => {
      const content = contentOf(source, point.at);
      return content === undefined ? [] : [planOfPoint(options, { ...point, content }, file)];
    }),
  );
}

function planOfBackup({ source, journalFolder }: RestoreOptions): Plan {
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(readFileSync(join(source, MANIFEST), 'utf8')) as BackupManifest;
  } catch {
    throw new BackupError(`${join(source, MANIFEST)} cannot be read`);
  }
  if (manifest.format !== 'holdfast-journal-backup' || !Array.isArray(manifest.files)) {
    throw new BackupError(`${source} is not a backup of a journal`);
  }
  return {
    name: basename(source),
    point: null,
    facts: manifest.facts,
    floor: manifest.lastSeq,
    row() {
      for (const { name, bytes } of manifest.files) {
        const path = join(source, basename(name));
        const size = existsSync(path) ? statSync(path).size : 0;
        if (size !== bytes)
          throw new BackupError(`${name} has ${size} bytes where ${bytes} belong`);
      }
      const files = journalFiles(source);
      return files.map((file, index) => ({
        from: file.path,
        to: journalFile(journalFolder, file.number),
        sealed: index < files.length - 1,
      }));
    },
  };
}

/** One file of a journal, a full one for instance, as a journal of its own. */
function planOfFile({ source, journalFolder, at }: RestoreOptions): Plan {
  return {
    name: basename(source),
    point: newestPointIn(source, at),
    facts: null,
    floor: 0,
    row() {
      assertAtRest(source);
      // A row of its own: no file is missing before it.
      return [{ from: source, to: journalFile(journalFolder, 1), sealed: false }];
    },
  };
}

/** Of a mirror its newest point: its small tables lie nowhere else. Null for other files. */
function newestPointIn(path: string, moment: number | null): Plan['point'] {
  let database: Database | null = null;
  try {
    database = openJournalFileReadOnly(path);
    const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'point'").get();
    if (has === undefined) return null;
    const row = database
      .prepare(
        `SELECT at, last_seq AS lastSeq, content FROM point
         WHERE at <= coalesce(?, at) AND EXISTS (SELECT 1 FROM fact WHERE seq = last_seq)
         ORDER BY at DESC LIMIT 1`,
      )
      .get(moment) as Omit<NonNullable<Plan['point']>, 'file'> | undefined;
    return row === undefined ? null : { ...row, file: basename(path) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  } finally {
    database?.close();
  }
}

function planOfPoint(
  { source, journalFolder }: RestoreOptions,
  point: CopyPoint & { readonly content: Buffer },
  file: string,
): Plan {
  return {
    name: `${file}, ${new Date(point.at).toISOString()}`,
    point,
    facts: null,
    floor: Math.max(...readPoints(source).map(({ lastSeq }) => lastSeq)),
    row() {
      const path = join(source, file);
      assertAtRest(path);
      const mirror = openJournalFileReadOnly(path);
      const number = Number(readMeta(mirror, 'mirrors') ?? 1);
      const startAfter = Number(readMeta(mirror, 'startAfter') ?? 0);
      // After a restore a mirror may go on beyond a point that it does not hold.
      const holdsPoint =
        mirror.prepare('SELECT 1 FROM fact WHERE seq = ?').get(point.lastSeq) !== undefined;
      mirror.close();
      const full = journalFiles(source);
      const row = full.map((one) => ({
        from: one.path,
        to: journalFile(journalFolder, one.number),
        sealed: true,
      }));
      // A point from before the newest file began lies in a full one, which has its tables too.
      const within =
        point.lastSeq > startAfter || number === 1
          ? -1
          : full.findIndex((one) => lastSeqOf(one.path) >= point.lastSeq);
      if (within >= 0) {
        return row.slice(0, within + 1).map((one, index) => ({ ...one, sealed: index < within }));
      }
      if (!holdsPoint && point.lastSeq > startAfter) {
        throw new BackupError(`does not hold fact ${point.lastSeq}, with which the point ends`);
      }
      const before = row.filter(({ to }) => to.number < number);
      if (before.length < number - 1) {
        throw new BackupError('a full file of the journal is missing among the copies');
      }
      return [...before, { from: path, to: journalFile(journalFolder, number), sealed: false }];
    },
  };
}

function lastSeqOf(path: string): number {
  const database = openJournalFileReadOnly(path);
  try {
    return sealOf(database)?.lastSeq ?? 0;
  } finally {
    database.close();
  }
}

function assertAtRest(path: string): void {
  if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
    throw new BackupError(`${basename(path)} is in use: close the application first`);
  }
}

function contentOf(folder: string, at: number): Buffer | undefined {
  for (const file of MIRRORS) {
    if (!existsSync(join(folder, file))) continue;
    try {
      const mirror = openJournalFileReadOnly(join(folder, file));
      try {
        const content = mirror.prepare('SELECT content FROM point WHERE at = ?').pluck().get(at);
        if (content instanceof Buffer) return content;
      } finally {
        mirror.close();
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return undefined;
}

/** Copies a file and checks every row of the copy. @returns how many facts it holds */
function copyChecked({ from, to, sealed }: CopyOfFile): number {
  copyFileSync(from, to.path, constants.COPYFILE_FICLONE);
  chmodSync(to.path, 0o600);
  const database = openJournalFileReadOnly(to.path);
  let facts = 0;
  try {
    for (const rows of wholeRows(database, to.name, sealed ? sealOf(database) : null)) {
      facts += rows.length;
    }
  } finally {
    database.close();
  }
  if (sealed) writeProtect(to.path);
  return facts;
}

/** All rows of a file in pages; the last page may be empty. @throws BackupError at the first damage */
function* wholeRows(
  database: Database,
  name: string,
  seal: { readonly facts: number; readonly hash: string } | null,
): Generator<readonly { seq: number }[]> {
  const next = database.prepare('SELECT * FROM fact WHERE seq > ? ORDER BY seq LIMIT ?');
  const digest = createHash('sha256');
  let facts = 0;
  for (let after = 0; ;) {
    let rows: FactRow[];
    try {
      rows = next.all(after, ROWS) as FactRow[];
    } catch (error) {
      if (!isDamage(error)) throw error;
      throw new BackupError(`${name} is damaged after fact ${after}: ${(error as Error).message}`);
    }
    for (const row of rows) {
      if (!rowIsWhole(row)) throw new BackupError(`fact ${row.seq} of ${name} is damaged`);
      if (seal !== null) digest.update(row.row_hash);
    }
    yield rows;
    facts += rows.length;
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < ROWS) break;
  }
  if (seal === null || seal.hash === '') return;
  if (facts !== seal.facts || digest.digest('hex') !== seal.hash) {
    throw new BackupError(`${name} does not fit its mark: facts are missing in it`);
  }
}

/** Makes the newest file a journal of its own: at its point, under new names. */
function finish(
  options: RestoreOptions,
  { point, floor: known }: Pick<Plan, 'point' | 'floor'>,
): Restored {
  const { journalFolder } = options;
  const newest = journalFiles(journalFolder).at(-1);
  if (newest === undefined) throw new BackupError('nothing was found to restore');
  const database = openJournalFile(newest.path);
  try {
    database.transaction(() => {
      const last = database.prepare('SELECT coalesce(max(seq), 0) FROM fact').pluck();
      // A seq that was given once, also to what came after the point, is not given again.
      const kept = Number(readMeta(database, 'seqFloor') ?? 0);
      const floor = Math.max(known, last.get() as number, kept);
      if (point !== null) goBackTo(database, point);
      database.exec('DROP TABLE IF EXISTS point');
      writeMeta(database, 'seqFloor', String(floor));
      writeMeta(
        database,
        'holes',
        JSON.stringify(holesUpTo(database, last.get() as number, floor)),
      );
      for (const key of ['sealed', 'check']) {
        database.prepare('DELETE FROM meta WHERE key = ?').run(key);
      }
      rebuildOwn(database, newest, journalFolder);
      renameJournal(database, options.newId);
    })();
    bringToRest(database);
  } finally {
    database.close();
  }
  const { source } = options;
  copyAttachments(statSync(source).isDirectory() ? source : dirname(source), journalFolder);
  rmSync(join(journalFolder, 'journal.last'), { force: true });
  syncFolder(journalFolder);
  return { ...measure(journalFolder), at: point?.at ?? null };
}

/** What is gone back behind stays a hole: nobody is to look for it. */
function holesUpTo(database: Database, last: number, floor: number): Range[] {
  const holes = holesOf(database).filter(([, to]) => to <= last);
  return floor > last ? [...holes, [last + 1, floor]] : holes;
}

/** On this copy only: what came after the point goes, and the small tables are what they were. */
function goBackTo(database: Database, point: CopyPoint & { readonly content: Buffer }): void {
  const trigger = database
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'fact_is_never_removed'")
    .pluck()
    .get() as string;
  database.exec('DROP TRIGGER fact_is_never_removed');
  database.prepare('DELETE FROM fact WHERE seq > ?').run(point.lastSeq);
  database.exec(trigger);
  for (const [name, rows] of Object.entries(unpackTables(point.content))) {
    const known = database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
      .get(name);
    if (known === undefined) continue;
    database.prepare(`DELETE FROM "${name}"`).run();
    for (const row of rows) {
      const names = Object.keys(row);
      database
        .prepare(
          `INSERT INTO "${name}" (${names.map((one) => `"${one}"`).join(', ')})
           VALUES (${names.map(() => '?').join(', ')})`,
        )
        .run(...Object.values(row));
    }
  }
  for (const table of ['receipt', 'quarantine', 'parked']) {
    database.prepare(`DELETE FROM "${table}" WHERE at > ?`).run(point.at);
  }
}

function measure(journalFolder: string): Omit<Restored, 'at'> {
  let facts = 0;
  let lastSeq = 0;
  let heardAt: number | null = null;
  for (const file of journalFiles(journalFolder)) {
    const database = openJournalFileReadOnly(file.path);
    const [count, last, heard] = database
      .prepare('SELECT count(*), coalesce(max(seq), 0), max(heard_at) FROM fact')
      .raw()
      .get() as [number, number, number | null];
    database.close();
    facts += count;
    lastSeq = Math.max(lastSeq, last);
    if (heard !== null) heardAt = Math.max(heardAt ?? heard, heard);
  }
  return { facts, lastSeq, heardAt };
}

/** Moves a journal that is there aside, so that another may take its place. @returns where to */
export function moveAside(journalFolder: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-');
  const aside = freePath(`${journalFolder}-before-restore-${stamp}`);
  renameSync(journalFolder, aside);
  return aside;
}

function freePath(path: string): string {
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(free)) return free;
  }
}

function fileHash(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const digest = createHash('sha256');
    createReadStream(path, { highWaterMark: 1024 * 1024 })
      .on('data', (bytes) => digest.update(bytes))
      .on('error', reject)
      .on('end', () => resolve(digest.digest('hex')));
  });
}
