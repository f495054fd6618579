import type { Database } from 'better-sqlite3';
import { storedOf } from '../../gateway/journal/fact-store.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import type { Answer, Asked } from '../../shared/ipc/contract.ts';
import { laneValues, type LaneKind } from '../views/lane-values.ts';
import { NO_LANE, type LaneColumns } from '../views/lanes.ts';
import { COUNTED_KINDS, GROUP_COLUMN, timelineGroup } from '../views/timeline-group.ts';
import type { Views } from '../views/views.ts';

/** The timeline in lanes: columns from the views' rollups, and single entries where they are few. */

/** So many entries are drawn one by one; more are counts in columns. */
const MOST_EVENTS = 3_000;

export interface LaneContext {
  readonly views: Pick<Views, 'lanes' | 'density'>;
  /** The unit of a service as it is now; the empty text where it has none. */
  readonly unitOf: (service: string) => string;
  readonly isPinned: (factId: string) => boolean;
}

export function readLanes(
  databases: readonly Database[],
  { by, columns, from, most, to }: Asked<'timeline.lanes'>,
  context: LaneContext,
): Answer<'timeline.lanes'> {
  const kind: LaneKind = by === 'unit' ? 'service' : by;
  const folded = by === 'unit' && { foldedInto: unitIn(context) };
  const read = context.views.lanes({ kind, from, to, columns, most, ...folded });
  const { counts, ...head } = read;
  const total = Object.values(context.views.density(read.from, read.to, 1)).reduce(
    (sum, [count = 0]) => sum + count,
    0,
  );
  return {
    ...head,
    lanes: [...read.lanes],
    counts,
    events: total > MOST_EVENTS ? null : eventsIn(databases, read, kind, context, by === 'unit'),
  };
}

/** What names no service is in no unit either. */
function unitIn({ unitOf }: LaneContext): (service: string) => string {
  return (service) => (service === NO_LANE ? NO_LANE : unitOf(service));
}

function eventsIn(
  databases: readonly Database[],
  read: LaneColumns,
  kind: LaneKind,
  context: LaneContext,
  inUnits: boolean,
): Answer<'timeline.lanes'>['events'] {
  const unitOf = unitIn(context);
  const placeOf = new Map(
    read.lanes.flatMap(({ is, value }, place) => (is === 'others' ? [] : [[value, place]])),
  );
  const others = read.lanes.findIndex(({ is }) => is === 'others');
  const rows: [seq: number, fact: Fact, lane: number, group: number][] = [];
  for (const stored of factsIn(databases, read)) {
    const group = timelineGroup(stored.fact);
    if (group === null) continue;
    const values = laneValues(stored.fact, kind).map((value) => (inUnits ? unitOf(value) : value));
    const places = new Set(values.map((value) => placeOf.get(value) ?? others));
    for (const place of places) {
      // Not in the rollups yet: it comes with the next answer.
      if (place >= 0) rows.push([stored.seq, stored.fact, place, GROUP_COLUMN[group]]);
    }
  }
  const column = (value: (fact: Fact) => number): Float64Array<ArrayBuffer> =>
    Float64Array.from(rows, ([, fact]) => value(fact));
  return {
    seq: Float64Array.from(rows, ([seq]) => seq),
    at: column(effectiveAt),
    heardAt: column(({ heardAt }) => heardAt),
    lane: Uint8Array.from(rows, ([, , lane]) => lane),
    group: Uint8Array.from(rows, ([, , , group]) => group),
    pinned: Uint8Array.from(rows, ([, { id }]) => (context.isPinned(id) ? 1 : 0)),
  };
}

function factsIn(
  databases: readonly Database[],
  { from, to }: Pick<LaneColumns, 'from' | 'to'>,
): ReturnType<typeof storedOf>[] {
  const kinds = COUNTED_KINDS.map(() => '?').join(', ');
  return databases
    .flatMap((database) =>
      database
        .prepare(
          `SELECT seq, seen_at, content FROM fact
           WHERE at >= ? AND at < ? AND kind IN (${kinds}) ORDER BY at, seq`,
        )
        .all(from, to, ...COUNTED_KINDS)
        .map(storedOf),
    )
    .sort(
      (left, right) => effectiveAt(left.fact) - effectiveAt(right.fact) || left.seq - right.seq,
    );
}
