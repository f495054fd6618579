import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFact } from '../facts/catalogue.ts';
import { sealFact } from '../facts/fact.ts';
import type { Adapted, AdapterContext, AdapterSettings } from './adapter.ts';
import { fingerprintOf } from './fingerprint.ts';
import { declaredDigest } from './record.ts';
import { labelsAsSent, readPrometheusConfig, sendingRules } from './prometheus-config.ts';
import { adapters, type FormatName } from './registry.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const MINUTE = 60_000;
const FIXTURES = '../shared/fixtures';
const iso = (moment: number): string => new Date(moment).toISOString();
const nano = (moment: number): string => `${moment}000000`;

interface Sample {
  /** Sound records that do not depend on one another. */
  readonly records: readonly unknown[];
  readonly wrap: (records: readonly unknown[]) => unknown;
  /** Kinds of the facts of all of them, sorted, without repeats. */
  readonly kinds: readonly string[];
  readonly settings?: AdapterSettings;
  readonly header?: (name: string, body: Uint8Array) => string | undefined;
}

const am = (name: string, state = 'active'): object => ({
  annotations: { summary: 'x' },
  endsAt: iso(NOW + 4 * MINUTE),
  fingerprint: fingerprintOf({ alertname: name, service: 'pay', severity: 'critical' }),
  receivers: [{ name: 'holdfast' }],
  startsAt: iso(NOW - 10 * MINUTE),
  status: { inhibitedBy: [], silencedBy: state === 'active' ? [] : ['s1'], state },
  updatedAt: iso(NOW),
  generatorURL: 'http://prometheus/graph',
  labels: { alertname: name, service: 'pay', severity: 'critical' },
});
const span = (id: string, service: string, parent: string, kind: number): object => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [
    {
      spans: [
        {
          traceId: '5b8efff798038103d269b633813fc60c',
          spanId: id,
          parentSpanId: parent,
          name: 'op',
          kind,
          startTimeUnixNano: nano(NOW - 1_000),
          endTimeUnixNano: nano(NOW - 900),
          status: {},
        },
      ],
    },
  ],
});
const cloudEvent = (id: string, type = 'com.example.restarted'): object => ({
  specversion: '1.0',
  id,
  source: '/k8s/pay',
  type,
  time: iso(NOW - MINUTE),
  subject: 'pay-core',
  datacontenttype: 'application/json',
  data: { message: 'restarted' },
});

const SAMPLES: Partial<Record<FormatName, Sample>> = {
  'alertmanager-alerts': {
    records: [am('A'), am('B'), am('C')],
    wrap: (records) => records,
    kinds: ['alert.fired'],
  },
  'alertmanager-groups': {
    records: ['A', 'B'].map((name) => ({
      labels: { alertname: name },
      receiver: { name: 'holdfast' },
      alerts: [am(name, 'suppressed')],
    })),
    wrap: (records) => records,
    kinds: ['alert.fired', 'alert.suppressed'],
  },
  'alertmanager-silences': {
    records: ['s1', 's2'].map((id) => ({
      id,
      status: { state: 'active' },
      updatedAt: iso(NOW - MINUTE),
      startsAt: iso(NOW - MINUTE),
      endsAt: iso(NOW + 60 * MINUTE),
      createdBy: 'li.na',
      comment: 'disk swap',
      matchers: [{ name: 'service', value: 'pay', isRegex: false, isEqual: true }],
    })),
    wrap: (records) => records,
    kinds: ['silence.listed'],
  },
  'prometheus-alerts': {
    records: ['A', 'B'].map((alertname) => ({
      labels: { alertname, service: 'pay', severity: 'critical' },
      annotations: {},
      state: 'firing',
      activeAt: iso(NOW - 10 * MINUTE),
      value: '1e+00',
    })),
    wrap: (alerts) => ({ status: 'success', data: { alerts } }),
    kinds: ['alert.fired'],
  },
  'prometheus-rules': {
    records: ['A', 'B'].map((name) => ({
      type: 'alerting',
      name,
      state: 'firing',
      query: 'up == 0',
      duration: 60,
      labels: { severity: 'critical' },
      annotations: {},
      health: 'ok',
      alerts: [
        {
          labels: { alertname: name, service: 'pay', severity: 'critical' },
          annotations: {},
          state: 'firing',
          activeAt: iso(NOW - 10 * MINUTE),
          value: '1e+00',
        },
      ],
    })),
    wrap: (rules) => ({
      status: 'success',
      data: { groups: [{ name: 'g', file: 'r.yml', interval: 15, rules }] },
    }),
    kinds: ['alert.fired'],
  },
  'prometheus-series': {
    records: ['A', 'B'].map((alertname) => ({
      metric: {
        __name__: 'ALERTS',
        alertname,
        alertstate: 'firing',
        service: 'pay',
        severity: 'critical',
      },
      value: [NOW / 1_000, '1'],
    })),
    wrap: (result) => ({ status: 'success', data: { resultType: 'vector', result } }),
    kinds: ['alert.fired'],
  },
  'grafana-webhook': {
    records: ['A', 'B'].map((alertname) => ({
      status: 'firing',
      labels: { alertname, service: 'pay', severity: 'critical' },
      annotations: {},
      startsAt: iso(NOW - MINUTE),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://grafana/alerting',
      fingerprint: fingerprintOf({ alertname, service: 'pay', severity: 'critical' }),
      silenceURL: 'http://grafana/silence',
      dashboardURL: '',
      panelURL: '',
      values: { B: 22 },
    })),
    wrap: (alerts) => ({
      receiver: 'holdfast',
      status: 'firing',
      version: '1',
      orgId: 1,
      groupKey: '{}',
      truncatedAlerts: 0,
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: 'http://grafana/',
      title: 't',
      state: 'alerting',
      message: 'm',
      alerts,
    }),
    kinds: ['alert.fired'],
  },
  cloudevents: {
    records: ['1', '2', '3'].map((id) => cloudEvent(id)),
    wrap: (records) => records,
    kinds: ['event.reported'],
  },
  cdevents: {
    records: ['1', '2'].map((id) => ({
      context: {
        specversion: '0.5.0',
        id,
        source: '/cd',
        type: 'dev.cdevents.service.deployed.0.3.0',
        timestamp: iso(NOW - MINUTE),
      },
      subject: {
        id: `pay-${id}`,
        source: '/cd',
        content: { environment: { id: 'prod' }, artifactId: 'pkg:oci/pay@sha256:1' },
      },
    })),
    wrap: (records) => records,
    kinds: ['change.reported'],
  },
  'jaeger-dependencies': {
    records: [
      { parent: 'web', child: 'pay', callCount: 100 },
      { parent: 'pay', child: 'db', callCount: 7 },
    ],
    wrap: (data) => ({ data, total: 0, limit: 0, offset: 0, errors: null }),
    kinds: ['edge.declared', 'edge.measured', 'node.declared'],
  },
  'alertmanager-events': {
    records: ['A', 'B'].map((alertname, index) => ({
      '@timestamp': iso(NOW - MINUTE + index),
      instance: 'am-0',
      clusterPosition: 0,
      data: {
        alertGrouped: {
          alert: {
            details: {
              fingerprint: BigInt(
                `0x${fingerprintOf({ alertname, service: 'pay', severity: 'critical' })}`,
              ).toString(),
              name: alertname,
              labels: {
                labels: [
                  { key: 'alertname', value: alertname },
                  { key: 'service', value: 'pay' },
                  { key: 'severity', value: 'critical' },
                ],
              },
              startsAt: iso(NOW - 2 * MINUTE),
              resolved: false,
            },
          },
          groupInfo: { groupKey: '{}' },
        },
      },
    })),
    wrap: (records) => records,
    kinds: ['alert.fired'],
  },
  'jaeger-trace': {
    records: [
      {
        traceID: 't1',
        spans: [
          {
            traceID: 't1',
            spanID: 'a',
            operationName: 'GET',
            references: [],
            startTime: (NOW - 1_000) * 1_000,
            duration: 90_000,
            processID: 'p1',
            tags: [{ key: 'span.kind', type: 'string', value: 'client' }],
          },
          {
            traceID: 't1',
            spanID: 'b',
            operationName: 'GET',
            references: [{ refType: 'CHILD_OF', traceID: 't1', spanID: 'a' }],
            startTime: (NOW - 990) * 1_000,
            duration: 70_000,
            processID: 'p2',
            tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
          },
        ],
        processes: { p1: { serviceName: 'web' }, p2: { serviceName: 'pay' } },
      },
    ],
    wrap: (data) => ({ data }),
    kinds: ['edge.declared', 'edge.measured', 'node.declared'],
  },
  'kubernetes-events': {
    records: ['a', 'b'].map((uid) => ({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: {
        uid,
        name: `pay.${uid}`,
        namespace: 'prod',
        creationTimestamp: iso(NOW - MINUTE),
      },
      involvedObject: { kind: 'Pod', name: 'pay-core-6d8f-x', namespace: 'prod' },
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      type: 'Warning',
      count: 5,
      firstTimestamp: iso(NOW - 5 * MINUTE),
      lastTimestamp: iso(NOW - MINUTE),
      source: { component: 'kubelet' },
    })),
    wrap: (items) => ({ apiVersion: 'v1', kind: 'List', items }),
    kinds: ['event.reported'],
  },
  'service-graph': {
    records: [
      {
        metric: {
          client: 'web',
          server: 'pay',
          connection_type: '',
          holdfast_part: 'traces_service_graph_request_total',
        },
        value: [NOW / 1_000, '12.5'],
      },
      {
        metric: {
          client: 'pay',
          server: 'db',
          connection_type: 'database',
          holdfast_part: 'traces_service_graph_request_total',
        },
        value: [NOW / 1_000, '3'],
      },
    ],
    wrap: (result) => ({ status: 'success', data: { resultType: 'vector', result } }),
    kinds: ['edge.declared', 'edge.measured', 'node.declared'],
  },
  'otlp-traces': {
    records: [
      span('aaaaaaaaaaaaaaaa', 'web', '', 3),
      span('bbbbbbbbbbbbbbbb', 'pay', 'aaaaaaaaaaaaaaaa', 2),
    ],
    wrap: (resourceSpans) => ({ resourceSpans }),
    kinds: ['edge.declared', 'edge.measured', 'node.declared'],
  },
  'pagerduty-event': {
    records: [
      {
        routing_key: 'R0123456789012345678901234567890',
        event_action: 'trigger',
        dedup_key: 'db-7/disk',
        payload: {
          summary: 'disk full',
          source: 'db-7',
          severity: 'critical',
          timestamp: iso(NOW - MINUTE),
          component: 'db',
        },
      },
    ],
    wrap: ([record]) => record,
    kinds: ['alert.fired'],
  },
  'pagerduty-change': {
    records: [
      {
        routing_key: 'R0123456789012345678901234567890',
        payload: { summary: 'pay 4.2', source: 'cd', timestamp: iso(NOW - MINUTE) },
      },
    ],
    wrap: ([record]) => record,
    kinds: ['change.reported'],
  },
  'pagerduty-webhook': {
    records: [
      {
        event: {
          id: '01',
          event_type: 'incident.triggered',
          resource_type: 'incident',
          occurred_at: iso(NOW - MINUTE),
          agent: null,
          client: null,
          data: {
            id: 'PGR0VU2',
            type: 'incident',
            html_url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
            number: 2,
            status: 'triggered',
            title: 'pay is slow',
            service: { id: 'P1', summary: 'pay', type: 'service_reference' },
            urgency: 'high',
          },
        },
      },
    ],
    wrap: ([record]) => record,
    kinds: ['event.reported'],
    settings: { secret: 's3cret' },
    header: (name, body) =>
      name === 'x-pagerduty-signature'
        ? `v1=${createHmac('sha256', 's3cret').update(body).digest('hex')}`
        : undefined,
  },
};

function adaptBytes(format: FormatName, bytes: Uint8Array, sample?: Sample): Adapted {
  const context: AdapterContext = {
    now: NOW,
    source: 'probe',
    declaredBy: () => new Map(),
    ...(sample?.settings && { settings: sample.settings }),
    ...(sample?.header && { header: (name: string) => sample.header?.(name, bytes) }),
  };
  return adapters[format].adapt(bytes, context);
}

function adapt(format: FormatName, body: unknown, sample?: Sample): Adapted {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return adaptBytes(format, new TextEncoder().encode(text), sample);
}

const idsOf = ({ facts }: Adapted): string[] => facts.map((draft) => sealFact(draft).id);

describe.each(Object.entries(SAMPLES) as [FormatName, Sample][])('%s', (format, sample) => {
  test('a sound body is understood without a problem, and again gives the same facts', () => {
    const adapted = adapt(format, sample.wrap(sample.records), sample);
    expect(adapted.rejected).toBeNull();
    expect(adapted.problems).toEqual([]);
    expect([...new Set(adapted.facts.map(({ kind }) => kind))].toSorted()).toEqual(sample.kinds);
    for (const draft of adapted.facts)
      expect(checkFact(sealFact(draft))).toMatchObject({ ok: true });
    expect(idsOf(adapt(format, sample.wrap(sample.records), sample))).toEqual(idsOf(adapted));
  });

  test.skipIf(sample.records.length < 2)(
    'W5 a broken record beside sound ones costs only itself, wherever it stands',
    () => {
      const alone = idsOf(adapt(format, sample.wrap(sample.records), sample));
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(sample.records.length), (broken, at) => {
          const records = sample.records.toSpliced(at, 0, broken);
          const ids = new Set(idsOf(adapt(format, sample.wrap(records), sample)));
          for (const id of alone) expect(ids.has(id)).toBe(true);
        }),
        { numRuns: 200 },
      );
    },
  );

  test('W5 what is changed in one place never throws and never pollutes', () => {
    const text = JSON.stringify(sample.wrap(sample.records));
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('', '0', '"', '{', ']', 'null', '\u0000', '\\u0000', '-', '__proto__'),
        (at, piece) => {
          const adapted = adapt(format, text.slice(0, at) + piece + text.slice(at + 1), sample);
          for (const draft of adapted.facts)
            expect(checkFact(sealFact(draft))).toMatchObject({ ok: true });
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what single formats have of their own', () => {
  test('a PagerDuty webhook with a wrong signature is refused whole', () => {
    const sample = SAMPLES['pagerduty-webhook'] as Sample;
    const forged = { ...sample, header: () => 'v1=00' };
    expect(adapt('pagerduty-webhook', sample.wrap(sample.records), forged).rejected).not.toBeNull();
    const unsigned: Sample = {
      records: [],
      kinds: [],
      wrap: () => null,
      settings: { secret: 's3cret' },
    };
    expect(
      adapt('pagerduty-webhook', sample.wrap(sample.records), unsigned).rejected,
    ).not.toBeNull();
  });

  test('the Event Recorder: resolved under its hash, silenced by name, and a line that is broken', () => {
    const labels = { alertname: 'A', service: 'pay', severity: 'critical' };
    const pairs = { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) };
    const fingerprint = BigInt(`0x${fingerprintOf(labels)}`).toString();
    const event = (data: object): string =>
      JSON.stringify({ '@timestamp': iso(NOW), instance: 'am-0', data });
    const alert = { fingerprint, name: 'A', labels: pairs, startsAt: iso(NOW - MINUTE) };
    const lines = [
      event({ alertCreated: { alert } }),
      event({
        silenceMutedAlert: { silence: { id: 's1' }, mutedAlert: { labels: pairs, fingerprint } },
      }),
      '{ broken',
      event({
        alertResolved: {
          alert: { hash: '1', details: { ...alert, endsAt: iso(NOW), resolved: true } },
        },
      }),
    ];
    const { facts, problems } = adapt('alertmanager-events', lines.join('\n'));
    expect(facts.map(({ kind }) => kind)).toEqual([
      'alert.fired',
      'alert.suppressed',
      'alert.resolved',
    ]);
    expect(new Set(facts.map(({ thing }) => thing)).size).toBe(1);
    expect(facts[1]?.body).toMatchObject({ silencedBy: ['s1'] });
    expect(problems.map(({ place }) => place)).toEqual(['line 3']);
  });

  test('a trigger and its resolve by key are one alert', () => {
    const sample = SAMPLES['pagerduty-event'] as Sample;
    const fired = adapt('pagerduty-event', sample.records[0]);
    const resolved = adapt('pagerduty-event', {
      routing_key: 'R0123456789012345678901234567890',
      event_action: 'resolve',
      dedup_key: 'db-7/disk',
    });
    expect(resolved.facts.map(({ kind, thing }) => [kind, thing])).toEqual([
      ['alert.resolved', fired.facts[0]?.thing],
    ]);
  });

  test('a CloudEvent in binary mode is the event of its structured one', () => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/k8s/pay',
      'ce-type': 'com.example.restarted',
      'ce-time': iso(NOW - MINUTE),
      'ce-subject': 'pay-core',
    };
    const binary = adapters.cloudevents.adapt(
      new TextEncoder().encode(JSON.stringify({ message: 'restarted' })),
      { now: NOW, source: 'probe', declaredBy: () => new Map(), header: (name) => headers[name] },
    );
    expect(binary.facts.map(({ thing }) => thing)).toEqual(
      adapt('cloudevents', cloudEvent('1')).facts.map(({ thing }) => thing),
    );
  });

  test('what was not called in a window is not seen, which is less than gone: in an outage nobody calls', () => {
    for (const format of ['jaeger-dependencies', 'service-graph'] as const) {
      const sample = SAMPLES[format] as Sample;
      const said = adapt(format, sample.wrap(sample.records));
      const declared = new Map(
        said.facts
          .filter(({ kind }) => kind.endsWith('.declared'))
          .map(({ thing, body }) => [thing, declaredDigest(body)]),
      );
      expect(declared.size).toBeGreaterThan(2);
      const bytes = new TextEncoder().encode(JSON.stringify(sample.wrap([])));
      const none = adapters[format].adapt(bytes, {
        now: NOW,
        source: 'probe',
        declaredBy: () => declared,
      });
      const [kinds, reasons] = [
        new Set(none.facts.map(({ kind }) => kind)),
        new Set(none.facts.map(({ body }) => body['reason'])),
      ];
      expect([format, [...kinds].sort()]).toEqual([format, ['edge.unlisted', 'node.unlisted']]);
      expect([...reasons]).toEqual(['not-seen']);
    }
  });

  test('a record that is alone has no place of its own, one of a list has', () => {
    const places = (body: unknown): string[] =>
      adapt('kubernetes-events', body).problems.map(({ place }) => place);
    expect(places({ kind: 'Event' })).toEqual(['involvedObject']);
    expect(places([{ kind: 'Event' }])).toEqual(['[0].involvedObject']);
    expect(places({ kind: 'List', items: [{ kind: 'Event' }] })).toEqual([
      'items[0].involvedObject',
    ]);
  });

  test('a Backstage catalogue: components, who owns them and what they depend on', () => {
    const adapted = adapt(
      'backstage',
      `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: pay-core, namespace: default }
spec:
  type: service
  lifecycle: production
  owner: team-pay
  dependsOn: [resource:default/ledger-db, component:risk]
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: { name: ledger-db }
spec: { type: database, owner: team-pay }
`,
    );
    expect(adapted.rejected).toBeNull();
    expect(adapted.facts.filter(({ kind }) => kind === 'edge.declared')).toHaveLength(2);
    expect(adapted.facts.find(({ thing }) => thing === 'node:ledger-db')?.body).toMatchObject({
      kind: 'database',
      owner: 'team-pay',
    });
  });

  test('HoloInsight: the names of its variables, or a mapping of one’s own', () => {
    const own = adapt('holoinsight', {
      uid: 'rule_7',
      trace: 't1',
      level: '1',
      name: 'errors',
      scope: { app: 'pay' },
      start: '2026-11-23 19:59:00',
    });
    expect(own.facts.map(({ kind }) => kind)).toEqual(['alert.fired']);
    const mapped: Sample = {
      records: [],
      kinds: [],
      wrap: () => null,
      settings: {
        mapping: { uid: 'rule.id', name: 'rule.name', level: 'rule.level', start: 'at' },
      },
    };
    const body = { rule: { id: 'rule_7', name: 'errors', level: 1 }, at: '2026-11-23 19:59:00' };
    expect(adapt('holoinsight', body, mapped).facts.map(({ kind }) => kind)).toEqual([
      'alert.fired',
    ]);
  });
});

describe('what Prometheus does to labels before it sends', () => {
  const rulesOf = (config: string): ReturnType<typeof sendingRules>['rules'] =>
    sendingRules(readPrometheusConfig(config).settings).rules;

  test('external labels are added where the alert has none, then the rules are applied in order', () => {
    const rules = rulesOf(`
global: { external_labels: { region: eu, replica: a, severity: none } }
alerting:
  alert_relabel_configs:
    - { action: labeldrop, regex: replica }
    - { source_labels: [region, zone], separator: '-', regex: '(\\w+)-(.*)', target_label: place, replacement: '\${2}/$1' }
    - { action: drop, source_labels: [severity], regex: info|none }
`);
    expect(labelsAsSent({ alertname: 'A', zone: 'z1', severity: 'page' }, rules)).toEqual({
      alertname: 'A',
      zone: 'z1',
      severity: 'page',
      region: 'eu',
      place: 'z1/eu',
    });
    expect(labelsAsSent({ alertname: 'A', severity: 'info' }, rules)).toBeNull();
    expect(labelsAsSent({ alertname: 'A' }, rules)).toBeNull();
  });

  test('what Prometheus lists and what it sends to an Alertmanager have one fingerprint', () => {
    const config = `
global: { external_labels: { region: eu, replica: a } }
alerting: { alert_relabel_configs: [{ action: labeldrop, regex: replica }] }
`;
    const { settings } = readPrometheusConfig(config);
    const labels = { alertname: 'A', service: 'pay', severity: 'critical' };
    const listed = adapt(
      'prometheus-alerts',
      {
        status: 'success',
        data: {
          alerts: [{ labels, annotations: {}, state: 'firing', activeAt: iso(NOW), value: '1' }],
        },
      },
      { records: [], kinds: [], wrap: () => null, settings },
    );
    const pushed = adapt('alertmanager-alerts', [
      { labels: { ...labels, region: 'eu' }, startsAt: iso(NOW) },
    ]);
    expect(listed.facts[0]?.thing).toBe(pushed.facts[0]?.thing);
  });

  test('W5 a rule that cannot be applied is named, any text is a configuration or a problem', () => {
    const { problems } = readPrometheusConfig(
      'alerting: { alert_relabel_configs: [{ action: explode }, { regex: "(" }, { action: hashmod }] }',
    );
    expect(problems).toHaveLength(3);
    fc.assert(fc.property(fc.string(), (text) => void readPrometheusConfig(text)));
  });
});

describe.skipIf(!existsSync(FIXTURES))('genuine samples', () => {
  const bytesOf = (path: string): Uint8Array => readFileSync(join(FIXTURES, path));
  const later = (format: FormatName, path: string): Adapted =>
    adapters[format].adapt(bytesOf(path), {
      now: Date.UTC(2030, 0, 1),
      source: 'probe',
      declaredBy: () => new Map(),
    });

  test.each([
    ['alertmanager-groups', 'alertmanager/v0.25.0-alerts-groups.json', 'alert.resolved'],
    ['alertmanager-groups', 'alertmanager/v0.27.0-alerts-groups.json', 'alert.resolved'],
    ['alertmanager-silences', 'alertmanager/v0.25.0-silences.json', 'silence.listed'],
    ['alertmanager-silences', 'alertmanager/v0.27.0-silences.json', 'silence.listed'],
    ['kiali-graph', 'kiali/test_service_graph.json', 'edge.declared'],
    ['kiali-graph', 'kiali/test_app_graph.json', 'edge.declared'],
    ['kiali-graph', 'kiali/test_workload_graph.json', 'edge.declared'],
    ['kiali-graph', 'kiali/test_versioned_app_graph.json', 'edge.declared'],
    ['kiali-graph', 'kiali/test_ambient_graph.json', 'edge.declared'],
  ] as [FormatName, string, string][])('%s reads %s', (format, path, kind) => {
    const adapted = later(format, path);
    expect(adapted.rejected).toBeNull();
    expect(adapted.problems.filter(({ weight }) => weight === 'refused')).toEqual([]);
    expect(adapted.facts.filter((fact) => fact.kind === kind).length).toBeGreaterThan(0);
  });

  test('every CDEvents conformance sample is a change or an event', () => {
    const files = readdirSync(join(FIXTURES, 'cdevents')).filter(
      (name) => !name.startsWith('schema-') && name !== 'domainid.json',
    );
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      const adapted = later('cdevents', `cdevents/${name}`);
      expect(adapted.rejected, name).toBeNull();
      expect(adapted.facts.length, name).toBeGreaterThan(0);
    }
  });
});
