import { hash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { contentOf, effectiveAt, type Fact } from '../../shared/facts/fact.ts';

/**
 * The table of facts: the sacred part of every journal, the gateway's and the desktop's. A fact is
 * never changed and never removed (triggers); a repeat of an id changes nothing; every row carries
 * a hash over all its columns, because SQLite's own check misses most single-bit damage.
 */

/** Step 0010 of every journal's migrations. */
export const FACT_TABLE_SQL = `
CREATE TABLE fact (
  seq      INTEGER PRIMARY KEY,
  id       BLOB    NOT NULL UNIQUE CHECK (length(id) = 32),
  kind     TEXT    NOT NULL,
  thing    TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  seen_at  INTEGER NOT NULL,
  source   TEXT    NOT NULL,
  content  TEXT    NOT NULL,
  row_hash BLOB    NOT NULL CHECK (length(row_hash) = 32)
) STRICT;
CREATE INDEX fact_thing ON fact (thing, at);
CREATE INDEX fact_at ON fact (at, seq);
CREATE INDEX fact_heard ON fact (heard_at, seq);
CREATE TRIGGER fact_is_never_changed BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END;
CREATE TRIGGER fact_is_never_removed BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact is never removed'); END;
`;

/** Text of so many characters is kept in memory of what was stored last. */
const RECENT_LENGTH = 1_000_000;

/**
 * The log is brought into the file every so many pages (16 MiB). Ids are random, so one commit of
 * 1,000 facts touches most pages of their index: with SQLite's 1,000 each would be written twice.
 */
const CHECKPOINT_PAGES = 4_000;

/** Things in one question about many. */
const THINGS_AT_ONCE = 100;

/** (seq, seen_at, content) */
type ContentColumns = [number, number, string];

/** A fact with its place in this journal. */
export interface StoredFact {
  readonly seq: number;
  readonly seenAt: number;
  readonly fact: Fact;
}

/** A row of the table, every column as it is stored. */
export interface FactRow {
  seq: number;
  id: Buffer;
  kind: string;
  thing: string;
  at: number;
  heard_at: number;
  seen_at: number;
  source: string;
  content: string;
  row_hash: Buffer;
}

export interface FactStore {
  /**
   * Stores the facts that are not there yet, in the order given, each with the next seq. To be
   * called inside a transaction of the caller's.
   * @returns the facts that were new
   */
  append(facts: readonly Fact[], seenAt: number): StoredFact[];
  /**
   * Stores one fact under a seq that is given from outside (a follower of another journal, whose
   * sequences may have holes). To be called inside a transaction of the caller's.
   * @returns whether its id was new
   */
  place(fact: Fact, seq: number, seenAt: number): boolean;
  /** The newest seq, 0 when empty. */
  lastSeq(): number;
  firstSeq(): number;
  /** Facts with after < seq ≤ upTo, in order, at most `limit`. */
  range(after: number, upTo: number, limit: number): StoredFact[];
  byId(id: string): StoredFact | null;
  has(id: string): boolean;
  /**
   * All facts of a thing, in no particular order; with a window only those that are placed in it
   * (from ≤ at ≤ to).
   */
  ofThing(thing: string, window?: Window): StoredFact[];
  /** The facts of many things, each placed from its own moment on up to one, in no particular order. */
  ofThings(things: readonly ThingFrom[], to: number): StoredFact[];
  /**
   * The things of which facts are placed in a window (both ends included), each once; null where more
   * than `most` facts lie in it.
   */
  thingsBetween(window: Window, most: number): Set<string> | null;
  /**
   * A page of the ids (32 bytes each) of the facts that are placed at fromAt ≤ at < toAt, in no
   * promised order. `cursor` null begins; the answer's goes on, and is null at the end.
   */
  idsBetween(fromAt: number, toAt: number, cursor: IdCursor | null, limit: number): IdPage;
  /** The newest moment before this one at which a fact is placed; null when there is none. */
  newestBefore(at: number): number | null;
  /** When the newest fact was heard by the room; null when there is none. */
  lastHeardAt(): number | null;
  /** Rows whose hash does not match their columns: damage that SQLite itself may not see. */
  damaged(): { seq: number }[];
}

/** Moments (ms since the epoch), both ends included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** A thing and a moment (ms since the epoch) from which on it is asked for. */
export interface ThingFrom {
  readonly thing: string;
  readonly from: number;
}

/** Where a page of ids ended; only the store that gave it knows what it says. */
export type IdCursor = readonly number[];

export interface IdPage {
  readonly ids: readonly Buffer[];
  readonly cursor: IdCursor | null;
}

/**
 * The facts of one file. Facts get a seq after `startAfter`: the last one of the file before it in a
 * row of files, or the last that is known to have been given.
 */
export function openFactStore(database: Database, startAfter = 0): FactStore {
  if (!database.readonly) database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const insert = database.prepare(
    `INSERT INTO fact (seq, id, kind, thing, at, heard_at, seen_at, source, content, row_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM fact').pluck();
  const lastSeq = (): number => last.get() as number;
  const first = database.prepare('SELECT coalesce(min(seq), 0) AS seq FROM fact').pluck();
  const rangeOf: Statement = database.prepare(
    'SELECT seq, seen_at, content FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const byIdOf = database.prepare('SELECT seq, seen_at, content FROM fact WHERE id = ?');
  const hasOf = database.prepare('SELECT 1 FROM fact WHERE id = ?').pluck();
  const ofThingOf = database
    .prepare<unknown[], ContentColumns>('SELECT seq, seen_at, content FROM fact WHERE thing = ?')
    .raw();
  const ofThingInOf = database
    .prepare<unknown[], ContentColumns>(
      'SELECT seq, seen_at, content FROM fact WHERE thing = ? AND at >= ? AND at <= ?',
    )
    .raw();
  // Asked one by one, the asking takes longer than the finding.
  const ofThingsOf = database
    .prepare<unknown[], ContentColumns>(
      `WITH wanted (name, since) AS (VALUES ${Array(THINGS_AT_ONCE).fill('(?, ?)').join(', ')})
       SELECT seq, seen_at, content FROM wanted CROSS JOIN fact
       ON fact.thing = wanted.name AND fact.at >= wanted.since AND fact.at <= ?`,
    )
    .raw();
  // Two statements: SQLite would skip what a moment gave already row by row, also with (at, seq) > ….
  const idsAtOf = database
    .prepare('SELECT at, seq, id FROM fact WHERE at = ? AND seq > ? ORDER BY seq LIMIT ?')
    .raw();
  const idsOf = database
    .prepare('SELECT at, seq, id FROM fact WHERE at >= ? AND at < ? ORDER BY at, seq LIMIT ?')
    .raw();
  const thingsAt = database
    .prepare<[number, number, number], string>(
      'SELECT thing FROM fact WHERE at >= ? AND at <= ? LIMIT ?',
    )
    .pluck();
  const newest = database.prepare('SELECT max(at) FROM fact WHERE at < ?').pluck();
  const lastHeard = database.prepare('SELECT max(heard_at) FROM fact').pluck();
  let next = Math.max(startAfter, lastSeq()) + 1;

  /** What was stored last, so that who follows the journal need not read it again. */
  let recent: StoredFact[] = [];
  let recentLength = 0;

  function keepRecent(stored: readonly StoredFact[], length: number): void {
    const follows = recent.at(-1)?.seq === (stored[0]?.seq ?? 0) - 1;
    if (!follows || recentLength + length > RECENT_LENGTH) {
      recent = [];
      recentLength = 0;
    }
    if (length > RECENT_LENGTH) return;
    for (const one of stored) recent.push(one);
    recentLength += length;
  }

  /** From memory, where all that is asked for is there; what was rolled back never counts. */
  function recentRange(after: number, upTo: number, limit: number): StoredFact[] | null {
    const first = recent[0]?.seq;
    if (first === undefined || after + 1 < first) return null;
    if (recent.at(-1)?.seq !== lastSeq()) {
      recent = [];
      recentLength = 0;
      return null;
    }
    const start = after + 1 - first;
    return recent.slice(start, Math.max(start, Math.min(start + limit, upTo + 1 - first)));
  }

  /** @returns false when its id is there already */
  function insertFact(fact: Fact, seq: number, seenAt: number, content: string): boolean {
    const at = effectiveAt(fact);
    const { id, kind, thing, heardAt, source } = fact;
    return (
      insert.run(
        seq,
        bytesOf(id, idBytes),
        kind,
        thing,
        at,
        heardAt,
        seenAt,
        source,
        content,
        bytesOf(rowHash(id, seq, at, heardAt, seenAt, kind, thing, source, content), hashBytes),
      ).changes > 0
    );
  }

  return {
    append(facts, seenAt) {
      // Another transaction may have been rolled back since: the file is the authority.
      next = Math.max(startAfter, lastSeq()) + 1;
      const stored: StoredFact[] = [];
      let length = 0;
      for (const fact of facts) {
        const content = contentOf(fact);
        if (!insertFact(fact, next, seenAt, content)) continue;
        stored.push({ seq: next, seenAt, fact });
        length += content.length;
        next += 1;
      }
      if (stored.length > 0) keepRecent(stored, length);
      return stored;
    },
    place: (fact, seq, seenAt) => insertFact(fact, seq, seenAt, contentOf(fact)),
    lastSeq,
    firstSeq: () => first.get() as number,
    range: (after, upTo, limit) =>
      recentRange(after, upTo, limit) ?? rangeOf.all(after, upTo, limit).map(storedOf),
    byId(id) {
      const row = byIdOf.get(Buffer.from(id, 'hex'));
      return row === undefined ? null : storedOf(row);
    },
    has: (id) => hasOf.get(Buffer.from(id, 'hex')) !== undefined,
    ofThing: (thing, window) =>
      (window === undefined
        ? ofThingOf.all(thing)
        : ofThingInOf.all(thing, window.from, window.to)
      ).map(unpackedOf),
    ofThings(things, to) {
      const found: StoredFact[] = [];
      for (let start = 0; start < things.length; start += THINGS_AT_ONCE) {
        const wanted: (string | number | null)[] = [];
        for (let index = start; index < start + THINGS_AT_ONCE; index += 1) {
          // What is missing in the last question equals nothing.
          const { thing = null, from = null } = things[index] ?? {};
          wanted.push(thing, from);
        }
        for (const row of ofThingsOf.all(...wanted, to)) found.push(unpackedOf(row));
      }
      return found;
    },
    thingsBetween({ from, to }, most) {
      const things = thingsAt.all(from, to, most + 1);
      return things.length > most ? null : new Set(things);
    },
    idsBetween(fromAt, toAt, cursor, limit) {
      const rows: [number, number, Buffer][] = [];
      let from = fromAt;
      if (cursor !== null) {
        const [at = fromAt, seq = 0] = cursor;
        rows.push(...(idsAtOf.all(at, seq, limit) as typeof rows));
        from = at + 1;
      }
      const left = limit - rows.length;
      if (left > 0) rows.push(...(idsOf.all(from, toAt, left) as typeof rows));
      const end = rows.at(-1);
      const more = rows.length === limit && end !== undefined;
      return { ids: rows.map((row) => row[2]), cursor: more ? [end[0], end[1]] : null };
    },
    newestBefore: (at) => newest.get(at) as number | null,
    lastHeardAt: () => lastHeard.get() as number | null,
    damaged() {
      const bad: { seq: number }[] = [];
      for (const row of database.prepare('SELECT * FROM fact ORDER BY seq').iterate()) {
        const fact = row as FactRow;
        if (!rowIsWhole(fact)) bad.push({ seq: fact.seq });
      }
      return bad;
    },
  };
}

function unpackedOf([seq, seenAt, content]: ContentColumns): StoredFact {
  return { seq, seenAt, fact: JSON.parse(content) as Fact };
}

/** Reads a row that was selected as (seq, seen_at, content). */
export function storedOf(row: unknown): StoredFact {
  const { seq, seen_at, content } = row as Pick<FactRow, 'seq' | 'seen_at' | 'content'>;
  return { seq, seenAt: seen_at, fact: JSON.parse(content) as Fact };
}

/** SQLite copies what is bound: the same bytes serve for row after row. */
const idBytes = Buffer.alloc(32);
const hashBytes = Buffer.alloc(32);

/** @throws TypeError for what is not 64 hex digits */
function bytesOf(hex: string, into: Buffer): Buffer {
  if (hex.length !== 64 || into.write(hex, 'hex') !== 32) {
    throw new TypeError(`not 64 hex digits: ${hex.slice(0, 80)}`);
  }
  return into;
}

/**
 * Whether the row is what was once written: its hash fits all of its columns. Never throws: in a damaged
 * file a flipped bit makes a column of another type, or none.
 */
export function rowIsWhole(row: FactRow): boolean {
  const { id, seq, at, heard_at, seen_at, kind, thing, source, content, row_hash } = row;
  return (
    Buffer.isBuffer(id) &&
    Buffer.isBuffer(row_hash) &&
    [seq, at, heard_at, seen_at].every((column: unknown) => typeof column === 'number') &&
    [kind, thing, source, content].every((column: unknown) => typeof column === 'string') &&
    rowHashOf(row).equals(row_hash)
  );
}

function rowHashOf(row: Omit<FactRow, 'row_hash'>): Buffer {
  const { id, seq, at, heard_at, seen_at, kind, thing, source, content } = row;
  const idHex = id.toString('hex');
  return Buffer.from(
    rowHash(idHex, seq, at, heard_at, seen_at, kind, thing, source, content),
    'hex',
  );
}

/** SHA-256 (hex) over every column, each text led by its length so that no two rows share one. */
function rowHash(
  id: string,
  seq: number,
  at: number,
  heardAt: number,
  seenAt: number,
  kind: string,
  thing: string,
  source: string,
  content: string,
): string {
  const numbers = `${seq},${at},${heardAt},${seenAt}`;
  const head = `${kind.length}:${kind}${thing.length}:${thing}${source.length}:${source}`;
  return hash('sha256', `${id},${numbers},${head}${content}`);
}
