import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, TOKENS, type TestGateway } from '../../gateway/test-gateway.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import type { Hello, Welcome } from '../../shared/wire/protocol.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openFeed, type FeedClient, type FeedOptions } from './feed-client.ts';

const TIMINGS = { retryMs: 40, retryMaxMs: 200, ackTimeoutMs: 300, silenceMs: 300, watchMs: 30 };

interface Fake {
  readonly url: string;
  connections(): number;
}

/** A gateway that does what a test tells it. */
async function fakeGateway(onConnection: (socket: Socket, count: number) => void): Promise<Fake> {
  const http = createServer();
  const server = new Server(http);
  let count = 0;
  server.of('/feed').on('connection', (socket) => {
    count += 1;
    onConnection(socket, count);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close());
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, connections: () => count };
}

type Answer = (answer: unknown) => void;

function welcome(over: Partial<Welcome> = {}): Welcome {
  return {
    kind: 'welcome',
    protocol: 1,
    room: 'r',
    epoch: 'e1',
    epochChanged: false,
    first: 0,
    last: 0,
    lost: [],
    now: Date.now(),
    person: 'Ada',
    ...over,
  };
}

function journalIn(folder = scratchFolder()): Journal {
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  return journal;
}

function follow(
  journal: Journal,
  address: string,
  over: Partial<FeedOptions> = {},
): FeedClient & { log: string[] } {
  const log: string[] = [];
  let opened: FeedClient | null = null;
  const feed = openFeed({
    address,
    token: TOKENS.ada,
    journal,
    now: Date.now,
    onFacts: () => undefined,
    onStatus() {
      const status = opened?.status();
      const text = `${status?.state} ${status?.reason ?? ''}`.trim();
      if (log.at(-1) !== text) log.push(text);
    },
    onPerson: () => undefined,
    onReceipts: () => undefined,
    timings: TIMINGS,
    ...over,
  });
  opened = feed;
  onTestFinished(() => feed.close());
  return { ...feed, log };
}

function writeNote(journal: Journal, text: string, now = Date.now()): void {
  const thing = `note:${text}`;
  journal.appendOwn('Ada', [{ kind: 'note.written', thing, at: now, body: { text } }], now);
}

async function gatewayOf(room = 'r', now?: () => number): Promise<TestGateway> {
  const gateway = await startTestGateway({ room, ...(now && { now }) });
  onTestFinished(() => gateway.stop());
  return gateway;
}

const until = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, { timeout: 8_000 });
const wait = (forMs: number) => new Promise((resolve) => setTimeout(resolve, forMs));

const batchOf = (count: number) => ({
  epoch: 'e1',
  part: 'gap',
  from: 1,
  to: count,
  facts: Array.from({ length: count }, (_, index) =>
    firedFact({ name: `n${index}`, service: `s${index}`, at: 1_760_000_000_000 }),
  ),
});

test('W1 a feed that is closed before the welcome touches its journal no more', async () => {
  const faults: unknown[] = [];
  const catchFault = (error: unknown): void => void faults.push(error);
  process.on('uncaughtException', catchFault);
  onTestFinished(() => void process.off('uncaughtException', catchFault));
  const silent = await fakeGateway(() => undefined);
  const kicking = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(welcome());
      socket.disconnect();
    });
  });
  for (const { url, connections } of [silent, kicking]) {
    const journal = openJournal({ folder: scratchFolder() });
    const states: string[] = [];
    const feed = follow(journal, url, { onStatus: () => states.push('told') });
    await until(connections).toBeGreaterThan(0);
    await wait(20);
    feed.close();
    journal.close();
    const before = connections();
    const told = states.length;
    await wait(600);
    expect(connections()).toBe(before);
    expect(states.length).toBe(told);
  }
  expect(faults).toEqual([]);
});

test('W2 a full disk gets no receipt, is told, and is tried again until there is room', async () => {
  let receipts = 0;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (hello: Hello, answer: Answer) => {
      answer(welcome({ first: 1, last: 400 }));
      if (hello.holds.length === 0) socket.emit('batch', batchOf(400), () => (receipts += 1));
    });
  });
  const journal = journalIn();
  const pages = Number(journal.database.pragma('page_count', { simple: true }));
  journal.database.pragma(`max_page_count = ${pages + 2}`);
  const feed = follow(journal, gateway.url);
  await until(() => feed.log.filter((line) => line === 'offline disk').length).toBeGreaterThan(1);
  expect(receipts).toBe(0);
  expect(journal.facts.lastSeq()).toBe(0);
  expect(journal.feedPlace('gateway').holds).toEqual([]);
  journal.database.pragma('max_page_count = 1000000');
  await until(() => feed.status().state).toBe('connected');
  expect(feed.status().reason).toBeNull();
  await until(() => receipts).toBe(1);
  expect(journal.facts.lastSeq()).toBe(400);
});

test('C3 receipts that the disk does not take are asked for again', async () => {
  let asked = 0;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => answer(welcome()));
    socket.on('push', ({ facts }: { facts: { id: string }[] }, answer: Answer) => {
      asked += 1;
      // From here on, nothing can be written.
      if (asked === 1) journal.database.pragma('query_only = 1');
      answer({ epoch: 'e1', stored: facts.map(({ id }) => id), refused: [] });
    });
  });
  const journal = journalIn();
  writeNote(journal, 'one');
  const feed = follow(journal, gateway.url);
  await until(() => feed.log.at(-1)).toBe('offline disk');
  expect(journal.outboxSize('e1')).toBe(1);
  await wait(300);
  // While nothing can be written, the gateway is left alone.
  expect([asked, gateway.connections(), feed.status().reason]).toEqual([1, 1, 'disk']);
  journal.database.pragma('query_only = 0');
  await until(() => journal.outboxSize('e1')).toBe(0);
  expect(asked).toBe(2);
});

test('W5 a fact that cannot even be checked is parked, and its neighbours are stored', async () => {
  // Deeper than a checker's stack, and yet JSON.
  let deep: unknown = 'x';
  for (let depth = 0; depth < 3_000; depth += 1) deep = [deep];
  const [good] = batchOf(1).facts;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(welcome({ first: 1, last: 2 }));
      const facts = [{ ...good, body: { deep } }, good];
      socket.emit('batch', { ...batchOf(1), to: 2, facts }, () => undefined);
    });
  });
  const journal = journalIn();
  const feed = follow(journal, gateway.url);
  await until(() => feed.status().state).toBe('connected');
  expect(journal.facts.lastSeq()).toBe(1);
  expect(journal.quarantineSize()).toBe(1);
});

test('W5 a changed fact under a true id is parked, and does not keep the true one out', async () => {
  const journal = journalIn();
  const whole = batchOf(2);
  const [first, second] = whole.facts;
  if (!first || !second) throw new Error('a batch of two');
  const forged = { ...first, body: { ...first.body, severity: 'info' } };
  const fake = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(welcome({ first: 1, last: 2 }));
      socket.emit('batch', { ...whole, facts: [forged, second] }, () => {
        socket.emit('batch', { ...whole, part: 'heads', facts: [first] }, () => undefined);
      });
    });
  });
  follow(journal, fake.url);
  await until(() => journal.facts.lastSeq()).toBe(2);
  expect(journal.facts.byId(first.id)?.fact).toEqual(first);
  expect(journal.quarantineSize()).toBe(1);
});

test('T1 a gateway that says nothing is found silent although the desk’s clock is set back', async () => {
  let offsetMs = 0;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => answer(welcome()));
  });
  const feed = follow(journalIn(), gateway.url, { now: () => Date.now() + offsetMs });
  await until(() => feed.status().state).toBe('connected');
  offsetMs = -3_600_000;
  await until(() => feed.log).toContain('offline silence');
  await until(gateway.connections).toBeGreaterThan(1);
});

test('T3 the skew is kept for the next start, and follows a clock that is set meanwhile', async () => {
  let offsetMs = -600_000;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(welcome());
      const beat = setInterval(() => socket.emit('pulse', { now: Date.now(), last: 0 }), 40);
      socket.on('disconnect', () => clearInterval(beat));
    });
  });
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  expect(journal.skewMs()).toBeNull();
  const feed = follow(journal, gateway.url, { now: () => Date.now() + offsetMs });
  expect(feed.status().skewMs).toBeNull();
  await until(() => Math.round((feed.status().skewMs ?? 0) / 1_000)).toBe(600);
  offsetMs = 0;
  await until(() => Math.round((journal.skewMs() ?? 9e9) / 1_000)).toBeCloseTo(0);
  offsetMs = -600_000;
  await until(() => Math.round((journal.skewMs() ?? 0) / 1_000)).toBe(600);
  feed.close();
  journal.close();
  const again = journalIn(folder);
  expect(Math.round((again.skewMs() ?? 0) / 1_000)).toBe(600);
  const away = follow(again, 'http://127.0.0.1:9');
  expect(Math.round((away.status().skewMs ?? 0) / 1_000)).toBe(600);
});

test('T3 one pulse that was long under way does not move the skew', async () => {
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(welcome());
      // What a laptop hears when it wakes: pulses of its sleep, all at once.
      for (const agoMs of [600_000, 595_000, 590_000]) {
        socket.emit('pulse', { now: Date.now() - agoMs, last: 0 });
      }
    });
  });
  const journal = journalIn();
  const feed = follow(journal, gateway.url);
  await until(() => feed.status().state).toBe('connected');
  await wait(100);
  expect(Math.abs(journal.skewMs() ?? 9e9)).toBeLessThan(2_000);
});

test('T3 what is authored in the room’s time is the same on every desk, however the clock is off', async () => {
  const gateway = await gatewayOf();
  const deskNow = (): number => Date.now() + 600_000;
  const journal = journalIn();
  const feed = follow(journal, gateway.gateway.address.url, { now: deskNow });
  await until(() => feed.status().state).toBe('connected');
  writeNote(journal, 'x', deskNow() + (journal.skewMs() ?? 0));
  feed.nudge();
  await until(() => journal.outboxSize(feed.epoch())).toBe(0);
  const [stored] = await gateway.gateway.journal.range(1, 1, { facts: 1, length: 1e6 });
  const [own] = journal.facts.range(0, 1, 1);
  // But for the gateway's own word that it came under its author's token.
  expect({ ...stored?.fact, raw: undefined }).toEqual({ ...own?.fact, raw: undefined });
});

test('W7 another room’s gateway is refused, and nothing of ours is told to it', async () => {
  const ours = await gatewayOf('payments');
  const theirs = await gatewayOf('search');
  await theirs.post('/api/v2/alerts', [{ labels: { alertname: 'X' }, annotations: {} }]);
  const theirFacts = await theirs.kinds();
  const journal = journalIn();
  const first = follow(journal, ours.gateway.address.url);
  await until(() => first.status().state).toBe('connected');
  expect(journal.meta('room')).toBe('payments');
  first.close();
  writeNote(journal, 'ours');
  const held = journal.facts.lastSeq();
  const feed = follow(journal, theirs.gateway.address.url);
  await until(() => feed.status().state).toBe('refused');
  feed.nudge();
  await wait(300);
  expect(feed.status()).toMatchObject({ state: 'refused', reason: 'other-room' });
  expect(await theirs.kinds()).toEqual(theirFacts);
  expect(journal.facts.lastSeq()).toBe(held);
  expect(journal.outboxSize(ours.gateway.journal.epoch())).toBe(1);
  feed.close();
  const back = follow(journal, ours.gateway.address.url);
  await until(() => journal.outboxSize(back.epoch())).toBe(0);
  expect(await ours.kinds()).toContain('note.written');
});

test('W7 nothing is pushed before the welcome tells whose room it is', async () => {
  const pushes: unknown[] = [];
  const gateway = await fakeGateway((socket) => {
    socket.on('push', (push: unknown) => pushes.push(push));
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      setTimeout(() => answer(welcome({ room: 'other' })), 150);
    });
  });
  const journal = journalIn();
  journal.setMeta('room', 'r');
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e1', part: 'gap', from: 1, to: 1, facts: [] },
    1,
  );
  writeNote(journal, 'ours');
  const feed = follow(journal, gateway.url);
  const nudging = setInterval(() => feed.nudge(), 10);
  onTestFinished(() => clearInterval(nudging));
  await until(() => feed.status().reason).toBe('other-room');
  expect(pushes).toEqual([]);
});

test('B2 a text that is not what its digest says is not taken', async () => {
  const text = '# Restart\n\n## Step\n\ndo it\n';
  const digest = sha256Hex(text);
  let sent = `${text}and more\n`;
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => answer(welcome()));
    socket.on('blob', (ask: { digest: string }, answer: Answer) => {
      answer({ digest: ask.digest, text: sent });
    });
  });
  const feed = follow(journalIn(), gateway.url);
  await until(() => feed.status().state).toBe('connected');
  expect(await feed.fetchBlob(digest)).toBeNull();
  sent = text;
  expect(await feed.fetchBlob(digest)).toBe(text);
});

test('C3 a push that got no answer, or “busy”, is sent again by itself', async () => {
  let asked = 0;
  const got: string[] = [];
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => answer(welcome()));
    const beat = setInterval(() => socket.emit('pulse', { now: Date.now(), last: 0 }), 50);
    socket.on('disconnect', () => clearInterval(beat));
    socket.on('push', ({ facts }: { facts: { id: string }[] }, answer: Answer) => {
      asked += 1;
      if (asked === 1) return;
      const ids = facts.map(({ id }) => id);
      if (asked === 2) answer({ kind: 'refused', code: 'busy', reason: 'later' });
      else if (asked === 3) answer({ epoch: 'e1', stored: [], refused: [] });
      else {
        got.push(...ids);
        answer({ epoch: 'e1', stored: ids, refused: [] });
      }
    });
  });
  const journal = journalIn();
  writeNote(journal, 'one');
  follow(journal, gateway.url);
  await until(() => journal.outboxSize('e1')).toBe(0);
  expect(asked).toBe(4);
  expect(gateway.connections()).toBe(1);
  expect(got).toHaveLength(1);
});

test('W6 a gateway that is busy at the hello is asked again; one of another version is not', async () => {
  const busy = await fakeGateway((socket, count) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer(count < 3 ? { kind: 'refused', code: 'busy', reason: 'later' } : welcome());
    });
  });
  const feed = follow(journalIn(), busy.url);
  await until(() => feed.status().state).toBe('connected');
  expect(busy.connections()).toBe(3);
  const newer = await fakeGateway((socket) => {
    socket.on('hello', (_hello: Hello, answer: Answer) => {
      answer({ kind: 'refused', code: 'protocol', reason: 'no common version' });
    });
  });
  const refused = follow(journalIn(), newer.url);
  await until(() => refused.status().state).toBe('refused');
  await wait(300);
  expect(newer.connections()).toBe(1);
});

test('W4 gaps are still told after a restart, and each once', async () => {
  const gateway = await fakeGateway((socket) => {
    socket.on('hello', (hello: Hello, answer: Answer) => {
      const lost: [number, number][] = hello.holds.length > 0 ? [] : [[1, 40]];
      const epochChanged = hello.epoch !== null && hello.epoch !== 'e2';
      answer(welcome({ epoch: 'e2', epochChanged, first: 41, last: 40, lost }));
    });
  });
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e1', part: 'gap', from: 1, to: 9, facts: [] },
    1,
  );
  const feed = follow(journal, gateway.url);
  // Holds are of e1 and count for nothing: the fake tells the loss only to who holds nothing.
  await until(() => feed.status().gaps.map(({ detail }) => detail)).toEqual(['e1 → e2']);
  feed.close();
  const second = follow(journal, gateway.url);
  const both = ['e1 → e2', '1–40'];
  await until(() => second.status().gaps.map(({ detail }) => detail)).toEqual(both);
  second.close();
  journal.close();
  const again = journalIn(folder);
  expect(again.feedPlace('gateway')).toMatchObject({ epoch: 'e2', holds: [[1, 40]] });
  const third = follow(again, gateway.url);
  expect(third.status().gaps.map(({ detail }) => detail)).toEqual(both);
  await until(() => third.status().state).toBe('connected');
  expect(third.status().gaps.map(({ kind }) => kind)).toEqual(['epoch', 'retention']);
});
