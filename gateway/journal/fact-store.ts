import { hash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';

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

/** A fact with its place in this journal. */
export interface StoredFact {
  readonly seq: number;
  readonly seenAt: number;
  readonly fact: Fact;
}

interface FactRow {
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
  /** The newest seq, 0 when empty. */
  lastSeq(): number;
  firstSeq(): number;
  /** Facts with after < seq ≤ upTo, in order, at most `limit`. */
  range(after: number, upTo: number, limit: number): StoredFact[];
  byId(id: string): StoredFact | null;
  has(id: string): boolean;
  /** All facts of a thing, in no particular order. */
  ofThing(thing: string): StoredFact[];
  /** Rows whose hash does not match their columns: damage that SQLite itself may not see. */
  damaged(): { seq: number }[];
}

export function openFactStore(database: Database): FactStore {
  const insert = database.prepare(
    `INSERT INTO fact (seq, id, kind, thing, at, heard_at, seen_at, source, content, row_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM fact').pluck();
  const first = database.prepare('SELECT coalesce(min(seq), 0) AS seq FROM fact').pluck();
  const rangeOf: Statement = database.prepare(
    'SELECT seq, seen_at, content FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const byIdOf = database.prepare('SELECT seq, seen_at, content FROM fact WHERE id = ?');
  const hasOf = database.prepare('SELECT 1 FROM fact WHERE id = ?').pluck();
  const ofThingOf = database.prepare('SELECT seq, seen_at, content FROM fact WHERE thing = ?');
  let next = (last.get() as number) + 1;

  return {
    append(facts, seenAt) {
      // Another transaction may have been rolled back since: the file is the authority.
      next = (last.get() as number) + 1;
      const stored: StoredFact[] = [];
      for (const fact of facts) {
        const row = rowOf(fact, next, seenAt);
        const { changes } = insert.run(
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
        );
        if (changes === 0) continue;
        stored.push({ seq: next, seenAt, fact });
        next += 1;
      }
      return stored;
    },
    lastSeq: () => last.get() as number,
    firstSeq: () => first.get() as number,
    range: (after, upTo, limit) => rangeOf.all(after, upTo, limit).map(storedOf),
    byId(id) {
      const row = byIdOf.get(Buffer.from(id, 'hex'));
      return row === undefined ? null : storedOf(row);
    },
    has: (id) => hasOf.get(Buffer.from(id, 'hex')) !== undefined,
    ofThing: (thing) => ofThingOf.all(thing).map(storedOf),
    damaged() {
      const bad: { seq: number }[] = [];
      for (const row of database.prepare('SELECT * FROM fact ORDER BY seq').iterate()) {
        const fact = row as FactRow;
        if (!rowHashOf(fact).equals(fact.row_hash)) bad.push({ seq: fact.seq });
      }
      return bad;
    },
  };
}

/** Reads a row that was selected as (seq, seen_at, content). */
export function storedOf(row: unknown): StoredFact {
  const { seq, seen_at, content } = row as Pick<FactRow, 'seq' | 'seen_at' | 'content'>;
  return { seq, seenAt: seen_at, fact: JSON.parse(content) as Fact };
}

function rowOf(fact: Fact, seq: number, seenAt: number): FactRow {
  const row = {
    seq,
    id: Buffer.from(fact.id, 'hex'),
    kind: fact.kind,
    thing: fact.thing,
    at: effectiveAt(fact),
    heard_at: fact.heardAt,
    seen_at: seenAt,
    source: fact.source,
    content: JSON.stringify(fact),
  };
  return { ...row, row_hash: rowHashOf(row) };
}

/** SHA-256 over every column, each text led by its length so that no two rows share one. */
function rowHashOf(row: Omit<FactRow, 'row_hash'>): Buffer {
  const head = [row.kind, row.thing, row.source].map((text) => `${text.length}:${text}`).join('');
  const numbers = `${row.seq},${row.at},${row.heard_at},${row.seen_at}`;
  return hash('sha256', `${row.id.toString('hex')},${numbers},${head}${row.content}`, 'buffer');
}
