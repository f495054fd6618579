import type { FactDraft } from '../facts/fact.ts';
import { edgeThing, type EdgeStrength, type NodeKind } from '../facts/topology.ts';
import type { Adapted, AdapterContext, Problem } from './adapter.ts';
import { cut, declaredDigest } from './record.ts';
import { adaptTopology } from './topology.ts';

/** What formats that describe a graph have in common. */
export interface Graph {
  /**
   * `whole`: all that the source knows; `window`: all calls that it saw in a while; `change`: some of
   * what it saw, which tells nothing of the rest.
   */
  readonly mode: 'whole' | 'window' | 'change';
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly measured?: readonly Measured[];
  /** When it was so (ms since the epoch); absent: now. */
  readonly at?: number;
}

export interface GraphNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly zone?: string | undefined;
  readonly owner?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly protocol?: string | undefined;
  readonly strength?: EdgeStrength;
}

/** What was measured of a call; what was not is left out. */
export interface Measured {
  readonly from: string;
  readonly to: string;
  readonly windowMs?: number | undefined;
  readonly calls?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly errorsPerSecond?: number | undefined;
  readonly latencyMs?: number | undefined;
  readonly latencyP95Ms?: number | undefined;
}

const MAX_NAME = 300;
const MAX_THING = 1_024;

/** A graph as facts of what differs from before, and its measurements. */
export function withGraph(graph: Graph, context: AdapterContext, problems: Problem[]): Adapted {
  const at = graph.at === undefined ? {} : { at: new Date(graph.at).toISOString() };
  // Where something was not understood nothing may be taken for gone.
  const isWhole = !problems.some(({ weight }) => weight === 'refused');
  const body = {
    version: 1,
    mode: isWhole ? graph.mode : 'change',
    ...at,
    nodes: graph.nodes.map((node) => ({ ...node, name: cut(node.name, MAX_NAME) })),
    edges: graph.edges.map(({ from, to, ...edge }) => ({
      ...edge,
      from: cut(from, MAX_NAME),
      to: cut(to, MAX_NAME),
    })),
  };
  const adapted = adaptTopology(body, context);
  const known = context.declaredBy(adapted.source);
  const measured = new Map<string, FactDraft>();
  let unchanged = 0;
  for (const one of graph.measured ?? []) {
    const fact = factOf(one, graph, context);
    if (fact.thing.length > MAX_THING) continue;
    if (known.get(measuredKey(fact.thing)) === declaredDigest(fact.body)) unchanged += 1;
    else measured.set(fact.thing, fact);
  }
  return {
    ...adapted,
    facts: [...adapted.facts, ...measured.values()],
    problems: [...problems, ...adapted.problems],
    unchanged: adapted.unchanged + unchanged,
  };
}

/** Under which name AdapterContext.declaredBy knows what was last measured of a call. */
export function measuredKey(thing: string): string {
  return `measured ${thing}`;
}

/** Two digits are what anyone reads; with more, every poll of every call would be news. */
function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2));
}

function factOf(measured: Measured, { at }: Graph, { now, source }: AdapterContext): FactDraft {
  const from = cut(measured.from, MAX_NAME);
  const to = cut(measured.to, MAX_NAME);
  const body: Record<string, unknown> = { from, to };
  for (const key of [
    'windowMs',
    'calls',
    'requestsPerSecond',
    'errorsPerSecond',
    'latencyMs',
    'latencyP95Ms',
  ] as const) {
    const value = measured[key];
    if (value !== undefined && Number.isFinite(value) && value >= 0) {
      body[key] = key === 'windowMs' ? Math.max(1, Math.round(value)) : rounded(value);
    }
  }
  return {
    kind: 'edge.measured',
    v: 1,
    thing: edgeThing(from, to),
    at: at ?? now,
    heardAt: now,
    source,
    body: body as FactDraft['body'],
  };
}
