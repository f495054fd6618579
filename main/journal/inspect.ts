import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { ForeignFileError } from '../../gateway/journal/database.ts';
import { rowIsWhole, type FactRow } from '../../gateway/journal/fact-store.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import { JOURNAL_APPLICATION_ID, readMeta, sealOf, type JournalFile } from './journal-files.ts';
import { journalMigrations } from './migrations.ts';
import { carveFacts } from './page-carver.ts';
import type { Witness } from './witness.ts';

/** Up to here a file is checked in whole when it is opened: a fifth of a second. */
const WHOLE_CHECK_BYTES = 8_000_000;
/** Of a larger one so many of the newest rows: that is where a lost log shows. */
const TAIL_ROWS = 2_000;

/** The step of the migrations that brought the table of words. */
const FIRST_WITH_META = 20;

export interface Inspected {
  /** Why the file is not whole, in words; null where nothing speaks against it. */
  readonly damage: string | null;
}

/**
 * Looks at a file of the row without writing a byte, before SQLite may: a log that is not its own
 * would be copied into it.
 * @throws ForeignFileError when a newer version wrote it
 * @throws SqliteError, Error when the disk does not let it be read: that is no damage
 */
export function inspectFile(
  file: JournalFile,
  about: { readonly newest: boolean; readonly witness: Witness | null },
): Inspected {
  const told = damageTold(file);
  if (told !== null) return { damage: told };
  if (!existsSync(file.path)) return { damage: 'the file is missing' };
  const header = headerOf(file.path);
  if (header.bytes === 0) return { damage: 'the file is empty' };
  if (!header.isSqlite) {
    return {
      damage: holdsFacts(file.path)
        ? 'the head of the file is damaged'
        : 'a file that is no database lay in the journal’s place',
    };
  }
  let database: Database | null = null;
  try {
    database = new Sqlite(file.path, { readonly: true, fileMustExist: true });
    database.pragma('busy_timeout = 5000');
    return { damage: damageIn(database, file, header.bytes, about) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { damage: error instanceof Error ? error.message : String(error) };
  } finally {
    database?.close();
  }
}

/** The mark that a check of a running journal leaves beside a file; the next start salvages it. */
export function damageMarkPath(file: JournalFile): string {
  return `${file.path}.damaged`;
}

/** Whether an error tells of damage in the file, not of a disk that gives nothing. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return DAMAGE_CODES.test(code);
  // What a row holds is no number or no JSON any more.
  return error instanceof RangeError || error instanceof SyntaxError;
}

const DAMAGE_CODES =
  /^SQLITE_(?:CORRUPT|NOTADB|ERROR|MISMATCH|FORMAT|RANGE|TOOBIG|INTERNAL|IOERR_SHORT_READ|IOERR_DATA|IOERR_CORRUPTFS)/;

export interface RowCheck {
  readonly checked: number;
  readonly lastSeq: number;
  /** Seqs whose row is missing, unreadable, unlike its hash, or not found by its id. */
  readonly damaged: readonly number[];
  /** True when there was nothing further. */
  readonly ended: boolean;
}

/** Checks rows one after the other: each seq there, its hash right, found by its id and its thing. */
export function openRowCheck(
  database: Database,
): (after: number, limit: number, known: readonly Range[]) => RowCheck {
  const next = database.prepare('SELECT * FROM fact WHERE seq > ? ORDER BY seq LIMIT ?');
  const one = database.prepare('SELECT * FROM fact WHERE seq = ?');
  const newest = database.prepare('SELECT coalesce(max(seq), 0) FROM fact').pluck();
  const byId = database.prepare('SELECT seq FROM fact WHERE id = ?').pluck();
  const byThing = database
    .prepare('SELECT 1 FROM fact INDEXED BY fact_thing WHERE thing = ? AND at = ? AND seq = ?')
    .pluck();

  const isRight = (row: FactRow): boolean =>
    rowIsWhole(row) &&
    byId.get(row.id) === row.seq &&
    byThing.get(row.thing, row.at, row.seq) !== undefined;

  /** Where a page cannot be read: each seq by itself. */
  function slowly(after: number, limit: number): RowCheck {
    const damaged: number[] = [];
    const end = newestSeq();
    let lastSeq = after;
    for (let seq = after + 1; seq <= Math.min(after + limit, end ?? after + limit); seq += 1) {
      lastSeq = seq;
      try {
        const row = one.get(seq) as FactRow | undefined;
        if (row === undefined || !isRight(row)) damaged.push(seq);
      } catch (error) {
        if (!isDamage(error)) throw error;
        damaged.push(seq);
      }
    }
    return { checked: lastSeq - after, lastSeq, damaged, ended: end === null || lastSeq >= end };
  }

  function newestSeq(): number | null {
    try {
      return newest.get() as number;
    } catch {
      return null;
    }
  }

  return (after, limit, known) => {
    try {
      const rows = next.all(after, limit) as FactRow[];
      const damaged: number[] = [];
      let expected = after + 1;
      for (const row of rows) {
        for (; expected < row.seq; expected += 1) {
          if (!inRanges(known, expected)) damaged.push(expected);
        }
        if (!isRight(row)) damaged.push(row.seq);
        expected = row.seq + 1;
      }
      return {
        checked: rows.length,
        lastSeq: rows.at(-1)?.seq ?? after,
        damaged,
        ended: rows.length < limit,
      };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return slowly(after, limit);
    }
  };
}

/** The last seq of the file before: this one begins after it. */
export function startOf(database: Database): number {
  return Number(readMeta(database, 'startAfter') ?? 0);
}

export function holesOf(database: Database): Range[] {
  return JSON.parse(readMeta(database, 'holes') ?? '[]') as Range[];
}

function damageIn(
  database: Database,
  file: JournalFile,
  bytes: number,
  about: Parameters<typeof inspectFile>[1],
): string | null {
  const id = database.pragma('application_id', { simple: true }) as number;
  const version = database.pragma('user_version', { simple: true }) as number;
  // Made, and ended before anything was in it.
  if (id === 0 && version === 0 && shapeOf(database) === '') return null;
  if (id !== JOURNAL_APPLICATION_ID) {
    return holdsFacts(file.path)
      ? 'the head of the file is damaged'
      : 'a file of another program lay in the journal’s place';
  }
  const shape = shapeOf(database);
  const newest = journalMigrations.at(-1)?.number ?? 0;
  if (version > newest && shape !== shapeAt(newest)) {
    throw new ForeignFileError(
      `${file.path} was written by a newer version (schema ${version}, this one knows ${newest}); it was left untouched`,
    );
  }
  if (shape !== shapeAt(version)) return 'the schema is not what the file says that it is';
  const pages = database.pragma('page_count', { simple: true }) as number;
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  const logged = existsSync(`${file.path}-wal`) ? statSync(`${file.path}-wal`).size : 0;
  if (logged === 0 && bytes !== pages * pageSize) {
    return `the file has ${bytes} bytes where ${pages * pageSize} belong`;
  }
  if (version < FIRST_WITH_META) return null;
  if (!about.newest && sealOf(database) === null) return 'the mark of a full file is gone';
  return (
    witnessed(database, about.witness) ??
    (bytes <= WHOLE_CHECK_BYTES ? wholeCheck(database) : about.newest ? tailCheck(database) : null)
  );
}

/** What was told to be stored must be there, and be the same. */
function witnessed(database: Database, witness: Witness | null): string | null {
  if (witness === null || readMeta(database, 'journal') !== witness.journal) return null;
  if (witness.seq <= startOf(database) || sealOf(database) !== null) return null;
  const found = database.prepare('SELECT id FROM fact WHERE seq = ?').pluck().get(witness.seq);
  if (found instanceof Buffer && found.toString('hex') === witness.id) return null;
  // Known to be lost: a salvage that was cut off before it was confirmed.
  if (found === undefined && inRanges(holesOf(database), witness.seq)) return null;
  return found === undefined
    ? `fact ${witness.seq} was stored and is not there: the log that held it is lost or not this file’s`
    : `fact ${witness.seq} is another one than was stored: the log beside the file is not its own`;
}

function wholeCheck(database: Database): string | null {
  const check = openRowCheck(database);
  const known = holesOf(database);
  const damaged: number[] = [];
  let last = startOf(database);
  for (;;) {
    const step = check(last, 1_000, known);
    damaged.push(...step.damaged);
    last = step.lastSeq;
    if (step.ended || damaged.length > 0) break;
  }
  if (damaged.length > 0) return `fact ${damaged[0]} does not fit its hash, or is not found`;
  const structure = database.pragma('integrity_check(1)', { simple: true });
  return structure === 'ok' ? null : String(structure);
}

function tailCheck(database: Database): string | null {
  const rows = database.prepare('SELECT * FROM fact ORDER BY seq DESC LIMIT ?').all(TAIL_ROWS);
  for (const row of rows as FactRow[]) {
    if (!rowIsWhole(row)) return `fact ${row.seq} does not fit its hash`;
  }
  return null;
}

/** Names of tables, indices, triggers and columns. */
function shapeOf(database: Database): string {
  const names = database
    .prepare(
      `SELECT s.type || ' ' || s.name || ' ' || coalesce(group_concat(c.name), '')
       FROM sqlite_schema s LEFT JOIN pragma_table_info(s.name) c
       WHERE s.name NOT LIKE 'sqlite!_%' ESCAPE '!' GROUP BY s.type, s.name ORDER BY 1`,
    )
    .pluck()
    .all() as string[];
  return names.join('\n');
}

const shapes = new Map<number, string>();

function shapeAt(version: number): string | null {
  if (!journalMigrations.some(({ number }) => number === version)) return null;
  const kept = shapes.get(version);
  if (kept !== undefined) return kept;
  const database = new Sqlite(':memory:');
  for (const { number, sql } of journalMigrations) if (number <= version) database.exec(sql);
  const shape = shapeOf(database);
  database.close();
  shapes.set(version, shape);
  return shape;
}

function headerOf(path: string): { bytes: number; isSqlite: boolean } {
  const bytes = statSync(path).size;
  const magic = Buffer.alloc(16);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, magic, 0, 16, 0);
  } finally {
    closeSync(handle);
  }
  return { bytes, isSqlite: magic.toString('latin1') === 'SQLite format 3\0' };
}

function holdsFacts(path: string): boolean {
  for (const _ of carveFacts(path, rowIsWhole)) return true;
  return false;
}

function damageTold(file: JournalFile): string | null {
  const path = damageMarkPath(file);
  if (!existsSync(path)) return null;
  try {
    const { seqs } = JSON.parse(readFileSync(path, 'utf8')) as { seqs?: number[] };
    return `the check of every row found damage at fact ${(seqs ?? []).slice(0, 5).join(', ')}`;
  } catch {
    return 'the check of every row found damage';
  }
}

function inRanges(ranges: readonly Range[], value: number): boolean {
  return ranges.some(([from, to]) => value >= from && value <= to);
}
