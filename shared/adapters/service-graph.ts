import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { readAnswer } from './prometheus-alerts.ts';
import { withGraph, type GraphEdge, type GraphNode, type Measured } from './graph-record.ts';
import { isObject, member, naming, problem, rejected, textMember } from './record.ts';

/**
 * Service-graph metrics of Tempo, the OpenTelemetry collector or Alloy, as the result of an instant
 * query at Prometheus (grafana/tempo, service_graphs). Names are matched by their end, since a
 * collector may put a namespace before them; without a name the value is the rate of requests. It
 * lists the calls that were seen in the window of the query.
 */
export const serviceGraph: Adapter = {
  format: 'service-graph',
  speaks: 'topology',
  intervalMs: 10 * MINUTE_MS,
  adapt(bytes, context) {
    const answer = readAnswer(bytes, context.source);
    if ('rejected' in answer) return answer;
    const result = isObject(answer.data) ? member(answer.data, 'result') : undefined;
    if (!Array.isArray(result)) {
      const reason = `expected a list, got ${naming(result)}`;
      return rejected(context.source, 'wrong-type', 'data.result', reason, answer.data);
    }
    const problems: Problem[] = [];
    const nodes = new Map<string, GraphNode>();
    const edges = new Map<string, GraphEdge>();
    const sums = new Map<string, Record<Part, number | undefined>>();
    for (const [index, series] of result.entries()) {
      const metric = isObject(series) ? member(series, 'metric') : undefined;
      const server = textMember(metric, 'server');
      if (server === undefined) {
        const place = `data.result[${index}].metric`;
        problems.push(problem('refused', 'missing', place, 'a call has a server', series));
        continue;
      }
      // A call whose caller sent no span comes from outside.
      const client = textMember(metric, 'client') ?? 'user';
      const connection = textMember(metric, 'connection_type') ?? '';
      const virtual = textMember(metric, 'virtual_node');
      nodes.set(
        client,
        nodes.get(client) ?? {
          name: client,
          kind: client === 'user' || virtual === 'client' ? 'external' : 'service',
        },
      );
      const kind =
        connection === 'database'
          ? 'database'
          : connection === 'messaging_system'
            ? 'queue'
            : virtual === 'server' || connection === 'virtual_node'
              ? 'external'
              : 'service';
      const known = nodes.get(server);
      if (known === undefined || known.kind === 'service')
        nodes.set(server, { name: server, kind });
      if (client === server) continue;
      const key = JSON.stringify([client, server]);
      edges.set(
        key,
        edges.get(key) ?? {
          from: client,
          to: server,
          strength: connection === 'messaging_system' ? 'async' : 'sync',
        },
      );
      const part = partOf(
        textMember(metric, '__name__') ?? textMember(metric, 'holdfast_part') ?? '',
      );
      const value = valueOf(series);
      if (part === null || value === null) continue;
      const sum = sums.get(key) ?? { requests: undefined, failed: undefined, seconds: undefined };
      sum[part] = (sum[part] ?? 0) + value;
      sums.set(key, sum);
    }
    const measured: Measured[] = [...edges].flatMap(([key, { from, to }]) => {
      const sum = sums.get(key);
      if (sum === undefined) return [];
      const { requests, failed, seconds } = sum;
      const mean =
        requests !== undefined && seconds !== undefined && requests > 0
          ? (seconds / requests) * 1_000
          : undefined;
      return [{ from, to, requestsPerSecond: requests, errorsPerSecond: failed, latencyMs: mean }];
    });
    return withGraph(
      { mode: 'window', nodes: [...nodes.values()], edges: [...edges.values()], measured },
      context,
      problems,
    );
  },
};

type Part = 'requests' | 'failed' | 'seconds';

function partOf(name: string): Part | null {
  if (name === '' || name.endsWith('service_graph_request_total')) return 'requests';
  if (name.endsWith('service_graph_request_failed_total')) return 'failed';
  return name.endsWith('service_graph_request_server_seconds_sum') ? 'seconds' : null;
}

function valueOf(series: unknown): number | null {
  const value = isObject(series) ? member(series, 'value') : undefined;
  const number = Array.isArray(value) ? Number(value[1]) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : null;
}
