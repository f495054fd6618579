import {
  closeSync,
  copyFileSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';

/** One step of a journal's schema; numbers ascend and are never reused. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** A file that a newer version wrote, or that is not ours: it is left untouched. */
export class ForeignFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignFileError';
  }
}

/** After a checkpoint the write-ahead log keeps at most so much of the disk (bytes). */
const LOG_KEPT_BYTES = 67_108_864;
/** Beside a copy that is made before a migration so much must stay free (bytes). */
const FREE_BESIDE_COPY_BYTES = 67_108_864;
/** How long the copy from before a migration is kept, once the migrated file opens. */
const COPY_KEPT_MS = 7 * 24 * 3_600_000;

/** WAL resets of SQLite before this version could corrupt a file (fixed in 3.51.3). */
const MINIMUM_SQLITE = [3, 51, 3] as const;

export interface OpenOptions {
  readonly path: string;
  /** Marks whose file this is (PRAGMA application_id). */
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
  /**
   * FULL for what must survive a power cut: its folders are synced too, and the file is copied
   * before a migration (`NAME.before-SCHEMA.sqlite`). The disposable views take NORMAL.
   */
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly readOnly?: boolean;
}

/**
 * Opens a file of ours and brings its schema up, each step in a transaction of its own.
 * @throws ForeignFileError when the file is newer than this version or belongs to something else
 * @throws an error with code ENOSPC when there is no room for the copy before a migration
 */
export function openDatabase(options: OpenOptions): Database {
  const sacred = options.synchronous === 'FULL' && options.readOnly !== true;
  const first = openChecked(options);
  if (options.readOnly === true) return first.database;
  const due = options.migrations.filter(({ number }) => number > first.version);
  let { database } = first;
  if (sacred && first.version > 0 && due.length > 0) {
    // Closed meanwhile: a close of the copied file would take SQLite's own locks away.
    database.close();
    copyBefore(options.path, due.at(-1)?.number ?? 0);
    ({ database } = openChecked(options));
  }
  try {
    database.pragma('journal_mode = WAL');
    database.pragma(`journal_size_limit = ${LOG_KEPT_BYTES}`);
    for (const migration of due) {
      database.transaction(() => {
        database.exec(migration.sql);
        database.pragma(`application_id = ${options.applicationId}`);
        database.pragma(`user_version = ${migration.number}`);
      })();
    }
    if (sacred) {
      syncFolders(dirname(options.path));
      if (due.length === 0) removeOldCopies(options.path);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Where the copy lies that is made before a file takes this schema. */
export function copyBeforePath(path: string, schema: number): string {
  return join(dirname(path), `${stemOf(path)}.before-${schema}.sqlite`);
}

export interface LogGuard {
  /**
   * To be called after commits. Empties a write-ahead log that has grown past its limit.
   * @returns `held` where it cannot be emptied, because something reads from it without end, and
   * has grown so far that nothing more should be written but what people write
   */
  check(): 'free' | 'held';
}

/**
 * Keeps the write-ahead log from growing without end: a checkpoint cannot pass a reader, so that one
 * that never ends would fill the disk. Never waits for the reader.
 */
export function guardLog(
  database: Database,
  limits: { readonly emptyBytes?: number; readonly heldBytes?: number } = {},
): LogGuard {
  const { emptyBytes = LOG_KEPT_BYTES, heldBytes = 3 * LOG_KEPT_BYTES } = limits;
  const path = `${database.name}-wal`;
  let state: 'free' | 'held' = 'free';
  let triedAt = Number.NEGATIVE_INFINITY;
  return {
    check() {
      const bytes = sizeOf(path);
      if (bytes < emptyBytes) return (state = 'free');
      if (performance.now() - triedAt >= LOG_RETRY_MS) {
        const patience = database.pragma('busy_timeout', { simple: true }) as number;
        database.pragma('busy_timeout = 0');
        try {
          database.pragma('wal_checkpoint(TRUNCATE)');
        } finally {
          database.pragma(`busy_timeout = ${patience}`);
          triedAt = performance.now();
        }
      }
      // Once held, it is free when it was emptied, not a page sooner.
      const left = sizeOf(path);
      if (left >= heldBytes) state = 'held';
      else if (left < emptyBytes) state = 'free';
      return state;
    },
  };
}

/** How long after a checkpoint that a reader hindered the next one is tried. */
const LOG_RETRY_MS = 500;

function openChecked(options: OpenOptions): { database: Database; version: number } {
  const database = new Sqlite(options.path, {
    readonly: options.readOnly === true,
    fileMustExist: options.readOnly === true,
  });
  try {
    assertVersion(database);
    // better-sqlite3 is built with NORMAL as WAL's default, which loses commits at a power cut.
    database.pragma(`synchronous = ${options.synchronous}`);
    database.pragma('busy_timeout = 5000');
    database.pragma('foreign_keys = ON');
    database.pragma('trusted_schema = OFF');
    // Without it, INSERT OR REPLACE removes a row and no trigger sees it.
    database.pragma('recursive_triggers = ON');
    const id = database.pragma('application_id', { simple: true }) as number;
    const version = database.pragma('user_version', { simple: true }) as number;
    const known = options.migrations.at(-1)?.number ?? 0;
    if (id !== options.applicationId && (id !== 0 || version !== 0 || hasTables(database))) {
      throw new ForeignFileError(
        `${options.path} is not a file of this kind; it was left untouched`,
      );
    }
    if (version > known) {
      throw new ForeignFileError(
        `${options.path} was written by a newer version (schema ${version}, this one knows ${known}); it was left untouched`,
      );
    }
    return { database, version };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A copy of a file that nobody has open; whole under its name, or not there. */
function copyBefore(path: string, schema: number): void {
  if (sizeOf(`${path}-wal`) > 0) {
    throw new Error(`${path} is open in another program; its schema was left as it is`);
  }
  const bytes = sizeOf(path);
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < bytes + FREE_BESIDE_COPY_BYTES) {
    const needed = Math.ceil((bytes + FREE_BESIDE_COPY_BYTES) / 1_048_576);
    const text = `${path} needs ${needed} MB of free space for a copy of itself before its schema is brought up; nothing was changed`;
    throw Object.assign(new Error(text), { code: 'ENOSPC', syscall: 'copyfile' });
  }
  const copy = copyBeforePath(path, schema);
  const draft = `${copy}.draft`;
  try {
    copyFileSync(path, draft, constants.COPYFILE_FICLONE);
    syncPath(draft, 'r+');
    renameSync(draft, copy);
    syncPath(dirname(copy), 'r');
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The migrated file opened again and again meanwhile: the copy has done its duty. */
function removeOldCopies(path: string): void {
  const folder = dirname(path);
  const lead = `${stemOf(path)}.before-`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(lead)) continue;
    const copy = join(folder, name);
    if (name.endsWith('.draft') || Date.now() - statSync(copy).mtimeMs > COPY_KEPT_MS) {
      rmSync(copy, { force: true });
    }
  }
}

/**
 * Makes a folder's names, and its own in the folders above, survive a power cut: which may else take
 * the folder, and with it files that were synced themselves.
 */
export function syncFolders(folder: string): void {
  let next = folder;
  for (;;) {
    syncPath(next, 'r');
    const parent = dirname(next);
    if (parent === next) return;
    next = parent;
  }
}

function syncPath(path: string, flags: 'r' | 'r+'): void {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    // Not every system lets a folder be opened, nor every folder above ours.
    if (flags === 'r') return;
    throw error;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (flags === 'r' && code !== 'EIO' && code !== 'ENOSPC') return;
    throw error;
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '');
}

function hasTables(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
}

function assertVersion(database: Database): void {
  const text = database.prepare('SELECT sqlite_version()').pluck().get() as string;
  const parts = text.split('.').map(Number);
  for (const [index, minimum] of MINIMUM_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > minimum) return;
    if (part < minimum) throw new Error(`SQLite ${text} is older than ${MINIMUM_SQLITE.join('.')}`);
  }
}
