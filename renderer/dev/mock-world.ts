import { bareIncident, bareRun, bareRunbook, bareStep } from './bare-rows.ts';
import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type {
  AlertRow,
  ChangeRow,
  EdgeRow,
  IncidentRow,
  NodeRow,
  RowOf,
  RunbookRow,
  RunRow,
  SourceRow,
  StatusRow,
  TableName,
} from '../../shared/ipc/rows.ts';
import { parseRunbook } from '../../shared/runbooks/parse.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { seededRandom, type Random } from '../../shared/kit/random.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/kit/time.ts';

/** A made-up outage for looking at the window without a core. Development only. */

export const SCENARIOS = [
  'start',
  'empty',
  'demo',
  'busy',
  'broken',
  'offline',
  '5000',
  'salvaged',
  'damaged',
  'low',
  'gaps',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface World {
  readonly scenario: Scenario;
  readonly from: number;
  nodes: NodeRow[];
  edges: EdgeRow[];
  alerts: AlertRow[];
  changes: ChangeRow[];
  sources: SourceRow[];
  incidents: IncidentRow[];
  runs: RunRow[];
  runbooks: RunbookRow[];
  status: StatusRow;
  entries: TimelineEntry[];
}

const ZONES = ['az-1', 'az-2', 'az-3'];
const UNITS = ['unit-1', 'unit-2'];
const OWNERS = ['payments', 'ledger', 'platform', 'storefront', 'risk', 'data'];
const LAYERS: readonly (readonly string[])[] = [
  ['edge-gateway', 'api-gateway', 'partner-gateway'],
  ['web-bff', 'mobile-bff', 'partner-bff', 'admin-bff', 'checkout-bff'],
  [
    'checkout',
    'cart',
    'catalogue',
    'search',
    'pricing',
    'promotions',
    'orders',
    'returns',
    'accounts',
    'sessions',
    'notifications',
    'recommendations',
  ],
  [
    'payments-router',
    'payments-card',
    'payments-wallet',
    'payments-bank',
    'fraud-score',
    'risk-rules',
    'ledger-write',
    'ledger-read',
    'settlement',
    'invoicing',
    'inventory',
    'shipping',
    'tax',
    'currency',
    'kyc',
    'limits',
  ],
  [
    'id-allocator',
    'feature-flags',
    'config-service',
    'secrets',
    'scheduler',
    'outbox-relay',
    'audit-log',
    'mailer',
    'sms-sender',
    'push-sender',
  ],
  [
    'orders-db',
    'ledger-db',
    'accounts-db',
    'catalogue-db',
    'risk-db',
    'session-cache',
    'price-cache',
    'catalogue-cache',
    'events-queue',
    'settlement-queue',
    'search-index',
    'audit-db',
    'card-network',
    'bank-network',
    'sms-provider',
    'mail-provider',
    'reconciliation-job',
    'invoice-job',
  ],
];

const ALERT_NAMES: readonly (readonly [string, AlertRow['severity'], string])[] = [
  ['ErrorRateHigh', 'critical', 'Error rate above 5 % for 2 minutes'],
  ['RequestLatencyHigh', 'warning', 'p99 latency above 1.5 s for 3 minutes'],
  ['ConnectionPoolSaturated', 'critical', 'No free connection for 60 s'],
  ['QueueLagGrowing', 'warning', 'Backlog older than 5 minutes'],
  ['PodRestartingOften', 'info', 'Restarted 3 times in 10 minutes'],
  ['ErrorBudgetBurnFast', 'critical', 'Burns its error budget 14 times too fast'],
  ['CacheHitRatioLow', 'info', 'Hit ratio below 60 %'],
];

/** The built-in runbooks, as the core would hold them. */
const RUNBOOKS = Object.entries(
  import.meta.glob<string>('../../resources/runbooks/*.md', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
).map(([path, text]) => {
  const fileName = path.split('/').at(-1) ?? path;
  const { runbook, problems } = parseRunbook(text, { fileName });
  return { fileName, text, runbook, problems, digest: sha256Hex(text) };
});

/** The texts and their parsed form, by digest. */
export const runbookTexts: ReadonlyMap<string, (typeof RUNBOOKS)[number]> = new Map(
  RUNBOOKS.map((entry) => [entry.digest, entry]),
);

export function makeWorld(scenario: Scenario, now: number): World {
  const random = seededRandom(7);
  const from = now - 45 * MINUTE_MS;
  const isBare = scenario === 'empty' || scenario === 'start';
  const { nodes, edges } = isBare
    ? { nodes: [], edges: [] }
    : scenario === '5000'
      ? largeTopology(random, now, 5_000)
      : topology(random, now);
  const world: World = {
    scenario,
    from,
    nodes,
    edges,
    alerts: isBare ? [] : makeAlerts(random, nodes, now, from, scenario === '5000' ? 20_000 : 420),
    changes: isBare ? [] : makeChanges(now),
    sources: isBare ? [] : makeSources(scenario, now),
    incidents: isBare ? [] : [makeIncident(now)],
    runs: isBare ? [] : makeRuns(now),
    runbooks: isBare ? [] : makeRunbooks(now),
    status: makeStatus(scenario, now, from),
    entries: [],
  };
  world.entries = makeEntries(world);
  if (scenario === 'offline' || scenario === 'broken') {
    const silent = new Set(
      world.sources.filter((row) => row.freshness === 'silent').map((row) => row.source),
    );
    for (const alert of world.alerts) {
      if (alert.status === 'firing' && alert.sources.every((said) => silent.has(said.source))) {
        alert.status = 'unknown';
      }
    }
  }
  return world;
}

/** A table as it stands at a position. The mock knows a lag of 20 s between event and hearing. */
export function tableAt<Table extends TableName>(
  world: World,
  table: Table,
  position: Position,
): RowOf[Table][] {
  const rows = tableRows(world, table, position) as RowOf[Table][];
  return structuredClone(rows);
}

function tableRows(world: World, table: TableName, position: Position): readonly unknown[] {
  const moment =
    position.mode === 'live'
      ? Number.POSITIVE_INFINITY
      : position.mode === 'known'
        ? position.moment - 20 * SECOND_MS
        : position.moment;
  switch (table) {
    case 'alerts':
      return alertsAt(world, moment);
    case 'groups':
    case 'silences':
    case 'noise':
    case 'units':
    case 'clocks':
    case 'tasks':
    case 'decisions':
    case 'reports':
    case 'hypotheses':
    case 'updates':
    case 'rollCalls':
    case 'contacts':
    case 'followUps':
    case 'postMortems':
    case 'executions':
    case 'attachments':
    case 'comments':
    case 'imports':
      return [];
    case 'nodes':
      return nodesAt(world, alertsAt(world, moment));
    case 'edges':
      return world.edges;
    case 'changes':
      return world.changes.filter((change) => change.startedAt <= moment);
    case 'sources':
      return world.sources.map((source) => ({
        ...source,
        lastHeardAt:
          source.lastHeardAt === null || position.mode === 'live'
            ? source.lastHeardAt
            : position.moment - (world.status.now - source.lastHeardAt),
      }));
    case 'incidents':
      return world.incidents
        .filter((incident) => incident.declaredAt <= moment)
        .map((incident) =>
          incident.resolvedAt !== null && incident.resolvedAt > moment
            ? { ...incident, status: 'active', resolvedAt: null, resolvedBy: null }
            : incident,
        );
    case 'runs':
      return world.runs
        .filter((run) => run.startedAt <= moment)
        .map((run) => ({ ...run, steps: run.steps.filter((step) => step.at <= moment) }));
    case 'runbooks':
      return world.runbooks;
    case 'status':
      return [world.status];
  }
}

function alertsAt(world: World, moment: number): AlertRow[] {
  if (moment === Number.POSITIVE_INFINITY) return world.alerts;
  return world.alerts
    .filter((alert) => alert.startsAt <= moment)
    .map((alert) => ({
      ...alert,
      status: alert.endsAt !== null && alert.endsAt <= moment ? 'resolved' : 'firing',
      endsAt: alert.endsAt !== null && alert.endsAt <= moment ? alert.endsAt : null,
      acknowledged:
        alert.acknowledged && alert.acknowledged.at <= moment ? alert.acknowledged : null,
    }));
}

/** The nodes with the conditions that these alerts give them. */
export function nodesAt(world: World, alerts: readonly AlertRow[]): NodeRow[] {
  const byService = new Map<string, AlertRow[]>();
  for (const alert of alerts) {
    if (alert.service === null || alert.status === 'resolved') continue;
    const list = byService.get(alert.service) ?? [];
    list.push(alert);
    byService.set(alert.service, list);
  }
  return world.nodes.map((node) => {
    const open = byService.get(node.name) ?? [];
    const firing = open.filter((alert) => alert.status === 'firing');
    const unknown = open.length - firing.length;
    const worstOf = (alerts: readonly AlertRow[]): AlertRow['severity'] | undefined =>
      (['critical', 'warning', 'info'] as const).find((severity) =>
        alerts.some((alert) => alert.severity === severity),
      );
    const worst = worstOf(firing);
    const isLost = world.scenario === 'offline' && node.zone === 'az-3';
    return {
      ...node,
      condition: isLost || (worst === undefined && unknown > 0) ? 'unknown' : (worst ?? 'healthy'),
      lastSeverity: worstOf(open) ?? null,
      firing: firing.length,
      unknown,
    };
  });
}

function topology(random: Random, now: number): { nodes: NodeRow[]; edges: EdgeRow[] } {
  const nodes: NodeRow[] = [];
  const edges: EdgeRow[] = [];
  LAYERS.forEach((names, layer) => {
    names.forEach((name, index) => {
      nodes.push(
        makeNode(name, kindOf(name), ZONES[index % 3] ?? null, UNITS[index % 2] ?? null, {
          owner: OWNERS[(index + layer) % OWNERS.length] ?? null,
          cell: `cell-${String(1 + (index % 4))}`,
          now,
        }),
      );
      const below = LAYERS[layer + 1];
      if (!below) return;
      const count = 1 + Math.floor(random() * 3);
      for (let turn = 0; turn < count; turn += 1) {
        const to = below[Math.floor(random() * below.length)];
        if (to) addEdge(edges, name, to, random);
      }
    });
  });
  addEdge(edges, 'checkout', 'payments-router', random);
  addEdge(edges, 'payments-router', 'ledger-write', random);
  addEdge(edges, 'ledger-write', 'ledger-db', random);
  addEdge(edges, 'settlement', 'ledger-db', random);
  addEdge(edges, 'orders', 'orders-db', random);
  nodes.push({
    ...makeNode('legacy-tax-adapter', 'service', null, null, { owner: null, cell: null, now }),
    declared: false,
  });
  return { nodes, edges };
}

function largeTopology(
  random: Random,
  now: number,
  count: number,
): { nodes: NodeRow[]; edges: EdgeRow[] } {
  const nodes: NodeRow[] = [];
  const edges: EdgeRow[] = [];
  for (let index = 0; index < count; index += 1) {
    nodes.push(
      makeNode(
        `service-${String(index).padStart(4, '0')}`,
        'service',
        ZONES[index % 3] ?? null,
        `unit-${String(1 + (index % 8))}`,
        {
          owner: OWNERS[index % OWNERS.length] ?? null,
          cell: `cell-${String(1 + (index % 40))}`,
          now,
        },
      ),
    );
    for (let turn = 0; turn < 3 && index > 10; turn += 1) {
      const caller = Math.floor(random() * index);
      addEdge(edges, nodes[caller]?.name ?? '', nodes[index]?.name ?? '', random);
    }
  }
  return { nodes, edges };
}

function kindOf(name: string): NodeRow['kind'] {
  if (name.endsWith('-db') || name.endsWith('-index')) return 'database';
  if (name.endsWith('-cache')) return 'cache';
  if (name.endsWith('-queue')) return 'queue';
  if (name.endsWith('-gateway')) return 'gateway';
  if (name.endsWith('-network') || name.endsWith('-provider')) return 'external';
  if (name.endsWith('-job')) return 'job';
  return 'service';
}

function makeNode(
  name: string,
  kind: NodeRow['kind'],
  zone: string | null,
  unit: string | null,
  more: { owner: string | null; cell: string | null; now: number },
): NodeRow {
  return {
    key: `node:${name}`,
    name,
    kind,
    unit,
    cell: more.cell,
    zone,
    city: zone === null ? null : zone === 'az-3' ? 'Lyon' : 'Paris',
    owner: more.owner,
    tags: {},
    declared: true,
    condition: 'healthy',
    lastSeverity: null,
    firing: 0,
    unknown: 0,
    asOf: more.now - 12 * SECOND_MS,
    sources: ['topology:kiali'],
    disputes: [],
    unlistedSince: null,
  };
}

function addEdge(edges: EdgeRow[], from: string, to: string, random: Random): void {
  const key = `edge:${JSON.stringify([from, to])}`;
  if (from === '' || to === '' || from === to || edges.some((edge) => edge.key === key)) return;
  const isAsync = to.endsWith('-queue');
  edges.push({
    key,
    from,
    to,
    protocol: isAsync ? 'kafka' : to.endsWith('-db') ? 'postgres' : 'grpc',
    strength: isAsync ? 'async' : random() < 0.15 ? 'weak' : 'sync',
    sources: ['topology:kiali'],
    disputes: [],
    unlistedSince: null,
    traffic: {
      at: Date.now() - 40_000,
      source: 'topology:kiali',
      requestsPerSecond: Number((random() * 400).toPrecision(2)),
      errorsPerSecond: Number((random() * 2).toPrecision(2)),
      latencyMs: Number((5 + random() * 200).toPrecision(2)),
      latencyP95Ms: null,
    },
  });
}

function makeAlerts(
  random: Random,
  nodes: readonly NodeRow[],
  now: number,
  from: number,
  count: number,
): AlertRow[] {
  const hot = [
    'ledger-db',
    'ledger-write',
    'payments-router',
    'checkout',
    'settlement',
    'payments-card',
    'checkout-bff',
    'web-bff',
    'mobile-bff',
    'orders',
    'invoicing',
    'settlement-queue',
  ].filter((name) => nodes.some((node) => node.name === name));
  const alerts: AlertRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const isHot = hot.length > 0 && random() < 0.55;
    const place = isHot
      ? nodes.find((node) => node.name === hot[Math.floor(random() ** 2 * hot.length)])
      : nodes[Math.floor(random() ** 1.6 * nodes.length)];
    const definition = ALERT_NAMES[Math.floor(random() * ALERT_NAMES.length)];
    if (!place || !definition) continue;
    const [name, severity, summary] = definition;
    const startsAt = Math.round(from + 8 * MINUTE_MS + random() ** 1.3 * 35 * MINUTE_MS);
    const isOver = isHot ? random() < 0.35 : random() < 0.85;
    const endsAt = isOver
      ? Math.round(Math.min(now - 2_000, startsAt + random() * 9 * MINUTE_MS))
      : null;
    const fingerprint = sha256Hex(`${String(index)}${place.name}${name}`).slice(0, 16);
    const source = index % 5 === 0 ? 'alertmanager:az-3' : 'alertmanager:main';
    alerts.push({
      key: `alert:${fingerprint}`,
      fingerprint,
      name,
      severity: isHot ? severity : severity === 'critical' && random() < 0.8 ? 'warning' : severity,
      status: endsAt === null ? 'firing' : 'resolved',
      service: index === 3 ? null : place.name,
      unit: place.unit,
      cell: place.cell,
      zone: place.zone,
      city: place.city,
      shard: null,
      summary: index === 5 ? '<img src=x onerror=alert(1)> \u202Ereversed\u202C label' : summary,
      startsAt,
      endsAt,
      labels: {
        alertname: name,
        severity,
        service: place.name,
        instance: `${place.name}-${String(index % 6)}:9090`,
        zone: place.zone ?? '',
      },
      annotations: { summary, description: `${summary} on ${place.name}.` },
      sources: [{ source, status: endsAt === null ? 'firing' : 'resolved' }],
      disputed: index % 61 === 7,
      clockAhead: index % 97 === 9,
      acknowledged:
        index % 9 === 0
          ? { by: 'Mei Lin', at: startsAt + 90 * SECOND_MS, comment: 'looking at it' }
          : null,
      assigned: null,
      held: null,
      released: [],
      group: null,
      shaking: null,
      asOf: now - 9 * SECOND_MS,
    });
  }
  return alerts;
}

function makeChanges(now: number): ChangeRow[] {
  const change = (
    id: string,
    title: string,
    kind: ChangeRow['kind'],
    services: string[],
    minutesAgo: number,
    status: ChangeRow['status'],
  ): ChangeRow => ({
    key: `change:${id}`,
    changeId: id,
    title,
    kind,
    status,
    services,
    unit: 'unit-2',
    cell: null,
    city: null,
    shard: null,
    by: 'deploy-bot',
    url: 'https://deploy.example.net/' + id,
    startedAt: now - minutesAgo * MINUTE_MS,
    endedAt: status === 'started' ? null : now - (minutesAgo - 3) * MINUTE_MS,
    source: 'change:deploys',
  });
  return [
    change('d-4810', 'search 2.31.0', 'deploy', ['search'], 43, 'finished'),
    change(
      'c-0917',
      'ledger-db: max_connections 800 → 200',
      'config',
      ['ledger-db'],
      38,
      'finished',
    ),
    change('d-4811', 'payments-router 7.4.2', 'deploy', ['payments-router'], 12, 'rolled-back'),
  ];
}

function makeSources(scenario: Scenario, now: number): SourceRow[] {
  const isOffline = scenario === 'offline';
  const isBroken = scenario === 'broken';
  const source = (
    name: string,
    speaks: string,
    intervalMs: number,
    agoMs: number | null,
    more: Partial<SourceRow> = {},
  ): SourceRow => ({
    key: `source:${name}`,
    source: name,
    speaks,
    freshness: agoMs === null ? 'never' : agoMs > 3 * intervalMs ? 'silent' : 'fresh',
    lastHeardAt: agoMs === null ? null : now - agoMs,
    intervalMs,
    lagMs: agoMs === null ? null : 240,
    completeness: null,
    facts: 1_240,
    quarantined: 0,
    lastProblem: null,
    ...more,
  });
  const late = isOffline ? 4 * MINUTE_MS : 0;
  return [
    source('alertmanager:main', 'alertmanager', 60_000, 9_000 + late, { facts: 12_480 }),
    source('alertmanager:az-3', 'alertmanager', 60_000, isBroken ? 11 * MINUTE_MS : 14_000 + late, {
      facts: 3_310,
      lagMs: 4_200,
    }),
    source('topology:kiali', 'topology', 300_000, 80_000 + late, { facts: 214 }),
    source('change:deploys', 'change', HOUR_MS, 12 * MINUTE_MS, {
      facts: 3,
      ...(isBroken
        ? {
            quarantined: 17,
            lastProblem: {
              at: now - 3 * MINUTE_MS,
              place: 'changes[4].startedAt',
              reason: 'is later than endedAt',
              excerpt:
                '{"id":"d-4817","startedAt":"2026-03-01T02:19:00Z","endedAt":"2026-03-01T02…',
            },
          }
        : {}),
    }),
    ...(isBroken ? [source('prometheus:az-2', 'alertmanager', 60_000, null, { facts: 0 })] : []),
  ];
}

function makeIncident(now: number): IncidentRow {
  return {
    key: 'incident:i-1',
    title: 'Checkout fails in unit-2: ledger database out of connections',
    severity: 'SEV-1',
    commander: 'Mei Lin',
    services: ['checkout', 'ledger-db'],
    declaredAt: now - 27 * MINUTE_MS,
    declaredBy: 'Mei Lin',
    sent: 'sent',
    ...bareIncident,
  };
}

function makeRuns(now: number): RunRow[] {
  const pinned = RUNBOOKS.find((entry) => entry.runbook.id === 'connection-pool-exhaustion');
  const first = pinned?.runbook.steps[0];
  if (!pinned || !first) return [];
  return [
    {
      key: 'run:r-1',
      runbook: pinned.runbook.id,
      title: pinned.runbook.title,
      digest: pinned.digest,
      incident: 'incident:i-1',
      alert: null,
      startedAt: now - 20 * MINUTE_MS,
      startedBy: 'Jonas Berg',
      ...bareRun('Jonas Berg'),
      status: 'running',
      endedAt: null,
      steps: [
        {
          factId: sha256Hex('step-1'),
          step: first.id,
          title: first.title,
          outcome: 'done',
          answer: null,
          note: 'settlement holds 171 of 200',
          ...bareStep,
          at: now - 18 * MINUTE_MS,
          by: 'Jonas Berg',
          sent: 'sent',
        },
      ],
    },
  ];
}

function makeRunbooks(now: number): RunbookRow[] {
  const origins = ['gateway', 'gateway', 'gateway', 'folder', 'built-in'] as const;
  const rows = RUNBOOKS.map((entry, index): RunbookRow => {
    const origin = origins[index % origins.length] ?? 'built-in';
    return {
      key: `${origin}:${entry.fileName}`,
      fileName: entry.fileName,
      id: entry.runbook.id,
      title: entry.runbook.title,
      origin,
      digest: entry.digest,
      alerts: entry.runbook.alerts,
      services: entry.runbook.services,
      steps: entry.runbook.steps.length,
      problems: entry.problems.length,
      version: entry.runbook.version ?? null,
      lastRehearsed: entry.runbook.lastRehearsed ?? null,
      asOf: now - 3 * HOUR_MS,
      held: true,
      ...bareRunbook,
    };
  });
  const missing = sha256Hex('not held');
  return [
    ...rows,
    {
      key: 'gateway:unit-failover.md',
      fileName: 'unit-failover.md',
      id: 'unit-failover',
      title: 'Fail a unit over',
      origin: 'gateway',
      digest: missing,
      alerts: [],
      services: [],
      steps: 0,
      problems: 1,
      version: null,
      lastRehearsed: null,
      asOf: now - 26 * HOUR_MS,
      held: false,
      ...bareRunbook,
    },
  ];
}

function makeStatus(scenario: Scenario, now: number, from: number): StatusRow {
  const isOffline = scenario === 'offline' || scenario === 'low';
  const isBroken = scenario === 'broken';
  const isBare = scenario === 'empty' || scenario === 'start';
  return {
    key: 'status',
    room: scenario === 'start' ? 'none' : scenario === 'demo' ? 'demo' : 'live',
    roomTitle: scenario === 'demo' ? 'Checkout outage' : 'Live room',
    feed:
      isBare || scenario === 'demo'
        ? 'none'
        : isOffline
          ? 'offline'
          : isBroken
            ? 'refused'
            : scenario === 'salvaged'
              ? 'syncing'
              : 'connected',
    feedAddress: isBare || scenario === 'demo' ? null : 'https://holdfast.example.net:7411',
    feedReason: isBroken ? 'token' : scenario === 'low' ? 'space' : null,
    feedSince: now - 4 * MINUTE_MS,
    heardAt: isBare ? null : now - (isOffline ? 4 * MINUTE_MS : 2_000),
    outbox: isOffline ? 3 : 0,
    refused: isBroken ? 2 : 0,
    facts: isBare ? 0 : 17_247,
    gaps:
      isBroken || scenario === 'gaps'
        ? [
            {
              kind: 'retention',
              at: now - 30 * MINUTE_MS,
              detail: '1201–1840',
              from: now - 38 * MINUTE_MS,
              to: now - 31 * MINUTE_MS,
              healedAt: null,
            },
            {
              kind: 'epoch',
              at: now - 6 * MINUTE_MS,
              detail: '7f31 → a290',
              from: now - 9 * MINUTE_MS,
              to: now - 6 * MINUTE_MS,
              healedAt: now - 5 * MINUTE_MS,
            },
          ]
        : [],
    skewMs: isBroken || scenario === 'gaps' ? 754_000 : 120,
    direct: [],
    feedBehind: isBroken || scenario === 'gaps' || scenario === 'salvaged' ? 412_000 : 0,
    record:
      isBroken || scenario === 'salvaged'
        ? 'salvaged'
        : scenario === 'damaged'
          ? 'damaged'
          : 'whole',
    space: isBroken || scenario === 'low' ? 'low' : 'enough',
    viewsBehind: isBroken ? 48_200 : 0,
    quarantined: isBroken ? 17 : 0,
    disk: isBroken ? 'database or disk is full' : null,
    from: scenario === 'demo' ? from : null,
    to: scenario === 'demo' ? now : null,
    now,
  };
}

function makeEntries(world: World): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const { incidents, runs, changes, alerts, sources } = world;
  for (const alert of alerts) {
    const source = alert.sources[0]?.source ?? 'alertmanager:main';
    const body = {
      name: alert.name,
      severity: alert.severity,
      service: alert.service,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt,
    };
    entries.push(entryOf('alert.fired', alert.key, alert.startsAt, source, body));
    if (alert.endsAt !== null) {
      entries.push(entryOf('alert.resolved', alert.key, alert.endsAt, source, body));
    }
    if (alert.acknowledged) {
      entries.push(
        entryOf('alert.acknowledged', alert.key, alert.acknowledged.at, 'people', {}, 'Mei Lin'),
      );
    }
  }
  for (const change of changes) {
    entries.push(
      entryOf('change.reported', change.key, change.startedAt, change.source, {
        changeId: change.changeId,
        title: change.title,
        kind: change.kind,
        status: change.status,
        services: change.services,
      }),
    );
  }
  for (const incident of incidents) {
    entries.push(
      entryOf(
        'incident.declared',
        incident.key,
        incident.declaredAt,
        'people',
        {
          title: incident.title,
          severity: incident.severity,
          commander: incident.commander,
          services: incident.services,
        },
        incident.declaredBy,
      ),
    );
  }
  for (const run of runs) {
    entries.push(
      entryOf(
        'run.started',
        run.key,
        run.startedAt,
        'people',
        { runbook: run.runbook, title: run.title, digest: run.digest },
        run.startedBy,
      ),
    );
    for (const step of run.steps) {
      entries.push({
        ...entryOf(
          'run.step-recorded',
          run.key,
          step.at,
          'people',
          { step: step.step, title: step.title, outcome: step.outcome, note: step.note ?? '' },
          step.by,
        ),
        id: step.factId,
      });
    }
  }
  if (incidents.length > 0) {
    const start = incidents[0]?.declaredAt ?? 0;
    const notes = [
      ['Customers in unit-2 see "payment failed" at checkout', 60, true],
      ['unit-1 is clean: traffic could be moved there', 240, false],
      ['Polled for rollback of c-0917. No strong objections. Jonas executes.', 660, true],
      ['restarted settlement-3', 900, false],
    ] as const;
    for (const [note, seconds, pinned] of notes) {
      const at = start + seconds * SECOND_MS;
      const entry = entryOf(
        'note.written',
        `note:${note}`,
        at,
        'people',
        { text: note },
        'Mei Lin',
      );
      entries.push({ ...entry, pinned, currentText: note });
    }
    if (world.scenario === 'offline') {
      const at = world.status.now - 60 * SECOND_MS;
      const entry = entryOf(
        'note.written',
        'note:offline',
        at,
        'people',
        { text: 'Bridge moved to the phone line' },
        'Mei Lin',
      );
      entries.push({ ...entry, sent: 'pending' });
    }
  }
  for (const source of sources) {
    if (source.lastProblem) {
      entries.push(
        entryOf('source.problem', source.key, source.lastProblem.at, source.source, {
          place: source.lastProblem.place,
          reason: source.lastProblem.reason,
          excerpt: source.lastProblem.excerpt,
        }),
      );
    }
  }
  return sortEntries(entries);
}

export function sortEntries(entries: TimelineEntry[]): TimelineEntry[] {
  entries.sort((left, right) => left.at - right.at);
  entries.forEach((entry, index) => {
    entry.seq = index + 1;
  });
  return entries;
}

let lastEntry = 0;

export function entryOf(
  kind: string,
  thing: string,
  at: number,
  source: string,
  body: TimelineEntry['body'],
  person: string | null = null,
): TimelineEntry {
  lastEntry += 1;
  const heardAt = person === null ? at + 20 * SECOND_MS : at;
  return {
    id: sha256Hex(`${kind} ${thing} ${String(at)} ${String(lastEntry)}`),
    seq: 0,
    kind,
    thing,
    at,
    heardAt,
    seenAt: heardAt + 300,
    source,
    author:
      person === null ? null : { person, replica: 'r1', counter: lastEntry, hlc: '0000000000000' },
    body,
    currentText: null,
    movedFrom: null,
    pinned: false,
    sent: person === null ? 'none' : 'sent',
    clockAhead: false,
  };
}
