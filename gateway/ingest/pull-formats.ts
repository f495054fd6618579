import { readPrometheusConfig } from '../../shared/adapters/prometheus-config.ts';
import type { AdapterSettings } from '../../shared/adapters/adapter.ts';
import type { FormatName } from '../../shared/adapters/registry.ts';

/** How a kind of source is asked. */
export interface PullFormat {
  /** What is asked in one round, in this order; the first decides whether the source answers. */
  readonly questions: readonly PullQuestion[];
  /** How often, unless told otherwise (ms); absent: as every source. */
  readonly intervalMs?: number;
  /**
   * Whether the answers that were just read list everything that is open, so that what is absent is
   * over. Asked after the listing, with whatever else the source can be asked.
   * @throws Error when the source does not answer
   */
  readonly isComplete: (get: Get) => Promise<boolean>;
  /**
   * What the source states of itself, asked now and then (`SETTINGS_EVERY_MS`).
   * @throws Error when it does not tell: what was known before holds
   */
  readonly settings?: (get: Get) => Promise<AdapterSettings>;
}

export interface PullQuestion {
  /** Which adapter understands the answer. */
  readonly adapter: FormatName;
  /** Appended to the source's address; made of now (ms since the epoch). */
  readonly path: (now: number) => string;
  /** An answer that lists what is open; the others tell more about it. */
  readonly isListing: boolean;
}

export type Get = (path: string) => Promise<Response>;

/** Senders repeat what fires at least so often: by then a source that started anew knows it again. */
const RELEARNT_AFTER_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** How far back a source of traces looks for calls. */
const LOOKBACK_MS = 60 * MINUTE_MS;

export const pullFormats = {
  /**
   * Alertmanager's API v2 (api/v2/openapi.yaml): `GET /alerts` lists what fires, silenced and
   * inhibited alerts too, and leaves out what is resolved. It keeps alerts in memory only: after a
   * start it lists too few until every sender has repeated itself. Both times are of its own clock.
   */
  alertmanager: {
    questions: [
      { adapter: 'alertmanager-alerts', path: () => 'api/v2/alerts', isListing: true },
      { adapter: 'alertmanager-silences', path: () => 'api/v2/silences', isListing: false },
    ],
    async isComplete(get) {
      const answer = await get('api/v2/status');
      const said = (await answer.json()) as { uptime?: unknown };
      const startedAt = Date.parse(typeof said.uptime === 'string' ? said.uptime : '');
      const now = Date.parse(answer.headers.get('date') ?? '');
      return now - startedAt >= RELEARNT_AFTER_MS;
    },
  },
  /**
   * Prometheus' API (docs/querying/api.md). Its rules are evaluated anew after a start, and what has a
   * `for` is pending again unless it could be restored: until some minutes have passed, what is absent
   * may only not be known yet.
   */
  prometheus: {
    questions: [{ adapter: 'prometheus-alerts', path: () => 'api/v1/alerts', isListing: true }],
    async isComplete(get) {
      const answer = await get('api/v1/status/runtimeinfo');
      const said = (await answer.json()) as { data?: { startTime?: unknown } };
      const { startTime } = said.data ?? {};
      const startedAt = Date.parse(typeof startTime === 'string' ? startTime : '');
      const now = Date.parse(answer.headers.get('date') ?? '');
      return now - startedAt >= RELEARNT_AFTER_MS;
    },
    async settings(get) {
      const answer = await get('api/v1/status/config');
      const said = (await answer.json()) as { data?: { yaml?: unknown } };
      const { yaml } = said.data ?? {};
      if (typeof yaml !== 'string') throw new Error('the configuration is not told');
      return readPrometheusConfig(yaml).settings;
    },
  },
  /** Jaeger's dependencies (API v1), of the last hour. */
  jaeger: {
    questions: [
      {
        adapter: 'jaeger-dependencies',
        path: (now) => `api/dependencies?endTs=${now}&lookback=${LOOKBACK_MS}`,
        isListing: false,
      },
    ],
    intervalMs: MINUTE_MS,
    isComplete: () => Promise.resolve(false),
  },
  /** Kiali's graph of all namespaces that its token sees, named in the address' query or all. */
  kiali: {
    questions: [
      {
        adapter: 'kiali-graph',
        path: () => 'api/namespaces/graph?duration=600s&graphType=app&injectServiceNodes=false',
        isListing: false,
      },
    ],
    intervalMs: MINUTE_MS,
    isComplete: () => Promise.resolve(false),
  },
  /** Service-graph metrics at a Prometheus: rates of the last five minutes. */
  'service-graph': {
    questions: [{ adapter: 'service-graph', path: () => serviceGraphQuery(), isListing: false }],
    intervalMs: MINUTE_MS,
    isComplete: () => Promise.resolve(false),
  },
} as const satisfies Record<string, PullFormat>;

export type PullFormatName = keyof typeof pullFormats;

/** How often a source is asked what it states of itself. */
export const SETTINGS_EVERY_MS = 5 * MINUTE_MS;

/** One question for the three sums: a label says which is which. */
function serviceGraphQuery(): string {
  const parts = [
    'traces_service_graph_request_total',
    'traces_service_graph_request_failed_total',
    'traces_service_graph_request_server_seconds_sum',
  ].map((name) => {
    const series = `{__name__=~".*${name}"}`;
    const sum = `sum by (client, server, connection_type, virtual_node) (rate(${series}[5m]))`;
    return `label_replace(${sum}, "holdfast_part", "${name}", "", "")`;
  });
  return `api/v1/query?query=${encodeURIComponent(parts.join(' or '))}`;
}
