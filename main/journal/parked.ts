import type { Database } from 'better-sqlite3';
import type { Migration } from '../../gateway/journal/database.ts';

/**
 * What a feed brought and this version did not understand, kept whole: a later version may (law W5).
 * The oldest go when there is too much; how many there ever were is not forgotten.
 */
export interface ParkedInput {
  readonly id: number;
  readonly at: number;
  readonly source: string;
  readonly place: string;
  readonly reason: string;
  /** The JSON that came. */
  readonly raw: string;
}

export const PARKED_MIGRATION: Migration = {
  number: 50,
  sql: `
-- What a feed brought and this version did not understand, whole, for the version that does.
CREATE TABLE parked (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  size   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  source TEXT    NOT NULL,
  place  TEXT    NOT NULL,
  reason TEXT    NOT NULL,
  raw    TEXT    NOT NULL
) STRICT;
`,
};

/** UTF-16 code units of one input; inputs; bytes of all of them. */
export interface ParkedLimits {
  readonly length: number;
  readonly inputs: number;
  readonly bytes: number;
}

export const PARKED_LIMITS: ParkedLimits = {
  length: 262_144,
  inputs: 10_000,
  bytes: 50_000_000,
};

export interface Parked {
  /** To be called in a transaction of the caller's. */
  keep(input: Omit<ParkedInput, 'id'>): void;
  /** The oldest with a higher id. */
  list(afterId: number, limit: number): ParkedInput[];
  remove(ids: readonly number[]): void;
  /** How many were ever kept. */
  count(): number;
}

export function openParked(database: Database, limits: ParkedLimits = PARKED_LIMITS): Parked {
  const insert = database.prepare(
    'INSERT INTO parked (size, at, source, place, reason, raw) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const read = database.prepare(
    'SELECT id, at, source, place, reason, raw FROM parked WHERE id > ? ORDER BY id LIMIT ?',
  );
  const removeOne = database.prepare('DELETE FROM parked WHERE id = ?');
  const total = database.prepare('SELECT count(*), coalesce(sum(size), 0) FROM parked').raw();
  const oldest = database.prepare('SELECT id, size FROM parked ORDER BY id LIMIT 1').raw();
  const everKept = database
    .prepare("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'parked'")
    .pluck();
  /** As far as this connection knows; counted anew after a rollback may have undone it. */
  let held = total.get() as [number, number];

  return {
    keep(input) {
      if (input.raw.length > limits.length) return;
      const size = Buffer.byteLength(input.raw);
      const { at, source, place, reason, raw } = input;
      insert.run(size, at, source, place, reason, raw);
      held = [held[0] + 1, held[1] + size];
      if (held[0] <= limits.inputs && held[1] <= limits.bytes) return;
      held = total.get() as [number, number];
      while (held[0] > limits.inputs || held[1] > limits.bytes) {
        const [id, freed] = oldest.get() as [number, number];
        removeOne.run(id);
        held = [held[0] - 1, held[1] - freed];
      }
    },
    list: (afterId, limit) => read.all(afterId, limit) as ParkedInput[],
    remove(ids) {
      for (const id of ids) removeOne.run(id);
      held = total.get() as [number, number];
    },
    count: () => everKept.get() as number,
  };
}
