import { readFileSync, readdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../shared/adapters/fingerprint.ts';
import { declaredDigest } from '../shared/adapters/record.ts';
import { adapters } from '../shared/adapters/registry.ts';
import { parseRunbook } from '../shared/runbooks/parse.ts';
import {
  DEMO_CAUSE,
  DEMO_DURATION_MS,
  DEMO_FILE,
  countsOf,
  generateOutage,
  outageText,
  type ChangeBody,
  type TopologyBody,
  type WebhookAlert,
  type WebhookBody,
} from './demo-outage.ts';
import { resolveOffsets } from '../gateway/replay/play-outage.ts';

const outage = generateOutage();
const webhooks = outage.posts
  .filter((post) => post.path === '/ingest/alertmanager')
  .map((post) => ({ afterMs: post.afterMs, body: post.body as WebhookBody }));
const alerts = webhooks.flatMap(({ body }) => body.alerts);
const topology = outage.posts[0]?.body as TopologyBody;

test('the committed recording is what the generator gives', () => {
  expect(readFileSync(DEMO_FILE, 'utf8') === outageText(outage)).toBe(true);
  expect(statSync(DEMO_FILE).size).toBeLessThan(2_000_000);
});

test('another seed gives another recording, the same seed the same', () => {
  expect(outageText(generateOutage(7))).toBe(outageText(generateOutage(7)));
  expect(outageText(generateOutage(7))).not.toBe(outageText(outage));
});

test('it is as large as promised', () => {
  const counts = countsOf(outage.posts);
  expect(counts).toEqual(outage.counts);
  expect(counts.services).toBeGreaterThanOrEqual(64);
  expect(counts.edges).toBeGreaterThanOrEqual(140);
  expect(counts.firings).toBeGreaterThanOrEqual(400);
  expect(counts.changes).toBe(3);
  expect(outage.durationMs).toBe(45 * 60_000);
  expect(outage.posts.at(-1)?.afterMs).toBe(DEMO_DURATION_MS);
  expect(new Set(topology.nodes.flatMap((node) => node.zone ?? [])).size).toBe(3);
  expect(new Set(topology.nodes.flatMap((node) => node.city ?? [])).size).toBe(2);
  expect(new Set(topology.nodes.flatMap((node) => node.unit ?? []))).toEqual(
    new Set(['RZ01', 'RZ02', 'RZ03', 'RZ04', 'GZ00', 'CZ01']),
  );
});

test('posts stand in their order and say nothing of the future', () => {
  let last = 0;
  for (const post of outage.posts) {
    expect(post.afterMs).toBeGreaterThanOrEqual(last);
    last = post.afterMs;
    for (const [, ms] of JSON.stringify(post.body).matchAll(/"@\+(\d+)"/g)) {
      expect(Number(ms)).toBeLessThanOrEqual(post.afterMs);
    }
  }
});

test('every edge and every alert names a node that is there', () => {
  const names = new Set(topology.nodes.map((node) => node.name));
  expect(names.size).toBe(topology.nodes.length);
  for (const edge of topology.edges) {
    expect(names).toContain(edge.from);
    expect(names).toContain(edge.to);
  }
  for (const alert of alerts) {
    if (alert.labels['alertname'] !== 'Watchdog') expect(names).toContain(alert.labels['service']);
  }
  for (const post of outage.posts.filter(({ path }) => path === '/ingest/change')) {
    for (const service of (post.body as ChangeBody).services) expect(names).toContain(service);
  }
});

test('webhooks keep the rules of Alertmanager version 4', () => {
  for (const { body } of webhooks) {
    expect(body.version).toBe('4');
    const firing = body.alerts.some((alert) => alert.status === 'firing');
    expect(body.status).toBe(firing ? 'firing' : 'resolved');
    for (const alert of body.alerts) {
      expect(alert.fingerprint).toBe(fingerprintOf(alert.labels));
      expect(alert.endsAt === '0001-01-01T00:00:00Z').toBe(alert.status === 'firing');
      expect(['critical', 'warning', 'info']).toContain(alert.labels['severity']);
      for (const [key, value] of Object.entries(body.groupLabels)) {
        expect(alert.labels[key]).toBe(value);
      }
      for (const [key, value] of Object.entries(body.commonLabels)) {
        expect(alert.labels[key]).toBe(value);
      }
    }
  }
});

test('every firing is told before its end, and one alert never fires twice at once', () => {
  const open = new Map<string, string>();
  for (const alert of alerts) {
    const since = open.get(alert.fingerprint);
    if (alert.status === 'firing') {
      expect(since ?? alert.startsAt).toBe(alert.startsAt);
      open.set(alert.fingerprint, alert.startsAt);
    } else if (since !== undefined) {
      expect(since).toBe(alert.startsAt);
      open.delete(alert.fingerprint);
    } else throw new Error(`resolved without having fired: ${JSON.stringify(alert.labels)}`);
  }
});

test('the story: quiet, cause, climb along the edges, roll-back, recovery', () => {
  const quiet = firstFirings().filter(({ at }) => at < DEMO_CAUSE.changedAtMs);
  expect(quiet.length).toBeLessThan(12);
  expect(quiet.every(({ alert }) => alert.labels['severity'] !== 'critical')).toBe(true);

  const first = (service: string) =>
    Math.min(
      ...firstFirings().flatMap(({ alert, at }) => (alert.labels['service'] === service ? at : [])),
    );
  const path = [
    'payments-ledger-db-proxy',
    'payments-ledger',
    'payments-orchestrator',
    'payments-api',
    'checkout',
  ];
  const moments = path.map((component) => first(`${component}-rz02`));
  expect(moments[0]).toBeGreaterThan(DEMO_CAUSE.changedAtMs);
  expect(moments).toEqual([...moments].sort((left, right) => left - right));
  expect(first('edge-gateway-hz')).toBeGreaterThan(first('unit-router'));

  const changes = outage.posts
    .filter(({ path: target }) => target === '/ingest/change')
    .map(({ body }) => body as ChangeBody);
  expect(new Set(changes.map((change) => change.id)).size).toBe(3);
  const rolledBack = changes.filter((change) => change.status === 'rolled-back');
  expect(rolledBack.map((change) => change.id)).toEqual([DEMO_CAUSE.changeId]);

  const stillOpen = new Map<string, string>();
  for (const { afterMs, body } of webhooks) {
    if (afterMs > 40 * 60_000) break;
    for (const alert of body.alerts) {
      if (alert.status === 'resolved') stillOpen.delete(alert.fingerprint);
      else stillOpen.set(alert.fingerprint, alert.labels['service'] ?? '');
    }
  }
  expect([...stillOpen.values()].filter((service) => service.endsWith('-rz02'))).toEqual([]);
});

test('the other units stay clean of anything but information', () => {
  for (const { labels } of alerts) {
    if (['RZ01', 'RZ03', 'RZ04'].includes(labels['unit'] ?? '')) {
      expect(labels['severity']).toBe('info');
    }
  }
});

test('there are a flapping alert, an alert that stays, and a watchdog every minute', () => {
  const named = (name: string) =>
    firstFirings().filter(({ alert }) => alert.labels['alertname'] === name);
  expect(named('ProbeFailing').length).toBeGreaterThan(20);
  expect(new Set(named('ProbeFailing').map(({ alert }) => alert.fingerprint)).size).toBe(1);
  expect(named('CertificateExpiresSoon')).toHaveLength(1);
  const watchdog = webhooks.filter(({ body }) => body.groupLabels['alertname'] === 'Watchdog');
  expect(watchdog.map(({ afterMs }) => afterMs)).toEqual(
    Array.from({ length: 46 }, (_, minute) => minute * 60_000),
  );
});

test('every runbook that an alert links is built in, without problems, and lists the alert', () => {
  const folder = new URL('../resources/runbooks/', import.meta.url);
  for (const alert of alerts) {
    const url = alert.annotations['runbook_url'];
    if (url === undefined) continue;
    const fileName = url.split('/').pop() ?? '';
    const { runbook, problems } = parsed(folder, fileName);
    expect(problems).toEqual([]);
    expect(runbook.alerts).toContain(alert.labels['alertname']);
  }
});

test('R1 the built-in runbooks have five to ten steps, a branch, a timer and expected results', () => {
  const folder = new URL('../resources/runbooks/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const fileName of files) {
    const { runbook, problems } = parsed(folder, fileName);
    expect(problems).toEqual([]);
    expect(runbook.steps.length).toBeGreaterThanOrEqual(5);
    expect(runbook.steps.length).toBeLessThanOrEqual(10);
    expect(runbook.steps.some((step) => step.ask)).toBe(true);
    expect(runbook.steps.some((step) => step.waitMs !== undefined)).toBe(true);
    expect(runbook.steps.some((step) => step.commands.length > 0)).toBe(true);
    expect(runbook.steps.filter((step) => step.expect !== undefined).length).toBeGreaterThan(4);
  }
});

test('the receivers understand every post of the recording without a doubt', () => {
  const formats = {
    '/ingest/topology': 'topology',
    '/ingest/change': 'change',
    '/ingest/alertmanager': 'alertmanager-webhook',
  } as const;
  const startAt = Date.UTC(2026, 0, 14, 2, 0);
  const declared = new Map<string, string>();
  let alertFacts = 0;
  for (const post of outage.posts) {
    const body = JSON.stringify(resolveOffsets(post.body, { startAt, speed: 1 }));
    const adapted = adapters[formats[post.path]].adapt(new TextEncoder().encode(body), {
      now: startAt + post.afterMs,
      source: 'demo',
      declaredBy: () => declared,
    });
    expect(adapted.rejected).toBeNull();
    expect(adapted.problems).toEqual([]);
    for (const fact of adapted.facts) {
      if (post.path === '/ingest/alertmanager') alertFacts += 1;
      else declared.set(fact.thing, declaredDigest(fact.body));
    }
  }
  expect(alertFacts).toBeGreaterThan(outage.counts.firings + outage.counts.resolutions);
});

function firstFirings(): { alert: WebhookAlert; at: number }[] {
  const seen = new Map<string, { alert: WebhookAlert; at: number }>();
  for (const alert of alerts) {
    if (alert.status !== 'firing' || alert.labels['alertname'] === 'Watchdog') continue;
    const key = `${alert.fingerprint} ${alert.startsAt}`;
    if (!seen.has(key)) seen.set(key, { alert, at: Number(alert.startsAt.slice(2)) });
  }
  return [...seen.values()];
}

const cache = new Map<string, ReturnType<typeof parseRunbook>>();

function parsed(folder: URL, fileName: string) {
  const known = cache.get(fileName);
  if (known) return known;
  const result = parseRunbook(readFileSync(new URL(fileName, folder), 'utf8'), { fileName });
  cache.set(fileName, result);
  return result;
}
