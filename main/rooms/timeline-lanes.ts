import type { Database } from 'better-sqlite3';
import { storedOf, type StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { isRecord } from '../../shared/facts/shape.ts';
import type { Answer, Asked } from '../../shared/ipc/contract.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import type { NoteState } from '../../shared/projections/note.ts';
import { laneValues, type LaneKind } from '../views/lane-values.ts';
import { NO_LANE, type LaneColumns } from '../views/lanes.ts';
import { COUNTED_KINDS, GROUP_COLUMN, timelineGroup } from '../views/timeline-group.ts';
import type { Views } from '../views/views.ts';

/** The timeline in lanes: columns from the views' rollups, and single entries where they are few. */

/** So many entries are drawn one by one; more are counts in columns. */
const MOST_EVENTS = 3_000;
/** … where so many facts have to be read for them: renewed leases are read and draw nothing. */
const MOST_READ = 20_000;

export interface LaneContext {
  readonly views: Pick<Views, 'lanes' | 'density'>;
  /** The unit of a service as it is now; the empty text where it has none. */
  readonly unitOf: (service: string) => string;
  readonly isPinned: (factId: string) => boolean;
  readonly states: ReadonlyMap<string, Folded>;
  /** Notes that were moved stand where they were moved to; imports that were taken back, nowhere. */
  readonly movedNotes: ReadonlySet<string>;
  readonly withdrawnImports: ReadonlySet<string>;
  /** Facts of lines that are shown by another fact already. */
  readonly repeatedLines: ReadonlySet<string>;
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
    events:
      total > MOST_EVENTS || isMuchToRead(databases, read)
        ? null
        : eventsIn(databases, read, kind, context, by === 'unit'),
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
  const rows: { seq: number; at: number; fact: Fact; lane: number; group: number }[] = [];
  for (const { seq, at, fact } of placedIn(databases, read, context)) {
    const group = timelineGroup(fact);
    if (group === null) continue;
    const values = laneValues(fact, kind).map((value) => (inUnits ? unitOf(value) : value));
    const places = new Set(values.map((value) => placeOf.get(value) ?? others));
    for (const lane of places) {
      // Not in the rollups yet: it comes with the next answer.
      if (lane >= 0) rows.push({ seq, at, fact, lane, group: GROUP_COLUMN[group] });
    }
  }
  return {
    seq: Float64Array.from(rows, ({ seq }) => seq),
    at: Float64Array.from(rows, ({ at }) => at),
    heardAt: Float64Array.from(rows, ({ fact }) => fact.heardAt),
    lane: Uint8Array.from(rows, ({ lane }) => lane),
    group: Uint8Array.from(rows, ({ group }) => group),
    pinned: Uint8Array.from(rows, ({ fact }) => (context.isPinned(fact.id) ? 1 : 0)),
  };
}

interface PlacedFact {
  readonly seq: number;
  /** Where it stands now. */
  readonly at: number;
  readonly fact: Fact;
}

function placedIn(
  databases: readonly Database[],
  read: Pick<LaneColumns, 'from' | 'to'>,
  { movedNotes, repeatedLines, states, withdrawnImports }: LaneContext,
): PlacedFact[] {
  const isMoved = ({ kind, thing }: Fact): boolean => isNote(kind) && movedNotes.has(thing);
  const isWithdrawn = ({ body, kind }: Fact): boolean =>
    kind === 'note.imported' && isRecord(body) && withdrawnImports.has(String(body['import']));
  const stay = factsIn(databases, read)
    .filter(({ fact }) => !isMoved(fact))
    .map(({ seq, fact }): PlacedFact => ({ seq, at: effectiveAt(fact), fact }));
  const came = [...movedNotes].flatMap((thing): PlacedFact[] => {
    const at = (states.get(thing)?.state as NoteState | undefined)?.at;
    if (at === undefined || at < read.from || at >= read.to) return [];
    return factsOf(databases, thing)
      .filter(({ fact }) => isNote(fact.kind))
      .map(({ seq, fact }) => ({ seq, at, fact }));
  });
  return [...stay, ...came]
    .filter(({ fact }) => !isWithdrawn(fact) && !repeatedLines.has(fact.id))
    .sort((left, right) => left.at - right.at || left.seq - right.seq);
}

function isNote(kind: string): boolean {
  return kind === 'note.written' || kind === 'note.imported';
}

function factsOf(databases: readonly Database[], thing: string): StoredFact[] {
  return databases.flatMap((database) =>
    database
      .prepare('SELECT seq, seen_at, content FROM fact WHERE thing = ?')
      .all(thing)
      .map(storedOf),
  );
}

/** What `factsIn` reads. */
const IN_WINDOW = `FROM fact WHERE at >= ? AND at < ? AND kind IN (${COUNTED_KINDS.map(() => '?').join(', ')})`;

function factsIn(
  databases: readonly Database[],
  { from, to }: Pick<LaneColumns, 'from' | 'to'>,
): StoredFact[] {
  return databases.flatMap((database) =>
    database
      .prepare(`SELECT seq, seen_at, content ${IN_WINDOW}`)
      .all(from, to, ...COUNTED_KINDS)
      .map(storedOf),
  );
}

function isMuchToRead(
  databases: readonly Database[],
  { from, to }: Pick<LaneColumns, 'from' | 'to'>,
): boolean {
  let left = MOST_READ;
  for (const database of databases) {
    const count = database
      .prepare<unknown[], number>(`SELECT count(*) FROM (SELECT 1 ${IN_WINDOW} LIMIT ?)`)
      .pluck();
    left -= count.get(from, to, ...COUNTED_KINDS, left + 1) ?? 0;
    if (left < 0) return true;
  }
  return false;
}
