import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { graphOfSpans, type Span } from './span-graph.ts';
import { isObject, member, naming, problem, readBody, rejected, textMember } from './record.ts';
import { withGraph } from './graph-record.ts';

/** Spans of one post that are read. */
const MAX_SPANS = 200_000;

/**
 * OTLP/HTTP traces in JSON (opentelemetry-proto, ExportTraceServiceRequest): who called whom, in the
 * spans of one post, and how it went. It tells what was seen, never what is no longer there.
 */
export const otlpTraces: Adapter = {
  format: 'otlp-traces',
  speaks: 'topology',
  intervalMs: 10 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const resources = isObject(body) ? member(body, 'resourceSpans') : undefined;
    if (!Array.isArray(resources)) {
      const reason = `expected a list, got ${naming(resources)}`;
      return rejected(context.source, 'wrong-type', 'resourceSpans', reason, body);
    }
    const problems: Problem[] = [];
    const spans: Span[] = [];
    for (const [index, resource] of resources.entries()) {
      const place = `resourceSpans[${index}]`;
      const attributes = attributesOf(
        isObject(resource) ? member(resource, 'resource') : undefined,
      );
      const service = attributes.get('service.name');
      if (service === undefined) {
        const reason = 'the resource has no service.name';
        problems.push(problem('refused', 'missing', `${place}.resource`, reason, resource));
        continue;
      }
      const scopes = isObject(resource)
        ? (member(resource, 'scopeSpans') ?? member(resource, 'instrumentationLibrarySpans'))
        : undefined;
      for (const [number, scope] of (Array.isArray(scopes) ? scopes : []).entries()) {
        const sent = isObject(scope) ? member(scope, 'spans') : undefined;
        for (const [at, span] of (Array.isArray(sent) ? sent : []).entries()) {
          const read = spanOf(span, service);
          if (read !== null && spans.length < MAX_SPANS) spans.push(read);
          else if (read === null) {
            const where = `${place}.scopeSpans[${number}].spans[${at}]`;
            problems.push(
              problem('refused', 'wrong-type', where, 'a span has a traceId and a spanId', span),
            );
          }
        }
      }
    }
    return withGraph(graphOfSpans(spans), context, problems);
  },
};

/** `[{ key, value: { stringValue } }]` as texts. */
function attributesOf(holder: unknown): Map<string, string> {
  const list = isObject(holder) ? member(holder, 'attributes') : undefined;
  const found = new Map<string, string>();
  for (const one of Array.isArray(list) ? list : []) {
    const key = textMember(one, 'key');
    const value = isObject(one) ? member(one, 'value') : undefined;
    if (key === undefined || !isObject(value)) continue;
    for (const form of ['stringValue', 'intValue', 'boolValue', 'doubleValue']) {
      const said = member(value, form);
      if (said !== undefined && said !== null) found.set(key, String(said).slice(0, 300));
    }
  }
  return found;
}

const KINDS: Readonly<Record<string, Span['kind']>> = {
  1: 'internal',
  2: 'server',
  3: 'client',
  4: 'producer',
  5: 'consumer',
  SPAN_KIND_INTERNAL: 'internal',
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
  SPAN_KIND_PRODUCER: 'producer',
  SPAN_KIND_CONSUMER: 'consumer',
};

function spanOf(sent: unknown, service: string): Span | null {
  const traceId = textMember(sent, 'traceId');
  const spanId = textMember(sent, 'spanId');
  if (!isObject(sent) || traceId === undefined || spanId === undefined) return null;
  const attributes = attributesOf(sent);
  return {
    id: `${traceId} ${spanId}`,
    parent: parentOf(traceId, textMember(sent, 'parentSpanId')),
    service,
    kind: KINDS[String(member(sent, 'kind') ?? 1)] ?? 'internal',
    durationMs: durationOf(member(sent, 'startTimeUnixNano'), member(sent, 'endTimeUnixNano')),
    database: attributes.get('db.system') ?? attributes.get('db.system.name'),
    databaseName: attributes.get('db.name') ?? attributes.get('db.namespace'),
    messaging: attributes.get('messaging.system'),
    destination:
      attributes.get('messaging.destination.name') ?? attributes.get('messaging.destination'),
    peer: attributes.get('peer.service'),
    protocol:
      attributes.get('rpc.system') ??
      (attributes.has('http.method') || attributes.has('http.request.method') ? 'http' : undefined),
  };
}

function parentOf(traceId: string, spanId: string | undefined): string | null {
  return spanId === undefined || /^0+$/.test(spanId) ? null : `${traceId} ${spanId}`;
}

/** Nanoseconds as texts: their difference fits a number, they do not. */
function durationOf(start: unknown, end: unknown): number | undefined {
  const [from, to] = [start, end].map((one) => String(one ?? ''));
  if (!/^\d{1,19}$/.test(from ?? '') || !/^\d{1,19}$/.test(to ?? '')) return undefined;
  const nanos = BigInt(to ?? 0) - BigInt(from ?? 0);
  return nanos < 0n || nanos > 86_400_000_000_000n ? undefined : Number(nanos) / 1e6;
}
