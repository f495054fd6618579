import { at, buildCallGraph, type CallGraph } from '../../../shared/graph/call-graph.ts';
import type { Layout } from '../../../shared/graph/layout.ts';
import { neighbourhood, type Reach } from '../../../shared/graph/neighbourhood.ts';
import { buildSpatialIndex, type SpatialIndex } from '../../../shared/graph/spatial-index.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { matches, type Condition, type MapFilter } from './filter.ts';

/** What only changes when services or calls come or go. */
export interface Geometry {
  readonly layout: Layout;
  readonly graph: CallGraph;
  readonly index: SpatialIndex;
  readonly edgeFrom: Int32Array;
  readonly edgeTo: Int32Array;
  /** Index into `STRENGTHS`. */
  readonly edgeStrength: Uint8Array;
  /** Edges of node n: `edgesOf[edgeStart[n] … edgeStart[n + 1])`. */
  readonly edgeStart: Int32Array;
  readonly edgesOf: Int32Array;
  /** Nodes with many calls first: who gets a label when there is room for few. */
  readonly byDegree: Int32Array;
}

/** What changes with every batch of rows. */
export interface Scene {
  readonly geometry: Geometry;
  /** By index of `geometry.layout.names`; undefined where the row has already gone. */
  readonly rows: readonly (NodeRow | undefined)[];
  /** Index into `CONDITIONS`. */
  readonly condition: Uint8Array;
  /** Last known severity as an index into `CONDITIONS`, or `NONE`. */
  readonly last: Uint8Array;
  /** 1 where the filter lets the node through. */
  readonly drawn: Uint8Array;
  readonly drawnCount: number;
  /** Grows whenever `drawn` is another set. */
  readonly drawnVersion: number;
  readonly showWeak: boolean;
  /** Edges between two services that are both critical or warning. */
  readonly badEdges: Int32Array;
  readonly bandCounts: readonly Counts[];
  readonly counts: Counts;
  /** True where some shown data has an age. */
  readonly aged: boolean;
}

export interface Counts {
  readonly total: number;
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
  readonly healthy: number;
  readonly unknown: number;
}

export const CONDITIONS = ['critical', 'warning', 'info', 'healthy', 'unknown'] as const;
/** The order in which a person wants to meet them. */
export const CONDITION_ORDER = ['critical', 'warning', 'unknown', 'info', 'healthy'] as const;
export const CRITICAL = 0;
export const WARNING = 1;
export const INFO = 2;
export const HEALTHY = 3;
export const UNKNOWN = 4;
export const NONE = 255;
export const STRENGTHS = ['sync', 'async', 'weak'] as const;
export const WEAK = 2;

export interface Focus {
  readonly name: string;
  readonly reach: Reach;
}

export function buildGeometry(layout: Layout, edges: Iterable<EdgeRow>): Geometry {
  const indexOf = new Map<string, number>();
  layout.names.forEach((name, index) => indexOf.set(name, index));
  const froms: number[] = [];
  const tos: number[] = [];
  const strengths: number[] = [];
  const calls: EdgeRow[] = [];
  for (const edge of edges) {
    const from = indexOf.get(edge.from);
    const to = indexOf.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    froms.push(from);
    tos.push(to);
    strengths.push(STRENGTHS.indexOf(edge.strength));
    calls.push(edge);
  }
  const count = layout.names.length;
  const edgeFrom = Int32Array.from(froms);
  const edgeTo = Int32Array.from(tos);
  const edgeStart = new Int32Array(count + 1);
  for (const ends of [edgeFrom, edgeTo]) {
    for (const node of ends) edgeStart[node + 1] = at(edgeStart, node + 1) + 1;
  }
  for (let node = 0; node < count; node++) {
    edgeStart[node + 1] = at(edgeStart, node + 1) + at(edgeStart, node);
  }
  const edgesOf = new Int32Array(edgeFrom.length * 2);
  const next = edgeStart.slice();
  for (const ends of [edgeFrom, edgeTo]) {
    ends.forEach((node, edge) => {
      edgesOf[at(next, node)] = edge;
      next[node] = at(next, node) + 1;
    });
  }
  const degree = (node: number): number => at(edgeStart, node + 1) - at(edgeStart, node);
  const byDegree = Int32Array.from(layout.names.keys()).toSorted(
    (left, right) => degree(right) - degree(left) || left - right,
  );
  return {
    layout,
    graph: buildCallGraph(layout.names, calls),
    index: buildSpatialIndex(layout.x, layout.y),
    edgeFrom,
    edgeTo,
    edgeStrength: Uint8Array.from(strengths),
    edgeStart,
    edgesOf,
    byDegree,
  };
}

export interface SceneInput {
  readonly geometry: Geometry;
  readonly rowOf: (name: string) => NodeRow | undefined;
  readonly filter: MapFilter;
  readonly focus: Focus | null;
  readonly showWeak: boolean;
}

export function buildScene(input: SceneInput, before: Scene | null): Scene {
  const { geometry, rowOf, filter, focus, showWeak } = input;
  const { names, band, bands } = geometry.layout;
  const count = names.length;
  const rows: (NodeRow | undefined)[] = Array.from({ length: count });
  const condition = new Uint8Array(count);
  const last = new Uint8Array(count).fill(NONE);
  const drawn = new Uint8Array(count);
  const near = focus && neighbourhood(geometry.graph, [focus.name], focus.reach);
  const total = emptyCounts();
  const bandCounts = bands.map(emptyCounts);
  let drawnCount = 0;
  let aged = false;
  for (let node = 0; node < count; node++) {
    const name = names[node] as string;
    const row = rowOf(name);
    rows[node] = row;
    if (row === undefined) continue;
    condition[node] = CONDITIONS.indexOf(row.condition);
    if (row.lastSeverity !== null) last[node] = CONDITIONS.indexOf(row.lastSeverity);
    if (near !== null && !near.has(name)) continue;
    if (!matches(row, filter)) continue;
    drawn[node] = 1;
    drawnCount++;
    aged ||= row.asOf !== null;
    count1(total, row.condition);
    count1(bandCounts[at(band, node)] as Tally, row.condition);
  }
  const same = before !== null && before.geometry === geometry && sameBytes(before.drawn, drawn);
  return {
    geometry,
    rows,
    condition,
    last,
    drawn,
    drawnCount,
    drawnVersion: same ? before.drawnVersion : (before?.drawnVersion ?? 0) + 1,
    showWeak,
    badEdges: badEdgesOf(geometry, condition, drawn),
    bandCounts,
    counts: total,
    aged,
  };
}

type Tally = { -readonly [Key in keyof Counts]: number };

function emptyCounts(): Tally {
  return { total: 0, critical: 0, warning: 0, info: 0, healthy: 0, unknown: 0 };
}

function count1(tally: Tally, condition: Condition): void {
  tally.total += 1;
  tally[condition] += 1;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function badEdgesOf(geometry: Geometry, condition: Uint8Array, drawn: Uint8Array): Int32Array {
  const bad = (node: number): boolean => at(condition, node) <= WARNING && at(drawn, node) === 1;
  const found: number[] = [];
  for (let edge = 0; edge < geometry.edgeFrom.length; edge++) {
    if (bad(at(geometry.edgeFrom, edge)) && bad(at(geometry.edgeTo, edge))) found.push(edge);
  }
  return Int32Array.from(found);
}
