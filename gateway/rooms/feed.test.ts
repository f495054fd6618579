import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import {
  BATCH_FACTS,
  WINDOW_BATCHES,
  batchSchema,
  farewellSchema,
  hoursSchema,
  idsSchema,
  pulseSchema,
  pushedSchema,
  refusedSchema,
  wantedSchema,
  welcomeSchema,
  type Batch,
  type Hello,
  type Pushed,
  type Range,
  type Refused,
  type Welcome,
} from '../../shared/wire/protocol.ts';
import { createWitness, witnessKeyIn } from '../access/witness.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { addRange, missingRanges } from '../../shared/wire/ranges.ts';
import { sampleFact, sampleFacts } from '../journal/journal-conformance.ts';
import type { Journal } from '../journal/journal.ts';
import { openSqliteJournal } from '../journal/sqlite-journal.ts';
import { TOKENS, firingAlert, startTestGateway, type TestGateway } from '../test-gateway.ts';
import { webhookOf } from '../../shared/testing/webhook.ts';

const running: TestGateway[] = [];
const sockets: Socket[] = [];
const NOW = Date.UTC(2026, 10, 23, 12);

async function start(options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const test = await startTestGateway(options);
  running.push(test);
  return test;
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  for (const test of running.splice(0)) await test.stop();
});

/** A desktop as the feed sees it: a set of facts, ranges, and receipts that it may withhold. */
interface Desk {
  readonly socket: Socket;
  readonly batches: Batch[];
  readonly facts: Map<string, Fact>;
  holds(): Range[];
  receipts: 'at once' | 'withheld';
  hello(hello?: Partial<Hello>): Promise<Welcome | Refused>;
  push(facts: unknown): Promise<Pushed | Refused>;
  until(condition: () => boolean, within?: number): Promise<void>;
}

async function connect(gateway: TestGateway, token: string = TOKENS.ada): Promise<Desk> {
  const socket = io(`${gateway.gateway.address.url}/feed`, {
    auth: { token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  const batches: Batch[] = [];
  const facts = new Map<string, Fact>();
  let holds: Range[] = [];
  const desk: Desk = {
    socket,
    batches,
    facts,
    holds: () => holds,
    receipts: 'at once',
    async hello(hello = {}) {
      holds = [...(hello.holds ?? [])];
      const answer: unknown = await socket.timeout(5_000).emitWithAck('hello', {
        protocols: [1, 2],
        epoch: null,
        holds: [],
        replica: 'desk-1',
        ...hello,
      } satisfies Hello);
      const kind = (answer as { kind?: string }).kind;
      return kind === 'welcome' ? welcomeSchema.parse(answer) : refusedSchema.parse(answer);
    },
    async push(pushed) {
      const answer: unknown = await socket.timeout(5_000).emitWithAck('push', pushed);
      const refused = refusedSchema.safeParse(answer);
      return refused.success ? refused.data : pushedSchema.parse(answer);
    },
    async until(condition, within = 10_000) {
      const end = Date.now() + within;
      while (!condition()) {
        if (Date.now() > end) throw new Error('it did not come to pass');
        await wait(5);
      }
    },
  };
  socket.on('batch', (input: unknown, acknowledge: (receipt: unknown) => void) => {
    const batch = batchSchema.parse(input);
    batches.push(batch);
    for (const fact of factsOf(batch)) {
      if (batch.part !== 'heads' && facts.has(fact.id) && !seenInHeads.has(fact.id)) {
        throw new Error(`twice: ${fact.id}`);
      }
      if (batch.part === 'heads') seenInHeads.add(fact.id);
      facts.set(fact.id, fact);
    }
    if (batch.part !== 'heads') holds = addRange(holds, batch.from, batch.to);
    const { epoch, from, to } = batch;
    if (desk.receipts === 'at once') acknowledge({ epoch, from, to });
  });
  const seenInHeads = new Set<string>();
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', () => resolve());
    socket.on('connect_error', reject);
  });
  return desk;
}

function note(person: string, counter: number, text = 'restarted db-7'): Fact {
  return sealFact({
    kind: 'note.written',
    v: 1,
    thing: `note:${person}-${counter}`,
    at: NOW,
    heardAt: NOW,
    source: 'people',
    author: { person, replica: 'desk-1', counter, hlc: `0mgj6k3cw000${counter}` },
    body: { text },
  });
}

const factsOf = (batch: Batch): Fact[] =>
  'facts' in batch
    ? (batch.facts as Fact[])
    : batch.lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Fact]));

const seqsOf = (batches: readonly Batch[], part: Batch['part']): Range[] =>
  batches.filter((batch) => batch.part === part).map(({ from, to }) => [from, to]);

describe('feed: hello and resume', () => {
  test('W1 a first contact gets everything, in order, once', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(1_200));
    const desk = await connect(gateway);
    const welcome = await desk.hello();
    expect(welcome).toMatchObject({
      kind: 'welcome',
      protocol: 2,
      room: 'test',
      epochChanged: false,
      first: 1,
      last: 1_200,
      lost: [],
      person: 'Ada',
    });
    await desk.until(() => desk.facts.size === 1_200);
    // Each batch goes on where the one before ended; the first are small: the line is not known yet.
    const sent = seqsOf(desk.batches, 'gap');
    expect(sent.map(([from]) => from)).toEqual([1, ...sent.slice(0, -1).map(([, to]) => to + 1)]);
    expect(sent.at(-1)?.[1]).toBe(1_200);
    const sizes = sent.map(([from, to]) => to - from + 1);
    expect(sizes[0]).toBeLessThan(Math.max(...sizes));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_FACTS);
  });

  test('W1 a desktop that holds ranges gets what lies between, the newest range first', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(100));
    const desk = await connect(gateway);
    const epoch = gateway.gateway.journal.epoch();
    await desk.hello({
      epoch,
      holds: [
        [1, 10],
        [21, 50],
        [60, 95],
      ],
    });
    await desk.until(() => missingRanges(desk.holds(), 1, 100).length === 0);
    expect(seqsOf(desk.batches, 'gap')).toEqual([
      [96, 100],
      [51, 59],
      [11, 20],
    ]);
    expect(desk.facts.size).toBe(5 + 9 + 10);
  });

  test('W1 facts that come while a desktop catches up are neither lost nor doubled', async () => {
    const gateway = await start({ timings: { coalesceMs: 5 } });
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(1_500));
    const desk = await connect(gateway);
    let sent = 1_500;
    const writing = (async () => {
      for (let round = 0; round < 40; round += 1) {
        await journal.append(sampleFacts(20, sent));
        sent += 20;
        await wait(2);
      }
    })();
    await wait(10);
    await desk.hello();
    await writing;
    await desk.until(() => missingRanges(desk.holds(), 1, sent).length === 0);
    expect(desk.facts.size).toBe(sent);
  });

  test('W1 however often and wherever the connection breaks, all arrives, once by the ranges', async () => {
    const gateway = await start({ timings: { coalesceMs: 2 } });
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(3_000));
    const random = seededRandom(20261123);
    /** What the desktop committed: facts by sequence, as its ranges count them. */
    const counted = new Map<number, string>();
    let holds: Range[] = [];
    let last = 3_000;
    for (let round = 0; round < 12; round += 1) {
      const desk = await connect(gateway, TOKENS.read);
      let left = round === 11 ? Number.POSITIVE_INFINITY : Math.floor(random() * 5);
      desk.socket.off('batch');
      desk.socket.on('batch', (input: unknown, acknowledge: (receipt: unknown) => void) => {
        const batch = batchSchema.parse(input);
        const { epoch, part, from, to } = batch;
        const facts = factsOf(batch);
        if (left <= 0) return;
        left -= 1;
        if (part !== 'heads') {
          expect(facts).toHaveLength(to - from + 1);
          for (const [index, fact] of facts.entries()) {
            expect(counted.has(from + index)).toBe(false);
            counted.set(from + index, fact.id);
          }
          holds = addRange(holds, from, to);
        }
        // Committed, and yet the receipt may be lost with the connection.
        if (random() < 0.3 && round < 11) desk.socket.disconnect();
        else acknowledge({ epoch, from, to });
      });
      await desk.hello({ epoch: round === 0 ? null : journal.epoch(), holds });
      await journal.append(sampleFacts(100, last));
      last += 100;
      if (round < 11) await wait(20 + random() * 40);
      else await desk.until(() => missingRanges(holds, 1, last).length === 0);
      desk.socket.disconnect();
    }
    const all = await journal.range(1, last, { facts: 10_000, length: 1e9 });
    expect(all.map(({ fact }) => fact.id)).toEqual(
      Array.from({ length: last }, (_, n) => counted.get(n + 1)),
    );
  });

  test('W6 a desktop that speaks only version 1 hears no word that it does not know', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(3));
    const desk = await connect(gateway);
    const welcome = await desk.hello({ protocols: [1] });
    expect(Object.keys(welcome).sort()).toEqual(
      [
        'kind',
        'protocol',
        'room',
        'epoch',
        'epochChanged',
        'first',
        'last',
        'lost',
        'now',
        'person',
      ].sort(),
    );
    await desk.until(() => desk.facts.size === 3);
    expect(desk.batches.every((batch) => 'facts' in batch)).toBe(true);
  });

  test('W1 nothing comes before the welcome', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(10));
    const desk = await connect(gateway);
    await gateway.gateway.journal.append(sampleFacts(10, 10));
    await wait(100);
    expect(desk.batches).toEqual([]);
    expect(await desk.hello({ protocols: [] as number[] })).toMatchObject({ kind: 'refused' });
    await wait(50);
    expect(desk.batches).toEqual([]);
  });

  test('W3 from many missing facts on, heads come first, and read as all facts do', async () => {
    const gateway = await start();
    const { journal } = gateway.gateway;
    // 2,500 facts of 50 things: the newest of each is its head.
    const facts = Array.from({ length: 2_500 }, (_, n) => sampleFact(n % 50, n));
    await journal.append(facts);
    const desk = await connect(gateway);
    desk.receipts = 'withheld';
    await desk.hello();
    await desk.until(() => desk.batches.length === WINDOW_BATCHES);
    const heads = desk.batches.filter(({ part }) => part === 'heads');
    expect(
      heads
        .flatMap(factsOf)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(
      facts
        .slice(-50)
        .map(({ id }) => id)
        .toSorted(),
    );
    const rest = desk.batches.slice(heads.length);
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.every(({ part }) => part === 'gap')).toBe(true);
  });

  test('W4 another epoch is told, and then everything is sent anew', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(5));
    const desk = await connect(gateway);
    const welcome = await desk.hello({ epoch: 'another', holds: [[1, 5]] });
    expect(welcome).toMatchObject({ epochChanged: true });
    await desk.until(() => desk.facts.size === 5);
  });

  test('W4 a journal that was rolled back takes a new epoch and says so to everybody', async () => {
    const gateway = await start();
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(5));
    const epoch = journal.epoch();
    const bystander = await connect(gateway, TOKENS.read);
    await bystander.hello({ epoch, holds: [[1, 5]] });
    const desk = await connect(gateway);
    const welcome = await desk.hello({ epoch, holds: [[1, 9]] });
    expect(welcome).toMatchObject({ epochChanged: true, last: 5 });
    expect(journal.epoch()).not.toBe(epoch);
    await desk.until(() => desk.facts.size === 5);
    await bystander.until(() => bystander.socket.disconnected);
    const again = await connect(gateway, TOKENS.read);
    expect(await again.hello({ epoch, holds: [[1, 5]] })).toMatchObject({ epochChanged: true });
  });

  test('W4 what retention took is named as lost, and the rest comes', async () => {
    const journal = withoutFirst(40);
    const gateway = await start({ journal });
    await journal.append(sampleFacts(100));
    const desk = await connect(gateway);
    const epoch = gateway.gateway.journal.epoch();
    const welcome = await desk.hello({ epoch, holds: [[1, 10]] });
    expect(welcome).toMatchObject({ first: 41, last: 100, lost: [[11, 40]] });
    await desk.until(() => missingRanges(desk.holds(), 41, 100).length === 0);
    expect(desk.facts.size).toBe(60);
  });

  test('W6 without a common version both sides are named', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    const refused = (await desk.hello({ protocols: [7, 8] })) as Refused;
    expect(refused).toMatchObject({ kind: 'refused', code: 'protocol' });
    expect(refused.reason).toMatch(/speaks 1, 2, 3, the desktop 7, 8/);
    // A newer hello with keys that are not known here is told the same.
    const answer: unknown = await desk.socket
      .timeout(1_000)
      .emitWithAck('hello', { protocols: [9], something: 'new' });
    expect(refusedSchema.parse(answer).code).toBe('protocol');
    // And one that speaks ours as well is served.
    expect(await desk.hello({ protocols: [1, 9] })).toMatchObject({ kind: 'welcome', protocol: 1 });
    expect(await desk.hello()).toMatchObject({ kind: 'refused', code: 'hello' });
  });
});

describe('feed: tail, receipts, back-pressure', () => {
  test('W1 what is posted arrives as tail, what comes together in few batches', async () => {
    const gateway = await start();
    const desk = await connect(gateway, TOKENS.read);
    expect(await desk.hello()).toMatchObject({ person: null, first: 0, last: 0 });
    const now = Date.now();
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        gateway.post('/ingest/alertmanager', webhookOf(firingAlert(`h${n}`, now))),
      ),
    );
    await desk.until(() => desk.facts.size === 31);
    expect(desk.batches.every(({ part }) => part === 'tail')).toBe(true);
    expect(desk.batches.length).toBeLessThan(15);
  });

  test('W8 a desktop without receipts gets no more than the window, then all of it', async () => {
    const gateway = await start();
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(1_000));
    const slow = await connect(gateway);
    slow.receipts = 'withheld';
    await slow.hello({ epoch: journal.epoch(), holds: [[1, 1_000]] });
    for (let n = 0; n < 20; n += 1) {
      await journal.append(sampleFacts(500, 1_000 + n * 500));
      await wait(5);
    }
    await wait(200);
    expect(slow.batches).toHaveLength(WINDOW_BATCHES);
    // A neighbour is not held up by it.
    const quick = await connect(gateway, TOKENS.read);
    await quick.hello();
    await quick.until(() => missingRanges(quick.holds(), 1, 11_000).length === 0);
    const { text } = await gateway.get('/metrics');
    expect(text).toContain(`holdfast_gateway_batches_under_way ${WINDOW_BATCHES}`);
  });

  test('W8 a desktop that never receipts is let go, and comes back where it was', async () => {
    const gateway = await start({ timings: { receiptTimeoutMs: 100 } });
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(10));
    const desk = await connect(gateway);
    desk.receipts = 'withheld';
    let reason = '';
    desk.socket.on('disconnect', (why) => (reason = why));
    await desk.hello();
    await desk.until(() => desk.socket.disconnected);
    // Not "io server disconnect": after that a client would not come back by itself.
    expect(reason).toBe('transport close');
    const again = await connect(gateway);
    await again.hello({ epoch: journal.epoch(), holds: [] });
    await again.until(() => again.facts.size === 10);
  });

  test('W2 a receipt for something else ends the connection', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(10));
    const desk = await connect(gateway);
    desk.socket.off('batch');
    desk.socket.on('batch', (_batch: unknown, acknowledge: (receipt: unknown) => void) =>
      acknowledge({ epoch: 'x', from: 1, to: 2 }),
    );
    await desk.hello();
    await desk.until(() => desk.socket.disconnected);
    expect((await gateway.get('/metrics')).text).toContain('reason="a receipt for something else"');
  });

  test('W8 large facts travel in small batches', async () => {
    const gateway = await start();
    const big = Array.from({ length: 20 }, (_, n) => sampleFact(n, 0, 'x'.repeat(200_000)));
    await gateway.gateway.journal.append(big);
    const desk = await connect(gateway);
    await desk.hello();
    await desk.until(() => desk.facts.size === 20);
    for (const batch of desk.batches) {
      expect(JSON.stringify(batch).length).toBeLessThan(1_100_000);
    }
  });

  test('W1 a pulse comes with the welcome and then at every heartbeat', async () => {
    const gateway = await start({ timings: { heartbeatMs: 30 } });
    await gateway.gateway.journal.append(sampleFacts(3));
    const desk = await connect(gateway);
    const pulses: unknown[] = [];
    desk.socket.on('pulse', (pulse: unknown) => pulses.push(pulseSchema.parse(pulse)));
    await desk.hello();
    await desk.until(() => pulses.length >= 3);
    expect(pulses.at(-1)).toMatchObject({ last: 3 });
  });
});

describe('feed: difference exchange', () => {
  test('W7 in an exchange machines’ facts are taken, and others’ only under the room’s witness', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    await desk.hello();
    const own = note('Ada', 1);
    await desk.push({ facts: [own] });
    await desk.until(() => desk.facts.size === 1);
    const witnessed = desk.facts.get(own.id);
    expect(witnessed?.raw).toEqual({ witness: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const foreign = note('Bob', 1);
    const borrowed = { ...foreign, raw: witnessed?.raw ?? null };
    const machine = sampleFact(1);
    const forged = { ...sampleFact(2), id: sampleFact(3).id };
    const facts = [machine, foreign, borrowed, forged];
    const answer = (await desk.push({ facts, exchange: true })) as Pushed;
    expect(answer.stored).toEqual([machine.id]);
    expect(answer.refused).toEqual([
      ...[foreign, borrowed].map(({ id }) => ({
        id,
        code: 'wrong-author',
        reason: expect.stringContaining('without the witness of this room') as string,
      })),
      {
        id: forged.id,
        code: 'wrong-id',
        reason: 'the id does not follow from the content',
      },
    ]);
    const screen = await connect(gateway, TOKENS.read);
    await screen.hello();
    expect(await screen.push({ facts: [machine, own], exchange: true })).toMatchObject({
      stored: [],
    });
    // With it, also what its author never sent to this journal.
    const key = witnessKeyIn(join(gateway.folder, 'witness.key'));
    const brought = createWitness(key).sign(foreign);
    expect(await desk.push({ facts: [brought], exchange: true })).toMatchObject({
      stored: [foreign.id],
      refused: [],
    });
  });

  test('W9 questions of another epoch, out of form or too many at a time are refused', async () => {
    const gateway = await start();
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(10));
    const desk = await connect(gateway);
    await desk.hello();
    const epoch = journal.epoch();
    const ask = async (event: string, question: unknown): Promise<unknown> =>
      desk.socket.timeout(5_000).emitWithAck(event, question);
    const hours = hoursSchema.parse(await ask('hours', { epoch, upTo: 10, before: null }));
    expect(hours.hours).toHaveLength(1);
    const [hour = 0, count] = hours.hours[0] ?? [];
    expect(count).toBe(10);
    const told = { epoch, upTo: 10, hour, prefix: '', most: 100 };
    expect(idsSchema.parse(await ask('ids', told)).ids).toHaveLength(10);
    expect(idsSchema.parse(await ask('ids', { ...told, most: 1 })).parts?.length).toBeGreaterThan(
      1,
    );
    const ids = sampleFacts(2).map(({ id }) => id);
    const wanted = wantedSchema.parse(await ask('want', { epoch, ids }));
    expect(wanted.lines.split('\n')).toHaveLength(2);
    const wrong: [string, unknown][] = [
      ['hours', { epoch: 'another', upTo: 1, before: null }],
      ['hours', { epoch, upTo: -1, before: null }],
      ['ids', { ...told, prefix: 'XY' }],
      ['ids', { ...told, most: 5_001 }],
      ['want', { epoch, ids: [] }],
      ['want', { epoch, ids: ['x'] }],
      ['want', 7],
    ];
    for (const [event, question] of wrong) {
      expect(await ask(event, question)).toMatchObject({ kind: 'refused', code: 'message' });
    }
    const many = await Promise.all(Array.from({ length: 60 }, () => ask('ids', told)));
    const busy = many.filter((answer) => (answer as { code?: string }).code === 'busy');
    expect(busy.length).toBeLessThan(60);
    for (const answer of many) {
      if (!busy.includes(answer)) expect(idsSchema.parse(answer).ids).toHaveLength(10);
    }
    expect(wantedSchema.safeParse(await ask('want', { epoch, ids })).success).toBe(true);
  });

  test('W9 who is asked to compare: a desktop that has facts and no ranges that tell of them', async () => {
    const gateway = await start();
    await gateway.gateway.journal.append(sampleFacts(100));
    const epoch = gateway.gateway.journal.epoch();
    const compareOf = async (hello: Partial<Hello>): Promise<string | undefined> => {
      const desk = await connect(gateway, TOKENS.read);
      const welcome = (await desk.hello(hello)) as Welcome;
      desk.socket.disconnect();
      return welcome.compare;
    };
    expect(await compareOf({ facts: 0 })).toBeUndefined();
    expect(await compareOf({ facts: 80 })).toBe('now');
    expect(await compareOf({ facts: 10 })).toBe('after');
    expect(await compareOf({ epoch: 'another', holds: [[1, 90]], facts: 90 })).toBe('now');
    expect(await compareOf({ epoch, holds: [[1, 90]], facts: 90 })).toBeUndefined();
    expect(await compareOf({ epoch, holds: [[1, 90]], facts: 90, uncompared: true })).toBe('now');
    expect(await compareOf({ protocols: [1], facts: 80 })).toBeUndefined();
    // In place of being sent everything: what is asked for is what comes.
    const desk = await connect(gateway, TOKENS.read);
    await desk.hello({ facts: 100 });
    await gateway.gateway.journal.append(sampleFacts(1, 500));
    await desk.until(() => desk.facts.size === 1);
    expect(seqsOf(desk.batches, 'gap')).toEqual([]);
  });

  test('W4 another fact at a sequence that a desktop knows is another history', async () => {
    const gateway = await start();
    const { journal } = gateway.gateway;
    await journal.append(sampleFacts(10));
    const epoch = journal.epoch();
    const id = (seq: number): string => sampleFact(seq - 1).id;
    const same = await connect(gateway, TOKENS.read);
    const tips: [number, string][] = [
      [4, id(4)],
      [9, id(9)],
    ];
    expect(await same.hello({ epoch, holds: [[1, 9]], tips })).toMatchObject({
      epochChanged: false,
    });
    const other = await connect(gateway, TOKENS.read);
    const differing: [number, string][] = [
      [4, id(4)],
      [9, id(8)],
    ];
    expect(await other.hello({ epoch, holds: [[1, 9]], tips: differing })).toMatchObject({
      epochChanged: true,
    });
    expect(journal.epoch()).not.toBe(epoch);
    await same.until(() => same.socket.disconnected);
  });
});

describe('feed: push', () => {
  test('W7 a person writes as that person only, and only what people write', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    await desk.hello();
    const own = note('Ada', 1);
    const foreign = note('Bob', 1);
    const forged = { ...note('Ada', 2), body: { text: 'other words' } };
    const machine = sampleFact(1);
    const answer = (await desk.push({ facts: [own, foreign, forged, machine, 7] })) as Pushed;
    expect(answer.stored).toEqual([own.id]);
    expect(answer.refused.map(({ id }) => id)).toEqual([foreign.id, forged.id, machine.id, '[4]']);
    expect(answer.refused.map(({ reason }) => reason)).toEqual([
      'written by Bob, sent with the token of Ada',
      'the id does not follow from the content',
      'only what people wrote is pushed',
      expect.stringContaining('expected object'),
    ]);
    expect(await gateway.kinds()).toEqual(['note.written']);
  });

  test('W7 a token that reads writes nothing; one for sources does not even connect', async () => {
    const gateway = await start();
    const screen = await connect(gateway, TOKENS.read);
    await screen.hello();
    expect(await screen.push({ facts: [note('screen', 1)] })).toMatchObject({
      stored: [],
      refused: [{ reason: 'this token only reads' }],
    });
    for (const token of [TOKENS.ingest, 'nobody-knows-this-one', '']) {
      await expect(connect(gateway, token)).rejects.toMatchObject({ data: { code: 'token' } });
    }
  });

  test('W1 a push that is repeated is stored once and told as stored', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    await desk.hello();
    const facts = [note('Ada', 1), note('Ada', 2)];
    await desk.push({ facts });
    const again = (await desk.push({ facts })) as Pushed;
    expect(again.stored).toEqual(facts.map(({ id }) => id));
    expect(again.epoch).toBe(gateway.gateway.journal.epoch());
    expect((await gateway.gateway.journal.bounds()).last).toBe(2);
    await desk.until(() => desk.facts.size === 2);
  });

  test('W5 what is no push is refused and the connection lives', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    await desk.hello();
    for (const sent of [null, {}, { facts: [] }, 'x', { facts: 'x' }]) {
      expect(await desk.push(sent)).toMatchObject({ kind: 'refused', code: 'message' });
    }
    // Without an acknowledgement, and of a kind that nobody knows.
    desk.socket.emit('push', 7);
    desk.socket.emit('hello');
    desk.socket.emit('nonsense', { a: 1 });
    expect(await desk.push({ facts: [note('Ada', 1)] })).toMatchObject({ refused: [] });
  });

  test('W5 whatever a desktop sends, the gateway answers and lives', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    const event = fc.constantFrom('hello', 'push', 'blob', 'batch', 'pulse', 'x');
    const near = fc.record({
      facts: fc.array(fc.oneof(fc.jsonValue(), fc.constant(note('Ada', 1))), { maxLength: 3 }),
      protocols: fc.oneof(fc.constant([1]), fc.jsonValue()),
      holds: fc.jsonValue(),
      digest: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(event, fc.oneof(fc.jsonValue(), near), async (name, sent) => {
        if (['hello', 'push', 'blob'].includes(name)) {
          const answer: unknown = await desk.socket.timeout(2_000).emitWithAck(name, sent);
          expect(answer).toBeTypeOf('object');
        } else desk.socket.emit(name, sent);
      }),
      { numRuns: 500 },
    );
    expect((await gateway.get('/healthz')).status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('W7 a desktop whose clock runs ahead is not heard in the future', async () => {
    const gateway = await start({ now: () => NOW });
    const desk = await connect(gateway);
    await desk.hello();
    const { id: _, ...early } = note('Ada', 1);
    const fact = sealFact({ ...early, at: NOW + 9e7, heardAt: NOW + 9e7 });
    await desk.push({ facts: [fact] });
    expect((await gateway.gateway.journal.byId(fact.id))?.fact.heardAt).toBe(NOW);
  });
});

describe('feed: end', () => {
  test('a graceful stop says farewell, stores what is under way, and ends within 5 s', async () => {
    const gateway = await start();
    const desk = await connect(gateway);
    await desk.hello();
    const farewells: unknown[] = [];
    let reason = '';
    desk.socket.on('farewell', (sent: unknown) => farewells.push(farewellSchema.parse(sent)));
    desk.socket.on('disconnect', (why) => (reason = why));
    const posting = gateway.post(
      '/ingest/alertmanager',
      webhookOf(...Array.from({ length: 2_000 }, (_, n) => firingAlert(`h${n}`, Date.now()))),
    );
    // Long enough that the request has reached the gateway.
    await wait(50);
    const began = Date.now();
    await gateway.gateway.close();
    expect(Date.now() - began).toBeLessThan(5_000);
    expect((await posting).json).toMatchObject({ accepted: 2_000 });
    await desk.until(() => desk.socket.disconnected);
    expect(reason).toBe('transport close');
    expect(farewells).toMatchObject([{ reason: 'the gateway is stopping' }]);
    const journal = openSqliteJournal({ path: `${gateway.folder}/gateway.db`, now: () => NOW });
    expect((await journal.bounds()).last).toBe(2_001);
    await journal.close();
  });
});

/** A journal whose first facts are no longer there, as retention would leave it. */
function withoutFirst(count: number): Journal {
  const journal = openSqliteJournal({ path: ':memory:', now: () => NOW });
  const first = count + 1;
  return {
    ...journal,
    async bounds() {
      const { last } = await journal.bounds();
      return { first: last < first ? 0 : first, last };
    },
    range: (from, to, limit) => journal.range(Math.max(from, first), to, limit),
    heads: (ranges, after, limit) => journal.heads(ranges, Math.max(after, count), limit),
  };
}
