import type { Database } from 'better-sqlite3';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { MINUTE_MS, minuteOf } from '../../shared/kit/time.ts';
import {
  GROUPS,
  GROUP_COLUMN,
  isTimelineEntry,
  timelineGroup,
  type TimelineGroup,
} from './timeline-group.ts';

export const COUNT_TABLES_SQL = `
CREATE TABLE minute_count (
  minute   INTEGER PRIMARY KEY,
  critical INTEGER NOT NULL,
  warning  INTEGER NOT NULL,
  other    INTEGER NOT NULL,
  people   INTEGER NOT NULL,
  changes  INTEGER NOT NULL
) STRICT;
CREATE TABLE source_count (
  source        TEXT PRIMARY KEY,
  facts         INTEGER NOT NULL,
  last_heard_at INTEGER NOT NULL,
  lag_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The same per minute, of facts that happened (0) or were heard (1) in it: for moments of the past.
CREATE TABLE source_minute (
  clock  INTEGER NOT NULL CHECK (clock IN (0, 1)),
  minute INTEGER NOT NULL,
  source TEXT    NOT NULL,
  facts  INTEGER NOT NULL,
  newest INTEGER NOT NULL,
  lag_ms INTEGER NOT NULL,
  PRIMARY KEY (clock, minute, source)
) STRICT, WITHOUT ROWID;
-- Facts that were heard long after they happened: for what was known at a moment of the past.
CREATE TABLE slow_fact (
  heard_at INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  thing    TEXT    NOT NULL,
  PRIMARY KEY (heard_at, at, thing)
) STRICT, WITHOUT ROWID;
-- One row: the first and the last moment of an entry of the timeline.
CREATE TABLE extent ("from" INTEGER NOT NULL, "to" INTEGER NOT NULL) STRICT;
`;

export type Density = Record<TimelineGroup, Uint32Array<ArrayBuffer>>;

/** Counts per minute and per source, and from when to when the timeline reaches. */
export interface Counts {
  /** Counts facts, a row at most per minute and source. Inside a transaction of the caller's. */
  take(facts: readonly StoredFact[]): void;
  density(from: number, to: number, buckets: number): Density;
  source(source: string): SourceSum | null;
  /**
   * What each source had told before this minute began: facts that had happened by then, or that the
   * room had heard; when the newest of them did, and its lag.
   */
  sourcesBefore(clock: Clock, minute: number): Map<string, SourceSum>;
  extent(): { from: number | null; to: number | null };
  /**
   * Things of which something had happened by this moment that was heard after it, and more than
   * SLOW_MS after it happened.
   */
  slowThings(moment: number): string[];
}

/** From here on a fact was heard late (ms). */
export const SLOW_MS = 60_000;

/** Which time of a fact counts: when it happened, or when the room heard it. */
export type Clock = 'at' | 'heard';

export interface SourceSum {
  facts: number;
  lastHeardAt: number;
  lagMs: number;
}

const CLOCK_NUMBER: Record<Clock, number> = { at: 0, heard: 1 };

export function openCounts(database: Database): Counts {
  const addMinute = database.prepare(
    `INSERT INTO minute_count (minute, critical, warning, other, people, changes)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (minute) DO UPDATE SET critical = critical + excluded.critical,
       warning = warning + excluded.warning, other = other + excluded.other,
       people = people + excluded.people, changes = changes + excluded.changes`,
  );
  const addSource = database.prepare(
    `INSERT INTO source_count (source, facts, last_heard_at, lag_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET facts = facts + excluded.facts,
       lag_ms = CASE WHEN excluded.last_heard_at >= last_heard_at THEN excluded.lag_ms ELSE lag_ms END,
       last_heard_at = max(last_heard_at, excluded.last_heard_at)`,
  );
  const readSource = database.prepare<unknown[], SourceSum>(
    `SELECT facts, last_heard_at AS lastHeardAt, lag_ms AS lagMs FROM source_count
     WHERE source = ?`,
  );
  const addSourceMinute = database.prepare(
    `INSERT INTO source_minute (clock, minute, source, facts, newest, lag_ms)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (clock, minute, source) DO UPDATE SET facts = facts + excluded.facts,
       lag_ms = CASE WHEN excluded.newest >= newest THEN excluded.lag_ms ELSE lag_ms END,
       newest = max(newest, excluded.newest)`,
  );
  // SQLite takes a bare column from the row that gives the max (lang_select, "bare columns").
  const readSourcesBefore = database.prepare<unknown[], SourceSum & { source: string }>(
    `SELECT source, sum(facts) AS facts, max(newest) AS lastHeardAt, lag_ms AS lagMs
     FROM source_minute WHERE clock = ? AND minute < ? GROUP BY source`,
  );
  const addSlow = database.prepare(
    'INSERT INTO slow_fact (heard_at, at, thing) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const slowThings = database
    .prepare<unknown[], string>(
      'SELECT DISTINCT thing FROM slow_fact WHERE heard_at > ? AND at <= ?',
    )
    .pluck();
  const readExtent = database.prepare<unknown[], Extent>('SELECT "from", "to" FROM extent');
  const beginExtent = database.prepare('INSERT INTO extent ("from", "to") VALUES (?, ?)');
  const moveExtent = database.prepare('UPDATE extent SET "from" = ?, "to" = ?');
  const perMinute = database
    .prepare<unknown[], MinuteRow>(
      `SELECT minute, critical, warning, other, people, changes FROM minute_count
       WHERE minute >= ? AND minute < ?`,
    )
    .raw();

  return {
    take(facts) {
      const minutes = new Map<number, number[]>();
      const sources = new Map<string, SourceSums>();
      let from = Infinity;
      let to = -Infinity;
      for (const { fact, seenAt } of facts) {
        const { source, heardAt } = fact;
        const at = effectiveAt(fact);
        const lagMs = Math.max(0, seenAt - heardAt);
        if (heardAt - at > SLOW_MS) addSlow.run(heardAt, at, fact.thing);
        let sums = sources.get(source);
        if (sums === undefined) {
          sums = { all: { facts: 0, lastHeardAt: -1, lagMs: 0 }, at: new Map(), heard: new Map() };
          sources.set(source, sums);
        }
        addTo(sums.all, heardAt, lagMs);
        addTo(sumOf(sums.at, minuteOf(at)), at, lagMs);
        addTo(sumOf(sums.heard, minuteOf(heardAt)), heardAt, lagMs);
        if (isTimelineEntry(fact.kind)) {
          if (at < from) from = at;
          if (at > to) to = at;
        }
        const group = timelineGroup(fact);
        if (group === null) continue;
        const minute = minuteOf(at);
        let counts = minutes.get(minute);
        if (counts === undefined) minutes.set(minute, (counts = [0, 0, 0, 0, 0]));
        counts[GROUP_COLUMN[group]] = (counts[GROUP_COLUMN[group]] ?? 0) + 1;
      }
      for (const [minute, counts] of minutes) addMinute.run(minute, ...counts);
      for (const [source, { all, at, heard }] of sources) {
        addSource.run(source, all.facts, all.lastHeardAt, all.lagMs);
        for (const [clock, sums] of [at, heard].entries()) {
          for (const [minute, sum] of sums) {
            addSourceMinute.run(clock, minute, source, sum.facts, sum.lastHeardAt, sum.lagMs);
          }
        }
      }
      if (from > to) return;
      const known = readExtent.get();
      if (known === undefined) beginExtent.run(from, to);
      else if (from < known.from || to > known.to) {
        moveExtent.run(Math.min(from, known.from), Math.max(to, known.to));
      }
    },
    density(from, to, buckets) {
      const counts: Density = {
        critical: new Uint32Array(buckets),
        warning: new Uint32Array(buckets),
        other: new Uint32Array(buckets),
        people: new Uint32Array(buckets),
        changes: new Uint32Array(buckets),
      };
      const width = (to - from) / buckets;
      if (!(width > 0)) return counts;
      const series = GROUPS.map((group) => counts[group]);
      for (const row of perMinute.all(minuteOf(from), to)) {
        const middle = Math.min(Math.max(row[0] + MINUTE_MS / 2, from), to - 1);
        const bucket = Math.min(buckets - 1, Math.floor((middle - from) / width));
        for (let group = 0; group < GROUPS.length; group += 1) {
          const count = row[group + 1] ?? 0;
          const column = series[group];
          if (count > 0 && column) column[bucket] = (column[bucket] ?? 0) + count;
        }
      }
      return counts;
    },
    source: (source) => readSource.get(source) ?? null,
    sourcesBefore: (clock, minute) =>
      new Map(
        readSourcesBefore
          .all(CLOCK_NUMBER[clock], minute)
          .map(({ source, ...sum }) => [source, sum]),
      ),
    slowThings: (moment) => slowThings.all(moment, moment),
    extent: () => readExtent.get() ?? { from: null, to: null },
  };
}

/** A source's facts: all, and by the minute in which they happened or were heard. */
interface SourceSums {
  readonly all: SourceSum;
  readonly at: Map<number, SourceSum>;
  readonly heard: Map<number, SourceSum>;
}

function sumOf(sums: Map<number, SourceSum>, minute: number): SourceSum {
  let sum = sums.get(minute);
  if (sum === undefined) sums.set(minute, (sum = { facts: 0, lastHeardAt: -1, lagMs: 0 }));
  return sum;
}

function addTo(sum: SourceSum, moment: number, lagMs: number): void {
  sum.facts += 1;
  if (moment < sum.lastHeardAt) return;
  sum.lastHeardAt = moment;
  sum.lagMs = lagMs;
}

type MinuteRow = [number, number, number, number, number, number];

interface Extent {
  from: number;
  to: number;
}
