import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Journal } from './journal/journal.ts';
import { effectiveAt } from '../shared/facts/fact.ts';
import { webhookOf } from '../shared/testing/webhook.ts';
import { TOKENS, firingAlert, startTestGateway, type TestGateway } from './test-gateway.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const ALL = { facts: 100_000, length: 1e9 };
const running: TestGateway[] = [];

async function start(options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const test = await startTestGateway(options);
  running.push(test);
  return test;
}
afterEach(async () => {
  for (const test of running.splice(0)) await test.stop();
});

async function factsOf(journal: Journal, kind: string) {
  const { last } = await journal.bounds();
  return (await journal.range(1, last, ALL)).map(({ fact }) => fact).filter((f) => f.kind === kind);
}

describe('ingest over HTTP', () => {
  test('an alert becomes a fact, its source is heard once a minute', async () => {
    let now = Date.UTC(2026, 10, 23, 12, 0, 5);
    const { post, kinds, gateway } = await start({ now: () => now });
    const body = webhookOf(firingAlert('a', now - MINUTE));
    expect(await post('/ingest/alertmanager', body)).toMatchObject({
      status: 200,
      json: { accepted: 1, duplicates: 0, problems: [] },
    });
    now += 10_000;
    await post('/ingest/alertmanager', webhookOf());
    expect(await kinds()).toEqual(['alert.fired', 'source.heard']);
    now += MINUTE;
    await post('/ingest/alertmanager', webhookOf(), {});
    const heard = await factsOf(gateway.journal, 'source.heard');
    expect(heard.map(({ at }) => at)).toEqual([
      Date.UTC(2026, 10, 23, 12, 0),
      Date.UTC(2026, 10, 23, 12, 1),
    ]);
    expect(heard[0]).toMatchObject({ source: 'prom', thing: 'source:prom' });
  });

  test('every format has a road: what it sends is taken, and a second time adds nothing', async () => {
    const now = Date.now();
    const at = new Date(now - MINUTE).toISOString();
    const labels = { alertname: 'A', service: 'pay', severity: 'critical' };
    const { post, gateway } = await start({ now: () => now });
    const event = (more: object): object => ({
      specversion: '1.0',
      source: '/x',
      time: at,
      id: '1',
      ...more,
    });
    const roads: [string, unknown, string][] = [
      ['/api/v2/alerts', [{ labels, startsAt: at }], 'alert.fired'],
      [
        '/ingest/prometheus-alerts',
        {
          status: 'success',
          data: {
            alerts: [{ labels, annotations: {}, state: 'firing', activeAt: at, value: '1' }],
          },
        },
        'alert.fired',
      ],
      [
        '/ingest/alertmanager-silences',
        [
          {
            id: 's1',
            status: { state: 'active' },
            updatedAt: at,
            startsAt: at,
            endsAt: new Date(now + MINUTE).toISOString(),
            createdBy: 'li.na',
            comment: 'x',
            matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
          },
        ],
        'silence.listed',
      ],
      ['/ingest/cloudevents', event({ type: 'com.example.x' }), 'event.reported'],
      [
        '/v2/change/enqueue',
        { payload: { summary: 'pay 4.2', source: 'cd', timestamp: at } },
        'change.reported',
      ],
      [
        '/ingest/jaeger-dependencies',
        { data: [{ parent: 'web', child: 'pay', callCount: 3 }] },
        'edge.declared',
      ],
      [
        '/ingest/kubernetes-events',
        {
          kind: 'List',
          items: [
            {
              kind: 'Event',
              metadata: { uid: 'u1', name: 'e', namespace: 'prod' },
              involvedObject: { kind: 'Pod', name: 'pay-1', namespace: 'prod' },
              reason: 'BackOff',
              message: 'm',
              type: 'Warning',
              lastTimestamp: at,
            },
          ],
        },
        'event.reported',
      ],
    ];
    for (const [index, [path, body, kind]] of roads.entries()) {
      const road = `${path}?source=road-${index}`;
      const first = await post(road, body);
      expect([first.status, first.json['problems']], path).toEqual([
        path.startsWith('/v2/') ? 202 : 200,
        path.startsWith('/v2/') ? undefined : [],
      ]);
      const heard = await factsOf(gateway.journal, kind);
      expect(
        heard.some(({ source }) => source === `road-${index}`),
        path,
      ).toBe(true);
      const { last } = await gateway.journal.bounds();
      await post(road, body);
      expect((await gateway.journal.bounds()).last, path).toBe(last);
    }
  });

  test('traces that come again and again measure an edge once a minute', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const { post, gateway } = await start({ now: () => now });
    const nano = (moment: number): string => `${moment}000000`;
    const span = (spanId: string, service: string, parentSpanId: string, kind: number): object => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId,
              parentSpanId,
              name: 'op',
              kind,
              startTimeUnixNano: nano(now - 900),
              endTimeUnixNano: nano(now - 800 + (now % 700)),
            },
          ],
        },
      ],
    });
    for (let batch = 0; batch < 20; batch += 1) {
      const body = {
        resourceSpans: [
          span('aaaaaaaaaaaaaaaa', 'web', '', 3),
          span('bbbbbbbbbbbbbbbb', 'pay', 'aaaaaaaaaaaaaaaa', 2),
        ],
      };
      expect((await post('/v1/traces', body)).status).toBe(200);
      now += 6_000;
    }
    expect(await factsOf(gateway.journal, 'edge.declared')).toHaveLength(1);
    expect(await factsOf(gateway.journal, 'edge.measured')).toHaveLength(2);
  });

  test('the source is named by query, header or body, else by the token', async () => {
    const { post, gateway } = await start();
    const now = Date.now();
    await post('/ingest/alertmanager?source=east&interval=90s', webhookOf(firingAlert('a', now)));
    await post('/api/v2/alerts', [{ labels: { alertname: 'X' } }], { 'x-holdfast-source': 'west' });
    await post('/ingest/topology', {
      version: 1,
      source: 'mesh',
      mode: 'whole',
      nodes: [{ name: 'web' }],
      edges: [],
    });
    const heard = await factsOf(gateway.journal, 'source.heard');
    expect(heard.map(({ source, body }) => [source, body['speaks'], body['intervalMs']])).toEqual([
      ['east', 'alertmanager', 90_000],
      ['west', 'alertmanager', 5 * MINUTE],
      ['mesh', 'topology', 60 * MINUTE],
    ]);
    for (const bad of ['/ingest/change?source=people', '/ingest/change?interval=soon']) {
      expect((await post(bad, [])).status).toBe(400);
    }
  });

  test('a name that speaks of alerts is not kept alive by its topology', async () => {
    const { post, gateway } = await start();
    await post('/ingest/topology', { version: 1, mode: 'whole', nodes: [], edges: [] });
    await post('/api/v2/alerts', []);
    await post('/ingest/topology', { version: 1, mode: 'whole', nodes: [], edges: [] });
    const heard = await factsOf(gateway.journal, 'source.heard');
    expect(heard.map(({ body }) => body['speaks'])).toEqual(['topology', 'alertmanager']);
  });

  test('W5 truncated JSON: 400 with the byte, and the source row tells', async () => {
    const { post, kinds } = await start();
    const answer = await post('/ingest/alertmanager', '{"version":"4","alerts":[{"sta');
    expect(answer).toMatchObject({
      status: 400,
      json: { error: 'not-understood', place: 'byte 30' },
    });
    expect(await kinds()).toEqual(['source.problem']);
    expect((await post('/ingest/alertmanager', '')).json['place']).toBe('byte 0');
  });

  test('W5 wrong version: 400 that names what was got', async () => {
    const { post } = await start();
    const answer = await post('/ingest/alertmanager', { ...webhookOf(), version: '1' });
    expect(answer.status).toBe(400);
    expect(answer.json['reason']).toContain('got "1"');
  });

  test('W5 unknown keys are kept under raw', async () => {
    const { post, gateway } = await start();
    const alert = firingAlert('a', Date.now(), { dashboardURL: 'http://grafana.example' });
    await post('/ingest/alertmanager', { ...webhookOf(alert), orgId: 3 });
    const [fact] = await factsOf(gateway.journal, 'alert.fired');
    expect(fact?.raw).toEqual({
      alert: { dashboardURL: 'http://grafana.example' },
      body: { orgId: 3 },
    });
  });

  test('W5 a body of 10 MB: 413 that names the limit, and the gateway goes on', async () => {
    const { gateway, kinds, get } = await start();
    const answer = await postSpaces(gateway.address.url, 10 * 1024 * 1024);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('8388608');
    expect((await get('/healthz')).status).toBe(200);
    expect(await kinds()).toContain('source.problem');
  });

  test('W5 10,000 alerts in one post are accepted, again they add nothing', async () => {
    const { post, gateway } = await start();
    const now = Date.now();
    const body = webhookOf(
      ...Array.from({ length: 10_000 }, (_, n) => firingAlert(`host-${n}`, now - n)),
    );
    expect((await post('/ingest/alertmanager', body)).json).toMatchObject({ accepted: 10_000 });
    expect((await post('/ingest/alertmanager', body)).json).toMatchObject({
      accepted: 0,
      duplicates: 10_000,
    });
    expect((await gateway.journal.bounds()).last).toBeLessThanOrEqual(10_002);
  });

  test('W5 HTML and right-to-left marks in a label stay text', async () => {
    const { post, gateway } = await start();
    const note = '<script>alert(1)</script>\u202Etxt.exe';
    const alert = firingAlert('a', Date.now());
    await post('/ingest/alertmanager', webhookOf({ ...alert, labels: { alertname: 'X', note } }));
    const [fact] = await factsOf(gateway.journal, 'alert.fired');
    expect(fact?.body['labels']).toEqual({ alertname: 'X', note });
  });

  test('W5 two posts of the same alert: the second adds no fact, also when its words changed', async () => {
    const { post, kinds } = await start();
    const alert = firingAlert('a', Date.now() - MINUTE);
    await post('/ingest/alertmanager', webhookOf(alert));
    const again = { ...alert, annotations: { summary: '5xx above 7 %' } };
    expect((await post('/ingest/alertmanager', webhookOf(alert))).json).toMatchObject({
      duplicates: 1,
    });
    expect((await post('/ingest/alertmanager', webhookOf(again))).json).toMatchObject({
      duplicates: 1,
    });
    expect((await kinds()).filter((kind) => kind === 'alert.fired')).toHaveLength(1);
  });

  test('W5 an end before its start becomes the start, with a doubt', async () => {
    const { post, gateway } = await start();
    const startsAt = Date.now() - MINUTE;
    const alert = firingAlert('a', startsAt, {
      status: 'resolved',
      endsAt: new Date(startsAt - MINUTE).toISOString(),
    });
    const answer = await post('/ingest/alertmanager', webhookOf(alert));
    expect(answer.json).toMatchObject({ accepted: 1, problems: [{ place: 'alerts[0].endsAt' }] });
    const [fact] = await factsOf(gateway.journal, 'alert.resolved');
    expect(fact?.body['endsAt']).toBe(startsAt);
  });

  test('W5 a clock two days ahead: the fact is kept, placed when it was heard, with a doubt', async () => {
    const now = Date.UTC(2026, 10, 23, 12);
    const { post, gateway } = await start({ now: () => now });
    const answer = await post('/ingest/alertmanager', webhookOf(firingAlert('a', now + 2 * DAY)));
    expect(answer.json).toMatchObject({ accepted: 1, problems: [{ weight: 'doubt' }] });
    const [fact] = await factsOf(gateway.journal, 'alert.fired');
    expect(fact?.at).toBe(now + 2 * DAY);
    expect(fact && effectiveAt(fact)).toBe(now);
  });

  test('W5 a broken record beside sound ones costs only itself and goes to quarantine', async () => {
    const { post, gateway } = await start();
    const now = Date.now();
    const answer = await post(
      '/ingest/alertmanager',
      webhookOf(firingAlert('a', now), { labels: {} }, firingAlert('b', now)),
    );
    expect(answer.json).toMatchObject({
      accepted: 2,
      problems: [{ place: 'alerts[1].labels.alertname', weight: 'refused' }],
    });
    expect(await gateway.journal.quarantined(10)).toMatchObject([
      { source: 'prom', format: 'alertmanager-webhook', place: 'alerts[1].labels.alertname' },
    ]);
  });

  test('W5 of a flood of problems 20 a minute become facts, one more sums up', async () => {
    const { post, kinds, gateway } = await start({ now: () => 1_800_000_000_000 });
    const broken = Array.from({ length: 500 }, (_, n) => ({ labels: { n: `${n}` } }));
    const answer = await post('/ingest/alertmanager', webhookOf(...broken));
    expect(answer.json['problemCount']).toBe(500);
    expect((await kinds()).filter((kind) => kind === 'source.problem')).toHaveLength(21);
    const summed = (await factsOf(gateway.journal, 'source.problem')).at(-1);
    expect(summed?.body['reason']).toContain('480 more');
    await post('/ingest/alertmanager', webhookOf(...broken));
    expect((await kinds()).filter((kind) => kind === 'source.problem')).toHaveLength(21);
  });

  test('a push is renewed only when half of its lease is used up, and a resolve ends it', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const { post, kinds, gateway } = await start({ now: () => now });
    const startsAt = now;
    const say = (endsAt: number) =>
      post('/api/v2/alerts', [
        {
          labels: { alertname: 'X' },
          startsAt: new Date(startsAt).toISOString(),
          endsAt: new Date(endsAt).toISOString(),
        },
      ]);
    const alerts = async () => (await kinds()).filter((kind) => kind.startsWith('alert.'));
    await say(now + 4 * MINUTE);
    now += MINUTE;
    await say(now + 4 * MINUTE);
    expect(await alerts()).toHaveLength(1);
    now += 1.5 * MINUTE;
    await say(now + 4 * MINUTE);
    expect(await alerts()).toEqual(['alert.fired', 'alert.fired']);
    // The source resolved it before our last renewal arrived: it is the later word all the same.
    await say(now - 1_000);
    await say(now - 1_000);
    expect(await alerts()).toEqual(['alert.fired', 'alert.fired', 'alert.resolved']);
    const [, renewed] = await factsOf(gateway.journal, 'alert.fired');
    const [resolved] = await factsOf(gateway.journal, 'alert.resolved');
    expect(resolved && renewed && effectiveAt(resolved) >= effectiveAt(renewed)).toBe(true);
    expect(resolved?.body['endsAt']).toBe(now - 1_000);
  });

  test('what is known survives a restart: a re-send still adds no fact', async () => {
    const first = await start();
    const now = Date.now();
    const alerts = webhookOf(firingAlert('a', now));
    const whole = {
      version: 1,
      mode: 'whole',
      nodes: [{ name: 'web' }, { name: 'db' }],
      edges: [],
    };
    await first.post('/ingest/alertmanager', alerts);
    await first.post('/ingest/topology?source=mesh', whole);
    await first.gateway.close();
    const second = await start({ dataFolder: first.folder });
    expect((await second.post('/ingest/alertmanager', alerts)).json).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect((await second.post('/ingest/topology?source=mesh', whole)).json).toMatchObject({
      accepted: 0,
      duplicates: 2,
    });
    const less = await second.post('/ingest/topology?source=mesh', {
      ...whole,
      nodes: [{ name: 'web' }],
    });
    expect(less.json).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await second.kinds()).toContain('node.unlisted');
  });

  test('a change is told once', async () => {
    const { post } = await start();
    const change = {
      version: 1,
      id: 'rel-1',
      title: 'pay-core 4.2',
      kind: 'deploy',
      services: ['pay-core'],
      status: 'started',
    };
    expect((await post('/ingest/change', change)).json).toMatchObject({ accepted: 1 });
    expect((await post('/ingest/change', change)).json).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect((await post('/ingest/change', { ...change, kind: 'odd' })).json).toMatchObject({
      error: 'not-understood',
      place: 'kind',
    });
  });

  test('W2 when the journal cannot be written the sender is told to try again, and then it is stored', async () => {
    const { post, gateway, get } = await start();
    const append = gateway.journal.append.bind(gateway.journal);
    const body = webhookOf(firingAlert('a', Date.now()));
    const { JournalUnavailableError } = await import('./journal/journal.ts');
    gateway.journal.append = () =>
      Promise.reject(new JournalUnavailableError(new Error('disk full')));
    expect((await post('/ingest/alertmanager', body)).status).toBe(503);
    expect((await get('/healthz')).status).toBe(503);
    gateway.journal.append = append;
    expect((await post('/ingest/alertmanager', body)).json).toMatchObject({ accepted: 1 });
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('access', () => {
  test('W7 each kind of token opens its own door, and no other', async () => {
    const { post, get } = await start();
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    expect((await post('/api/v2/alerts', [], { authorization: '' })).status).toBe(401);
    expect((await post('/api/v2/alerts', [], as('wrong-wrong-wrong'))).status).toBe(401);
    expect((await post('/api/v2/alerts', [], as(TOKENS.read))).status).toBe(403);
    expect((await post('/api/v2/alerts', [], as(TOKENS.ada))).json).toMatchObject({
      error: 'forbidden',
      place: 'authorization',
    });
    expect((await post('/api/v2/alerts', [], as(TOKENS.ingest))).status).toBe(200);
    const basic = `Basic ${Buffer.from(`anyone:${TOKENS.ingest}`).toString('base64')}`;
    expect((await post('/api/v2/alerts', [], { authorization: basic })).status).toBe(200);
    expect((await get('/runbooks')).status).toBe(401);
    expect((await get('/runbooks', TOKENS.ingest)).status).toBe(403);
    expect((await get('/runbooks', TOKENS.read)).json).toEqual({ runbooks: [] });
  });

  test('other media types and encodings are refused with a reason', async () => {
    const { post } = await start();
    const form = await post('/api/v2/alerts', '[]', { 'content-type': 'text/plain' });
    expect(form).toMatchObject({ status: 415, json: { place: 'content-type' } });
    const zipped = await post('/api/v2/alerts', '[]', { 'content-encoding': 'gzip' });
    expect(zipped).toMatchObject({ status: 415, json: { place: 'content-encoding' } });
    expect((await post('/nowhere', '[]')).json).toMatchObject({ error: 'not-found' });
  });
});

describe('health and metrics', () => {
  test('tell what is going on', async () => {
    const { post, get } = await start();
    await post('/ingest/alertmanager', webhookOf(firingAlert('a', Date.now()), { labels: {} }));
    expect((await get('/healthz')).json).toMatchObject({
      ok: true,
      journal: { backend: 'sqlite' },
      lastSeq: 3,
      clients: 0,
    });
    const { text } = await get('/metrics');
    expect(text).toContain(
      'holdfast_gateway_ingested_total{source="prom",format="alertmanager-webhook",outcome="accepted"} 1',
    );
    expect(text).toContain('outcome="quarantined"} 1');
    expect(text).toContain('holdfast_gateway_facts 3');
    expect(text).toContain('holdfast_gateway_http_seconds_bucket');
    for (const line of text.split('\n').filter(Boolean)) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? -?[\d.e+-]+)$/);
    }
  });
});

/** Writes a large body piece by piece and takes the answer whenever it comes. */
function postSpaces(url: string, size: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/ingest/alertmanager`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKENS.ingest}`,
        'content-type': 'application/json',
        'content-length': size,
      },
    });
    outgoing.on('response', (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    // Once answered, the gateway may close while we still write.
    outgoing.on('error', () => undefined);
    outgoing.end(Buffer.alloc(size, 0x20));
  });
}
