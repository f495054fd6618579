import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { withGraph, type GraphEdge, type GraphNode, type Measured } from './graph-record.ts';
import {
  isObject,
  member,
  naming,
  numberMember,
  problem,
  readBody,
  rejected,
  textMember,
  type JsonObject,
} from './record.ts';

/**
 * Kiali's graph (kiali/kiali, graph/config/common): nodes and edges as Cytoscape draws them, so also a
 * graph of anybody else who writes that. All numbers are texts; boxes hold nodes and are none; one
 * pair of nodes has an edge for each protocol.
 */
export const kialiGraph: Adapter = {
  format: 'kiali-graph',
  speaks: 'topology',
  intervalMs: 10 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const elements = isObject(body) ? member(body, 'elements') : undefined;
    const sentNodes = isObject(elements) ? member(elements, 'nodes') : undefined;
    const sentEdges = isObject(elements) ? (member(elements, 'edges') ?? []) : undefined;
    if (!Array.isArray(sentNodes) || !Array.isArray(sentEdges)) {
      const reason = `expected elements with nodes and edges, got ${naming(elements)}`;
      return rejected(context.source, 'wrong-type', 'elements', reason, body);
    }
    const problems: Problem[] = [];
    const described = new Map<string, JsonObject>();
    for (const [index, sent] of sentNodes.entries()) {
      const data = isObject(sent) ? member(sent, 'data') : undefined;
      const id = textMember(data, 'id');
      if (!isObject(data) || id === undefined) {
        const place = `elements.nodes[${index}]`;
        problems.push(problem('refused', 'missing', place, 'a node has data with an id', sent));
        continue;
      }
      if (textMember(data, 'isBox') === undefined && textMember(data, 'nodeType') !== 'box') {
        described.set(id, data);
      }
    }
    const names = namesOf(described);
    const nodes = new Map<string, GraphNode>();
    for (const [id, data] of described) {
      const name = names.get(id) ?? id;
      if (!nodes.has(name)) nodes.set(name, nodeOf(name, data));
    }
    const windowMs = (numberMember(body, 'duration') ?? 60) * 1_000;
    const edges = new Map<string, GraphEdge>();
    const sums = new Map<string, Sum>();
    for (const [index, sent] of sentEdges.entries()) {
      const data = isObject(sent) ? member(sent, 'data') : undefined;
      const from = names.get(textMember(data, 'source') ?? '');
      const to = names.get(textMember(data, 'target') ?? '');
      if (!isObject(data) || from === undefined || to === undefined) {
        const place = `elements.edges[${index}]`;
        problems.push(
          problem('refused', 'contradiction', place, 'its ends are not among the nodes', sent),
        );
        continue;
      }
      // An app and its service, or two versions of one app, are one service to us.
      if (from === to) continue;
      const key = JSON.stringify([from, to]);
      const traffic = member(data, 'traffic');
      const protocol = textMember(traffic, 'protocol');
      edges.set(key, edges.get(key) ?? { from, to, protocol });
      sums.set(
        key,
        added(sums.get(key), data, isObject(traffic) ? member(traffic, 'rates') : undefined),
      );
    }
    const measured: Measured[] = [...edges].map(([key, { from, to }]) => {
      const { requests, errors, latencyMs } = sums.get(key) ?? NOTHING;
      return {
        from,
        to,
        windowMs,
        requestsPerSecond: requests,
        errorsPerSecond: errors,
        latencyMs,
      };
    });
    const seconds = numberMember(body, 'timestamp');
    const at =
      seconds !== undefined && seconds > 1e9 && seconds < 1e10
        ? { at: Math.trunc(seconds * 1_000) }
        : {};
    const graph = {
      mode: 'window' as const,
      nodes: [...nodes.values()],
      edges: [...edges.values()],
      measured,
      ...at,
    };
    return withGraph(graph, context, problems);
  },
};

interface Sum {
  readonly requests: number | undefined;
  readonly errors: number | undefined;
  readonly latencyMs: number | undefined;
}
const NOTHING: Sum = { requests: undefined, errors: undefined, latencyMs: undefined };

function added(before: Sum | undefined, data: JsonObject, rates: unknown): Sum {
  const requests = numberMember(rates, 'http') ?? numberMember(rates, 'grpc');
  const failed = ['http5xx', 'http4xx', 'grpcErr', 'httpNoResponse', 'grpcNoResponse'].map(
    (name) => numberMember(rates, name) ?? 0,
  );
  const latency = numberMember(data, 'responseTime');
  const sum = (left: number | undefined, right: number | undefined): number | undefined =>
    left === undefined ? right : left + (right ?? 0);
  const most = [before?.latencyMs, latency].filter((one) => one !== undefined);
  return {
    requests: sum(before?.requests, requests),
    errors:
      requests === undefined
        ? before?.errors
        : sum(
            before?.errors,
            failed.reduce((a, b) => a + b, 0),
          ),
    latencyMs: most.length === 0 ? undefined : Math.max(...most),
  };
}

/** The app, service or workload; with its namespace where several namespaces have one of that name. */
function namesOf(described: ReadonlyMap<string, JsonObject>): Map<string, string> {
  const plain = new Map<string, string>();
  const namespaces = new Map<string, Set<string>>();
  for (const [id, data] of described) {
    const name =
      textMember(data, 'app') ??
      textMember(data, 'service') ??
      textMember(data, 'workload') ??
      textMember(data, 'label') ??
      textMember(data, 'name') ??
      id;
    plain.set(id, name);
    const mine = namespaces.get(name) ?? new Set();
    namespaces.set(name, mine.add(textMember(data, 'namespace') ?? ''));
  }
  const names = new Map<string, string>();
  for (const [id, name] of plain) {
    const namespace = textMember(described.get(id), 'namespace');
    const ambiguous = (namespaces.get(name)?.size ?? 0) > 1 && namespace !== undefined;
    names.set(id, ambiguous ? `${namespace}/${name}` : name);
  }
  return names;
}

function nodeOf(name: string, data: JsonObject): GraphNode {
  const tags: Record<string, string> = {};
  for (const key of ['namespace', 'cluster'] as const) {
    const value = textMember(data, key);
    if (value !== undefined && value !== 'unknown') tags[key] = value;
  }
  const outside =
    member(data, 'isServiceEntry') !== undefined || textMember(data, 'nodeType') === 'unknown';
  return { name, kind: outside ? 'external' : 'service', tags };
}
