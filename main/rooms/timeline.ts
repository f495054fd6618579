import type { Database } from 'better-sqlite3';
import { storedOf, type StoredFact } from '../../gateway/journal/fact-store.ts';
import { catalogue, isPeopleKind } from '../../shared/facts/catalogue.ts';
import { authorSchema, claimsFuture, effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { isRecord } from '../../shared/facts/shape.ts';
import type { TimelineEntry, TimelineFilter } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import type { NoteState, PinState } from '../../shared/projections/note.ts';
import type { SentState } from '../journal/journal.ts';
import { laneValues, type LaneKind } from '../views/lane-values.ts';
import type { SourceCount } from './rows.ts';

/** The timeline is a query over the journal's row of files, not a state. */

/** What people do is an entry by itself; only pins are marks on entries. */
const peopleKinds = Object.keys(catalogue).filter(
  (kind) => isPeopleKind(kind) && !kind.startsWith('entry.'),
);
const isOfRun = (kind: string): boolean => /^(?:run|runbook|execution)\./u.test(kind);

const KINDS_OF_GROUP: Record<TimelineFilter['groups'][number], readonly string[]> = {
  alerts: ['alert.fired', 'alert.resolved'],
  changes: ['change.reported', 'event.reported'],
  people: peopleKinds.filter((kind) => !isOfRun(kind)),
  runbooks: peopleKinds.filter(isOfRun),
  sources: ['source.problem'],
  topology: [
    'node.declared',
    'node.retired',
    'node.unlisted',
    'edge.declared',
    'edge.retired',
    'edge.unlisted',
  ],
};

/** Without a filter the graph's own changes stay out: one push of the whole would bury the rest. */
const DEFAULT_GROUPS = ['alerts', 'changes', 'people', 'runbooks', 'sources'] as const;

export interface EntryContext {
  /** The states of the moment that is read: a later correction or pin does not show. */
  readonly states: ReadonlyMap<string, Folded>;
  /** Notes that were moved, and imports that were taken back, by that moment. */
  readonly movedNotes: ReadonlySet<string>;
  readonly withdrawnImports: ReadonlySet<string>;
  /** Facts of lines that are shown by another fact already. */
  readonly repeatedLines: ReadonlySet<string>;
  sent(id: string): SentState;
}

export interface TimelineContext extends EntryContext {
  /** The services of a unit as it is now; the empty text for those in none. */
  servicesIn(unit: string): string[];
}

export function readTimeline(
  databases: readonly Database[],
  query: {
    position: Position;
    from: number;
    to: number;
    limit: number;
    filter: TimelineFilter;
  },
  context: TimelineContext,
): { entries: TimelineEntry[]; total: number } {
  const groups = query.filter.groups.length > 0 ? query.filter.groups : DEFAULT_GROUPS;
  const kinds = groups.flatMap((group) => KINDS_OF_GROUP[group]);
  const where: string[] = [`kind IN (${kinds.map(() => '?').join(', ')})`];
  const values: (string | number | Buffer)[] = [...kinds];
  if (query.position.mode === 'happened') {
    where.push('at <= ?');
    values.push(query.position.moment);
  } else if (query.position.mode === 'known') {
    where.push('heard_at <= ?');
    values.push(query.position.moment);
  }
  const text = query.filter.text.trim();
  if (text !== '') {
    for (const database of databases) registerSaid(database);
    // The first is cheap and lets through all that the second may find.
    where.push("content LIKE ? ESCAPE '\\'", "holdfast_said(content) LIKE ? ESCAPE '\\'");
    values.push(containing(JSON.stringify(text).slice(1, -1)), containing(text));
  }
  const { lane } = query.filter;
  if (lane?.by === 'source') {
    where.push('source = ?');
    values.push(lane.value);
  } else if (lane) {
    for (const database of databases) registerLanes(database);
    const kind = lane.by === 'unit' ? 'service' : lane.by;
    const wanted = lane.by === 'unit' ? context.servicesIn(lane.value) : [lane.value];
    where.push(`holdfast_in_lane(content, '${kind}', ?) = 1`);
    values.push(JSON.stringify(wanted));
  }
  if (query.filter.pinnedOnly) {
    const pinned = [...context.states.values()]
      .filter((folded) => folded.noun === 'pin' && (folded.state as PinState).pinned)
      .map((folded) => Buffer.from((folded.state as PinState).entry, 'hex'));
    where.push(`id IN (${pinned.map(() => '?').join(', ')})`);
    values.push(...pinned);
  }
  const withdrawn = [...context.withdrawnImports];
  if (withdrawn.length > 0) {
    where.push(
      `NOT (kind = 'note.imported'
         AND json_extract(content, '$.body.import') IN (${withdrawn.map(() => '?').join(', ')}))`,
    );
    values.push(...withdrawn);
  }
  if (context.repeatedLines.size > 0) {
    where.push('id NOT IN (SELECT unhex(value) FROM json_each(?))');
    values.push(JSON.stringify([...context.repeatedLines]));
  }
  const moved = movedInto(databases, query, context, where.join(' AND '), values);
  if (context.movedNotes.size > 0) {
    const places = [...context.movedNotes].map(() => '?').join(', ');
    where.push(`NOT (${IS_NOTE} AND thing IN (${places}))`);
    values.push(...context.movedNotes);
  }
  where.unshift('at >= ?', 'at <= ?');
  values.unshift(query.from, query.to);
  const condition = where.join(' AND ');
  const rows = newestOf(
    [
      ...moved,
      ...databases.flatMap(
        (database) =>
          database
            .prepare(
              `SELECT at, seq, seen_at, content FROM fact WHERE ${condition}
             ORDER BY at DESC, seq DESC LIMIT ?`,
            )
            .all(...values, query.limit) as PlacedRow[],
      ),
    ],
    query.limit,
  );
  let total = moved.length;
  for (const database of databases) {
    total += database
      .prepare(`SELECT count(*) FROM fact WHERE ${condition}`)
      .pluck()
      .get(...values) as number;
  }
  return { entries: rows.map((row) => entryOf(storedOf(row), context)).reverse(), total };
}

const IS_NOTE = "kind IN ('note.written', 'note.imported')";

/** Moved notes that stand in the window now, wherever they were placed first. */
function movedInto(
  databases: readonly Database[],
  { from, to }: { readonly from: number; readonly to: number },
  { states, movedNotes }: EntryContext,
  condition: string,
  values: readonly (string | number | Buffer)[],
): PlacedRow[] {
  const placeOf = (thing: string): number =>
    (states.get(thing)?.state as NoteState | undefined)?.at ?? 0;
  const things = [...movedNotes].filter((thing) => {
    const at = placeOf(thing);
    return at >= from && at <= to;
  });
  if (things.length === 0) return [];
  const places = things.map(() => '?').join(', ');
  return databases.flatMap((database) =>
    (
      database
        .prepare(
          `SELECT at, seq, seen_at, content, thing FROM fact
           WHERE ${IS_NOTE} AND thing IN (${places}) AND ${condition}`,
        )
        .all(...things, ...values) as (PlacedRow & { readonly thing: string })[]
    ).map((row) => ({ ...row, at: placeOf(row.thing) })),
  );
}

interface PlacedRow {
  readonly at: number;
  readonly seq: number;
}

/** The newest of what each file gave, newest first. */
function newestOf<Row extends PlacedRow>(rows: Row[], limit: number): Row[] {
  return rows.sort((left, right) => right.at - left.at || right.seq - left.seq).slice(0, limit);
}

/** Everything that was ever said of one thing, newest last. */
export function readHistory(
  databases: readonly Database[],
  thing: string,
  limit: number,
  context: EntryContext,
): TimelineEntry[] {
  const rows = databases.flatMap(
    (database) =>
      database
        .prepare(
          `SELECT at, seq, seen_at, content FROM fact WHERE thing = ?
           ORDER BY at DESC, seq DESC LIMIT ?`,
        )
        .all(thing, limit) as PlacedRow[],
  );
  return newestOf(rows, limit)
    .map((row) => entryOf(storedOf(row), context))
    .reverse();
}

/**
 * The facts whose ids begin with the given digits (12 or more, lower-case hexadecimal), each once;
 * where two begin alike, the one that was stored first.
 */
export function readCited(
  databases: readonly Database[],
  beginnings: readonly string[],
  context: EntryContext,
): TimelineEntry[] {
  const found = new Map<number, StoredFact>();
  for (const database of databases) {
    const read = database.prepare(
      'SELECT at, seq, seen_at, content FROM fact WHERE id >= ? AND id <= ? ORDER BY seq LIMIT 1',
    );
    for (const beginning of beginnings) {
      const row = read.get(
        Buffer.from(beginning.padEnd(64, '0'), 'hex'),
        Buffer.from(beginning.padEnd(64, 'f'), 'hex'),
      );
      if (row !== undefined) found.set((row as PlacedRow).seq, storedOf(row));
    }
  }
  return [...found.values()].map((stored) => entryOf(stored, context));
}

/**
 * What each source had told by a moment of the past: facts that had happened, or that were heard.
 * `before`: what is known of all facts before `from`, so that only those since are read.
 */
export function readSourceCounts(
  databases: readonly Database[],
  position: Exclude<Position, { mode: 'live' }>,
  from: number,
  before: ReadonlyMap<string, SourceCount>,
): Map<string, SourceCount> {
  const column = position.mode === 'happened' ? 'at' : 'heard_at';
  // SQLite takes bare columns from the row that gives the max (lang_select, "bare columns").
  const counts = new Map(before);
  for (const database of databases) {
    const rows = database
      .prepare(
        `SELECT source, count(*) AS facts, max(${column}) AS lastHeardAt,
           max(0, seen_at - heard_at) AS lagMs
         FROM fact WHERE ${column} >= ? AND ${column} <= ? GROUP BY source`,
      )
      .all(from, position.moment) as ({ source: string } & SourceCount)[];
    for (const { source, facts, lastHeardAt, lagMs } of rows) {
      const known = counts.get(source);
      const isNewer = known === undefined || lastHeardAt >= known.lastHeardAt;
      counts.set(source, {
        facts: facts + (known?.facts ?? 0),
        lastHeardAt: isNewer ? lastHeardAt : known.lastHeardAt,
        lagMs: isNewer ? lagMs : known.lagMs,
      });
    }
  }
  return counts;
}

export function isTimelineKind(kind: string): boolean {
  return DEFAULT_GROUPS.some((group) => KINDS_OF_GROUP[group].includes(kind));
}

const saidRegistered = new WeakSet<Database>();

function registerSaid(database: Database): void {
  if (saidRegistered.has(database)) return;
  saidRegistered.add(database);
  database.function('holdfast_said', { deterministic: true }, (content) =>
    saidIn(JSON.parse(String(content)) as Pick<Fact, 'author' | 'body'>),
  );
}

const lanesRegistered = new WeakSet<Database>();

function registerLanes(database: Database): void {
  if (lanesRegistered.has(database)) return;
  lanesRegistered.add(database);
  let known = { text: '', values: new Set<string>() };
  database.function('holdfast_in_lane', { deterministic: true }, (content, kind, wanted) => {
    const text = String(wanted);
    if (known.text !== text) known = { text, values: new Set(JSON.parse(text) as string[]) };
    const fact = JSON.parse(String(content)) as Fact;
    return laneValues(fact, kind as LaneKind).some((value) => known.values.has(value)) ? 1 : 0;
  });
}

/**
 * What a reader sees of a fact and may look for: the texts in its body and who wrote it, one a line.
 * The names of fields and the marks of JSON are nobody's words.
 */
function saidIn(fact: Pick<Fact, 'author' | 'body'>): string {
  const said: string[] = fact.author ? [fact.author.person] : [];
  const waiting: unknown[] = [fact.body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') said.push(value);
    else if (typeof value === 'object' && value !== null) waiting.push(...Object.values(value));
  }
  return said.join('\n');
}

/** A pattern for LIKE … ESCAPE '\\' that finds a text anywhere. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

export function entryOf(stored: StoredFact, context: EntryContext): TimelineEntry {
  const { fact } = stored;
  const note =
    fact.kind === 'note.written' || fact.kind === 'note.imported'
      ? (context.states.get(fact.thing)?.state as NoteState | undefined)
      : undefined;
  const isMoved = note !== undefined && note.moves.length > 0;
  const pin = context.states.get(`pin:${fact.id}`)?.state as PinState | undefined;
  return {
    id: fact.id,
    seq: stored.seq,
    kind: fact.kind,
    thing: fact.thing,
    at: isMoved ? note.at : effectiveAt(fact),
    heardAt: fact.heardAt,
    seenAt: stored.seenAt,
    source: fact.source,
    // What lies in the journal is not always what we put there: one entry must not hide all others.
    author: authorSchema.safeParse(fact.author).data ?? null,
    body: shownBody(fact),
    currentText: note && note.history.length > 0 ? note.text : null,
    movedFrom: isMoved ? effectiveAt(fact) : null,
    pinned: pin?.pinned ?? false,
    sent: context.sent(fact.id),
    clockAhead: claimsFuture(fact),
  };
}

/** What an entry shows of a body: a whole runbook is no line, and the library has its text. */
function shownBody({ kind, body }: Pick<Fact, 'kind' | 'body'>): TimelineEntry['body'] {
  if (!isRecord(body)) return {};
  if (kind !== 'runbook.written') return body;
  const { text: _, ...shown } = body;
  return shown;
}
