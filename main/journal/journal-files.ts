import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { openDatabase } from '../../gateway/journal/database.ts';
import { createIdFilter, idFilterOver, type IdFilter } from './id-filter.ts';
import { journalMigrations } from './migrations.ts';

/** PRAGMA application_id of a desktop's journal: "HFJ1". */
export const JOURNAL_APPLICATION_ID = 0x48464a31;

/** What a sealed file says of itself (meta `sealed`). */
export interface Seal {
  readonly facts: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** SHA-256 (hex) over the row hashes in the order of their seq. */
  readonly hash: string;
  /** SHA-256 (hex) over the bits of the file's filter of ids. */
  readonly filterHash: string;
}

export interface JournalFile {
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

/** What belongs to a database file: its log, the index over it, and what undoes a half-made change. */
export const COMPANIONS = ['', '-wal', '-shm', '-journal'] as const;

export function journalFile(folder: string, number: number): JournalFile {
  const name = `journal-${String(number).padStart(4, '0')}.sqlite`;
  return { number, name, path: join(folder, name) };
}

/** The row of files in a folder, oldest first. */
export function journalFiles(folder: string): JournalFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const number = /^journal-(\d{4,})\.sqlite$/.exec(name)?.[1];
      return number === undefined ? [] : [journalFile(folder, Number(number))];
    })
    .sort((left, right) => left.number - right.number);
}

/** Opens a file to write into, its schema brought up. */
export function openJournalFile(path: string): Database {
  return openDatabase({
    path,
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations,
    synchronous: 'FULL',
  });
}

export function openJournalFileReadOnly(path: string): Database {
  return openDatabase({
    path,
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations,
    synchronous: 'FULL',
    readOnly: true,
  });
}

/** A database that is at rest: one file, nothing in a log. @throws SqliteError when others use it */
export function bringToRest(database: Database): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
  const mode = database.pragma('journal_mode = DELETE', { simple: true });
  if (mode !== 'delete') {
    throw Object.assign(new Error('another program has this journal open'), {
      code: 'SQLITE_BUSY',
    });
  }
}

/**
 * Undoes a change of a file's mode that was cut off: a reader may not, and cannot read before it is
 * undone. With a log beside it, it is no such change.
 * @throws SqliteError when the disk does not let it
 */
export function undoHalfMade(path: string): void {
  if (sizeOf(`${path}-journal`) === 0 || sizeOf(`${path}-wal`) > 0 || sizeOf(path) === 0) return;
  let database: Database | null = null;
  try {
    database = new Sqlite(path);
    database.pragma('busy_timeout = 5000');
    database.pragma('user_version');
  } catch (error) {
    // A damaged file stays as it is: it is looked at next.
    const code = String((error as { code?: unknown }).code);
    if (code !== 'SQLITE_NOTADB' && !code.startsWith('SQLITE_CORRUPT')) throw error;
  } finally {
    database?.close();
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Removes a file that was never part of the row, with its log. */
export function removeFile(path: string): void {
  for (const suffix of COMPANIONS) rmSync(path + suffix, { force: true });
}

/** Names that were made, moved or removed in this folder survive a power cut from here on. */
export function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return; // Not every system opens folders.
  }
  try {
    fsyncSync(handle);
  } catch {
    // … or syncs them.
  } finally {
    closeSync(handle);
  }
}

/** Nothing writes into a sealed file, and the file system is told so. */
export function writeProtect(path: string): void {
  if ((statSync(path).mode & 0o222) !== 0) chmodSync(path, 0o440);
}

export function readMeta(database: Database, key: string): string | null {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
  return typeof value === 'string' ? value : null;
}

export function writeMeta(database: Database, key: string, value: string): void {
  database
    .prepare(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    )
    .run(key, value);
}

export function sealOf(database: Database): Seal | null {
  const text = readMeta(database, 'sealed');
  return text === null ? null : (JSON.parse(text) as Seal);
}

/** The seal and the filter of a file, made in slices while facts still come. */
export interface Sealing {
  /** Takes further rows for so long. @returns true when all rows are in */
  step(budgetMs: number): boolean;
  /** Takes what is left and tells what the mark would be. */
  measure(): Seal;
  /** … and writes it into the file. */
  finish(): Seal;
}

const SEALING_ROWS = 500;

/** Begins to seal the facts of an open file. */
export function startSealing(database: Database): Sealing {
  const next = database
    .prepare('SELECT seq, id, row_hash FROM fact WHERE seq > ? ORDER BY seq LIMIT ?')
    .raw();
  const count = database.prepare('SELECT count(*) FROM fact').pluck();
  const digest = createHash('sha256');
  const filter = createIdFilter(Math.ceil((count.get() as number) * 1.2));
  let facts = 0;
  let firstSeq = 0;
  let lastSeq = 0;

  function step(budgetMs: number): boolean {
    const until = performance.now() + budgetMs;
    do {
      const rows = next.all(lastSeq, SEALING_ROWS) as [number, Buffer, Buffer][];
      for (const [seq, id, rowHash] of rows) {
        filter.add(id.toString('hex'));
        digest.update(rowHash);
        facts += 1;
        if (firstSeq === 0) firstSeq = seq;
        lastSeq = seq;
      }
      if (rows.length < SEALING_ROWS) return true;
    } while (performance.now() < until);
    return false;
  }

  function measure(): Seal {
    step(Infinity);
    const hash = digest.copy().digest('hex');
    return { facts, firstSeq, lastSeq, hash, filterHash: hashOf(filter.bits) };
  }

  return {
    step,
    measure,
    finish() {
      const seal = measure();
      database.transaction(() => {
        database.prepare('DELETE FROM id_filter').run();
        database.prepare('INSERT INTO id_filter (bits) VALUES (?)').run(filter.bits);
        writeMeta(database, 'sealed', JSON.stringify(seal));
      })();
      return seal;
    },
  };
}

/** The filter of a sealed file: as it was kept, else made anew. */
export function filterOf(database: Database, seal: Seal): IdFilter {
  const kept = database.prepare('SELECT bits FROM id_filter').pluck().get() as Buffer | undefined;
  if (kept !== undefined && hashOf(kept) === seal.filterHash) return idFilterOver(kept);
  const filter = createIdFilter(seal.facts);
  for (const id of database.prepare('SELECT id FROM fact').pluck().iterate()) {
    filter.add((id as Buffer).toString('hex'));
  }
  return filter;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
