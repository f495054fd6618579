import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type Gateway } from '../../gateway/create-gateway.ts';
import { sampleFacts } from '../../gateway/journal/journal-conformance.ts';
import type { Journal as GatewayJournal } from '../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openFeed, type FeedClient } from './feed-client.ts';

const TOKEN = 'person-token-of-ada';
const TIMINGS = { retryMs: 40, retryMaxMs: 300, ackTimeoutMs: 400, silenceMs: 400, watchMs: 30 };

/** A journal that several gateways share, as replicas over one stream do. */
function sharedJournal(): GatewayJournal {
  const journal = openSqliteJournal({ path: ':memory:', now: () => 1 });
  onTestFinished(() => journal.close());
  return { ...journal, close: async () => undefined };
}

async function replicaOf(journal: GatewayJournal, port = 0): Promise<Gateway> {
  const gateway = await createGateway({
    dataFolder: scratchFolder(),
    journal,
    port,
    room: 'r',
    tokens: [{ kind: 'person', name: 'ada', token: TOKEN }],
    timings: { heartbeatMs: 100, coalesceMs: 2 },
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

function follow(address: string): { journal: Journal; feed: FeedClient; states: string[] } {
  const journal = openJournal({ folder: scratchFolder() });
  const states: string[] = [];
  let opened: FeedClient | null = null;
  const feed = openFeed({
    address,
    token: TOKEN,
    journal,
    now: Date.now,
    onFacts: () => undefined,
    onStatus() {
      const state = opened?.status().state ?? '';
      if (states.at(-1) !== state) states.push(state);
    },
    onPerson: () => undefined,
    onReceipts: () => undefined,
    timings: TIMINGS,
  });
  opened = feed;
  onTestFinished(() => {
    feed.close();
    journal.close();
  });
  return { journal, feed, states };
}

const until = <Value>(read: () => Value | Promise<Value>) =>
  expect.poll(read, { timeout: 10_000, interval: 10 });

test('W10 when its gateway says farewell a desk goes on at another replica, at its cursor', async () => {
  const shared = sharedJournal();
  const [first, second] = [await replicaOf(shared), await replicaOf(shared)];
  const { journal, feed } = follow(`${first.address.url}, ${second.address.url}`);
  await shared.append(sampleFacts(20));
  await until(() => journal.facts.lastSeq()).toBe(20);
  expect(feed.status().address).toBe(first.address.url);
  await first.close();
  await shared.append(sampleFacts(20, 20));
  await until(() => journal.facts.lastSeq()).toBe(40);
  expect(feed.status()).toMatchObject({
    state: 'connected',
    address: second.address.url,
    gaps: [],
  });
  const { epoch, holds } = journal.feedPlace('gateway');
  expect({ epoch, holds }).toEqual({ epoch: shared.epoch(), holds: [[1, 40]] });
});

test('W10 a replica that is not there, or says nothing, costs a moment; then another one serves', async () => {
  const shared = sharedJournal();
  const http = createServer();
  const silent = new Server(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => silent.close());
  silent.of('/feed').on('connection', () => undefined);
  const mute = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const gone = await replicaOf(shared);
  await gone.close();
  const alive = await replicaOf(shared);
  await shared.append(sampleFacts(5));
  const { journal, feed } = follow(`${gone.address.url},${mute},${alive.address.url}`);
  await until(() => journal.facts.lastSeq()).toBe(5);
  expect(feed.status().address).toBe(alive.address.url);
});

test('W10 while no replica is there a desk keeps asking round, and goes on with the first that comes', async () => {
  const shared = sharedJournal();
  const [first, second] = [await replicaOf(shared), await replicaOf(shared)];
  const { journal, feed } = follow(`${first.address.url},${second.address.url}`);
  await shared.append(sampleFacts(5));
  await until(() => journal.facts.lastSeq()).toBe(5);
  await first.close();
  await second.close();
  await until(() => feed.status().state).toBe('offline');
  await shared.append(sampleFacts(5, 5));
  const again = await replicaOf(shared, second.address.port);
  await until(() => journal.facts.lastSeq()).toBe(10);
  expect(feed.status().address).toBe(again.address.url);
});
