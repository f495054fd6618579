import type { Migration } from '../../gateway/journal/database.ts';
import { FACT_TABLE_SQL } from '../../gateway/journal/fact-store.ts';
import { PARKED_MIGRATION } from './parked.ts';

/**
 * The journal's schema, forward only. A step that has shipped is never edited: a change is a new
 * step with a higher number.
 */
export const journalMigrations: readonly Migration[] = [
  { number: 10, sql: FACT_TABLE_SQL },
  {
    number: 20,
    sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- What this desk holds of a feed: ranges of the gateway's sequence, counted in its epoch.
CREATE TABLE feed_cursor (
  feed  TEXT PRIMARY KEY,
  epoch TEXT NOT NULL,
  holds TEXT NOT NULL
) STRICT;
-- Facts that people wrote at this desk, and what the gateways of each epoch said to them.
CREATE TABLE own (
  seq     INTEGER PRIMARY KEY REFERENCES fact (seq),
  id      BLOB    NOT NULL UNIQUE,
  counter INTEGER NOT NULL UNIQUE,
  hlc     TEXT    NOT NULL
) STRICT;
CREATE TABLE receipt (
  id      BLOB    NOT NULL,
  epoch   TEXT    NOT NULL,
  outcome TEXT    NOT NULL CHECK (outcome IN ('stored', 'refused')),
  reason  TEXT,
  at      INTEGER NOT NULL,
  PRIMARY KEY (id, epoch)
) STRICT;
-- Texts that facts name by digest (runbooks).
CREATE TABLE blob (
  digest    TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  text      TEXT NOT NULL
) STRICT;
CREATE TABLE quarantine (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  source  TEXT    NOT NULL,
  place   TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  excerpt TEXT    NOT NULL
) STRICT;
`,
  },
  {
    number: 30,
    sql: `
-- What a feed will never bring any more. The cursor passes over it, so nothing else remembers it.
CREATE TABLE gap (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  feed   TEXT    NOT NULL,
  epoch  TEXT    NOT NULL,
  kind   TEXT    NOT NULL CHECK (kind IN ('retention', 'epoch')),
  at     INTEGER NOT NULL,
  detail TEXT    NOT NULL,
  UNIQUE (feed, epoch, kind, detail)
) STRICT;
`,
  },
  {
    number: 40,
    sql: `
-- Between which moments the record may lack something, and when both sides were made equal.
ALTER TABLE gap ADD COLUMN from_at INTEGER;
ALTER TABLE gap ADD COLUMN to_at INTEGER;
ALTER TABLE gap ADD COLUMN healed_at INTEGER;
-- The fact may lie in an older file of the row: no foreign key leads there.
CREATE TABLE own_facts (
  seq     INTEGER PRIMARY KEY,
  id      BLOB    NOT NULL UNIQUE,
  counter INTEGER NOT NULL UNIQUE,
  hlc     TEXT    NOT NULL
) STRICT;
INSERT INTO own_facts SELECT seq, id, counter, hlc FROM own;
DROP TABLE own;
ALTER TABLE own_facts RENAME TO own;
`,
  },
  PARKED_MIGRATION,
  {
    number: 60,
    sql: `
-- Which ids a sealed file may hold: one row, written with its mark.
CREATE TABLE id_filter (bits BLOB NOT NULL) STRICT;
-- A cursor that damage moved would pass over facts; null in a row from before.
ALTER TABLE feed_cursor ADD COLUMN hash TEXT;
`,
  },
  {
    number: 70,
    sql: `
-- What is wrong, from a closed list; null in a row from before.
ALTER TABLE quarantine ADD COLUMN code TEXT;
`,
  },
];
