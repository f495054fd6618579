import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { UpdateRow } from '../../shared/ipc/rows.ts';
import { startVirtualTime } from '../testing/virtual-time.ts';
import { openUpdateOutbox, type UpdateOutbox } from './outbox.ts';
import { messageOf, sendUpdate, type Attempt } from './send.ts';
import { mayCarryToken, readWebhook, webhookTokenVariable, type Webhook } from './webhooks.ts';

const T0 = Date.UTC(2026, 2, 25);
const MINUTE = 60_000;
const hook: Webhook = { name: 'status', url: 'https://hooks.example.org/x' };

function update(number: number, more: Partial<UpdateRow> = {}): UpdateRow {
  return {
    key: `update:${number}`,
    incident: 'incident:1',
    audience: 'internal',
    text: `text ${number}`,
    channels: ['webhook'],
    webhook: 'status',
    publishedAt: T0 + number,
    publishedBy: 'Maya',
    replica: 'here',
    deliveries: {},
    sending: null,
    sent: 'none',
    ...more,
  };
}

/** The facts outlive every process; the receiver has a life of its own. */
interface World {
  readonly rows: Map<string, UpdateRow>;
  readonly heard: { key: string; body: string }[];
  answer: () => Attempt;
  confirm: (key: string) => boolean;
}

function open(world: World): UpdateOutbox {
  return openUpdateOutbox({
    updates: () => world.rows.values(),
    replica: 'here',
    webhooks: () => [hook],
    message: messageOf,
    async send(_, message, stop) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const answer = world.answer();
      // What reaches the receiver counts, whether or not anybody is there to hear that it did.
      if (answer.taken) world.heard.push(message);
      if (stop.aborted) return { taken: false, kind: 'down', detail: 'stopped' };
      return answer;
    },
    confirm(key, detail) {
      if (!world.confirm(key)) throw new Error('the disk is full');
      const row = world.rows.get(key);
      if (!row) return;
      const deliveries = { webhook: { taken: true, detail, at: Date.now() } };
      world.rows.set(key, { ...row, deliveries });
    },
    onChange: () => {},
    now: Date.now,
    random: () => 0.5,
  });
}
const took: Attempt = { taken: true, detail: '200 OK' };
const down: Attempt = { taken: false, kind: 'down', detail: 'ECONNREFUSED' };

const starts: (() => void)[] = [];
afterEach(() => {
  for (const end of starts.splice(0)) end();
});

test('H5 through outages, kills and a full disk every update arrives, in order and under one key', async () => {
  const step = fc.constantFrom('publish', 'down', 'up', 'kill', 'disk-full', 'disk-free', 'look');
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          step,
          fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 90_000 })),
        ),
        { maxLength: 30 },
      ),
      async (steps) => {
        const time = startVirtualTime(T0);
        const world: World = {
          rows: new Map(),
          heard: [],
          answer: () => took,
          confirm: () => true,
        };
        let outbox = open(world);
        try {
          for (const [what, waitMs] of steps) {
            if (what === 'publish') {
              const row = update(world.rows.size, { publishedAt: Date.now() });
              world.rows.set(row.key, row);
              outbox.look();
            } else if (what === 'down') world.answer = () => down;
            else if (what === 'up') world.answer = () => took;
            else if (what === 'disk-full') world.confirm = () => false;
            else if (what === 'disk-free') world.confirm = () => true;
            else if (what === 'look') outbox.look();
            else if (what === 'kill') {
              outbox.close();
              outbox = open(world);
              outbox.look();
            }
            await time.pass(waitMs);
          }
          world.answer = () => took;
          world.confirm = () => true;
          await time.pass(30 * MINUTE);
          const rows = [...world.rows.values()];
          expect(rows.filter(({ deliveries }) => !deliveries.webhook?.taken)).toEqual([]);
          const first = [...new Set(world.heard.map(({ key }) => key))];
          expect(first).toEqual(rows.map(({ key }) => key));
          const bodies = new Set(world.heard.map(({ key, body }) => `${key} ${body}`));
          expect(bodies.size).toBe(rows.length);
          // Twice only where a kill fell between the receiver's answer and our writing it down.
          const kills = steps.filter(([what]) => what === 'kill').length;
          expect(world.heard.length).toBeLessThanOrEqual(rows.length + kills);
          // Once taken and written down, nothing is sent again, also by the next process.
          const heard = world.heard.length;
          outbox.close();
          outbox = open(world);
          outbox.look();
          await time.pass(30 * MINUTE);
          expect(world.heard).toHaveLength(heard);
        } finally {
          outbox.close();
          time.end();
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('H5 while the disk takes nothing, no more than one update is heard that would be sent again', async () => {
  const time = startVirtualTime(T0);
  starts.push(() => time.end());
  const world: World = { rows: new Map(), heard: [], answer: () => took, confirm: () => false };
  const outbox = open(world);
  starts.push(() => outbox.close());
  for (const number of [0, 1, 2]) world.rows.set(`update:${number}`, update(number));
  outbox.look();
  await time.pass(10 * MINUTE);
  expect(world.heard.map(({ key }) => key)).toEqual(['update:0']);
  world.confirm = () => true;
  await time.pass(MINUTE);
  expect(world.heard.map(({ key }) => key)).toEqual(['update:0', 'update:1', 'update:2']);
});

test('H5 without a kill an update is heard exactly once, however often the channel was down', async () => {
  const time = startVirtualTime(T0);
  starts.push(() => time.end());
  const world: World = { rows: new Map(), heard: [], answer: () => down, confirm: () => true };
  const outbox = open(world);
  starts.push(() => outbox.close());
  for (const number of [0, 1, 2]) world.rows.set(`update:${number}`, update(number));
  outbox.look();
  await time.pass(10 * MINUTE);
  expect(outbox.sending('update:0')).toMatchObject({ state: 'waiting', problem: 'ECONNREFUSED' });
  expect(outbox.sending('update:1')).toMatchObject({ state: 'waiting', attempts: 0 });
  world.answer = () => took;
  // The longest pause, and one attempt after the other.
  await time.pass(67_000);
  expect(world.heard.map(({ key }) => key)).toEqual(['update:0', 'update:1', 'update:2']);
  expect(outbox.sending('update:0')).toBeNull();
  expect(time.timers()).toBe(0);
});

test('H5 what a receiver refuses holds up only itself, and what was given up is not tried', async () => {
  const time = startVirtualTime(T0);
  starts.push(() => time.end());
  const world: World = { rows: new Map(), heard: [], answer: () => took, confirm: () => true };
  let asked = 0;
  world.answer = () => {
    asked += 1;
    return asked === 1 ? { taken: false, kind: 'refused', detail: '413' } : took;
  };
  const givenUp = { webhook: { taken: false, detail: '', at: T0 } };
  world.rows.set('update:0', update(0));
  world.rows.set('update:1', update(1));
  world.rows.set('update:2', update(2, { deliveries: givenUp }));
  world.rows.set('update:3', update(3, { replica: 'elsewhere' }));
  world.rows.set('update:4', update(4, { channels: ['copy'] }));
  world.rows.set('update:5', update(5, { webhook: 'unknown' }));
  const outbox = open(world);
  starts.push(() => outbox.close());
  outbox.look();
  await time.pass(1_000);
  expect(world.heard.map(({ key }) => key)).toEqual(['update:1']);
  expect(outbox.sending('update:5')).toMatchObject({ state: 'no-webhook', nextAt: null });
  await time.pass(MINUTE);
  expect(world.heard.map(({ key }) => key)).toEqual(['update:1', 'update:0']);
});

test('H6 to the public goes nothing but the text', () => {
  const told = (audience: UpdateRow['audience']): string[] =>
    Object.keys(JSON.parse(messageOf(update(1, { audience })).body) as object);
  expect(told('public')).toEqual(['id', 'text', 'audience', 'at']);
  expect(told('executive')).toEqual(['id', 'text', 'audience', 'at', 'incident', 'by']);
});

async function receiver(status: number, headers: Record<string, string> = {}) {
  const requests: { headers: Record<string, unknown>; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(status, headers).end('what it answers is not read');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { requests, webhook: { name: 'status', url: `http://127.0.0.1:${port}/hook` } };
}

test('H5 a webhook is told by POST with a key; what it answers decides what follows', async () => {
  const stop = new AbortController().signal;
  const message = messageOf(update(1, { text: '恢复\n"好"' }));
  const fine = await receiver(204);
  expect(await sendUpdate(fine.webhook, message, stop)).toMatchObject({ taken: true });
  expect(fine.requests[0]?.headers).toMatchObject({
    'idempotency-key': '"update:1"',
    'content-type': 'application/json; charset=utf-8',
  });
  expect(fine.requests[0]?.headers['authorization']).toBeUndefined();
  expect(JSON.parse(fine.requests[0]?.body ?? '')).toMatchObject({ text: '恢复\n"好"' });
  const busy = await receiver(429, { 'retry-after': '7' });
  expect(await sendUpdate(busy.webhook, message, stop)).toMatchObject({
    kind: 'down',
    pauseMs: 7_000,
  });
  const refusing = await receiver(404);
  expect(await sendUpdate(refusing.webhook, message, stop)).toMatchObject({ kind: 'refused' });
  const elsewhere = await receiver(302, { location: fine.webhook.url });
  expect(await sendUpdate(elsewhere.webhook, message, stop)).toMatchObject({ taken: false });
  expect(fine.requests).toHaveLength(1);
  const nobody = { name: 'status', url: 'http://127.0.0.1:9/' };
  expect(await sendUpdate(nobody, message, stop)).toMatchObject({ kind: 'down' });
});

test('H5 a token comes from the environment and is not sent where it could be read', async () => {
  const stop = new AbortController().signal;
  const variable = webhookTokenVariable('status');
  process.env[variable] = 'secret';
  onTestFinished(() => void delete process.env[variable]);
  const fine = await receiver(200);
  await sendUpdate(fine.webhook, messageOf(update(1)), stop);
  expect(fine.requests[0]?.headers['authorization']).toBe('Bearer secret');
  const open = { name: 'status', url: 'http://hooks.example.org/' };
  expect(await sendUpdate(open, messageOf(update(1)), stop)).toMatchObject({
    taken: false,
    detail: 'a token is sent over https only',
  });
  expect(mayCarryToken('http://localhost.evil.example/')).toBe(false);
  expect(mayCarryToken('https://hooks.example.org/')).toBe(true);
});

test('H5 a webhook is a name and an http address without a password', () => {
  expect(readWebhook(' status page = https://x.example/a?b=c ')).toEqual({
    name: 'status page',
    url: 'https://x.example/a?b=c',
  });
  for (const wrong of ['', 'x', '=https://x', 'a=ftp://x', 'a=javascript:1', 'a=https://u:p@x']) {
    expect(() => readWebhook(wrong)).toThrow();
  }
});
