import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { startTestGateway, TOKENS } from '../../gateway/test-gateway.ts';
import { openFeed } from '../../main/feeds/feed-client.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { openDesk, type Desk } from '../../main/testing/desk.ts';
import { firedFact, heardFact, nodeFact } from '../../main/testing/facts.ts';
import { figure } from '../../scripts/tier/tier.ts';
import { PEOPLE, sealFact, type Fact } from '../../shared/facts/fact.ts';
import type { AlertRow, StatusRow } from '../../shared/ipc/rows.ts';
import { MAX_FACT_LENGTH, type Hello, type Receipt } from '../../shared/wire/protocol.ts';

/** A person's own records reach the desk beside one that would break it. */
const START = Date.now() - 3_600_000;
const LIVE = { mode: 'live' } as const;
const PATIENCE_MS = 30_000;

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-poison-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function good(number: number): Fact {
  return firedFact({ name: `Good${number}`, service: 'checkout', at: START + number * 1_000 });
}

/** Seals whatever it is given: the id is right, what it stands for is not. */
function sealed(over: Record<string, unknown>, of: Fact = good(0)): Record<string, unknown> {
  const { id: _, ...draft } = of;
  return sealFact({ ...draft, ...over });
}

/** What must be parked: each under a name for the one who reads a failure. */
const POISON: Readonly<Record<string, unknown>> = {
  'a body of other types': sealed({ body: { ...good(1).body, labels: [1, 2], severity: 7 } }),
  'a body without what it needs': sealed({ body: {} }),
  'no body': sealed({ body: null }),
  'a body that is a list': sealed({ body: [] }),
  'a body as large as a message allows': sealed({
    body: { ...good(2).body, annotations: 'x'.repeat(2_000_000) },
  }),
  'an id of something else': { ...good(3), body: { ...good(3).body, severity: 'info' } },
  'no id': { ...good(4), id: undefined },
  null: null,
  'a number': 42,
  'a text': 'fact',
  'a list of lists': [[[]]],
  'a time before all times': sealed({ at: -1 }),
  'a time after all times': sealed({ at: 9e15 }),
  'a time that is none': { ...good(5), at: 'yesterday' },
  'a name that reaches into objects': sealed({ source: '__proto__' }),
  'an author on a machine’s fact': sealed({
    author: { person: 'Eve', replica: 'r', counter: 1, hlc: '0'.repeat(13) },
  }),
  'a person’s fact without author': sealed({
    kind: 'note.written',
    thing: 'note:x',
    source: PEOPLE,
    body: { text: 'x' },
  }),
  'a thing that it does not speak of': sealed({ thing: 'source:am' }),
  'a version that is no number': sealed({ v: 'two' }),
  'more members than a fact has': { ...good(6), admin: true },
};

/** Understood by nobody here, and kept all the same. */
const FOREIGN: readonly Record<string, unknown>[] = [
  sealed({ kind: 'teleport.engaged', thing: 'teleport:1', body: { to: ['moon'] } }),
  sealed({ v: 2, body: { entirely: { other: null } } }),
];

interface FakeGateway {
  readonly url: string;
  /** Sends to everybody who is connected, now and later. */
  send(facts: readonly unknown[]): void;
  readonly receipts: Receipt[];
  connections(): number;
}

/** A gateway that passes on whatever it is given, as a hostile or a newer one would. */
async function fakeGateway(protocol: 1 | 2): Promise<FakeGateway> {
  const http = createServer();
  const server = new Server(http, { maxHttpBufferSize: 1e8 });
  const batches: { from: number; to: number; facts: readonly unknown[] }[] = [];
  const receipts: Receipt[] = [];
  const ready = new Set<Socket>();
  let connections = 0;

  function deliver(socket: Socket, batch: (typeof batches)[number]): void {
    const { from, to, facts } = batch;
    const content =
      protocol === 1
        ? { facts: JSON.parse(JSON.stringify(facts)) as unknown[] }
        : {
            lines: facts
              .map((fact) => (isLine(fact) ? fact.line : JSON.stringify(fact)))
              .join('\n'),
          };
    const message = { epoch: 'e1', part: 'tail', from, to, ...content };
    socket.emit('batch', message, (receipt: Receipt) => receipts.push(receipt));
  }

  server.of('/feed').on('connection', (socket) => {
    connections += 1;
    socket.on('disconnect', () => ready.delete(socket));
    socket.on('hello', (hello: Hello, answer: (welcome: unknown) => void) => {
      answer({
        kind: 'welcome',
        protocol,
        room: 'test',
        epoch: 'e1',
        epochChanged: false,
        first: batches.length > 0 ? 1 : 0,
        last: batches.at(-1)?.to ?? 0,
        lost: [],
        now: Date.now(),
        person: 'Ada',
      });
      ready.add(socket);
      socket.emit('pulse', { now: Date.now(), last: batches.at(-1)?.to ?? 0 });
      const held = hello.holds.at(-1)?.[1] ?? 0;
      for (const batch of batches) if (batch.to > held) deliver(socket, batch);
    });
    socket.on('push', ({ facts }: { facts: Fact[] }, answer: (pushed: unknown) => void) => {
      answer({ epoch: 'e1', stored: facts.map(({ id }) => id), refused: [] });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close());
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    receipts,
    connections: () => connections,
    send(facts) {
      const from = (batches.at(-1)?.to ?? 0) + 1;
      const batch = { from, to: from + facts.length - 1, facts };
      batches.push(batch);
      for (const socket of ready) deliver(socket, batch);
    },
  };
}

/** A line as it is, JSON or not. */
function isLine(value: unknown): value is { readonly line: string } {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'line';
}

async function status(desk: Desk): Promise<StatusRow> {
  const { rows } = await desk.window.ask('table.read', { table: 'status', position: LIVE });
  return rows[0] as unknown as StatusRow;
}

async function alertNames(desk: Desk): Promise<string[]> {
  const { rows } = await desk.window.ask('table.read', { table: 'alerts', position: LIVE });
  return (rows as unknown as AlertRow[]).map(({ name }) => name).toSorted();
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `Good${from + index}`).toSorted();
}

const until = <Value>(read: () => Value | Promise<Value>) =>
  expect.poll(read, { timeout: PATIENCE_MS, interval: 20 });

for (const protocol of [1, 2] as const) {
  test(`P5 W5 R-24 no poisoned fact blocks its stream, each is parked with place and reason (protocol ${protocol})`, async () => {
    const profile = scratch();
    const gateway = await fakeGateway(protocol);
    const desk = openDesk({ profile });
    await desk.shell.ask('room.connect', {
      address: gateway.url,
      token: 'person-token-of-ada',
      tokenKept: false,
    });
    await until(async () => (await status(desk)).feed).toBe('connected');
    const poison: unknown[] = Object.values(POISON).map((value) => value ?? null);
    // What is not even JSON can only come as a line.
    const lines = protocol === 2 ? ['{"id": "', ' ', '\u{0}', '{}}', '[1,', 'NaN'] : [];
    poison.push(...lines.map((line) => ({ line })));
    let number = 10;
    const next = (): Fact => good((number += 1));
    // One beside its neighbours in one batch, one alone in its batch, and all together.
    for (const [index, one] of poison.entries()) {
      gateway.send(index % 2 === 0 ? [next(), one, next()] : [one]);
    }
    gateway.send([...poison, next(), ...FOREIGN]);
    gateway.send([next()]);
    await until(() => alertNames(desk)).toEqual(names(11, number));
    const batches = poison.length + 2;
    await until(() => gateway.receipts.length).toBe(batches);
    const { feed, facts, quarantined } = await status(desk);
    expect([feed, facts, quarantined]).toEqual([
      'connected',
      number - 10 + FOREIGN.length,
      poison.length * 2,
    ]);
    expect(gateway.connections()).toBe(1);
    await desk.core.stop();

    const journal = openJournal({ folder: join(profile, 'rooms', 'live') });
    onTestFinished(() => journal.close());
    const parked = journal.database
      .prepare('SELECT source, place, reason, excerpt FROM quarantine ORDER BY id')
      .all() as Record<string, string>[];
    expect(parked).toHaveLength(poison.length * 2);
    for (const { place, reason, excerpt } of parked) {
      expect(place).toMatch(/^tail\[\d+\]/);
      expect(reason).not.toBe('');
      expect((excerpt ?? '').length).toBeLessThanOrEqual(500);
    }
    const { holds } = journal.feedPlace('gateway');
    expect(holds).toEqual([[1, gateway.receipts.at(-1)?.to]]);
    for (const { kind, v } of FOREIGN) {
      const stored = journal.facts.range(0, journal.facts.lastSeq(), 1_000);
      expect(stored.some(({ fact }) => fact.kind === kind && fact.v === v)).toBe(true);
    }
    if (protocol === 2) {
      figure('R-24', 'poisoned facts in a stream, parked with place and reason', parked.length);
    }
  });
}

test('P5 R-24 a fact larger than a gateway takes blocks nothing either, whether it is kept or parked', async () => {
  const gateway = await fakeGateway(2);
  const desk = openDesk({ profile: scratch() });
  await desk.shell.ask('room.connect', {
    address: gateway.url,
    token: 'person-token-of-ada',
    tokenKept: false,
  });
  await until(async () => (await status(desk)).feed).toBe('connected');
  const large = sealed({
    body: { ...good(9).body, annotations: { text: 'x'.repeat(MAX_FACT_LENGTH * 2) } },
  });
  gateway.send([good(11), large, good(12)]);
  gateway.send([good(13)]);
  await until(async () =>
    (await alertNames(desk)).filter((name) => name !== 'Good0' && name !== 'Good9'),
  ).toEqual(names(11, 13));
  const { facts, quarantined } = await status(desk);
  expect(facts + quarantined).toBe(4);
});

test('P5 R-24 without parking, one poisoned fact would hold up everything behind it', async () => {
  const gateway = await fakeGateway(2);
  const journal = openJournal({ folder: scratch() });
  const allOrNothing: Journal = {
    ...journal,
    appendFromFeed(batch, seenAt) {
      if (batch.parked && batch.parked.length > 0) throw new Error('not understood');
      return journal.appendFromFeed(batch, seenAt);
    },
  };
  const feed = openFeed({
    address: gateway.url,
    token: 'person-token-of-ada',
    journal: allOrNothing,
    now: Date.now,
    onFacts: () => undefined,
    onStatus: () => undefined,
    onPerson: () => undefined,
    onReceipts: () => undefined,
    timings: { retryMs: 20, retryMaxMs: 20 },
  });
  onTestFinished(() => {
    feed.close();
    journal.close();
  });
  await until(() => feed.status().state).toBe('connected');
  gateway.send([good(11)]);
  gateway.send([POISON['no body']]);
  gateway.send([good(12)]);
  // It comes back again and again, and never past it.
  await until(() => gateway.connections()).toBeGreaterThan(4);
  expect(journal.facts.has(good(11).id)).toBe(true);
  expect(gateway.receipts.every(({ to }) => to === 1)).toBe(true);
  expect(feed.status().state).not.toBe('connected');
});

/** Past every check, as a version with a fault or another program would have left them. */
function strangeFacts(): Fact[] {
  const author = { person: 'Ada', replica: 'r', counter: 1, hlc: '0'.repeat(13) };
  return [
    ...[null, 7, 'x', [], {}, { labels: null, startsAt: 'x' }].map((body) => sealed({ body })),
    sealed({ body: { ...good(11).body, labels: null } }, good(11)),
    sealed({ body: { ...good(12).body, severity: 'catastrophe' } }, good(12)),
    sealed({ body: { ...good(13).body, service: 4 } }, good(13)),
    sealed({ kind: 'node.declared', thing: 'node:checkout', body: { name: 'checkout', tags: 3 } }),
    sealed({ kind: 'edge.declared', thing: 'edge:["a","b"]', body: { from: 1, to: null } }),
    sealed({ kind: 'source.heard', thing: 'source:am', body: { speaks: null } }),
    sealed({ kind: 'change.reported', thing: 'change:1', body: { services: 'all' } }),
    sealed({ kind: 'runbook.published', thing: 'runbook:x', body: { digest: 1 } }),
    ...[
      { kind: 'incident.declared', thing: 'incident:1', body: { services: 1 } },
      { kind: 'incident.commander-changed', thing: 'incident:1', body: { replaces: null } },
      { kind: 'note.written', thing: 'note:1', body: { text: null } },
      { kind: 'run.started', thing: 'run:1', body: { digest: null } },
      { kind: 'run.step-recorded', thing: 'run:1', body: [] },
      { kind: 'entry.pinned', thing: 'pin:1', body: { entry: 1 } },
    ].map((over) => sealed({ ...over, source: PEOPLE, author })),
    sealed({ kind: 'note.written', thing: 'note:2', body: { text: 'x' }, author: { hlc: 3 } }),
    sealed({ kind: 'note.written', thing: 'note:3', body: { text: 'x' }, author: 'Ada' }),
  ] as unknown as Fact[];
}

test('P5 R-24 what an earlier version could not understand is shown after the upgrade that does', async () => {
  const profile = scratch();
  const journal = openJournal({ folder: join(profile, 'rooms', 'live') });
  const later = [good(11), good(12)];
  // As a version parked them that did not know better.
  const parked = [JSON.stringify(later[0]), 'no JSON at all', JSON.stringify(later[1])].map(
    (raw, index) => ({
      source: 'feed',
      place: `tail[${index}].body`,
      code: 'wrong-value' as const,
      reason: 'not known yet',
      excerpt: raw.slice(0, 500),
      raw,
    }),
  );
  const place = { feed: 'gateway', epoch: 'e1', part: 'tail' as const, from: 1, to: 4 };
  journal.appendFromFeed({ ...place, facts: [good(13)], parked }, START);
  journal.close();
  const desk = openDesk({ profile });
  await until(() => alertNames(desk)).toEqual(names(11, 13));
  // The cursor stands where it stood, and what no version understands stays parked and counted.
  expect((await status(desk)).quarantined).toBe(3);
  await desk.core.stop();
  const after = openJournal({ folder: join(profile, 'rooms', 'live') });
  onTestFinished(() => after.close());
  expect(after.parked(0, 10).map(({ raw }) => raw)).toEqual(['no JSON at all']);
  expect(after.feedPlace('gateway').holds).toEqual([[1, 4]]);
});

test('P5 R-24 a gateway whose journal holds what is no fact starts, serves, and takes what is new', async () => {
  const folder = scratch();
  const held = openSqliteJournal({ path: join(folder, 'gateway.db'), now: Date.now });
  const strange = strangeFacts();
  const sound = [good(11), good(12)];
  await held.append([...strange.slice(0, 9), ...sound, ...strange.slice(9)]);
  await held.close();
  const gateway = await startTestGateway({ dataFolder: folder });
  onTestFinished(() => gateway.stop());
  const desk = openDesk({ profile: scratch() });
  await desk.shell.ask('room.connect', {
    address: gateway.gateway.address.url,
    token: TOKENS.ada,
    tokenKept: false,
  });
  await until(() => alertNames(desk)).toEqual(names(11, 12));
  const answer = await gateway.post('/api/v2/alerts', [
    { labels: { alertname: 'Good13', service: 'checkout' }, startsAt: new Date().toISOString() },
  ]);
  expect(answer.status).toBe(200);
  await until(() => alertNames(desk)).toEqual(names(11, 13));
  expect(await status(desk)).toMatchObject({ feed: 'connected', quarantined: strange.length });
});

test('P5 R-24 facts that lie in the journal and are none kill neither views nor room, and are told', async () => {
  const profile = scratch();
  const folder = join(profile, 'rooms', 'live');
  const journal = openJournal({ folder });
  const sound = [
    heardFact('am', START),
    ...Array.from({ length: 5 }, (_, index) => good(11 + index)),
    nodeFact('checkout', START),
  ];
  const strange = strangeFacts();
  const mixed = [...strange.slice(0, 8), ...sound, ...strange.slice(8)];
  expect(journal.appendForeign(mixed, START)).toHaveLength(mixed.length);
  journal.close();

  const errors: unknown[] = [];
  const report = console.error;
  console.error = (...given: unknown[]): void => {
    errors.push(given);
    report(...given);
  };
  onTestFinished(() => {
    console.error = report;
  });
  for (const start of ['first', 'second'] as const) {
    const desk = openDesk({ profile });
    await until(async () => (await status(desk)).viewsBehind).toBe(0);
    expect(await alertNames(desk)).toEqual(names(11, 15));
    const { disk, quarantined, facts } = await status(desk);
    expect([start, disk, facts, quarantined]).toEqual([
      start,
      null,
      mixed.length + (start === 'first' ? 0 : 1),
      strange.length,
    ]);
    for (const table of ['nodes', 'edges', 'changes', 'sources', 'incidents', 'runs'] as const) {
      await desk.window.ask('table.read', { table, position: LIVE });
      const moment = Date.now();
      await desk.window.ask('table.read', { table, position: { mode: 'happened', moment } });
      await desk.window.ask('table.read', { table, position: { mode: 'known', moment } });
    }
    const { entries } = await desk.window.ask('timeline.read', {
      position: LIVE,
      from: 0,
      to: Date.now() + 3_600_000,
      limit: 1_000,
      filter: { groups: [], text: '', pinnedOnly: false },
    });
    expect(entries.filter(({ kind }) => kind === 'alert.fired').length).toBeGreaterThanOrEqual(5);
    for (const thing of new Set(mixed.map((fact) => fact.thing))) {
      await desk.window.ask('thing.history', { thing, limit: 100 });
    }
    const searched = { text: 'Good', before: null, limit: 100 };
    await until(async () => (await desk.window.ask('search.read', searched)).indexed).toBe(facts);
    const { entries: hits } = await desk.window.ask('search.read', searched);
    expect(hits.length).toBeGreaterThanOrEqual(5);
    if (start === 'first') {
      await desk.window.ask('session.write', { person: 'Ada' });
      const note = { name: 'note.write', text: 'still here' } as const;
      expect(await desk.window.ask('command.run', { command: note })).toMatchObject({ done: true });
    }
    await desk.core.stop();
  }
  expect(errors).toEqual([]);
  figure('R-24', 'broken facts that lay in a journal and hurt nothing', strange.length);
});
