import type { Graph, GraphEdge, GraphNode, Measured } from './graph-record.ts';

/** One span of a trace, as far as it tells who called whom. */
export interface Span {
  /** Unique within the post. */
  readonly id: string;
  readonly parent: string | null;
  readonly service: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly durationMs: number | undefined;
  /** The kind of database, of a call to one. */
  readonly database: string | undefined;
  readonly databaseName: string | undefined;
  readonly messaging: string | undefined;
  readonly destination: string | undefined;
  /** Whom the caller says it called, where nobody answered with a span. */
  readonly peer: string | undefined;
  readonly protocol: string | undefined;
}

interface Call {
  readonly edge: GraphEdge;
  count: number;
  readonly durations: number[];
}

/**
 * The calls among spans: a span whose nearest ancestor of another service called it; a call to a
 * database, a queue or a named peer of which no span came back is one to a node of its own.
 */
export function graphOfSpans(spans: readonly Span[]): Graph {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const answered = new Set<string>();
  const nodes = new Map<string, GraphNode>();
  const calls = new Map<string, Call>();
  const node = (name: string, kind: GraphNode['kind']): void => {
    if (!nodes.has(name) || kind !== 'external') nodes.set(name, nodes.get(name) ?? { name, kind });
  };
  const call = (edge: GraphEdge, span: Span): void => {
    const key = JSON.stringify([edge.from, edge.to]);
    const known = calls.get(key) ?? { edge, count: 0, durations: [] };
    calls.set(key, known);
    known.count += 1;
    if (span.durationMs !== undefined && known.durations.length < MAX_DURATIONS) {
      known.durations.push(span.durationMs);
    }
  };
  for (const span of spans) {
    node(span.service, 'service');
    const caller = span.parent === null ? undefined : byId.get(span.parent);
    if (caller === undefined || caller.service === span.service) continue;
    answered.add(caller.id);
    const isAsync = span.kind === 'consumer' || caller.kind === 'producer';
    call(
      {
        from: caller.service,
        to: span.service,
        strength: isAsync ? 'async' : 'sync',
        protocol: isAsync
          ? (span.messaging ?? caller.messaging)
          : (span.protocol ?? caller.protocol),
      },
      span,
    );
  }
  for (const span of spans) {
    if (answered.has(span.id) || (span.kind !== 'client' && span.kind !== 'producer')) continue;
    const to = calleeOf(span);
    if (to === null || to.name === span.service) continue;
    node(to.name, to.kind);
    const strength = span.kind === 'producer' ? 'async' : 'sync';
    call(
      {
        from: span.service,
        to: to.name,
        strength,
        protocol: span.database ?? span.messaging ?? span.protocol,
      },
      span,
    );
  }
  return {
    mode: 'change',
    nodes: [...nodes.values()],
    edges: [...calls.values()].map(({ edge }) => edge),
    measured: [...calls.values()].map(measuredOf),
  };
}

const MAX_DURATIONS = 10_000;

function calleeOf(span: Span): GraphNode | null {
  if (span.database !== undefined) {
    return { name: span.databaseName ?? span.peer ?? span.database, kind: 'database' };
  }
  if (span.messaging !== undefined) {
    return { name: span.destination ?? span.messaging, kind: 'queue' };
  }
  return span.peer === undefined ? null : { name: span.peer, kind: 'external' };
}

function measuredOf({ edge, count, durations }: Call): Measured {
  const sorted = durations.toSorted((left, right) => left - right);
  const sum = sorted.reduce((total, one) => total + one, 0);
  return {
    from: edge.from,
    to: edge.to,
    calls: count,
    latencyMs: sorted.length === 0 ? undefined : sum / sorted.length,
    latencyP95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1],
  };
}
