import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '../shared/adapters/fingerprint.ts';
import { seededRandom, type Random } from '../shared/kit/random.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/kit/time.ts';
import type { Outage, OutageCounts, OutagePost } from '../gateway/replay/outage.ts';

/**
 * The demo outage: 45 minutes of a payment company that loses one of its four units to a change of a
 * connection pool. Everything in it is invented here and comes from a seed; no clock is read. Times
 * inside the bodies are placeholders, `@+<ms>` after the start, which `play-outage.ts` resolves.
 *
 *   minute  0  topology, watchdog, light noise
 *           2  innocent deploy (promotion, CZ01); 3: unrelated certificate alert, stays
 *           4  a flapping probe begins, and does not stop
 *        5:30  THE CAUSE: pool size of payments-ledger-db-proxy in RZ02, cell A, then cell B at 7:00
 *           6  pool → ledger → its callers → edge: latency, errors, saturation, lag, SLO burn
 *        8:40  innocent flag (merchant portal): the red herring
 *          18  escalation: critical everywhere on the path, pods restart, cells reported
 *       31:05  the change is rolled back
 *          40  everything on the path is well again
 */

export const DEMO_SEED = 20260114;
export const DEMO_DURATION_MS = 45 * MINUTE_MS;

/** What a localisation of the demo should find. */
export const DEMO_CAUSE = {
  service: 'payments-ledger-db-proxy-rz02',
  unit: 'RZ02',
  changeId: 'CHG-48213',
  changedAtMs: 330 * SECOND_MS,
  rolledBackAtMs: 1_865 * SECOND_MS,
} as const;

interface TopologyNode {
  readonly name: string;
  readonly kind: 'service' | 'database' | 'queue' | 'cache' | 'gateway' | 'external' | 'job';
  readonly unit?: string;
  readonly cell?: string;
  readonly zone?: string;
  readonly city?: string;
  readonly owner?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface TopologyEdge {
  /** The caller. */
  readonly from: string;
  /** The callee. */
  readonly to: string;
  readonly protocol?: string;
  readonly strength?: 'sync' | 'async' | 'weak';
}

/** `POST /ingest/topology`. */
export interface TopologyBody {
  readonly version: 1;
  readonly source: string;
  readonly mode: 'whole' | 'change';
  readonly at: string;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly removed?: {
    readonly nodes: readonly string[];
    readonly edges: readonly { readonly from: string; readonly to: string }[];
  };
}

/** `POST /ingest/change`. */
export interface ChangeBody {
  readonly version: 1;
  readonly source: string;
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly kind: 'deploy' | 'config' | 'flag' | 'rollback' | 'infrastructure';
  readonly services: readonly string[];
  readonly unit?: string;
  readonly cell?: string;
  readonly by?: string;
  readonly url?: string;
  readonly status: 'started' | 'finished' | 'rolled-back';
  readonly batch?: { readonly index: number; readonly total: number };
}

/** One alert of `POST /ingest/alertmanager` (Alertmanager webhook, version "4"). */
export interface WebhookAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

export interface WebhookBody {
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly commonAnnotations: Readonly<Record<string, string>>;
  readonly externalURL: string;
  readonly alerts: readonly WebhookAlert[];
}

/** The recording that belongs to a seed: the same seed gives the same bytes. */
export function generateOutage(seed: number = DEMO_SEED): Outage {
  const random = seededRandom(seed);
  const { nodes, edges } = buildTopology();
  const episodes = buildEpisodes(nodes, random);
  const posts: OutagePost[] = [
    ...topologyPosts(nodes, edges),
    ...changePosts(),
    ...alertPosts(episodes, random),
    ...watchdogPosts(),
  ];
  posts.sort((left, right) => left.afterMs - right.afterMs);
  return {
    version: 1,
    title: 'One unit loses its ledger: a connection pool is made too small',
    seed,
    durationMs: DEMO_DURATION_MS,
    counts: countsOf(posts),
    posts,
  };
}

/** Counted from the posts themselves, not from how they were made. */
export function countsOf(posts: readonly OutagePost[]): OutageCounts {
  const nodes = new Map<string, TopologyNode>();
  const edges = new Set<string>();
  const changes = new Set<string>();
  const firings = new Set<string>();
  const resolutions = new Set<string>();
  for (const post of posts) {
    if (post.path === '/ingest/topology') {
      const body = post.body as TopologyBody;
      for (const node of body.nodes) nodes.set(node.name, node);
      for (const edge of body.edges) edges.add(`${edge.from} ${edge.to}`);
    } else if (post.path === '/ingest/change') {
      changes.add((post.body as ChangeBody).id);
    } else {
      for (const alert of (post.body as WebhookBody).alerts) {
        const key = `${alert.fingerprint} ${alert.startsAt}`;
        if (alert.status === 'firing') firings.add(key);
        else resolutions.add(key);
      }
    }
  }
  const services = [...nodes.values()].filter((node) => node.kind === 'service').length;
  return {
    services,
    nodes: nodes.size,
    edges: edges.size,
    changes: changes.size,
    firings: firings.size,
    resolutions: resolutions.size,
  };
}

// --- the company ----------------------------------------------------------------------------------

const UNITS = ['RZ01', 'RZ02', 'RZ03', 'RZ04'] as const;

/** Cell → its zone; a zone's city is below. The letter A is the cell that a unit's node is listed in. */
const CELL_ZONES: Readonly<Record<string, string>> = {
  RZ01A: 'hz-1',
  RZ01B: 'hz-2',
  RZ02A: 'hz-2',
  RZ02B: 'hz-1',
  RZ03A: 'sh-1',
  RZ03B: 'hz-1',
  RZ04A: 'sh-1',
  RZ04B: 'hz-2',
  GZ00A: 'hz-1',
  GZ00B: 'hz-2',
  CZ01A: 'sh-1',
  CZ01B: 'hz-1',
};

const ZONE_CITIES: Readonly<Record<string, string>> = {
  'hz-1': 'Hangzhou',
  'hz-2': 'Hangzhou',
  'sh-1': 'Shanghai',
};

type NodeRow = readonly [name: string, kind: TopologyNode['kind'], owner: string, tier?: string];

/** What every unit RZ01–RZ04 has a copy of: its slice of the customers, with its own data. */
const UNIT_NODES: readonly NodeRow[] = [
  ['checkout', 'service', 'checkout', '1'],
  ['payments-api', 'service', 'payments-core', '1'],
  ['payments-orchestrator', 'service', 'payments-core', '1'],
  ['payments-ledger', 'service', 'ledger', '1'],
  ['payments-ledger-db-proxy', 'service', 'data-platform', '1'],
  ['wallet', 'service', 'wallet', '1'],
  ['refunds', 'service', 'payments-core', '2'],
  ['balance-query', 'service', 'wallet', '2'],
  ['risk-check', 'service', 'risk', '1'],
  ['token-vault', 'service', 'security', '1'],
  ['payments-ledger-db', 'database', 'data-platform', '1'],
  ['session-cache', 'cache', 'platform', '2'],
  ['payments-events', 'queue', 'platform', '2'],
  ['settlement-writer', 'job', 'settlement', '2'],
];

/** Calls inside a unit, caller → callee. */
const UNIT_EDGES: readonly (readonly [string, string, string, TopologyEdge['strength']])[] = [
  ['checkout', 'payments-api', 'http', 'sync'],
  ['checkout', 'session-cache', 'redis', 'weak'],
  ['checkout', 'balance-query', 'grpc', 'weak'],
  ['payments-api', 'payments-orchestrator', 'grpc', 'sync'],
  ['payments-api', 'session-cache', 'redis', 'weak'],
  ['payments-api', 'refunds', 'grpc', 'sync'],
  ['payments-orchestrator', 'payments-ledger', 'grpc', 'sync'],
  ['payments-orchestrator', 'wallet', 'grpc', 'sync'],
  ['payments-orchestrator', 'risk-check', 'grpc', 'sync'],
  ['payments-orchestrator', 'token-vault', 'grpc', 'sync'],
  ['payments-orchestrator', 'payments-events', 'kafka', 'async'],
  ['refunds', 'payments-ledger', 'grpc', 'sync'],
  ['refunds', 'payments-events', 'kafka', 'async'],
  ['wallet', 'payments-ledger', 'grpc', 'sync'],
  ['balance-query', 'wallet', 'grpc', 'sync'],
  ['payments-ledger', 'payments-ledger-db-proxy', 'postgres', 'sync'],
  ['payments-ledger-db-proxy', 'payments-ledger-db', 'postgres', 'sync'],
  ['settlement-writer', 'payments-events', 'kafka', 'async'],
  ['settlement-writer', 'payments-ledger', 'grpc', 'sync'],
];

/** What cannot be split: one global copy. */
const GLOBAL_NODES: readonly NodeRow[] = [
  ['identity', 'service', 'identity', '1'],
  ['merchant-directory', 'service', 'merchants', '1'],
  ['merchant-portal', 'service', 'merchants', '3'],
  ['fee-engine', 'service', 'pricing', '2'],
  ['fx-rates', 'service', 'pricing', '2'],
  ['notification-hub', 'service', 'messaging', '2'],
  ['sms-sender', 'service', 'messaging', '3'],
  ['push-sender', 'service', 'messaging', '3'],
  ['reporting', 'service', 'data', '3'],
  ['fraud-model', 'service', 'risk', '2'],
  ['dispute-desk', 'service', 'support', '3'],
  ['developer-portal', 'service', 'partners', '3'],
  ['config-center', 'service', 'platform', '1'],
  ['audit-log', 'service', 'security', '2'],
  ['card-acquiring', 'service', 'payments-core', '1'],
  ['identity-db', 'database', 'data-platform', '1'],
  ['merchant-db', 'database', 'data-platform', '2'],
  ['reporting-db', 'database', 'data-platform', '3'],
  ['notification-queue', 'queue', 'platform', '2'],
  ['reconciliation', 'job', 'settlement', '2'],
];

/** A copy of global data close to the customers of one city. */
const CITY_NODES: readonly NodeRow[] = [
  ['customer-profile', 'service', 'customers', '1'],
  ['limits', 'service', 'risk', '1'],
  ['promotion', 'service', 'growth', '3'],
  ['bank-routing', 'service', 'payments-core', '1'],
  ['address-book', 'service', 'customers', '3'],
  ['qr-codes', 'service', 'checkout', '2'],
  ['customer-profile-db', 'database', 'data-platform', '1'],
  ['limits-cache', 'cache', 'platform', '2'],
];

/** The edge and the outside; not part of a unit. */
const EDGE_NODES: readonly (readonly [string, TopologyNode['kind'], string, string | null])[] = [
  ['edge-gateway-hz', 'gateway', 'edge', 'hz-1'],
  ['edge-gateway-sh', 'gateway', 'edge', 'sh-1'],
  ['mobile-bff', 'service', 'apps', 'hz-1'],
  ['web-bff', 'service', 'apps', 'hz-2'],
  ['partner-api', 'service', 'partners', 'sh-1'],
  ['unit-router', 'service', 'platform', 'hz-1'],
  ['synthetic-probe', 'job', 'sre', 'sh-1'],
  ['bank-clearing', 'external', 'bank', null],
  ['card-network', 'external', 'card-network', null],
  ['sms-carrier', 'external', 'carrier', null],
];

const CROSS_EDGES: readonly (readonly [string, string, string, TopologyEdge['strength']])[] = [
  ['edge-gateway-hz', 'mobile-bff', 'http', 'sync'],
  ['edge-gateway-hz', 'web-bff', 'http', 'sync'],
  ['edge-gateway-hz', 'partner-api', 'http', 'sync'],
  ['edge-gateway-sh', 'mobile-bff', 'http', 'sync'],
  ['edge-gateway-sh', 'web-bff', 'http', 'sync'],
  ['edge-gateway-sh', 'partner-api', 'http', 'sync'],
  ['mobile-bff', 'unit-router', 'http', 'sync'],
  ['web-bff', 'unit-router', 'http', 'sync'],
  ['partner-api', 'unit-router', 'http', 'sync'],
  ['mobile-bff', 'identity', 'grpc', 'sync'],
  ['web-bff', 'identity', 'grpc', 'sync'],
  ['partner-api', 'identity', 'grpc', 'sync'],
  ['mobile-bff', 'promotion', 'http', 'weak'],
  ['web-bff', 'promotion', 'http', 'weak'],
  ['mobile-bff', 'qr-codes', 'http', 'weak'],
  ['mobile-bff', 'address-book', 'http', 'weak'],
  ['web-bff', 'merchant-portal', 'http', 'sync'],
  ['partner-api', 'developer-portal', 'http', 'weak'],
  ['partner-api', 'merchant-directory', 'grpc', 'sync'],
  ['merchant-portal', 'merchant-directory', 'grpc', 'sync'],
  ['merchant-portal', 'reporting', 'http', 'weak'],
  ['merchant-portal', 'dispute-desk', 'http', 'weak'],
  ['dispute-desk', 'merchant-directory', 'grpc', 'sync'],
  ['merchant-directory', 'merchant-db', 'postgres', 'sync'],
  ['identity', 'identity-db', 'postgres', 'sync'],
  ['identity', 'audit-log', 'http', 'async'],
  ['reporting', 'reporting-db', 'postgres', 'sync'],
  ['fee-engine', 'fx-rates', 'grpc', 'sync'],
  ['notification-hub', 'notification-queue', 'kafka', 'async'],
  ['notification-queue', 'sms-sender', 'kafka', 'async'],
  ['notification-queue', 'push-sender', 'kafka', 'async'],
  ['sms-sender', 'sms-carrier', 'http', 'sync'],
  ['card-acquiring', 'card-network', 'iso8583', 'sync'],
  ['bank-routing', 'bank-clearing', 'iso20022', 'sync'],
  ['customer-profile', 'customer-profile-db', 'postgres', 'sync'],
  ['limits', 'limits-cache', 'redis', 'sync'],
  ['limits', 'customer-profile', 'grpc', 'sync'],
  ['promotion', 'customer-profile', 'grpc', 'weak'],
  ['qr-codes', 'merchant-directory', 'grpc', 'weak'],
  ['reconciliation', 'reporting-db', 'postgres', 'async'],
  ['reconciliation', 'bank-clearing', 'sftp', 'async'],
  ['synthetic-probe', 'edge-gateway-hz', 'http', 'sync'],
  ['synthetic-probe', 'edge-gateway-sh', 'http', 'sync'],
];

/** Calls between a unit and the rest; `@` stands for the unit's suffix. */
const UNIT_CROSS_EDGES: readonly (readonly [string, string, string, TopologyEdge['strength']])[] = [
  ['unit-router', 'checkout@', 'http', 'sync'],
  ['unit-router', 'payments-api@', 'http', 'sync'],
  ['payments-orchestrator@', 'fee-engine', 'grpc', 'sync'],
  ['payments-orchestrator@', 'bank-routing', 'grpc', 'sync'],
  ['payments-orchestrator@', 'card-acquiring', 'grpc', 'sync'],
  ['payments-orchestrator@', 'limits', 'grpc', 'sync'],
  ['checkout@', 'customer-profile', 'grpc', 'sync'],
  ['risk-check@', 'fraud-model', 'grpc', 'weak'],
  ['payments-events@', 'notification-hub', 'kafka', 'async'],
  ['reconciliation', 'payments-ledger@', 'grpc', 'async'],
  ['payments-ledger-db-proxy@', 'config-center', 'http', 'weak'],
];

/** Added by the innocent deploy, as a change of the topology. */
const NEW_EDGE: TopologyEdge = {
  from: 'promotion-cz01',
  to: 'limits-cz01',
  protocol: 'grpc',
  strength: 'weak',
};

function buildTopology(): { nodes: TopologyNode[]; edges: TopologyEdge[] } {
  const nodes: TopologyNode[] = [];
  const full = new Map<string, string>();
  const addUnit = (unit: string, rows: readonly NodeRow[]) => {
    rows.forEach(([name, kind, owner, tier], index) => {
      // Databases stand apart from what calls them: their primary is in the other cell.
      const cell = `${unit}${kind === 'database' || (unit.startsWith('GZ') && index % 2) ? 'B' : 'A'}`;
      const zone = CELL_ZONES[cell] ?? '';
      const fullName = `${name}-${unit.toLowerCase()}`;
      if (!unit.startsWith('RZ')) full.set(name, fullName);
      nodes.push({
        name: fullName,
        kind,
        unit,
        cell,
        zone,
        city: ZONE_CITIES[zone] ?? '',
        owner,
        tags: { component: name, tier: tier ?? '3' },
      });
    });
  };
  for (const [name, kind, owner, zone] of EDGE_NODES) {
    full.set(name, name);
    nodes.push({
      name,
      kind,
      ...(zone === null ? {} : { zone, city: ZONE_CITIES[zone] ?? '' }),
      owner,
      tags: { component: name, tier: kind === 'external' ? 'external' : '1' },
    });
  }
  for (const unit of UNITS) addUnit(unit, UNIT_NODES);
  addUnit('GZ00', GLOBAL_NODES);
  addUnit('CZ01', CITY_NODES);

  const edges: TopologyEdge[] = [];
  const add = (from: string, to: string, protocol: string, strength: TopologyEdge['strength']) => {
    edges.push({ from, to, protocol, strength: strength ?? 'sync' });
  };
  const named = (name: string, suffix: string) =>
    name.endsWith('@') ? `${name.slice(0, -1)}${suffix}` : (full.get(name) ?? name);
  for (const [from, to, protocol, strength] of CROSS_EDGES) {
    add(named(from, ''), named(to, ''), protocol, strength);
  }
  for (const unit of UNITS) {
    const suffix = `-${unit.toLowerCase()}`;
    for (const [from, to, protocol, strength] of UNIT_CROSS_EDGES) {
      add(named(from, suffix), named(to, suffix), protocol, strength);
    }
    for (const [from, to, protocol, strength] of UNIT_EDGES) {
      add(`${from}${suffix}`, `${to}${suffix}`, protocol, strength);
    }
  }
  return { nodes, edges };
}

// --- the posts that are not alerts ----------------------------------------------------------------

function topologyPosts(nodes: TopologyNode[], edges: TopologyEdge[]): OutagePost[] {
  const posts: OutagePost[] = [];
  // The catalogue lists everything every five minutes, and tells a change at once.
  for (let at = 0; at <= DEMO_DURATION_MS; at += 5 * MINUTE_MS) {
    posts.push(
      topologyPost(at, 'whole', nodes, at > minutes(2, 20) ? [...edges, NEW_EDGE] : edges),
    );
  }
  posts.push(topologyPost(minutes(2, 20), 'change', [], [NEW_EDGE]));
  return posts;
}

function topologyPost(
  at: number,
  mode: TopologyBody['mode'],
  nodes: TopologyNode[],
  edges: TopologyEdge[],
): OutagePost {
  const body: TopologyBody = {
    version: 1,
    source: 'mesh-catalogue',
    mode,
    at: offset(at),
    nodes,
    edges,
  };
  return { afterMs: at, method: 'POST', path: '/ingest/topology', body };
}

function changePosts(): OutagePost[] {
  const cause = {
    id: DEMO_CAUSE.changeId,
    title: 'Connection pool of the ledger proxy: max_connections 200 → 20 (cost review)',
    kind: 'config',
    services: [DEMO_CAUSE.service],
    unit: DEMO_CAUSE.unit,
    by: 'm.lindqvist',
  } as const;
  const promotion = {
    id: 'CHG-48207',
    title: 'Deploy promotion 5.18.0: spring vouchers respect limits',
    kind: 'deploy',
    services: ['promotion-cz01'],
    unit: 'CZ01',
    by: 'a.okafor',
  } as const;
  const portal = {
    id: 'CHG-48219',
    title: 'Flag portal.new-statements on for 10 % of merchants',
    kind: 'flag',
    services: ['merchant-portal-gz00'],
    unit: 'GZ00',
    by: 'j.huang',
  } as const;
  return [
    changePost(minutes(2, 10), { ...promotion, status: 'started', cell: 'CZ01A' }),
    changePost(minutes(4, 0), { ...promotion, status: 'finished', cell: 'CZ01A' }),
    changePost(DEMO_CAUSE.changedAtMs, {
      ...cause,
      status: 'started',
      cell: 'RZ02A',
      batch: { index: 1, total: 2 },
    }),
    changePost(minutes(7, 0), {
      ...cause,
      status: 'started',
      cell: 'RZ02B',
      batch: { index: 2, total: 2 },
    }),
    changePost(minutes(7, 40), { ...cause, status: 'finished', batch: { index: 2, total: 2 } }),
    changePost(minutes(8, 40), { ...portal, status: 'started' }),
    changePost(minutes(8, 42), { ...portal, status: 'finished' }),
    changePost(DEMO_CAUSE.rolledBackAtMs, { ...cause, by: 'n.petrov', status: 'rolled-back' }),
  ];
}

function changePost(
  at: number,
  change: Omit<ChangeBody, 'version' | 'source' | 'at' | 'url'>,
): OutagePost {
  const { id, ...rest } = change;
  const body: ChangeBody = {
    version: 1,
    source: 'change-desk',
    id,
    at: offset(at),
    ...rest,
    url: `https://changes.payments.example/${id}`,
  };
  return { afterMs: at + 800, method: 'POST', path: '/ingest/change', body };
}

// --- what fires -----------------------------------------------------------------------------------

/** One alert from its start to its end, as the rule saw it. */
interface Episode {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startMs: number;
  /** null: still open when the recording ends. */
  readonly endMs: number | null;
}

type Severity = 'critical' | 'warning' | 'info';

interface Rule {
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
  readonly low: number;
  readonly high: number;
}

/** `%s` is the service, `%v` a value between `low` and `high`. */
const RULES: Readonly<Record<string, Rule>> = {
  ConnectionPoolSaturated: {
    summary: 'Connection pool of %s is exhausted',
    description: '%v % of the connections in use for 1 minute, callers wait.',
    runbook: 'connection-pool-exhaustion',
    low: 96,
    high: 100,
  },
  ConnectionAcquireTimeouts: {
    summary: '%s cannot get a database connection',
    description: '%v acquire timeouts per second.',
    runbook: 'connection-pool-exhaustion',
    low: 12,
    high: 140,
  },
  ThreadPoolSaturated: {
    summary: 'Worker threads of %s are all busy',
    description: '%v % of the worker threads busy for 2 minutes.',
    runbook: 'connection-pool-exhaustion',
    low: 95,
    high: 100,
  },
  DatabaseConnectionsHigh: {
    summary: 'Connections to %s come and go',
    description: '%v new connections per second (normal: below 5).',
    runbook: 'database-primary-failover',
    low: 60,
    high: 190,
  },
  RequestLatencyHigh: {
    summary: '%s answers slowly',
    description: 'p99 latency is %v ms over 1 minute.',
    runbook: 'roll-back-a-change',
    low: 900,
    high: 9_800,
  },
  ErrorRateHigh: {
    summary: '%s fails requests',
    description: '%v % of requests failed over 1 minute.',
    runbook: 'roll-back-a-change',
    low: 4,
    high: 71,
  },
  UpstreamTimeouts: {
    summary: '%s runs into timeouts below it',
    description: '%v timeouts per second towards dependencies.',
    runbook: 'roll-back-a-change',
    low: 8,
    high: 260,
  },
  CircuitBreakerOpen: {
    summary: 'A circuit breaker of %s is open',
    description: 'Open for %v s; calls fail at once.',
    runbook: 'roll-back-a-change',
    low: 30,
    high: 240,
  },
  PodRestartingOften: {
    summary: 'Pods of %s restart',
    description: '%v restarts in 5 minutes: liveness probe failed.',
    runbook: 'roll-back-a-change',
    low: 3,
    high: 9,
  },
  QueueLagGrowing: {
    summary: 'Lag of %s grows',
    description: '%v thousand messages behind and growing for 3 minutes.',
    runbook: 'message-queue-backlog',
    low: 20,
    high: 480,
  },
  DeadLetterQueueGrowing: {
    summary: 'Dead letters of %s grow',
    description: '%v messages given up in 5 minutes.',
    runbook: 'message-queue-backlog',
    low: 40,
    high: 900,
  },
  SettlementBacklog: {
    summary: '%s is behind',
    description: 'Oldest unsettled payment is %v minutes old.',
    runbook: 'message-queue-backlog',
    low: 6,
    high: 19,
  },
  ErrorBudgetBurnFast: {
    summary: 'Error budget of %s burns fast',
    description: 'Burn rate %v over 5 minutes and 1 hour (limit 14.4).',
    runbook: 'roll-back-a-change',
    low: 15,
    high: 260,
  },
  ErrorBudgetBurnSlow: {
    summary: 'Error budget of %s burns',
    description: 'Burn rate %v over 30 minutes and 6 hours (limit 6).',
    runbook: 'roll-back-a-change',
    low: 6,
    high: 14,
  },
  SyntheticPaymentFailing: {
    summary: 'Synthetic payments fail through %s',
    description: '%v of the last 10 synthetic payments failed.',
    runbook: 'roll-back-a-change',
    low: 4,
    high: 10,
  },
  PaymentSuccessRateLow: {
    summary: 'Payments fail for customers of %s',
    description: 'Success rate %v % over 2 minutes (goal 99.95 %).',
    runbook: 'roll-back-a-change',
    low: 31,
    high: 78,
  },
  CellErrorRateHigh: {
    summary: 'A cell fails: errors entering %s',
    description: '%v % of the requests of this cell failed over 2 minutes.',
    runbook: 'drain-a-cell',
    low: 30,
    high: 68,
  },
  CertificateExpiresSoon: {
    summary: 'Certificate of %s ends in %v hours',
    description: 'partner-api.payments.example; renewal has failed twice.',
    runbook: 'certificate-expiry',
    low: 60,
    high: 71,
  },
  ProbeFailing: {
    summary: 'Probe of %s fails',
    description: 'Carrier health check lost; %v failures in a row.',
    runbook: '',
    low: 2,
    high: 4,
  },
  CpuThrottlingHigh: {
    summary: '%s is throttled',
    description: '%v % of CPU periods throttled.',
    runbook: '',
    low: 26,
    high: 45,
  },
  DiskFillingUp: {
    summary: 'Disk of %s fills up',
    description: '%v % used; full in less than a day at this rate.',
    runbook: '',
    low: 81,
    high: 88,
  },
  JobRunLate: {
    summary: 'A run of %s is late',
    description: '%v minutes after its schedule.',
    runbook: '',
    low: 11,
    high: 24,
  },
  CacheHitRateLow: {
    summary: 'Cache hit rate of %s is low',
    description: 'Hit rate %v % over 10 minutes.',
    runbook: '',
    low: 61,
    high: 78,
  },
};

/**
 * How the fault climbs: component of RZ02 → what fires, when (minutes), with which severity, on how
 * many of its pods, and when it is well again. Later rows of one alert are its escalation.
 */
type Symptom = readonly [
  component: string,
  alertname: string,
  severity: Severity,
  pods: number,
  fromMinute: number,
  untilMinute: number,
];

const SYMPTOMS: readonly Symptom[] = [
  // the cause itself
  ['payments-ledger-db-proxy', 'ConnectionPoolSaturated', 'warning', 8, 6.4, 32.3],
  ['payments-ledger-db-proxy', 'ConnectionPoolSaturated', 'critical', 8, 7.2, 32.1],
  ['payments-ledger-db-proxy', 'RequestLatencyHigh', 'warning', 8, 7.0, 32.6],
  ['payments-ledger-db-proxy', 'ErrorRateHigh', 'critical', 8, 8.3, 32.5],
  ['payments-ledger-db', 'DatabaseConnectionsHigh', 'warning', 2, 9.2, 33.0],
  // its only caller
  ['payments-ledger', 'ConnectionAcquireTimeouts', 'warning', 8, 7.3, 32.6],
  ['payments-ledger', 'RequestLatencyHigh', 'warning', 8, 7.5, 33.4],
  ['payments-ledger', 'ThreadPoolSaturated', 'warning', 8, 8.2, 33.3],
  ['payments-ledger', 'ErrorRateHigh', 'critical', 8, 8.8, 33.2],
  ['payments-ledger', 'RequestLatencyHigh', 'critical', 8, 9.4, 33.1],
  ['payments-ledger', 'ErrorBudgetBurnFast', 'critical', 1, 11.0, 37.0],
  // callers of the ledger
  ['payments-orchestrator', 'RequestLatencyHigh', 'warning', 8, 8.6, 34.1],
  ['payments-orchestrator', 'UpstreamTimeouts', 'warning', 8, 9.0, 33.8],
  ['payments-orchestrator', 'ErrorRateHigh', 'critical', 8, 9.9, 33.9],
  ['payments-orchestrator', 'ThreadPoolSaturated', 'warning', 8, 10.4, 34.0],
  ['payments-orchestrator', 'CircuitBreakerOpen', 'warning', 8, 12.5, 33.7],
  ['payments-orchestrator', 'ThreadPoolSaturated', 'critical', 8, 18.2, 33.6],
  ['payments-orchestrator', 'PodRestartingOften', 'critical', 8, 19.3, 35.0],
  ['payments-orchestrator', 'ErrorBudgetBurnFast', 'critical', 1, 11.8, 37.2],
  ['wallet', 'RequestLatencyHigh', 'warning', 8, 8.9, 34.0],
  ['wallet', 'UpstreamTimeouts', 'warning', 8, 9.6, 33.8],
  ['wallet', 'ErrorRateHigh', 'critical', 8, 10.6, 33.9],
  ['wallet', 'PodRestartingOften', 'warning', 4, 20.4, 35.2],
  ['refunds', 'RequestLatencyHigh', 'warning', 6, 9.5, 34.2],
  ['refunds', 'ErrorRateHigh', 'critical', 6, 11.2, 34.0],
  ['settlement-writer', 'UpstreamTimeouts', 'warning', 6, 9.8, 34.0],
  ['settlement-writer', 'SettlementBacklog', 'warning', 1, 14.6, 39.0],
  ['settlement-writer', 'SettlementBacklog', 'critical', 1, 21.5, 38.0],
  ['risk-check', 'RequestLatencyHigh', 'warning', 4, 19.8, 33.9],
  ['token-vault', 'RequestLatencyHigh', 'info', 4, 20.1, 33.8],
  // callers of the callers
  ['payments-api', 'RequestLatencyHigh', 'warning', 8, 9.4, 34.6],
  ['payments-api', 'ErrorRateHigh', 'critical', 8, 10.5, 34.4],
  ['payments-api', 'ThreadPoolSaturated', 'warning', 8, 11.6, 34.4],
  ['payments-api', 'ErrorBudgetBurnFast', 'critical', 1, 12.0, 37.6],
  ['payments-api', 'ErrorBudgetBurnSlow', 'warning', 1, 22.0, 39.5],
  ['payments-api', 'RequestLatencyHigh', 'critical', 8, 18.6, 34.2],
  ['payments-api', 'UpstreamTimeouts', 'warning', 8, 10.2, 34.1],
  ['balance-query', 'RequestLatencyHigh', 'warning', 6, 9.9, 34.5],
  ['balance-query', 'ErrorRateHigh', 'warning', 6, 11.4, 34.4],
  ['checkout', 'RequestLatencyHigh', 'warning', 8, 10.2, 35.0],
  ['checkout', 'ErrorRateHigh', 'critical', 8, 11.3, 34.8],
  ['checkout', 'UpstreamTimeouts', 'warning', 8, 10.8, 34.6],
  ['checkout', 'RequestLatencyHigh', 'critical', 8, 19.0, 34.6],
  ['checkout', 'ErrorBudgetBurnFast', 'critical', 1, 12.6, 37.8],
  ['checkout', 'PaymentSuccessRateLow', 'critical', 1, 13.2, 36.4],
  ['checkout', 'CellErrorRateHigh', 'critical', 2, 18.4, 35.2],
  // what flows out of the unit
  ['payments-events', 'QueueLagGrowing', 'warning', 4, 10.8, 38.9],
  ['payments-events', 'QueueLagGrowing', 'critical', 4, 18.8, 37.4],
  ['payments-events', 'DeadLetterQueueGrowing', 'warning', 2, 16.2, 38.6],
  ['session-cache', 'CacheHitRateLow', 'info', 2, 15.1, 35.8],
];

/** Beyond the unit: the full name of the node instead of the component. */
const REMOTE_SYMPTOMS: readonly Symptom[] = [
  ['unit-router', 'RequestLatencyHigh', 'warning', 4, 11.0, 35.2],
  ['unit-router', 'UpstreamTimeouts', 'warning', 4, 11.4, 35.0],
  ['unit-router', 'ErrorRateHigh', 'warning', 4, 12.1, 35.1],
  ['unit-router', 'ErrorRateHigh', 'critical', 4, 18.9, 34.9],
  ['unit-router', 'ErrorBudgetBurnFast', 'critical', 1, 14.0, 38.0],
  ['mobile-bff', 'RequestLatencyHigh', 'warning', 4, 11.8, 35.6],
  ['mobile-bff', 'ErrorRateHigh', 'warning', 4, 12.6, 35.4],
  ['mobile-bff', 'ErrorRateHigh', 'critical', 4, 19.4, 35.1],
  ['web-bff', 'RequestLatencyHigh', 'warning', 4, 12.0, 35.7],
  ['web-bff', 'ErrorRateHigh', 'warning', 4, 12.9, 35.4],
  ['partner-api', 'ErrorRateHigh', 'warning', 4, 13.1, 35.8],
  ['partner-api', 'ErrorBudgetBurnSlow', 'warning', 1, 23.4, 39.7],
  ['edge-gateway-hz', 'ErrorRateHigh', 'warning', 3, 13.4, 35.9],
  ['edge-gateway-hz', 'ErrorBudgetBurnFast', 'critical', 1, 15.0, 38.4],
  ['edge-gateway-sh', 'ErrorRateHigh', 'warning', 3, 14.0, 36.0],
  ['synthetic-probe', 'SyntheticPaymentFailing', 'critical', 2, 10.9, 35.5],
  // retries and what waits for events
  ['identity-gz00', 'RequestLatencyHigh', 'warning', 4, 15.2, 34.9],
  ['identity-gz00', 'CpuThrottlingHigh', 'warning', 4, 16.0, 35.3],
  ['fee-engine-gz00', 'RequestLatencyHigh', 'warning', 3, 16.6, 34.8],
  ['limits-cz01', 'RequestLatencyHigh', 'warning', 3, 16.9, 34.7],
  ['customer-profile-cz01', 'RequestLatencyHigh', 'warning', 3, 17.4, 35.0],
  ['notification-hub-gz00', 'QueueLagGrowing', 'warning', 2, 17.0, 38.2],
  ['notification-queue-gz00', 'QueueLagGrowing', 'warning', 2, 17.8, 38.6],
  ['reconciliation-gz00', 'SettlementBacklog', 'warning', 1, 18.0, 39.3],
  ['reconciliation-gz00', 'UpstreamTimeouts', 'warning', 2, 14.4, 34.6],
  ['config-center-gz00', 'RequestLatencyHigh', 'info', 2, 20.6, 33.9],
];

/** Noise that has nothing to do with it: node, alert, severity, from, until (minutes). */
const NOISE: readonly (readonly [string, string, Severity, number, number | null])[] = [
  ['reporting-gz00', 'CpuThrottlingHigh', 'info', 0.7, 3.4],
  ['reporting-db-gz00', 'DiskFillingUp', 'warning', 1.2, null],
  ['dispute-desk-gz00', 'RequestLatencyHigh', 'info', 1.9, 2.8],
  ['promotion-cz01', 'CpuThrottlingHigh', 'info', 2.6, 4.4],
  ['session-cache-rz03', 'CacheHitRateLow', 'info', 3.1, 6.2],
  ['reconciliation-gz00', 'JobRunLate', 'info', 4.2, 9.0],
  ['fx-rates-gz00', 'RequestLatencyHigh', 'info', 13.7, 15.1],
  ['promotion-cz01', 'CpuThrottlingHigh', 'info', 22.3, 25.0],
  ['developer-portal-gz00', 'RequestLatencyHigh', 'info', 27.8, 29.9],
  ['session-cache-rz01', 'CacheHitRateLow', 'info', 36.5, 41.0],
  ['settlement-writer-rz04', 'JobRunLate', 'info', 41.3, 43.6],
  ['fraud-model-gz00', 'CpuThrottlingHigh', 'info', 42.2, null],
];

function buildEpisodes(nodes: readonly TopologyNode[], random: Random): Episode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const episodes: Episode[] = [];
  const open = (
    name: string,
    alertname: string,
    severity: Severity,
    pod: { index: number; letter: 'A' | 'B' } | null,
    startMs: number,
    endMs: number | null,
  ) => {
    const node = byName.get(name);
    const rule = RULES[alertname];
    if (!node || !rule) throw new Error(`the story names ${name} ${alertname}, which is not there`);
    episodes.push({
      labels: labelsOf(node, alertname, severity, pod),
      annotations: annotationsOf(rule, node.name, between(random, rule.low, rule.high)),
      startMs: Math.round(startMs),
      endMs: endMs === null ? null : Math.round(endMs),
    });
  };

  const climb = (symptoms: readonly Symptom[], suffix: string) => {
    for (const [component, alertname, severity, pods, fromMinute, untilMinute] of symptoms) {
      for (let index = 0; index < pods; index += 1) {
        // Cell A got the change first; its pods, and those that call them, feel it first.
        const letter = index % 2 === 0 ? 'A' : 'B';
        const lag = letter === 'B' ? between(random, 26, 42) : between(random, 0, 12);
        const start = fromMinute * MINUTE_MS + lag * SECOND_MS;
        const end = untilMinute * MINUTE_MS + between(random, -9, 6) * SECOND_MS;
        open(`${component}${suffix}`, alertname, severity, { index, letter }, start, end);
      }
    }
  };
  climb(SYMPTOMS, `-${DEMO_CAUSE.unit.toLowerCase()}`);
  climb(REMOTE_SYMPTOMS, '');

  for (const [name, alertname, severity, fromMinute, untilMinute] of NOISE) {
    const start = fromMinute * MINUTE_MS + between(random, 0, 9) * SECOND_MS;
    const end = untilMinute === null ? null : untilMinute * MINUTE_MS;
    open(name, alertname, severity, { index: between(random, 0, 3), letter: 'A' }, start, end);
  }
  open('partner-api', 'CertificateExpiresSoon', 'warning', null, minutes(3, 20), null);

  // On and off all the time: what a damper is for.
  for (let at = minutes(4, 0); at < minutes(44, 0);) {
    const on = between(random, 25, 50) * SECOND_MS;
    open('sms-sender-gz00', 'ProbeFailing', 'warning', { index: 0, letter: 'A' }, at, at + on);
    at += on + between(random, 25, 55) * SECOND_MS;
  }
  return episodes;
}

function labelsOf(
  node: TopologyNode,
  alertname: string,
  severity: Severity,
  pod: { index: number; letter: 'A' | 'B' } | null,
): Record<string, string> {
  const cell =
    node.unit === undefined
      ? undefined
      : pod === null || node.kind === 'database'
        ? node.cell
        : `${node.unit}${pod.letter}`;
  const zone = (cell === undefined ? undefined : CELL_ZONES[cell]) ?? node.zone;
  return {
    alertname,
    severity,
    service: node.name,
    ...(zone === undefined ? {} : { zone }),
    ...(node.unit === undefined ? {} : { unit: node.unit }),
    ...(cell === undefined ? {} : { cell }),
    ...(pod === null ? {} : { instance: `${node.name}-${pod.index}` }),
    team: node.owner ?? 'sre',
  };
}

function annotationsOf(rule: Rule, service: string, value: number): Record<string, string> {
  const fill = (text: string) => text.replace('%s', service).replace('%v', String(value));
  return {
    summary: fill(rule.summary),
    description: fill(rule.description),
    ...(rule.runbook === ''
      ? {}
      : { runbook_url: `https://runbooks.payments.example/${rule.runbook}.md` }),
  };
}

// --- Alertmanager ---------------------------------------------------------------------------------

const GROUP_WAIT_MS = 5 * SECOND_MS;
const GROUP_INTERVAL_MS = 20 * SECOND_MS;
const OPEN_END = '0001-01-01T00:00:00Z';
const EXTERNAL_URL = 'https://alertmanager.payments.example';

/**
 * What Alertmanager makes of the episodes: groups by alert name and service, waits for company at
 * first, and then tells of a group at most once per interval, with all that fires in it and what
 * ended since the last time. (A firing that begins and ends between two notices is still told: the
 * interval is shorter than any episode here.)
 */
function alertPosts(episodes: readonly Episode[], random: Random): OutagePost[] {
  const groups = new Map<string, Episode[]>();
  for (const episode of episodes) {
    const key = `${episode.labels['alertname'] ?? ''} ${episode.labels['service'] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(episode);
    else groups.set(key, [episode]);
  }
  const posts: OutagePost[] = [];
  for (const group of groups.values()) {
    const moments = group
      .flatMap((episode) => [episode.startMs, ...(episode.endMs === null ? [] : [episode.endMs])])
      .sort((left, right) => left - right);
    let lastFlush = -Infinity;
    for (const moment of moments) {
      if (moment <= lastFlush) continue;
      const idle = !group.some(
        (episode) => episode.startMs <= lastFlush && (episode.endMs ?? Infinity) > lastFlush,
      );
      const jitter = between(random, 40, 400);
      const flush = Math.max(idle ? moment + GROUP_WAIT_MS : moment, lastFlush + GROUP_INTERVAL_MS);
      const told = group.filter(
        (episode) => episode.startMs <= flush && (episode.endMs ?? Infinity) > lastFlush,
      );
      if (flush + jitter <= DEMO_DURATION_MS && told.length > 0) {
        posts.push(webhookPost(flush, jitter, told));
      }
      lastFlush = flush;
    }
  }
  return posts;
}

function webhookPost(flush: number, jitter: number, told: readonly Episode[]): OutagePost {
  const first = told[0];
  const groupLabels = {
    alertname: first?.labels['alertname'] ?? '',
    service: first?.labels['service'] ?? '',
  };
  const alerts = told.map((episode) => webhookAlert(episode, flush));
  const body: WebhookBody = {
    version: '4',
    groupKey: `{}:{alertname="${groupLabels.alertname}", service="${groupLabels.service}"}`,
    truncatedAlerts: 0,
    status: alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved',
    receiver: 'holdfast',
    groupLabels,
    commonLabels: common(alerts.map((alert) => alert.labels)),
    commonAnnotations: common(alerts.map((alert) => alert.annotations)),
    externalURL: EXTERNAL_URL,
    alerts,
  };
  return { afterMs: flush + jitter, method: 'POST', path: '/ingest/alertmanager', body };
}

function webhookAlert(episode: Episode, flush: number): WebhookAlert {
  const isOver = episode.endMs !== null && episode.endMs <= flush;
  return {
    status: isOver ? 'resolved' : 'firing',
    labels: episode.labels,
    annotations: episode.annotations,
    startsAt: offset(episode.startMs),
    endsAt: isOver ? offset(episode.endMs) : OPEN_END,
    generatorURL: `https://prometheus.payments.example/graph?g0.expr=${episode.labels['alertname'] ?? ''}&g0.tab=1`,
    fingerprint: fingerprintOf(episode.labels),
  };
}

/** A route of its own with a repeat interval of one minute: silence means that Alertmanager is dead. */
function watchdogPosts(): OutagePost[] {
  const labels = { alertname: 'Watchdog', severity: 'info', team: 'sre' };
  const annotations = {
    summary: 'An alert that always fires, so that its absence is noticed',
    description: 'Sent every minute while the whole path from Prometheus to here works.',
  };
  const body: WebhookBody = {
    version: '4',
    groupKey: '{}/{alertname="Watchdog"}:{alertname="Watchdog"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'holdfast',
    groupLabels: { alertname: 'Watchdog' },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: EXTERNAL_URL,
    alerts: [
      {
        status: 'firing',
        labels,
        annotations,
        startsAt: offset(0),
        endsAt: OPEN_END,
        generatorURL: 'https://prometheus.payments.example/graph?g0.expr=vector%281%29&g0.tab=1',
        fingerprint: fingerprintOf(labels),
      },
    ],
  };
  const posts: OutagePost[] = [];
  for (let at = 0; at <= DEMO_DURATION_MS; at += MINUTE_MS) {
    posts.push({ afterMs: at, method: 'POST', path: '/ingest/alertmanager', body });
  }
  return posts;
}

function common(records: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first, ...rest] = records;
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([key, value]) =>
      rest.every((record) => record[key] === value),
    ),
  );
}

function offset(ms: number): string {
  return `@+${ms}`;
}

function minutes(whole: number, seconds: number): number {
  return whole * MINUTE_MS + seconds * SECOND_MS;
}

/** A whole number between two, both included. */
function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** The file as it is committed: compact, one line. */
export function outageText(outage: Outage): string {
  return `${JSON.stringify(outage)}\n`;
}

export const DEMO_FILE = new URL('../resources/demo/outage.json', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outage = generateOutage();
  writeFileSync(DEMO_FILE, outageText(outage));
  process.stdout.write(`${JSON.stringify({ posts: outage.posts.length, ...outage.counts })}\n`);
}
