import type { Database } from 'better-sqlite3';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { MINUTE_MS, minuteOf } from '../../shared/kit/time.ts';
import { LANE_KINDS, laneValues, type LaneKind } from './lane-values.ts';
import { GROUPS, GROUP_COLUMN, timelineGroup } from './timeline-group.ts';

/**
 * Entries per minute, and per quarter of an hour, of each source, person and service. Rows of one
 * time lie beside each other: what comes in order touches few pages, and a window is one range.
 */
export const LANE_TABLES_SQL = `
CREATE TABLE lane (
  id    INTEGER PRIMARY KEY,
  kind  INTEGER NOT NULL,
  value TEXT    NOT NULL,
  UNIQUE (kind, value)
) STRICT;
${['lane_minute', 'lane_quarter']
  .map(
    (table) => `CREATE TABLE ${table} (
  kind     INTEGER NOT NULL,
  start    INTEGER NOT NULL,
  lane     INTEGER NOT NULL,
  critical INTEGER NOT NULL,
  warning  INTEGER NOT NULL,
  other    INTEGER NOT NULL,
  people   INTEGER NOT NULL,
  changes  INTEGER NOT NULL,
  PRIMARY KEY (kind, start, lane)
) STRICT, WITHOUT ROWID;`,
  )
  .join('\n')}
`;

const QUARTER_MS = 15 * MINUTE_MS;

/** Where a window has more rows than this by the minute, quarters of an hour are read instead. */
const MOST_ROWS = 60_000;

export interface LanesOptions {
  /** Tests take fewer. */
  readonly mostRows?: number;
}

/** What has no value of its own: an entry that names no service, a service in no unit. */
export const NO_LANE = '';

export interface LaneHead {
  /** `none`: entries that name nothing of this kind; `others`: the rest, together. */
  readonly is: 'named' | 'none' | 'others';
  readonly value: string;
  /** Entries in what was read; one that names several values counts in each. */
  readonly count: number;
}

export interface LaneColumns {
  /** What the columns cover: whole columns, so a little more than was asked for (ms). */
  readonly from: number;
  readonly to: number;
  readonly columnMs: number;
  readonly columns: number;
  /** By name; `none` and `others` come last. */
  readonly lanes: readonly LaneHead[];
  /** Count of a group in a column of a lane: `(lane * columns + column) * GROUPS.length + group`. */
  readonly counts: Uint32Array<ArrayBuffer>;
}

export interface LaneQuery {
  readonly kind: LaneKind;
  readonly from: number;
  readonly to: number;
  /** How many columns there should be at most, about. */
  readonly columns: number;
  /** How many lanes have a place of their own: the busiest. */
  readonly most: number;
  /** Puts values together: a service's unit. */
  readonly foldedInto?: (value: string) => string;
}

export interface Lanes {
  /** Counts facts. Inside a transaction of the caller's. */
  take(facts: readonly StoredFact[]): void;
  read(query: LaneQuery): LaneColumns;
}

type Counts = [number, number, number, number, number];

export function openLanes(database: Database, options: LanesOptions = {}): Lanes {
  const mostRows = options.mostRows ?? MOST_ROWS;
  const insertLane = database.prepare('INSERT INTO lane (id, kind, value) VALUES (?, ?, ?)');
  const readLanes = database.prepare<unknown[], { id: number; kind: number; value: string }>(
    'SELECT id, kind, value FROM lane ORDER BY id',
  );
  const lastLane = database.prepare<unknown[], number>('SELECT count(*) FROM lane').pluck();
  const [minutes, quarters] = [
    levelOver(database, 'lane_minute'),
    levelOver(database, 'lane_quarter'),
  ];
  const ids = LANE_KINDS.map(() => new Map<string, number>());
  const values: string[] = [];

  /** What was rolled back is forgotten here too. */
  function reload(): void {
    for (const known of ids) known.clear();
    values.length = 0;
    for (const { id, kind, value } of readLanes.all()) {
      ids[kind]?.set(value, id);
      values[id] = value;
    }
  }

  function idOf(kind: number, value: string): number {
    const known = ids[kind]?.get(value);
    if (known !== undefined) return known;
    const id = values.length;
    insertLane.run(id, kind, value);
    ids[kind]?.set(value, id);
    values[id] = value;
    return id;
  }

  reload();
  return {
    take(facts) {
      if (lastLane.get() !== values.length) reload();
      for (const [kind, name] of LANE_KINDS.entries()) {
        const sums = new Map<number, Map<number, Counts>>();
        for (const { fact } of facts) {
          const group = timelineGroup(fact);
          if (group === null) continue;
          const start = minuteOf(effectiveAt(fact));
          for (const value of laneValues(fact, name)) {
            const counts = countsOf(sums, start, idOf(kind, value));
            counts[GROUP_COLUMN[group]] += 1;
          }
        }
        minutes.add(kind, sums);
        quarters.add(kind, inQuarters(sums));
      }
    },
    read(query) {
      const kind = LANE_KINDS.indexOf(query.kind);
      const wanted = Math.max(1, (query.to - query.from) / Math.max(1, query.columns));
      const isFew = minutes.hasAtMost(mostRows, kind, minuteOf(query.from), query.to);
      const [level, levelMs] = isFew ? [minutes, MINUTE_MS] : [quarters, QUARTER_MS];
      const columnMs = Math.ceil(wanted / levelMs) * levelMs;
      // Columns begin where they begin in every window: they do not change while it moves.
      const from = Math.floor(query.from / columnMs) * columnMs;
      const columns = Math.max(1, Math.ceil((query.to - from) / columnMs));
      const to = from + columns * columnMs;
      const rows = level.rows(kind, from, to);
      const nameOf = namesBy(values, query.foldedInto);
      const { lanes, placeOf } = placesOf(rows, nameOf, query.most);
      const counts = new Uint32Array(lanes.length * columns * GROUPS.length);
      for (const row of rows) {
        const place = placeOf.get(nameOf(row[1])) ?? lanes.length - 1;
        const column = Math.floor((row[0] - from) / columnMs);
        const first = (place * columns + column) * GROUPS.length;
        for (let group = 0; group < GROUPS.length; group += 1) {
          counts[first + group] = (counts[first + group] ?? 0) + (row[2 + group] ?? 0);
        }
      }
      return { from, to, columnMs, columns, lanes, counts };
    },
  };
}

/** Start, lane, and a count a group. */
type LaneRow = [number, number, number, number, number, number, number];

function levelOver(database: Database, table: 'lane_minute' | 'lane_quarter') {
  const sum = GROUPS.map((group) => `${group} = ${group} + excluded.${group}`).join(', ');
  const add = database.prepare(
    `INSERT INTO ${table} (kind, start, lane, ${GROUPS.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (kind, start, lane) DO UPDATE SET ${sum}`,
  );
  const count = database
    .prepare<unknown[], number>(
      `SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE kind = ? AND start >= ? AND start < ?
       LIMIT ?)`,
    )
    .pluck();
  const read = database
    .prepare<unknown[], LaneRow>(
      `SELECT start, lane, ${GROUPS.join(', ')} FROM ${table}
       WHERE kind = ? AND start >= ? AND start < ?`,
    )
    .raw();
  return {
    add(kind: number, sums: ReadonlyMap<number, ReadonlyMap<number, Counts>>): void {
      for (const [start, byLane] of sums) {
        for (const [lane, counts] of byLane) add.run(kind, start, lane, ...counts);
      }
    },
    hasAtMost: (most: number, kind: number, from: number, to: number) =>
      (count.get(kind, from, to, most + 1) ?? 0) <= most,
    rows: (kind: number, from: number, to: number) => read.all(kind, from, to),
  };
}

function countsOf(sums: Map<number, Map<number, Counts>>, start: number, lane: number): Counts {
  let byLane = sums.get(start);
  if (byLane === undefined) sums.set(start, (byLane = new Map()));
  let counts = byLane.get(lane);
  if (counts === undefined) byLane.set(lane, (counts = [0, 0, 0, 0, 0]));
  return counts;
}

function inQuarters(
  sums: ReadonlyMap<number, ReadonlyMap<number, Counts>>,
): Map<number, Map<number, Counts>> {
  const quarters = new Map<number, Map<number, Counts>>();
  for (const [start, byLane] of sums) {
    const quarter = Math.floor(start / QUARTER_MS) * QUARTER_MS;
    for (const [lane, counts] of byLane) {
      const sum = countsOf(quarters, quarter, lane);
      for (let group = 0; group < GROUPS.length; group += 1) sum[group as 0] += counts[group] ?? 0;
    }
  }
  return quarters;
}

/** The name under which a lane's entries stand; each value is folded once. */
function namesBy(
  values: readonly string[],
  foldedInto: ((value: string) => string) | undefined,
): (lane: number) => string {
  if (foldedInto === undefined) return (lane) => values[lane] ?? NO_LANE;
  const folded: string[] = [];
  return (lane) => (folded[lane] ??= foldedInto(values[lane] ?? NO_LANE));
}

/** Which names have a lane of their own, and where: the busiest, by name where two are equal. */
function placesOf(
  rows: readonly LaneRow[],
  nameOf: (lane: number) => string,
  most: number,
): { lanes: LaneHead[]; placeOf: Map<string, number> } {
  const totals = new Map<string, number>();
  for (const [, lane, critical, warning, other, people, changes] of rows) {
    const name = nameOf(lane);
    const count = critical + warning + other + people + changes;
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const none = totals.get(NO_LANE);
  totals.delete(NO_LANE);
  const busiest = [...totals].sort(
    ([left, many], [right, more]) => more - many || byText(left, right),
  );
  const lanes = busiest
    .slice(0, most)
    .sort(([left], [right]) => byText(left, right))
    .map(([value, count]): LaneHead => ({ is: 'named', value, count }));
  if (none !== undefined) lanes.push({ is: 'none', value: NO_LANE, count: none });
  const placeOf = new Map(lanes.map(({ value }, place) => [value, place]));
  const rest = busiest.slice(most);
  if (rest.length > 0) {
    const count = rest.reduce((sum, [, one]) => sum + one, 0);
    lanes.push({ is: 'others', value: String(rest.length), count });
  }
  return { lanes, placeOf };
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
