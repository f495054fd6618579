import type { Database } from 'better-sqlite3';
import type { QuarantineRow } from './journal.ts';
import { boundQuarantine, QUARANTINE_LIMITS, type QuarantineLimits } from './quarantine.ts';

/** What was refused: the same table wherever the facts lie. */
export const QUARANTINE_TABLE_SQL = `
CREATE TABLE quarantine (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  source  TEXT NOT NULL,
  format  TEXT NOT NULL,
  place   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  weight  TEXT NOT NULL,
  code    TEXT
) STRICT;
`;

export interface QuarantineTable {
  /** Adds rows; the oldest go beyond the limits. Within a transaction of the caller's, or its own. */
  add(rows: readonly QuarantineRow[]): void;
  newest(limit: number): QuarantineRow[];
}

export function openQuarantineTable(
  database: Database,
  limits: Partial<QuarantineLimits> = {},
): QuarantineTable {
  const insert = database.prepare<unknown[]>(
    `INSERT INTO quarantine (at, source, format, place, code, reason, excerpt, weight)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const newest = database.prepare<unknown[]>(
    `SELECT at, source, format, place, code, reason, excerpt, weight FROM quarantine
     ORDER BY number DESC LIMIT ?`,
  );
  const bound = boundQuarantine(database, 'number', ['source', 'place', 'reason', 'excerpt'], {
    ...QUARANTINE_LIMITS,
    ...limits,
  });
  return {
    add: database.transaction((rows: readonly QuarantineRow[]) => {
      let added = 0;
      for (const { at, source, format, place, code, reason, excerpt, weight } of rows) {
        insert.run(at, source, format, place, code, reason, excerpt, weight);
        added += source.length + place.length + reason.length + excerpt.length;
      }
      bound(added);
    }),
    newest: (limit) => newest.all(limit) as QuarantineRow[],
  };
}
