import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { graphOfSpans, type Span } from './span-graph.ts';
import { withGraph, type GraphEdge, type Measured } from './graph-record.ts';
import {
  isObject,
  member,
  naming,
  numberMember,
  problem,
  readBody,
  rejected,
  textMember,
} from './record.ts';

/**
 * Jaeger's dependencies (internal/uimodel: DependencyLink): `{ data: […] }` of its API v1, where
 * `callCount` is a number, and `{ dependencies: […] }` of v3, where it is a text. The parent calls the
 * child. It lists what was called in the time that was asked for: in an outage nobody calls, so that
 * nothing is retired by it.
 */
export const jaegerDependencies: Adapter = {
  format: 'jaeger-dependencies',
  speaks: 'topology',
  intervalMs: 10 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const list = isObject(body) ? (member(body, 'dependencies') ?? member(body, 'data')) : body;
    if (!Array.isArray(list)) {
      const reason = `expected a list, got ${naming(list)}`;
      return rejected(context.source, 'wrong-type', 'data', reason, body);
    }
    const problems: Problem[] = [];
    const names = new Set<string>();
    const edges: GraphEdge[] = [];
    const measured: Measured[] = [];
    for (const [index, link] of list.entries()) {
      const from = textMember(link, 'parent');
      const to = textMember(link, 'child');
      if (from === undefined || to === undefined) {
        const reason = 'a dependency has a parent and a child';
        problems.push(problem('refused', 'missing', `[${index}]`, reason, link));
        continue;
      }
      names.add(from).add(to);
      if (from === to) continue;
      edges.push({ from, to });
      const calls = numberMember(link, 'callCount');
      if (calls !== undefined) measured.push({ from, to, calls });
    }
    const nodes = [...names].map((name) => ({ name, kind: 'service' as const }));
    return withGraph({ mode: 'window', nodes, edges, measured }, context, problems);
  },
};

/** Jaeger's traces (`GET /api/traces…`: `{ data: [{ spans, processes }] }`): who called whom in them. */
export const jaegerTrace: Adapter = {
  format: 'jaeger-trace',
  speaks: 'topology',
  intervalMs: 60 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const list = isObject(body) ? (member(body, 'data') ?? [body]) : body;
    if (!Array.isArray(list)) {
      const reason = `expected a list of traces, got ${naming(list)}`;
      return rejected(context.source, 'wrong-type', 'data', reason, body);
    }
    const problems: Problem[] = [];
    const spans: Span[] = [];
    for (const [index, trace] of list.entries()) {
      const sent = isObject(trace) ? member(trace, 'spans') : undefined;
      if (!isObject(trace) || !Array.isArray(sent)) {
        problems.push(
          problem('refused', 'wrong-type', `data[${index}]`, 'a trace has spans', trace),
        );
        continue;
      }
      const processes = member(trace, 'processes');
      for (const [number, span] of sent.entries()) {
        const read = spanOf(span, processes);
        if (read !== null) spans.push(read);
        else {
          const reason = 'a span has a spanID and the process that made it';
          const place = `data[${index}].spans[${number}]`;
          problems.push(problem('refused', 'missing', place, reason, span));
        }
      }
    }
    return withGraph(graphOfSpans(spans), context, problems);
  },
};

function spanOf(sent: unknown, processes: unknown): Span | null {
  const spanId = textMember(sent, 'spanID');
  const processId = textMember(sent, 'processID');
  const own = isObject(sent) ? member(sent, 'process') : undefined;
  const process =
    isObject(processes) && processId !== undefined ? member(processes, processId) : own;
  const service = textMember(process, 'serviceName');
  if (!isObject(sent) || spanId === undefined || service === undefined) return null;
  const trace = textMember(sent, 'traceID') ?? '';
  const references = member(sent, 'references');
  const parent = (Array.isArray(references) ? references : []).find(
    (one) => textMember(one, 'refType') !== 'FOLLOWS_FROM',
  );
  const parentId = textMember(parent, 'spanID') ?? textMember(sent, 'parentSpanID');
  const tags = new Map<string, string>();
  const list = member(sent, 'tags');
  for (const tag of Array.isArray(list) ? list : []) {
    const key = textMember(tag, 'key');
    const value = isObject(tag) ? member(tag, 'value') : undefined;
    if (key !== undefined && value !== undefined) tags.set(key, String(value).slice(0, 300));
  }
  const kind = tags.get('span.kind');
  const micros = numberMember(sent, 'duration');
  return {
    id: `${trace} ${spanId}`,
    parent: parentId === undefined ? null : `${trace} ${parentId}`,
    service,
    kind:
      kind === 'server' || kind === 'client' || kind === 'producer' || kind === 'consumer'
        ? kind
        : 'internal',
    durationMs: micros === undefined || micros < 0 ? undefined : micros / 1_000,
    database: tags.get('db.system') ?? tags.get('db.type'),
    databaseName: tags.get('db.name') ?? tags.get('db.instance'),
    messaging: tags.get('messaging.system'),
    destination: tags.get('messaging.destination') ?? tags.get('message_bus.destination'),
    peer: tags.get('peer.service'),
    protocol: tags.get('rpc.system') ?? (tags.has('http.method') ? 'http' : undefined),
  };
}
