import { z } from 'zod';
import { sentSchema, tables, type TableName, type RowOf } from '../../shared/ipc/rows.ts';
import { NOISE_THING } from '../../shared/facts/noise.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import { nodeThing } from '../../shared/facts/topology.ts';
import { UNITS_THING } from '../../shared/facts/units.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import type { SourceState } from '../../shared/projections/source.ts';
import {
  alertRow,
  attachmentRow,
  changeRow,
  commentRow,
  edgeRow,
  groupRow,
  incidentRow,
  nodeRow,
  noiseRow,
  peopleRow,
  runRow,
  silenceRow,
  sourceRow,
  unitsRow,
  type RowContext,
} from './rows.ts';
import { clockRow, clockThing, createClockTurns } from './clocks.ts';
import { keepNoise } from './noise.ts';
import type { StateIndex } from './state-index.ts';

/** The tables that follow from facts; `runbooks` and `status` belong to the room. */
export const FACT_TABLES = [
  'alerts',
  'groups',
  'silences',
  'noise',
  'nodes',
  'edges',
  'changes',
  'sources',
  'units',
  'incidents',
  'clocks',
  'tasks',
  'decisions',
  'reports',
  'hypotheses',
  'updates',
  'rollCalls',
  'contacts',
  'followUps',
  'postMortems',
  'executions',
  'runs',
  'attachments',
  'comments',
  'imports',
] as const satisfies readonly TableName[];
export type FactTable = (typeof FACT_TABLES)[number];

/** The tables whose rows say what of them has reached the gateway. */
export const SENT_TABLES: ReadonlySet<FactTable> = new Set(
  FACT_TABLES.filter((table) => saysSent(tables[table])),
);

function saysSent(schema: unknown): boolean {
  if (schema === sentSchema) return true;
  if (schema instanceof z.ZodArray) return saysSent(schema.element);
  return schema instanceof z.ZodObject && Object.values(schema.shape).some(saysSent);
}

export interface TableChange {
  readonly upserts: Record<string, unknown>[];
  readonly removes: string[];
}

/**
 * The rows of every table as they stand, kept up with the things that changed: only what was
 * touched is computed anew, and only what then differs is told.
 */
export interface LiveTables {
  rows<Name extends FactTable>(table: Name): ReadonlyMap<string, RowOf[Name]>;
  /** Marks a thing whose facts changed. */
  touch(thing: string): void;
  /** Marks every thing of these tables: something beside their facts changed. */
  touchTables(chosen: ReadonlySet<FactTable>): void;
  /**
   * Recomputes what was touched and what time alone changed: in all tables, or in one, whose
   * reader should not wait for the others. When it throws, nothing was taken for told.
   */
  flush(context: Omit<RowContext, 'noise'>, only?: FactTable): Map<FactTable, TableChange>;
  /**
   * Null while what the stages against noise say is as new as the rows; else how long they may wait
   * (ms), so that nobody who acts waits for them.
   */
  noisePauseMs(now: number): number | null;
  /** Reads what the stages say anew; the next flush tells it. */
  readNoise(now: number): void;
}

/** The stages against noise take at most a sixth of the time when much comes. */
const NOISE_PAUSES = 5;
/** Among so few things the reading costs some milliseconds and comes with every flush. */
const NOISE_FEW = 3_000;

const TABLE_OF_PREFIX: Record<string, FactTable> = {
  alert: 'alerts',
  group: 'groups',
  silence: 'silences',
  noise: 'noise',
  node: 'nodes',
  edge: 'edges',
  change: 'changes',
  source: 'sources',
  units: 'units',
  incident: 'incidents',
  clock: 'clocks',
  task: 'tasks',
  decision: 'decisions',
  report: 'reports',
  hypothesis: 'hypotheses',
  update: 'updates',
  'roll-call': 'rollCalls',
  contacts: 'contacts',
  'follow-up': 'followUps',
  'post-mortem': 'postMortems',
  execution: 'executions',
  run: 'runs',
  attachment: 'attachments',
  comment: 'comments',
  import: 'imports',
};

export function createLiveTables(index: StateIndex): LiveTables {
  const kept = new Map<FactTable, Map<string, string>>();
  for (const table of FACT_TABLES) kept.set(table, new Map());
  const rowsOf = new Map<FactTable, Map<string, unknown>>();
  for (const table of FACT_TABLES) rowsOf.set(table, new Map());
  const dirty = new Map<FactTable, Set<string>>();
  for (const table of FACT_TABLES) dirty.set(table, new Set());
  let everything = true;
  let hearing = new Map<string, string>();
  let readAt = -Infinity;
  const noise = keepNoise(index);
  const clocks = createClockTurns(index);
  let noiseTookMs = 0;

  function mark(thing: string): void {
    const table = TABLE_OF_PREFIX[thing.slice(0, thing.indexOf(':'))];
    if (table !== undefined) dirty.get(table)?.add(thing);
  }

  function readNoise(now: number): void {
    if (!noise.isDue(now)) return;
    const began = performance.now();
    for (const thing of noise.update(now)) mark(thing);
    noiseTookMs = performance.now() - began;
  }

  function markAlert(thing: string): void {
    mark(thing);
    noise.touch(thing);
    const service = (index.states.get(thing)?.state as AlertState | undefined)?.service ?? null;
    if (service !== null) mark(nodeThing(service));
  }

  /** A call's two ends look otherwise without it. */
  function markTopology(thing: string): void {
    mark(thing);
    const folded = index.states.get(thing);
    if (folded?.noun !== 'edge') return;
    const edge = folded.state as EdgeState;
    mark(nodeThing(edge.from));
    mark(nodeThing(edge.to));
  }

  function touch(thing: string): void {
    const left = index.update(thing);
    noise.touch(thing);
    clocks.touch(thing);
    // The service that the alert hung on before looks otherwise without it.
    if (left !== null) mark(nodeThing(left));
    const folded = index.states.get(thing);
    if (folded?.noun === 'alert') {
      markAlert(thing);
      return;
    }
    if (thing === UNITS_THING) {
      mark(thing);
      // Where anything stands follows from it.
      for (const [other, { noun }] of index.states) {
        if (noun === 'alert' || noun === 'node' || noun === 'change') mark(other);
      }
      return;
    }
    markTopology(thing);
  }

  /** What changes although no fact came: a source falls silent or returns, a lease is over. */
  function markByTime(now: number): void {
    const next = new Map<string, string>();
    let flipped = false;
    for (const source of new Set([...index.sources, ...index.alertsBySource.keys()])) {
      const heard = hearingOf(source, now);
      next.set(source, heard);
      if (hearing.get(source) === heard) continue;
      flipped = true;
      mark(`source:${source}`);
      for (const alert of index.alertsBySource.get(source) ?? []) markAlert(alert);
    }
    hearing = next;
    // Services that nobody named hang on every source of alerts.
    if (flipped) for (const name of nodeNames(index)) mark(nodeThing(name));
    if (now === readAt) return;
    for (const [thing, ends] of index.leases) {
      // Only those whose time ended between the two moments read otherwise.
      if (!ends.some((end) => end < readAt !== end < now)) continue;
      if (thing.startsWith('alert:')) markAlert(thing);
      else markTopology(thing);
    }
    readAt = now;
  }

  /** All that rows of other things take from a source: while it is silent, since when, too. */
  function hearingOf(source: string, now: number): string {
    const state = index.states.get(sourceThing(source))?.state as SourceState | undefined;
    const freshness = index.freshness(source, now);
    const since = freshness === 'fresh' ? '' : String(state?.lastMinute ?? '');
    return `${freshness}:${since}:${state?.speaks ?? ''}`;
  }

  return {
    noisePauseMs: (now) => (noise.isDue(now) ? noiseTookMs * NOISE_PAUSES : null),
    readNoise,
    rows: (table) => rowsOf.get(table) as unknown as ReadonlyMap<string, never>,
    touch,
    touchTables(chosen) {
      for (const thing of index.states.keys()) {
        const table = TABLE_OF_PREFIX[thing.slice(0, thing.indexOf(':'))];
        if (table !== undefined && chosen.has(table)) mark(thing);
      }
    },
    flush(given, only) {
      const { now } = given;
      if (everything) {
        everything = false;
        for (const thing of index.states.keys()) mark(thing);
        for (const name of nodeNames(index)) mark(nodeThing(name));
        clocks.touchAll();
      }
      markByTime(now);
      if (noise.size() < NOISE_FEW) readNoise(now);
      mark(NOISE_THING);
      const context: RowContext = { ...given, noise: noise.view() };
      const chosen = only === undefined ? FACT_TABLES : [only];
      const computed: { table: FactTable; thing: string; row: unknown }[] = [];
      /** How long each took (ms). */
      const clocksRead = new Map<string, number>();
      for (const table of chosen) {
        for (const thing of dirty.get(table) ?? []) {
          computed.push({ table, thing, row: computeRow(table, thing, context) });
        }
      }
      if (only === undefined || only === 'clocks') {
        // However long the rows took: a flood must not stop the clocks.
        const began = performance.now();
        for (const thing of clocks.due(now)) {
          if (!clocks.mayRead(began)) break;
          const reading = performance.now();
          computed.push({ table: 'clocks', thing, row: computeRow('clocks', thing, context) });
          clocksRead.set(thing, performance.now() - reading);
        }
      }
      const changes = new Map<FactTable, TableChange>();
      for (const { table, thing, row } of computed) {
        const keptRows = kept.get(table);
        const rows = rowsOf.get(table);
        if (!keptRows || !rows) continue;
        const before = keptRows.get(thing);
        if (row === null) {
          if (before === undefined) continue;
          keptRows.delete(thing);
          rows.delete(thing);
          changeOf(changes, table).removes.push(thing);
          continue;
        }
        const text = JSON.stringify(row);
        if (before === text) continue;
        keptRows.set(thing, text);
        rows.set(thing, row);
        changeOf(changes, table).upserts.push(row as Record<string, unknown>);
      }
      for (const [thing, tookMs] of clocksRead) clocks.done(thing, now, tookMs);
      for (const table of chosen) dirty.get(table)?.clear();
      return changes;
    },
  };
}

export function computeRow(table: FactTable, thing: string, context: RowContext): unknown {
  switch (table) {
    case 'alerts':
      return alertRow(thing, context);
    case 'groups':
      return groupRow(thing, context);
    case 'silences':
      return silenceRow(thing, context);
    case 'noise':
      return noiseRow(context);
    case 'nodes':
      return nodeRow(thing.slice('node:'.length), context);
    case 'edges':
      return edgeRow(thing, context);
    case 'changes':
      return changeRow(thing, context);
    case 'sources':
      return sourceRow(thing, context);
    case 'units':
      return unitsRow(context);
    case 'incidents':
      return incidentRow(thing, context);
    case 'clocks':
      return clockRow(thing, context);
    case 'tasks':
      return peopleRow('task', thing, context);
    case 'decisions':
      return peopleRow('decision', thing, context);
    case 'reports':
      return peopleRow('report', thing, context);
    case 'hypotheses':
      return peopleRow('hypothesis', thing, context);
    case 'updates':
      return peopleRow('update', thing, context);
    case 'rollCalls':
      return peopleRow('roll-call', thing, context);
    case 'contacts':
      return peopleRow('contacts', thing, context);
    case 'followUps':
      return peopleRow('follow-up', thing, context);
    case 'postMortems':
      return peopleRow('post-mortem', thing, context);
    case 'executions':
      return peopleRow('execution', thing, context);
    case 'runs':
      return runRow(thing, context);
    case 'attachments':
      return attachmentRow(thing, context);
    case 'comments':
      return commentRow(thing, context);
    case 'imports':
      return peopleRow('import', thing, context);
  }
}

/** All rows of a table, computed afresh: for moments of the past. */
export function readTable(table: FactTable, context: RowContext): Record<string, unknown>[] {
  const things = thingsOf(table, context);
  const rows: Record<string, unknown>[] = [];
  for (const thing of things) {
    if (TABLE_OF_PREFIX[thing.slice(0, thing.indexOf(':'))] !== table) continue;
    const row = computeRow(table, thing, context);
    if (row !== null) rows.push(row as Record<string, unknown>);
  }
  return rows;
}

function thingsOf(table: FactTable, { index, noise }: RowContext): string[] {
  if (table === 'nodes') return [...nodeNames(index)].map(nodeThing);
  if (table === 'groups') return noise.reading.groups.map(({ key }) => key);
  if (table === 'noise') return [NOISE_THING];
  if (table === 'units') return [UNITS_THING];
  if (table === 'clocks') return [...index.incidents].map(clockThing);
  return [...index.states.keys()];
}

/** Every service that is declared, called, calling, or named by an alert. */
function nodeNames(index: StateIndex): Set<string> {
  const names = new Set<string>([...index.alertsByService.keys(), ...index.edgesByNode.keys()]);
  for (const folded of index.states.values()) {
    if (folded.noun === 'node') names.add((folded.state as NodeState).name);
  }
  return names;
}

function changeOf(changes: Map<FactTable, TableChange>, table: FactTable): TableChange {
  const change = changes.get(table) ?? { upserts: [], removes: [] };
  changes.set(table, change);
  return change;
}
