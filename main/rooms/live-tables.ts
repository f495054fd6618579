import type { TableName, RowOf } from '../../shared/ipc/rows.ts';
import { nodeThing } from '../../shared/facts/topology.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import type { Freshness } from '../../shared/projections/read.ts';
import {
  alertRow,
  changeRow,
  edgeRow,
  incidentRow,
  nodeRow,
  runRow,
  sourceRow,
  type RowContext,
} from './rows.ts';
import type { StateIndex } from './state-index.ts';

/** The tables that follow from facts; `runbooks` and `status` belong to the room. */
export const FACT_TABLES = [
  'alerts',
  'nodes',
  'edges',
  'changes',
  'sources',
  'incidents',
  'runs',
] as const satisfies readonly TableName[];
export type FactTable = (typeof FACT_TABLES)[number];

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
  /** Recomputes what was touched and what time alone changed. */
  flush(context: RowContext): Map<FactTable, TableChange>;
}

const TABLE_OF_PREFIX: Record<string, FactTable> = {
  alert: 'alerts',
  node: 'nodes',
  edge: 'edges',
  change: 'changes',
  source: 'sources',
  incident: 'incidents',
  run: 'runs',
};

export function createLiveTables(index: StateIndex): LiveTables {
  const kept = new Map<FactTable, Map<string, { row: unknown; text: string }>>();
  for (const table of FACT_TABLES) kept.set(table, new Map());
  const rowsOf = new Map<FactTable, Map<string, unknown>>();
  for (const table of FACT_TABLES) rowsOf.set(table, new Map());
  const dirty = new Set<string>();
  let everything = true;
  let freshness = new Map<string, Freshness>();

  function touch(thing: string): void {
    index.update(thing);
    dirty.add(thing);
    const folded = index.states.get(thing);
    if (folded?.noun === 'alert') {
      const { service } = folded.state as AlertState;
      if (service !== null) dirty.add(nodeThing(service));
    } else if (folded?.noun === 'edge') {
      const edge = folded.state as EdgeState;
      dirty.add(nodeThing(edge.from));
      dirty.add(nodeThing(edge.to));
    }
  }

  /** What changes although no fact came: a source falls silent or returns, a lease is over. */
  function touchByTime(now: number): void {
    const next = new Map<string, Freshness>();
    let flipped = false;
    for (const source of new Set([...index.sources, ...index.alertsBySource.keys()])) {
      const state = index.freshness(source, now);
      next.set(source, state);
      if (freshness.get(source) === state) continue;
      flipped = true;
      dirty.add(`source:${source}`);
      for (const alert of index.alertsBySource.get(source) ?? []) touch(alert);
    }
    freshness = next;
    // Services that nobody named hang on every source of alerts.
    if (flipped) for (const name of nodeNames(index)) dirty.add(nodeThing(name));
    for (const alert of index.leased) touch(alert);
  }

  return {
    rows: (table) => rowsOf.get(table) as unknown as ReadonlyMap<string, never>,
    touch,
    flush(context) {
      touchByTime(context.now);
      if (everything) {
        everything = false;
        for (const thing of index.states.keys()) dirty.add(thing);
        for (const name of nodeNames(index)) dirty.add(nodeThing(name));
      }
      const changes = new Map<FactTable, TableChange>();
      for (const thing of dirty) {
        const table = TABLE_OF_PREFIX[thing.slice(0, thing.indexOf(':'))];
        if (table === undefined) continue;
        const row = computeRow(table, thing, context);
        const keptRows = kept.get(table);
        const rows = rowsOf.get(table);
        if (!keptRows || !rows) continue;
        const before = keptRows.get(thing);
        if (row === null) {
          if (!before) continue;
          keptRows.delete(thing);
          rows.delete(thing);
          changeOf(changes, table).removes.push(thing);
          continue;
        }
        const text = JSON.stringify(row);
        if (before?.text === text) continue;
        keptRows.set(thing, { row, text });
        rows.set(thing, row);
        changeOf(changes, table).upserts.push(row as Record<string, unknown>);
      }
      dirty.clear();
      return changes;
    },
  };
}

export function computeRow(table: FactTable, thing: string, context: RowContext): unknown {
  switch (table) {
    case 'alerts':
      return alertRow(thing, context);
    case 'nodes':
      return nodeRow(thing.slice('node:'.length), context);
    case 'edges':
      return edgeRow(thing, context);
    case 'changes':
      return changeRow(thing, context);
    case 'sources':
      return sourceRow(thing, context);
    case 'incidents':
      return incidentRow(thing, context);
    case 'runs':
      return runRow(thing, context);
  }
}

/** All rows of a table, computed afresh: for moments of the past. */
export function readTable(table: FactTable, context: RowContext): Record<string, unknown>[] {
  const { index } = context;
  const things =
    table === 'nodes' ? [...nodeNames(index)].map(nodeThing) : [...index.states.keys()];
  const rows: Record<string, unknown>[] = [];
  for (const thing of things) {
    if (TABLE_OF_PREFIX[thing.slice(0, thing.indexOf(':'))] !== table) continue;
    const row = computeRow(table, thing, context);
    if (row !== null) rows.push(row as Record<string, unknown>);
  }
  return rows;
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
