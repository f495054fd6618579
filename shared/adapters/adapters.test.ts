import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFact } from '../facts/catalogue.ts';
import { claimsFuture, effectiveAt, sealFact, type FactDraft } from '../facts/fact.ts';
import type { Adapted, Adapter } from './adapter.ts';
import { serviceOf, severityOf } from './alert-record.ts';
import { declaredDigest } from './record.ts';
import { webhookOf } from '../testing/webhook.ts';
import { adapters } from './registry.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FIXTURES = '../shared/fixtures/alertmanager';
const webhook = adapters['alertmanager-webhook'];
const push = adapters['alertmanager-alerts'];
const { topology, change } = adapters;

const iso = (moment: number): string => new Date(moment).toISOString();
const bytesOf = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

function adapt(adapter: Adapter, body: unknown, declared = new Map<string, string>()): Adapted {
  return adapter.adapt(bytesOf(body), { now: NOW, source: 'prom', declaredBy: () => declared });
}
const weights = ({ problems }: Adapted): string[] =>
  problems.map(({ weight, place }) => `${weight} ${place}`);

const labels = { alertname: 'HighErrorRate', service: 'pay-core', severity: 'critical' };
const firing = {
  status: 'firing',
  labels,
  annotations: { summary: '5xx' },
  startsAt: iso(NOW - MINUTE),
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example/graph',
};
/** What the gateway would remember of what was declared. */
function remember(declared: Map<string, string>, facts: readonly FactDraft[]): Map<string, string> {
  const next = new Map(declared);
  for (const { kind, thing, body } of facts) {
    if (kind.endsWith('.retired')) next.delete(thing);
    else next.set(thing, declaredDigest(body));
  }
  return next;
}

describe('alertmanager webhook', () => {
  test('a firing and a resolved alert become facts at the times the source says', () => {
    const resolved = { ...firing, status: 'resolved', endsAt: iso(NOW - 1_000) };
    const adapted = adapt(webhook, webhookOf(firing, resolved));
    expect(adapted.problems).toEqual([]);
    expect(adapted.facts.map(({ kind, at }) => [kind, at])).toEqual([
      ['alert.fired', NOW - MINUTE],
      ['alert.resolved', NOW - 1_000],
    ]);
    expect(adapted.facts[0]).toMatchObject({
      source: 'prom',
      heardAt: NOW,
      body: { name: 'HighErrorRate', service: 'pay-core', severity: 'critical', labels },
    });
    expect(adapted.facts[0]?.body['leaseUntil']).toBeUndefined();
  });

  test('W5 a wrong version or a custom template is refused and says what was got', () => {
    expect(adapt(webhook, { ...webhookOf(), version: '1' }).rejected?.reason).toContain('got "1"');
    expect(adapt(webhook, { text: 'hello' }).rejected).toMatchObject({ place: 'version' });
    expect(adapt(webhook, { ...webhookOf(), version: 4 }).rejected?.reason).toContain('not a text');
    expect(adapt(webhook, { version: '4', alerts: {} }).rejected?.place).toBe('alerts');
    expect(adapt(webhook, []).rejected?.reason).toContain('a list');
    expect(adapt(webhook, '{"version":"4","alerts":[{"sta').rejected?.place).toBe('byte 30');
  });

  test('W5 a record that is not understood costs only itself', () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`l${index}`, 'v']));
    const adapted = adapt(
      webhook,
      webhookOf(
        'text',
        { ...firing, labels: { severity: 'page' } },
        { ...firing, labels: { ...labels, replica: 3 } },
        { ...firing, labels: { ...labels, ...many } },
        { ...firing, labels: { ...labels, big: 'x'.repeat(8_193) } },
        { ...firing, startsAt: 'yesterday' },
        { ...firing, status: 'odd' },
        firing,
      ),
    );
    expect(adapted.facts).toHaveLength(1);
    expect(weights(adapted)).toEqual([
      'refused alerts[0]',
      'refused alerts[1].labels.alertname',
      'refused alerts[2].labels.replica',
      'refused alerts[3].labels',
      'refused alerts[4].labels.big',
      'refused alerts[5].startsAt',
      'refused alerts[6].status',
    ]);
  });

  test('W5 what is odd but understood gives a fact and a doubt', () => {
    const adapted = adapt(webhook, {
      ...webhookOf(
        { ...firing, status: 'resolved', endsAt: iso(NOW - 2 * MINUTE) },
        { ...firing, startsAt: iso(NOW + 2 * DAY) },
        { ...firing, fingerprint: '0000000000000000' },
        { ...firing, labels: { ...labels, half: 'a\ud800b' } },
      ),
      truncatedAlerts: 3,
    });
    expect(weights(adapted)).toEqual([
      'doubt truncatedAlerts',
      'doubt alerts[0].endsAt',
      'doubt alerts[1].startsAt',
      'doubt alerts[2].fingerprint',
      'doubt alerts[3].labels.half',
    ]);
    expect(adapted.problems[0]?.reason).toContain('3 more not sent');
    const [ended, ahead, , half] = adapted.facts;
    expect(ended?.body['endsAt']).toBe(NOW - MINUTE);
    expect(ahead?.at).toBe(NOW + 2 * DAY);
    expect(ahead && claimsFuture(ahead)).toBe(true);
    expect(ahead && effectiveAt(ahead)).toBe(NOW);
    expect(half?.body['labels']).toMatchObject({ half: 'a\uFFFDb' });
  });

  test('unknown keys are kept, HTML and right-to-left marks stay text', () => {
    const html = '<img src=x onerror=alert(1)> \u202Egnp.exe';
    const adapted = adapt(webhook, {
      ...webhookOf({ ...firing, labels: { ...labels, html }, silenceURL: 'x', values: { A: 1 } }),
      orgId: 7,
    });
    expect(adapted.problems).toEqual([]);
    expect(adapted.facts[0]?.raw).toEqual({
      alert: { silenceURL: 'x', values: { A: 1 } },
      body: { orgId: 7 },
    });
    expect(adapted.facts[0]?.body['labels']).toMatchObject({ html });
  });

  test('__proto__ pollutes nothing', () => {
    const text = JSON.stringify(webhookOf(firing, firing, { ...firing, extra: 1 }))
      .replace('"service":"pay-core"', '"__proto__":"x"')
      .replace('"summary":"5xx"', '"__proto__":{"polluted":true}')
      .replace('"extra":1', '"extra":{"__proto__":{"polluted":true}}');
    const adapted = adapt(webhook, text);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(weights(adapted)[0]).toBe('refused alerts[0].labels.__proto__');
    for (const fact of adapted.facts)
      expect(Object.getPrototypeOf(fact.body)).toBe(Object.prototype);
  });

  test('a Watchdog is a heartbeat and no alert; its resolve is a doubt', () => {
    const watchdog = { ...firing, labels: { alertname: 'Watchdog', severity: 'none' } };
    expect(adapt(webhook, webhookOf(watchdog))).toMatchObject({ facts: [], problems: [] });
    const ended = adapt(webhook, webhookOf({ ...watchdog, status: 'resolved', endsAt: iso(NOW) }));
    expect(weights(ended)).toEqual(['doubt alerts[0]']);
  });

  test.skipIf(!existsSync(FIXTURES))('genuine samples are understood without a problem', () => {
    for (const file of ['webhook-v4-firing.json', 'webhook-v4-resolved.json']) {
      const adapted = adapt(webhook, readFileSync(`${FIXTURES}/${file}`, 'utf8'));
      expect(adapted.rejected).toBeNull();
      expect(adapted.problems).toEqual([]);
      expect(adapted.facts.length).toBeGreaterThan(0);
    }
  });
});

describe('alertmanager API v2 push', () => {
  test('an end in the future is a lease, in the past a resolve, none five minutes', () => {
    const { facts, problems } = adapt(push, [
      { labels },
      { labels, startsAt: iso(NOW - MINUTE), endsAt: iso(NOW + 4 * MINUTE) },
      { labels, startsAt: iso(NOW - MINUTE), endsAt: iso(NOW - 1_000) },
      { labels, endsAt: iso(NOW - 1_000) },
    ]);
    expect(problems).toEqual([]);
    expect(facts.map(({ kind, at }) => [kind, at])).toEqual([
      ['alert.fired', NOW],
      ['alert.fired', NOW - MINUTE],
      ['alert.resolved', NOW - 1_000],
      ['alert.resolved', NOW - 1_000],
    ]);
    expect(facts[0]?.body['leaseUntil']).toBe(NOW + 5 * MINUTE);
    expect(facts[1]?.body['leaseUntil']).toBe(NOW + 4 * MINUTE);
    expect(facts[3]?.body['startsAt']).toBe(NOW - 1_000);
  });

  test('W5 a clock that is ahead gives no lease of days; an end before its start is the start', () => {
    const adapted = adapt(push, [
      { labels, startsAt: iso(NOW + 2 * DAY), endsAt: iso(NOW + 2 * DAY + MINUTE) },
      { labels, startsAt: iso(NOW - MINUTE), endsAt: iso(NOW - 2 * MINUTE) },
    ]);
    expect(weights(adapted)).toEqual(['doubt [0].startsAt', 'doubt [1].endsAt']);
    expect(adapted.facts[0]?.body['leaseUntil']).toBe(NOW + 5 * MINUTE);
    expect(adapted.facts[1]).toMatchObject({ kind: 'alert.resolved', at: NOW - MINUTE });
  });

  test('anything but a list is refused', () => {
    expect(adapt(push, {}).rejected?.reason).toContain('an object');
  });
});

describe('service and severity', () => {
  test('words of severity', () => {
    expect(['critical', 'PAGE', 'error', 'p1', 'sev1'].map(severityOf)).toEqual(
      Array.from({ length: 5 }, () => 'critical'),
    );
    expect(['warning', 'warn', 'P2', 'p3'].map(severityOf)).toEqual(
      Array.from({ length: 4 }, () => 'warning'),
    );
    expect([undefined, 'none', 'info', 'constructor'].map(severityOf)).toEqual(
      Array.from({ length: 4 }, () => 'info'),
    );
  });

  test('the service comes from the first label that names one, else from the pod', () => {
    expect(serviceOf({ job: 'j', app: 'a' })).toBe('a');
    expect(serviceOf({ pod: 'x', job: 'j', deployment: 'd' })).toBe('j');
    expect(serviceOf({ pod: 'pay-core-6d5f8c9b7d-x2x4z' })).toBe('pay-core');
    expect(serviceOf({ pod: 'node-exporter-x2x4z' })).toBe('node-exporter');
    expect(serviceOf({ pod: 'ledger-db-0' })).toBe('ledger-db');
    expect(serviceOf({ instance: 'x' })).toBeUndefined();
  });
});

describe('topology', () => {
  const whole = {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    at: iso(NOW),
    nodes: [
      { name: 'web', kind: 'gateway' },
      { name: 'pay-core', zone: 'RZ01' },
    ],
    edges: [{ from: 'web', to: 'pay-core', protocol: 'grpc' }],
  };

  test('a whole becomes the difference: nothing when nothing changed, the rest is no longer listed', () => {
    const first = adapt(topology, whole);
    expect(first.source).toBe('mesh');
    expect(first.facts.map(({ thing }) => thing)).toEqual([
      'node:web',
      'node:pay-core',
      'edge:["web","pay-core"]',
    ]);
    const declared = remember(new Map(), first.facts);
    const again = adapt(topology, { ...whole, at: iso(NOW + MINUTE) }, declared);
    expect(again).toMatchObject({ facts: [], unchanged: 3, problems: [] });
    const less = adapt(
      topology,
      { ...whole, nodes: [{ name: 'web', kind: 'cache' }], edges: [] },
      declared,
    );
    expect(less.facts.map(({ kind, thing }) => `${kind} ${thing}`)).toEqual([
      'node.declared node:web',
      'node.unlisted node:pay-core',
      'edge.unlisted edge:["web","pay-core"]',
    ]);
  });

  test('W5 a whole that was read only in part retires nothing', () => {
    const declared = remember(new Map(), adapt(topology, whole).facts);
    const adapted = adapt(
      topology,
      { ...whole, nodes: [{ name: 'web', kind: 'gateway' }, { name: 7 }], edges: [] },
      declared,
    );
    expect(adapted.facts).toEqual([]);
    expect(weights(adapted)).toEqual(['refused nodes[1].name', 'doubt ']);
  });

  test('a change adds and removes what it names', () => {
    const declared = remember(new Map(), adapt(topology, whole).facts);
    const adapted = adapt(
      topology,
      {
        version: 1,
        mode: 'change',
        nodes: [{ name: 'ledger' }],
        edges: [{ from: 'pay-core', to: 'ledger' }],
        removed: { nodes: ['web', 'never'], edges: [{ from: 'web', to: 'pay-core' }] },
      },
      declared,
    );
    expect(adapted.facts.map(({ kind, thing }) => `${kind} ${thing}`)).toEqual([
      'node.declared node:ledger',
      'edge.declared edge:["pay-core","ledger"]',
      'node.retired node:web',
      'edge.retired edge:["web","pay-core"]',
    ]);
    expect(weights(adapted)).toEqual(['doubt removed.nodes[1]']);
  });

  test('W5 duplicates, unnamed ends and unknown words are doubts', () => {
    const adapted = adapt(topology, {
      version: 1,
      mode: 'whole',
      nodes: [{ name: 'a', kind: 'lambda' }, { name: 'a' }],
      edges: [{ from: 'a', to: 'b', strength: 'odd' }],
    });
    expect(weights(adapted)).toEqual([
      'doubt nodes[0].kind',
      'doubt nodes[1]',
      'doubt edges[0]',
      'doubt edges[0].strength',
    ]);
    expect(adapted.facts).toHaveLength(2);
  });

  test('wrong versions, modes and reserved names are refused whole', () => {
    expect(adapt(topology, { ...whole, version: 2 }).rejected?.place).toBe('version');
    expect(adapt(topology, { ...whole, mode: 'all' }).rejected?.place).toBe('mode');
    expect(adapt(topology, { ...whole, source: 'people' }).rejected?.place).toBe('source');
    expect(adapt(topology, { ...whole, nodes: undefined }).rejected?.place).toBe('nodes');
  });
});

describe('change', () => {
  const one = {
    version: 1,
    source: 'cd',
    id: 'rel-1',
    at: iso(NOW - MINUTE),
    title: 'pay-core 4.2',
    kind: 'deploy',
    services: ['pay-core'],
    status: 'started',
    batch: { index: 1, total: 3 },
    pipeline: 'x',
  };

  test('one, or a list; a report that says the same again adds none', () => {
    const first = adapt(change, one);
    expect(first.facts[0]).toMatchObject({
      thing: 'change:["cd","rel-1"]',
      source: 'cd',
      at: NOW - MINUTE,
      raw: { pipeline: 'x' },
    });
    const declared = remember(new Map(), first.facts);
    expect(adapt(change, one, declared)).toMatchObject({ facts: [], unchanged: 1 });
    const list = adapt(
      change,
      [one, { ...one, status: 'finished' }, { ...one, kind: 'x' }],
      declared,
    );
    expect(list.facts).toHaveLength(1);
    expect(weights(list)).toEqual(['refused [2].kind']);
  });

  test('a single one that is not understood is refused with its place', () => {
    expect(adapt(change, { ...one, version: 2 }).rejected?.place).toBe('version');
    expect(adapt(change, { ...one, services: 'x' }).rejected?.place).toBe('services');
    expect(adapt(change, null).rejected?.reason).toContain('an object');
  });
});

describe('every adapter', () => {
  const shaped = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.record({
      version: fc.constantFrom('4', 1, '1', null),
      mode: fc.constantFrom('whole', 'change', 3),
      alerts: fc.array(fc.oneof(fc.constant(firing), fc.jsonValue({ maxDepth: 3 })), {
        maxLength: 4,
      }),
      nodes: fc.array(fc.oneof(fc.record({ name: fc.string() }), fc.jsonValue({ maxDepth: 2 })), {
        maxLength: 5,
      }),
      edges: fc.array(fc.record({ from: fc.string(), to: fc.string() }), { maxLength: 4 }),
    }),
    fc.array(
      fc.oneof(
        fc.record({
          labels: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
          startsAt: fc.constantFrom(iso(NOW), iso(NOW + DAY), 'x', null),
          endsAt: fc.constantFrom(iso(NOW - DAY), iso(NOW + DAY), 7, ''),
        }),
        fc.jsonValue({ maxDepth: 3 }),
      ),
      { maxLength: 4 },
    ),
  );

  test.each(Object.entries(adapters))(
    'W5 %s never throws and makes only sound facts',
    (_name, adapter) => {
      fc.assert(
        fc.property(fc.oneof(shaped.map(bytesOf), fc.uint8Array()), (bytes) => {
          const context = { now: NOW, source: 'prom', declaredBy: () => new Map<string, string>() };
          const first = adapter.adapt(bytes, context);
          for (const draft of first.facts) {
            expect(checkFact(sealFact(draft))).toMatchObject({ ok: true });
          }
          for (const { place, reason, excerpt } of first.problems) {
            expect(typeof place).toBe('string');
            expect(reason.length).toBeGreaterThan(0);
            expect(excerpt.length).toBeLessThanOrEqual(300);
          }
          // Idempotent: the same bytes give facts of the same ids.
          const second = adapter.adapt(bytes, context);
          expect(second.facts.map((draft) => sealFact(draft).id)).toEqual(
            first.facts.map((draft) => sealFact(draft).id),
          );
        }),
        { numRuns: 500 },
      );
    },
  );

  test('W5 a broken record beside sound ones costs only itself, wherever it stands', () => {
    const broken = fc.jsonValue({ maxDepth: 3 });
    const sound = (index: number) => ({
      ...firing,
      labels: { ...labels, instance: `host-${index}` },
    });
    fc.assert(
      fc.property(broken, fc.integer({ min: 0, max: 3 }), (record, place) => {
        const alerts: unknown[] = [sound(0), sound(1), sound(2)];
        alerts.splice(place, 0, record);
        const things = adapt(webhook, webhookOf(...alerts)).facts.map(({ thing }) => thing);
        const alone = adapt(webhook, webhookOf(sound(0), sound(1), sound(2))).facts;
        for (const { thing } of alone) expect(things).toContain(thing);
      }),
    );
  });
});
