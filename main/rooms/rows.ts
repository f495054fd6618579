import type {
  AlertGroupRow,
  AlertRow,
  AttachmentRow,
  ChangeRow,
  CommentRow,
  ContactsRow,
  DecisionRow,
  EdgeRow,
  ExecutionRow,
  FollowUpRow,
  HypothesisRow,
  ImportRow,
  IncidentRow,
  NodeRow,
  NoiseRow,
  PostMortemRow,
  ReportRow,
  RollCallRow,
  RunRow,
  Sending,
  SilenceRow,
  SourceRow,
  TaskRow,
  UnitsRow,
  UpdateRow,
} from '../../shared/ipc/rows.ts';
import { NOISE_STAGES, NOISE_THING } from '../../shared/facts/noise.ts';
import { nodeThing } from '../../shared/facts/topology.ts';
import { UNITS_THING } from '../../shared/facts/units.ts';
import type { Held } from '../../shared/noise/noise-alert.ts';
import { acknowledgementOf, turnsOf, type AlertState } from '../../shared/projections/alert.ts';
import type { Noun, StateOf } from '../../shared/projections/all.ts';
import type { AttachmentState } from '../../shared/projections/attachment.ts';
import type { ChangeState } from '../../shared/projections/change.ts';
import type { CommentState } from '../../shared/projections/comment.ts';
import type { IncidentState } from '../../shared/projections/incident.ts';
import {
  readAlert,
  readCondition,
  readEdge,
  readNode,
  type AlertMention,
} from '../../shared/projections/read.ts';
import type { NoiseState } from '../../shared/projections/noise.ts';
import type { RunState } from '../../shared/projections/run.ts';
import type { SourceState } from '../../shared/projections/source.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import type { UnitsState } from '../../shared/projections/units.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import type { Window } from '../../gateway/journal/fact-store.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { SentState } from '../journal/journal.ts';
import type { NoiseView } from './noise.ts';
import type { StateIndex } from './state-index.ts';

/** What rows need beside the states: the moment, and what only this desk knows. */
export interface RowContext {
  readonly index: StateIndex;
  readonly now: number;
  /** What the stages against noise say. */
  readonly noise: NoiseView;
  sentFact(id: string): SentState;
  sentThing(thing: string): SentState;
  /** How far an update is on its way to its webhook; null where nothing of it is to be sent here. */
  sending(update: string): Sending | null;
  sourceCount(source: string): SourceCount | null;
  /** The facts of a thing at the position that is read, in no particular order. */
  factsOf(thing: string, window?: Window): readonly Fact[];
  /** Whether the bytes of an attachment lie at this desk. */
  holdsAttachment(digest: string): boolean;
}

/** What a source had told by the moment that is read. */
export interface SourceCount {
  readonly facts: number;
  readonly lastHeardAt: number;
  readonly lagMs: number;
}

export function alertRow(thing: string, context: RowContext): AlertRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'alert') return null;
  const state = folded.state as AlertState;
  if (Object.keys(state.reports).length === 0) return null;
  const hearing = (source: string): ReturnType<StateIndex['freshness']> =>
    context.index.freshness(source, context.now);
  const reading = readAlert(state, hearing, context.now);
  const { labels } = state;
  const place = context.index.places().complete(
    {
      unit: labels['unit'] ?? null,
      cell: labels['cell'] ?? null,
      city: labels['city'] ?? null,
      shard: labels['shard'] ?? null,
    },
    context.now,
  );
  return {
    key: thing,
    fingerprint: state.fingerprint,
    name: state.name,
    severity: state.severity,
    status: reading.status,
    service: state.service,
    ...place,
    zone: labels['zone'] ?? null,
    summary: state.annotations['summary'] ?? state.annotations['description'] ?? '',
    startsAt: reading.startsAt,
    endsAt: reading.endsAt,
    labels: state.labels,
    annotations: state.annotations,
    sources: reading.reports,
    disputed: reading.disputed,
    clockAhead: reading.clockAhead,
    acknowledged: acknowledgementOf(state),
    assigned: state.assigned?.to ?? null,
    held: heldRow(context.noise.reading.held.get(thing)),
    released: NOISE_STAGES.filter((stage) => state.released[stage] !== undefined),
    group: context.noise.reading.groupOf.get(thing) ?? null,
    shaking: shakingRow(thing, state, context),
    asOf: reading.status === 'firing' ? null : asOf(Object.keys(state.reports), context),
  };
}

function heldRow(held: Held | undefined): AlertRow['held'] {
  return held === undefined
    ? null
    : held.stage === 'folding'
      ? { ...held, path: [...held.path] }
      : held;
}

function shakingRow(
  thing: string,
  state: AlertState,
  { noise, now }: RowContext,
): AlertRow['shaking'] {
  const shaking = noise.shaking.get(thing);
  if (shaking === undefined) return null;
  const turns = turnsOf(state);
  return {
    edges: shaking.turns,
    perHour: turns.filter(({ at }) => at > now - HOUR_MS).length,
    bar: turns.map(({ on }) => (on ? 1 : 0)),
  };
}

const HOUR_MS = 3_600_000;

export function groupRow(key: string, { noise, index }: RowContext): AlertGroupRow | null {
  const group = noise.groups.get(key);
  if (group === undefined) return null;
  const root = index.states.get(group.root)?.state as AlertState | undefined;
  return {
    ...group,
    members: [...group.members],
    summary: root?.annotations['summary'] ?? root?.annotations['description'] ?? '',
  };
}

export function silenceRow(thing: string, context: RowContext): SilenceRow | null {
  const reading = context.noise.silences.get(thing);
  if (reading === undefined) return null;
  const { silenceId: _, ...shown } = reading;
  return {
    key: thing,
    ...shown,
    alerts: context.noise.reading.bySilence.get(thing) ?? 0,
    sent: context.sentThing(thing),
  };
}

export function noiseRow(context: RowContext): NoiseRow {
  const { rules, reading } = context.noise;
  const folded = context.index.states.get(NOISE_THING);
  const set = folded?.noun === 'noise' ? (folded.state as NoiseState) : null;
  return {
    key: NOISE_THING,
    inhibitRules: [...rules.inhibitRules],
    origin: set?.rules?.origin ?? '',
    groupBy: [...rules.groupBy],
    shake: { ...rules.shake },
    folding: rules.folding,
    setBy: set?.setBy ?? null,
    setAt: set?.setAt ?? null,
    counts: { ...reading.counts, held: { ...reading.counts.held } },
  };
}

export function nodeRow(name: string, context: RowContext): NodeRow | null {
  const { index } = context;
  const folded = index.states.get(nodeThing(name));
  const declared =
    folded?.noun === 'node' ? readNode(folded.state as NodeState, context.now) : null;
  const alerts = index.alertsByService.get(name);
  if (!declared && !alerts?.size && !hasEdge(name, context)) return null;
  const mentions: AlertMention[] = [];
  const speaking = new Set<string>();
  let named: AlertState | null = null;
  for (const thing of alerts ?? []) {
    const alert = index.states.get(thing)?.state as AlertState | undefined;
    if (!alert) continue;
    named = alert;
    const reading = readAlert(alert, (source) => index.freshness(source, context.now), context.now);
    const sources = Object.keys(alert.reports);
    for (const source of sources) speaking.add(source);
    mentions.push({ severity: alert.severity, status: reading.status, sources });
  }
  const vouching = index.alertSources();
  const reading = readCondition(mentions, vouching, (source) =>
    index.freshness(source, context.now),
  );
  const sources = speaking.size > 0 ? [...speaking] : vouching;
  const unlistedSince = declared?.unlistedSince ?? null;
  // No alert of something that is no longer mentioned proves nothing.
  const isGone = unlistedSince !== null && reading.condition === 'healthy';
  const place = index.places().complete(
    {
      unit: declared?.unit ?? named?.labels['unit'] ?? null,
      cell: declared?.cell ?? named?.labels['cell'] ?? null,
      city: declared?.city ?? null,
      shard: null,
    },
    context.now,
  );
  return {
    key: nodeThing(name),
    name,
    kind: declared?.kind ?? 'service',
    unit: place.unit,
    cell: place.cell,
    zone: declared?.zone ?? named?.labels['zone'] ?? null,
    city: place.city,
    owner: declared?.owner ?? named?.labels['team'] ?? null,
    tags: declared?.tags ?? {},
    declared: declared !== null,
    condition: isGone ? 'unknown' : reading.condition,
    lastSeverity: reading.lastSeverity,
    firing: reading.firing,
    unknown: reading.unknown,
    asOf: isGone ? unlistedSince : reading.firing > 0 ? null : asOf(sources, context),
    sources: [...new Set([...(declared?.sources ?? []), ...speaking])].sort(),
    disputes: declared?.disputes ?? [],
    unlistedSince,
  };
}

function hasEdge(name: string, { index, now }: RowContext): boolean {
  for (const thing of index.edgesByNode.get(name) ?? []) {
    const edge = index.states.get(thing)?.state as EdgeState | undefined;
    if (edge && readEdge(edge, now)) return true;
  }
  return false;
}

/** null while one of the sources is heard; else when the last of them was. */
function asOf(sources: readonly string[], context: RowContext): number | null {
  let newest: number | null = null;
  for (const source of sources) {
    if (context.index.freshness(source, context.now) === 'fresh') return null;
    const state = context.index.states.get(sourceThing(source))?.state as SourceState | undefined;
    if (state && state.lastMinute >= 0) newest = Math.max(newest ?? 0, state.lastMinute);
  }
  return newest;
}

export function edgeRow(thing: string, context: RowContext): EdgeRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'edge') return null;
  const reading = readEdge(folded.state as EdgeState, context.now);
  return reading === null ? null : { key: thing, ...reading };
}

export function changeRow(thing: string, context: RowContext): ChangeRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'change') return null;
  const state = folded.state as ChangeState;
  const place = context.index
    .places()
    .complete(
      { unit: state.unit, cell: state.cell, city: state.city, shard: state.shard },
      state.startedAt,
    );
  return {
    key: thing,
    changeId: state.changeId,
    title: state.title,
    kind: state.kind,
    status: state.status,
    services: state.services,
    ...place,
    by: state.by,
    url: state.url,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    source: state.source,
  };
}

export function sourceRow(thing: string, context: RowContext): SourceRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'source') return null;
  const state = folded.state as SourceState;
  const count = context.sourceCount(state.source);
  return {
    key: thing,
    source: state.source,
    speaks: state.speaks,
    freshness: context.index.freshness(state.source, context.now),
    lastHeardAt: count?.lastHeardAt ?? (state.lastMinute >= 0 ? state.lastMinute : null),
    intervalMs: state.intervalMs,
    lagMs: count?.lagMs ?? null,
    completeness: state.counted === null ? null : state.counted.received / state.counted.expected,
    facts: count?.facts ?? 0,
    quarantined: state.problems,
    lastProblem: state.lastProblem,
  };
}

export function unitsRow(context: RowContext): UnitsRow | null {
  const folded = context.index.states.get(UNITS_THING);
  const state = folded?.noun === 'units' ? (folded.state as UnitsState) : null;
  if (state?.rules == null) return null;
  const { rules, setBy, setAt } = state;
  return { key: UNITS_THING, rules, setBy, setAt, sent: context.sentThing(UNITS_THING) };
}

export function incidentRow(thing: string, context: RowContext): IncidentRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'incident') return null;
  const state = folded.state as IncidentState;
  // A change that arrived before the declaration it speaks of: there is nothing to show yet.
  if (state.declaredAt === 0) return null;
  return { key: thing, ...state, sent: context.sentThing(thing) };
}

/** When a thing that people write began: before its first fact has come there is nothing to show. */
const BEGINS = {
  task: 'assignedAt',
  decision: 'proposedAt',
  report: 'latest',
  hypothesis: 'statedAt',
  update: 'publishedAt',
  'roll-call': 'startedAt',
  contacts: 'importedAt',
  'follow-up': 'openedAt',
  'post-mortem': 'draftedAt',
  execution: 'proposedAt',
  import: 'keptAt',
} as const satisfies { [Name in Noun]?: keyof StateOf[Name] };

interface PeopleRows {
  task: TaskRow;
  decision: DecisionRow;
  report: ReportRow;
  hypothesis: HypothesisRow;
  update: UpdateRow;
  'roll-call': RollCallRow;
  contacts: ContactsRow;
  'follow-up': FollowUpRow;
  'post-mortem': PostMortemRow;
  execution: ExecutionRow;
  import: ImportRow;
}

/** A thing of people's own as it stands, and whether it has reached the gateway. */
export function peopleRow<Name extends keyof PeopleRows>(
  noun: Name,
  thing: string,
  context: RowContext,
): PeopleRows[Name] | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== noun) return null;
  const state = folded.state as unknown as Record<string, unknown>;
  const begins = state[BEGINS[noun]];
  if (begins === 0 || begins === null) return null;
  return {
    key: thing,
    ...state,
    ...(noun === 'update' && { sending: context.sending(thing) }),
    sent: context.sentThing(thing),
  } as unknown as PeopleRows[Name];
}

export function runRow(thing: string, context: RowContext): RunRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'run') return null;
  const state = folded.state as RunState;
  if (state.startedAt === 0) return null;
  return {
    key: thing,
    ...state,
    steps: state.steps.map((step) => ({ ...step, sent: context.sentFact(step.factId) })),
  };
}

export function attachmentRow(thing: string, context: RowContext): AttachmentRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'attachment') return null;
  const { of, items } = folded.state as AttachmentState;
  if (items.length === 0) return null;
  return {
    key: thing,
    of,
    items: items.map((item) => ({
      ...item,
      held: context.holdsAttachment(item.sha256),
      sent: context.sentFact(item.factId),
    })),
  };
}

export function commentRow(thing: string, context: RowContext): CommentRow | null {
  const folded = context.index.states.get(thing);
  if (folded?.noun !== 'comment') return null;
  const { entry, items } = folded.state as CommentState;
  return {
    key: thing,
    entry,
    items: items.map((item) => ({ ...item, sent: context.sentFact(item.factId) })),
  };
}
