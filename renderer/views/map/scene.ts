import { at, buildCallGraph, type CallGraph } from '../../../shared/graph/call-graph.ts';
import type { FoldedCall, FoldedGraph } from '../../../shared/graph/folded-graph.ts';
import type { Layout } from '../../../shared/graph/layout.ts';
import { neighbourhood } from '../../../shared/graph/neighbourhood.ts';
import { buildSpatialIndex, type SpatialIndex } from '../../../shared/graph/spatial-index.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { matches, type Condition } from './filter.ts';
import type { Focus, MapFilter } from './map-query.ts';
import { rollUp } from './roll-up.ts';

/** What only changes when services or calls come, go, are folded or moved. */
export interface Geometry {
  readonly layout: Layout;
  /** Of what is drawn: services and folded groups. */
  readonly graph: CallGraph;
  /** Of all services, folded or not. */
  readonly services: CallGraph;
  readonly folded: FoldedGraph;
  /** Members of what is drawn, by node. */
  readonly members: readonly (readonly string[])[];
  /** The group that a node stands for, by node; null: a service. */
  readonly groupOf: readonly (string | null)[];
  readonly index: SpatialIndex;
  readonly edgeFrom: Int32Array;
  readonly edgeTo: Int32Array;
  /** Index into `STRENGTHS`. */
  readonly edgeStrength: Uint8Array;
  /** How many calls between services an edge stands for. */
  readonly edgeCount: Uint32Array;
  /** Edges of node n: `edgesOf[edgeStart[n] … edgeStart[n + 1])`. */
  readonly edgeStart: Int32Array;
  readonly edgesOf: Int32Array;
  /** Nodes with many calls first: who gets a label when there is room for few. */
  readonly byDegree: Int32Array;
}

/** What changes with every batch of rows. */
export interface Scene {
  readonly geometry: Geometry;
  /** By index of `geometry.layout.names`, of a group rolled up; undefined where it has already gone. */
  readonly rows: readonly (NodeRow | undefined)[];
  /** A service's row, shown or not. */
  readonly rowOf: (name: string) => NodeRow | undefined;
  /** The services that pass filter and focus, folded or not. */
  readonly passing: readonly NodeRow[];
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
  /** How hard a node is hit, as an index into `HITS`; null: no blast radius is asked for. */
  readonly hit: Uint8Array | null;
  /** Nodes that somebody put into the selection. */
  readonly marked: ReadonlySet<number>;
  /** Nodes whose place somebody chose. */
  readonly pinned: ReadonlySet<number>;
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
export const HITS = ['clean', 'failed', 'sync', 'async', 'weak'] as const;
export const CLEAN = 0;

export function buildGeometry(
  layout: Layout,
  folded: FoldedGraph,
  services: CallGraph | null,
): Geometry {
  const indexOf = new Map<string, number>();
  layout.names.forEach((name, index) => indexOf.set(name, index));
  const froms: number[] = [];
  const tos: number[] = [];
  const strengths: number[] = [];
  const counts: number[] = [];
  const calls: FoldedCall[] = [];
  for (const call of folded.calls) {
    const from = indexOf.get(call.from);
    const to = indexOf.get(call.to);
    if (from === undefined || to === undefined || from === to) continue;
    froms.push(from);
    tos.push(to);
    strengths.push(STRENGTHS.indexOf(call.strength));
    counts.push(call.count);
    calls.push(call);
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
  const members: (readonly string[])[] = layout.names.map((name) => [name]);
  const groupOf: (string | null)[] = layout.names.map(() => null);
  for (const node of folded.nodes) {
    const index = indexOf.get(node.name);
    if (index === undefined) continue;
    members[index] = node.members;
    groupOf[index] = node.group;
  }
  const graph = buildCallGraph(layout.names, calls);
  return {
    layout,
    graph,
    services: services ?? graph,
    folded,
    members,
    groupOf,
    index: buildSpatialIndex(layout.x, layout.y),
    edgeFrom,
    edgeTo,
    edgeStrength: Uint8Array.from(strengths),
    edgeCount: Uint32Array.from(counts),
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
  /** How hard services are hit, by name; null: nobody asks. */
  readonly hits?: ReadonlyMap<string, (typeof HITS)[number]> | null;
  readonly marked?: ReadonlySet<string>;
  readonly pinned?: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export function buildScene(input: SceneInput, before: Scene | null): Scene {
  const { geometry, rowOf, filter, focus, showWeak, hits = null } = input;
  const { marked = NOTHING, pinned = NOTHING } = input;
  const { names, band, bands } = geometry.layout;
  const count = names.length;
  const rows: (NodeRow | undefined)[] = Array.from({ length: count });
  const passing: NodeRow[] = [];
  const condition = new Uint8Array(count);
  const last = new Uint8Array(count).fill(NONE);
  const drawn = new Uint8Array(count);
  const hit = hits === null ? null : new Uint8Array(count);
  const markedNodes = new Set<number>();
  const pinnedNodes = new Set<number>();
  const near =
    focus === null
      ? null
      : neighbourhood(geometry.services, focus.names, { up: focus.up, down: focus.down });
  const total = emptyCounts();
  const bandCounts = bands.map(emptyCounts);
  let drawnCount = 0;
  let aged = false;
  for (let node = 0; node < count; node++) {
    const name = names[node] as string;
    const group = geometry.groupOf[node] ?? null;
    const members = geometry.members[node] as readonly string[];
    if (marked.has(name)) markedNodes.add(node);
    if (pinned.has(name)) pinnedNodes.add(node);
    const shown: NodeRow[] = [];
    let known: NodeRow | undefined;
    for (const member of members) {
      const row = rowOf(member);
      if (row === undefined) continue;
      known = row;
      if (near !== null && !near.has(member)) continue;
      if (!matches(row, filter)) continue;
      shown.push(row);
      passing.push(row);
      aged ||= row.asOf !== null;
      count1(total, row.condition);
      const tally = bandCounts[at(band, node)];
      if (tally) count1(tally, row.condition);
    }
    const row = group === null ? known : shown.length > 0 ? rollUp(name, shown) : undefined;
    rows[node] = row;
    if (row === undefined) continue;
    condition[node] = CONDITIONS.indexOf(row.condition);
    if (row.lastSeverity !== null) last[node] = CONDITIONS.indexOf(row.lastSeverity);
    if (hit !== null && hits !== null) hit[node] = worstHit(members, hits);
    if (shown.length === 0) continue;
    drawn[node] = 1;
    drawnCount++;
  }
  const same = before !== null && before.geometry === geometry && sameBytes(before.drawn, drawn);
  return {
    geometry,
    rows,
    rowOf,
    passing,
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
    hit,
    marked: markedNodes,
    pinned: pinnedNodes,
  };
}

function worstHit(
  members: readonly string[],
  hits: ReadonlyMap<string, (typeof HITS)[number]>,
): number {
  let worst = HITS.length as number;
  for (const member of members) {
    const how = hits.get(member);
    if (how !== undefined) worst = Math.min(worst, HITS.indexOf(how));
  }
  return worst === HITS.length ? CLEAN : worst;
}

/** An edge row of the two ends, where neither is a group. */
export function edgeRowOf(
  scene: Scene,
  edge: number,
  rowOf: (from: string, to: string) => EdgeRow | undefined,
): EdgeRow | undefined {
  const { edgeFrom, edgeTo, layout, groupOf } = scene.geometry;
  const [from, to] = [at(edgeFrom, edge), at(edgeTo, edge)];
  if (groupOf[from] !== null || groupOf[to] !== null) return undefined;
  return rowOf(layout.names[from] as string, layout.names[to] as string);
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
