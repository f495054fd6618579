import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { ForeignFileError, openDatabase, type Migration } from '../../gateway/journal/database.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { sortFacts } from '../../shared/facts/order.ts';
import { MINUTE_MS, minuteOf } from '../../shared/kit/time.ts';
import { nounOf, PROJECTIONS_VERSION, type Noun } from '../../shared/projections/all.ts';
import { applyInOrder, isInOrder, type Folded } from '../../shared/projections/fold.ts';
import type { Journal } from '../journal/journal.ts';
import { timelineGroup, type TimelineGroup } from './timeline-group.ts';

/** PRAGMA application_id of a desk's views: "HFV1". */
const VIEWS_APPLICATION_ID = 0x48465631;
/** Raised with the schema below: older files are thrown away and rebuilt. */
const VIEWS_VERSION = 2;
const END_OF_TIME = 8_640_000_000_000_000;

/**
 * Everything that can be computed from the journal and is worth keeping: current states, their past
 * as validity intervals, and counts per minute. A file of its own that may be deleted at any time:
 * it names the journal and the seq that it reflects, and catches up by itself.
 */
export interface Views {
  readonly database: Database;
  /** Seq of the last fact in the views. */
  reflected(): number;
  /**
   * Takes up to `limit` further facts from the journal into the views, in one transaction.
   * @returns what changed; `more` tells that the journal holds further facts
   */
  catchUp(limit: number): { facts: StoredFact[]; things: Set<string>; more: boolean };
  /** Current states by thing. */
  readonly current: ReadonlyMap<string, Folded>;
  /** States by thing as they were at a moment, from the intervals. */
  at(moment: number): Map<string, Folded>;
  /** Counts per bucket of the window, from the rollup (per minute) by group. */
  density(
    from: number,
    to: number,
    buckets: number,
  ): Record<TimelineGroup, Uint32Array<ArrayBuffer>>;
  /** What each source has told this journal: facts, when it was last heard, and the newest lag. */
  sourceCount(source: string): { facts: number; lastHeardAt: number; lagMs: number } | null;
  close(): void;
}

const migrations: readonly Migration[] = [
  {
    number: 10,
    sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE state (
  thing    TEXT PRIMARY KEY,
  noun     TEXT NOT NULL,
  body     TEXT NOT NULL,
  last_key TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE interval (
  thing TEXT    NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  noun  TEXT    NOT NULL,
  body  TEXT    NOT NULL,
  PRIMARY KEY (thing, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX interval_moment ON interval (until, since);
CREATE UNIQUE INDEX interval_open ON interval (thing) WHERE until = ${END_OF_TIME};
CREATE TABLE source_count (
  source        TEXT PRIMARY KEY,
  facts         INTEGER NOT NULL,
  last_heard_at INTEGER NOT NULL,
  lag_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup (
  minute INTEGER NOT NULL,
  grp    TEXT    NOT NULL,
  n      INTEGER NOT NULL,
  PRIMARY KEY (minute, grp)
) STRICT, WITHOUT ROWID;
`,
  },
];

/** Opens the views beside their journal; those of another journal or version are rebuilt. */
export function openViews(folder: string, journal: Journal): Views {
  const path = join(folder, 'views.sqlite');
  const name = JSON.stringify({
    journal: journal.id,
    views: VIEWS_VERSION,
    projections: PROJECTIONS_VERSION,
  });
  const kept = openOrNull(path);
  if (kept) {
    try {
      if (belongs(kept, name, journal.facts.lastSeq())) return viewsOver(kept, journal);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    }
    kept.close();
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const database = openDatabase(optionsFor(path));
  setMeta(database, 'name', name);
  setMeta(database, 'seq', '0');
  return viewsOver(database, journal);
}

function optionsFor(path: string): Parameters<typeof openDatabase>[0] {
  return { path, applicationId: VIEWS_APPLICATION_ID, migrations, synchronous: 'NORMAL' };
}

function openOrNull(path: string): Database | null {
  try {
    return openDatabase(optionsFor(path));
  } catch (error) {
    // Views are disposable: a file that cannot be opened is worth no more than none.
    if (error instanceof ForeignFileError || isSqliteError(error)) return null;
    throw error;
  }
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SqliteError';
}

function belongs(database: Database, name: string, lastSeq: number): boolean {
  try {
    const read = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
    return read.get('name') === name && Number(read.get('seq')) <= lastSeq;
  } catch (error) {
    if (isSqliteError(error)) return false;
    throw error;
  }
}

function setMeta(database: Database, key: string, value: string): void {
  database
    .prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    .run(key, value);
}

function viewsOver(database: Database, journal: Journal): Views {
  const current = new Map<string, Folded>();
  for (const row of database.prepare('SELECT thing, noun, body, last_key FROM state').iterate()) {
    const { thing, noun, body, last_key } = row as StateRow;
    current.set(thing, { thing, noun, state: JSON.parse(body) as never, lastKey: last_key });
  }
  const readSeq = database.prepare("SELECT value FROM meta WHERE key = 'seq'").pluck();
  let reflected = Number(readSeq.get());

  const saveState = database.prepare(
    `INSERT INTO state (thing, noun, body, last_key) VALUES (?, ?, ?, ?)
     ON CONFLICT (thing) DO UPDATE SET noun = excluded.noun, body = excluded.body,
       last_key = excluded.last_key`,
  );
  const endInterval = database.prepare(
    `UPDATE interval SET until = ? WHERE thing = ? AND until = ${END_OF_TIME}`,
  );
  const beginInterval = database.prepare(
    `INSERT INTO interval (thing, since, until, noun, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (thing, since) DO UPDATE SET until = excluded.until, body = excluded.body`,
  );
  const dropIntervals = database.prepare('DELETE FROM interval WHERE thing = ?');
  const count = database.prepare(
    'INSERT INTO rollup (minute, grp, n) VALUES (?, ?, 1) ON CONFLICT (minute, grp) DO UPDATE SET n = n + 1',
  );
  const atMoment = database.prepare(
    'SELECT thing, noun, body FROM interval WHERE until > ? AND since <= ?',
  );
  const perMinute = database.prepare(
    'SELECT minute, grp, n FROM rollup WHERE minute >= ? AND minute < ?',
  );

  const countSource = database.prepare(
    `INSERT INTO source_count (source, facts, last_heard_at, lag_ms) VALUES (?, 1, ?, ?)
     ON CONFLICT (source) DO UPDATE SET facts = facts + 1,
       lag_ms = CASE WHEN excluded.last_heard_at >= last_heard_at THEN excluded.lag_ms ELSE lag_ms END,
       last_heard_at = max(last_heard_at, excluded.last_heard_at)`,
  );
  const readSource = database.prepare(
    'SELECT facts, last_heard_at, lag_ms FROM source_count WHERE source = ?',
  );

  /** Writes a whole thing anew: some of its facts came out of order. */
  function refold(thing: string, upTo: number): Folded | null {
    dropIntervals.run(thing);
    const facts = journal.facts
      .ofThing(thing)
      .filter(({ seq }) => seq <= upTo)
      .map(({ fact }) => fact);
    let folded: Folded | null = null;
    let open: { since: number; body: string } | null = null;
    for (const fact of sortFacts(facts)) {
      folded = applyInOrder(folded, thing, fact);
      if (folded === null || !isOf(folded, fact)) continue;
      const since = effectiveAt(fact);
      if (open !== null && open.since !== since) {
        beginInterval.run(thing, open.since, since, folded.noun, open.body);
      }
      open = { since, body: JSON.stringify(folded.state) };
    }
    if (folded !== null && open !== null) {
      beginInterval.run(thing, open.since, END_OF_TIME, folded.noun, open.body);
    }
    return folded;
  }

  function writeInterval(folded: Folded, fact: Fact): void {
    const since = effectiveAt(fact);
    endInterval.run(since, folded.thing);
    beginInterval.run(folded.thing, since, END_OF_TIME, folded.noun, JSON.stringify(folded.state));
  }

  function take(facts: readonly StoredFact[]): Set<string> {
    const touched = new Set<string>();
    // Things with a late fact are folded anew once, at the end, with everything in this slice.
    const late = new Set<string>();
    for (const { fact, seenAt } of facts) {
      countSource.run(fact.source, fact.heardAt, Math.max(0, seenAt - fact.heardAt));
      const group = timelineGroup(fact);
      if (group !== null) count.run(minuteOf(effectiveAt(fact)), group);
      if (nounOf(fact.kind) === null || late.has(fact.thing)) continue;
      const before = current.get(fact.thing) ?? null;
      if (!isInOrder(before, fact)) {
        late.add(fact.thing);
        continue;
      }
      const after = applyInOrder(before, fact.thing, fact);
      if (after === null) continue;
      if (isOf(after, fact)) writeInterval(after, fact);
      current.set(fact.thing, after);
      touched.add(fact.thing);
    }
    const upTo = facts.at(-1)?.seq ?? 0;
    for (const thing of late) {
      const after = refold(thing, upTo);
      if (after === null) continue;
      current.set(thing, after);
      touched.add(thing);
    }
    for (const thing of touched) {
      const folded = current.get(thing);
      if (folded) saveState.run(thing, folded.noun, JSON.stringify(folded.state), folded.lastKey);
    }
    return touched;
  }

  const catchUp = database.transaction((facts: readonly StoredFact[]) => {
    const touched = take(facts);
    setMeta(database, 'seq', String(facts.at(-1)?.seq ?? reflected));
    return touched;
  });

  return {
    database,
    reflected: () => reflected,
    catchUp(limit) {
      const last = journal.facts.lastSeq();
      const facts = reflected < last ? journal.facts.range(reflected, last, limit) : [];
      if (facts.length === 0) return { facts, things: new Set(), more: false };
      const things = catchUp(facts);
      reflected = facts.at(-1)?.seq ?? reflected;
      return { facts, things, more: reflected < last };
    },
    current,
    at(moment) {
      const states = new Map<string, Folded>();
      for (const row of atMoment.iterate(moment, moment)) {
        const { thing, noun, body } = row as StateRow;
        states.set(thing, { thing, noun, state: JSON.parse(body) as never, lastKey: '' });
      }
      return states;
    },
    density(from, to, buckets) {
      const counts: Record<TimelineGroup, Uint32Array<ArrayBuffer>> = {
        critical: new Uint32Array(buckets),
        warning: new Uint32Array(buckets),
        other: new Uint32Array(buckets),
        people: new Uint32Array(buckets),
        changes: new Uint32Array(buckets),
      };
      const width = (to - from) / buckets;
      if (!(width > 0)) return counts;
      for (const row of perMinute.iterate(minuteOf(from), to)) {
        const { minute, grp, n } = row as { minute: number; grp: TimelineGroup; n: number };
        const middle = Math.min(Math.max(minute + MINUTE_MS / 2, from), to - 1);
        const bucket = Math.min(buckets - 1, Math.floor((middle - from) / width));
        const series = counts[grp];
        series[bucket] = (series[bucket] ?? 0) + n;
      }
      return counts;
    },
    sourceCount(source) {
      const row = readSource.get(source) as
        | { facts: number; last_heard_at: number; lag_ms: number }
        | undefined;
      return row === undefined
        ? null
        : { facts: row.facts, lastHeardAt: row.last_heard_at, lagMs: row.lag_ms };
    },
    close: () => database.close(),
  };
}

interface StateRow {
  thing: string;
  noun: Noun;
  body: string;
  last_key: string;
}

function isOf(folded: Folded, fact: Fact): boolean {
  return nounOf(fact.kind) === folded.noun;
}
