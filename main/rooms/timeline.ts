import type { Database } from 'better-sqlite3';
import { storedOf, type StoredFact } from '../../gateway/journal/fact-store.ts';
import { claimsFuture, effectiveAt } from '../../shared/facts/fact.ts';
import type { TimelineEntry, TimelineFilter } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import type { NoteState, PinState } from '../../shared/projections/note.ts';
import type { SentState } from '../journal/journal.ts';

/** The timeline is a query over the journal, not a state. */

const KINDS_OF_GROUP: Record<TimelineFilter['groups'][number], readonly string[]> = {
  alerts: ['alert.fired', 'alert.resolved'],
  changes: ['change.reported'],
  people: [
    'alert.acknowledged',
    'alert.unacknowledged',
    'incident.declared',
    'incident.renamed',
    'incident.severity-changed',
    'incident.commander-changed',
    'incident.resolved',
    'incident.reopened',
    'note.written',
    'note.corrected',
  ],
  runbooks: ['run.started', 'run.step-recorded', 'run.finished'],
  sources: ['source.problem'],
  topology: ['node.declared', 'node.retired', 'edge.declared', 'edge.retired'],
};

/** Without a filter the graph's own changes stay out: one push of the whole would bury the rest. */
const DEFAULT_GROUPS = ['alerts', 'changes', 'people', 'runbooks', 'sources'] as const;

export interface EntryContext {
  readonly states: ReadonlyMap<string, Folded>;
  sent(id: string): SentState;
}

export function readTimeline(
  database: Database,
  query: {
    position: Position;
    from: number;
    to: number;
    limit: number;
    filter: TimelineFilter;
  },
  context: EntryContext,
): { entries: TimelineEntry[]; total: number } {
  const groups = query.filter.groups.length > 0 ? query.filter.groups : DEFAULT_GROUPS;
  const kinds = groups.flatMap((group) => KINDS_OF_GROUP[group]);
  const where: string[] = ['at >= ?', 'at <= ?', `kind IN (${kinds.map(() => '?').join(', ')})`];
  const values: (string | number | Buffer)[] = [query.from, query.to, ...kinds];
  if (query.position.mode === 'happened') {
    where.push('at <= ?');
    values.push(query.position.moment);
  } else if (query.position.mode === 'known') {
    where.push('heard_at <= ?');
    values.push(query.position.moment);
  }
  const text = query.filter.text.trim();
  if (text !== '') {
    where.push("content LIKE ? ESCAPE '\\'");
    values.push(`%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`);
  }
  if (query.filter.pinnedOnly) {
    const pinned = [...context.states.values()]
      .filter((folded) => folded.noun === 'pin' && (folded.state as PinState).pinned)
      .map((folded) => Buffer.from((folded.state as PinState).entry, 'hex'));
    where.push(`id IN (${pinned.map(() => '?').join(', ')})`);
    values.push(...pinned);
  }
  const condition = where.join(' AND ');
  const rows = database
    .prepare(
      `SELECT seq, seen_at, content FROM fact WHERE ${condition} ORDER BY at DESC, seq DESC LIMIT ?`,
    )
    .all(...values, query.limit);
  const total = database
    .prepare(`SELECT count(*) FROM fact WHERE ${condition}`)
    .pluck()
    .get(...values) as number;
  return { entries: rows.map((row) => entryOf(storedOf(row), context)).reverse(), total };
}

/** Everything that was ever said of one thing, newest last. */
export function readHistory(
  database: Database,
  thing: string,
  limit: number,
  context: EntryContext,
): TimelineEntry[] {
  return database
    .prepare(
      'SELECT seq, seen_at, content FROM fact WHERE thing = ? ORDER BY at DESC, seq DESC LIMIT ?',
    )
    .all(thing, limit)
    .map((row) => entryOf(storedOf(row), context))
    .reverse();
}

export function readExtent(database: Database): { from: number | null; to: number | null } {
  const kinds = DEFAULT_GROUPS.flatMap((group) => KINDS_OF_GROUP[group]);
  const row = database
    .prepare(
      `SELECT min(at) AS "from", max(at) AS "to" FROM fact WHERE kind IN (${kinds.map(() => '?').join(', ')})`,
    )
    .get(...kinds) as { from: number | null; to: number | null };
  return { from: row.from, to: row.to };
}

export function isTimelineKind(kind: string): boolean {
  return DEFAULT_GROUPS.some((group) => KINDS_OF_GROUP[group].includes(kind));
}

function entryOf(stored: StoredFact, context: EntryContext): TimelineEntry {
  const { fact } = stored;
  const note =
    fact.kind === 'note.written'
      ? (context.states.get(fact.thing)?.state as NoteState | undefined)
      : undefined;
  const pin = context.states.get(`pin:${fact.id}`)?.state as PinState | undefined;
  return {
    id: fact.id,
    seq: stored.seq,
    kind: fact.kind,
    thing: fact.thing,
    at: effectiveAt(fact),
    heardAt: fact.heardAt,
    seenAt: stored.seenAt,
    source: fact.source,
    author: fact.author ?? null,
    body: fact.body,
    currentText: note && note.history.length > 0 ? note.text : null,
    pinned: pin?.pinned ?? false,
    sent: context.sent(fact.id),
    clockAhead: claimsFuture(fact),
  };
}
