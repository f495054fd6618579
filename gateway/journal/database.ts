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

/** WAL resets of SQLite before this version could corrupt a file (fixed in 3.51.3). */
const MINIMUM_SQLITE = [3, 51, 3] as const;

export interface OpenOptions {
  readonly path: string;
  /** Marks whose file this is (PRAGMA application_id). */
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
  /** FULL for what must survive a power cut; the disposable views take NORMAL. */
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly readOnly?: boolean;
}

/**
 * Opens a file of ours and brings its schema up, each step in a transaction of its own.
 * @throws ForeignFileError when the file is newer than this version or belongs to something else
 */
export function openDatabase(options: OpenOptions): Database {
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
    if (options.readOnly === true) return database;
    database.pragma('journal_mode = WAL');
    for (const migration of options.migrations) {
      if (migration.number <= version) continue;
      database.transaction(() => {
        database.exec(migration.sql);
        database.pragma(`application_id = ${options.applicationId}`);
        database.pragma(`user_version = ${migration.number}`);
      })();
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
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
