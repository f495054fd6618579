import { randomBytes } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import type { Fact } from '../../shared/facts/fact.ts';
import {
  FEED_NAMESPACE,
  HEADS_FROM,
  HEARTBEAT_MS,
  MAX_MESSAGE_BYTES,
  PROTOCOL_VERSIONS,
  RECEIPT_TIMEOUT_MS,
  EXCHANGE_PROTOCOL,
  blobAskSchema,
  giveSchema,
  lackAskSchema,
  takeSchema,
  helloSchema,
  hoursAskSchema,
  idsAskSchema,
  pushSchema,
  receiptSchema,
  wantSchema,
  type Batch,
  type Blob,
  type Farewell,
  type Given,
  type Lack,
  type Taken,
  type Hello,
  type Hours,
  type Ids,
  type Pulse,
  type Pushed,
  type Range,
  type Refused,
  type Wanted,
  type Welcome,
} from '../../shared/wire/protocol.ts';
import { countRanges, missingRanges, normalizeRanges } from '../../shared/wire/ranges.ts';
import type { Access, Bearer } from '../access/tokens.ts';
import { createWitness, type Witness } from '../access/witness.ts';
import type { BlobStore } from '../journal/blob-store.ts';
import { openAttachmentDesk } from './attachment-desk.ts';
import type { Journal } from '../journal/journal.ts';
import type { Registry } from '../metrics.ts';
import { acceptPush } from './push.ts';
import { startSession, type Session } from './session.ts';

export interface FeedTimings {
  readonly heartbeatMs: number;
  readonly receiptTimeoutMs: number;
  readonly coalesceMs: number;
  readonly helloTimeoutMs: number;
}

export const FEED_TIMINGS: FeedTimings = {
  heartbeatMs: HEARTBEAT_MS,
  receiptTimeoutMs: RECEIPT_TIMEOUT_MS,
  coalesceMs: 50,
  helloTimeoutMs: 10_000,
};

/** Desktops that one gateway serves at a time. */
const MAX_CLIENTS = 500;

export interface FeedOptions {
  readonly server: HttpServer;
  readonly room: string;
  readonly journal: Journal;
  readonly blobs: BlobStore;
  /** What people keep as evidence, by digest. */
  readonly attachments: BlobStore;
  readonly access: Access;
  /** One of its own, unless given: then nobody else's facts come back after a restart. */
  readonly witness?: Witness;
  readonly metrics: Registry;
  readonly now: () => number;
  readonly timings: FeedTimings;
  readonly log: (message: string, about: Record<string, unknown>) => void;
}

export interface Feed {
  readonly clients: () => number;
  /** Says farewell to every client and ends the connections. */
  close(reason: string): Promise<void>;
}

interface Client {
  readonly socket: Socket;
  readonly bearer: Bearer;
  greeted: boolean;
  /** Which version was agreed on; 0 before the hello. */
  protocol: number;
  session: Session | null;
  /** Questions of an exchange are answered one after the other. */
  exchange: Promise<void>;
  asked: number;
}

type Reply = (
  answer: Welcome | Refused | Pushed | Blob | Hours | Ids | Wanted | Lack | Given | Taken,
) => void;

/** Questions of an exchange that one client may have waiting. */
const MAX_ASKED = 32;
/** What one `wanted` carries at most. */
const WANTED_LIMIT = { facts: 1_000, length: 1_000_000 } as const;

/** The room's feed (shared/wire/protocol.ts) on an HTTP server that is already there. */
export function openFeed(options: FeedOptions): Feed {
  const { journal, access, now, timings, metrics, log } = options;
  const attachmentDesk = openAttachmentDesk(options.attachments);
  const witness = options.witness ?? createWitness(randomBytes(32));
  const clients = new Map<string, Client>();
  let known = 0;
  let closing = false;

  const pushes = metrics.counter(
    'holdfast_gateway_pushed_facts_total',
    'Facts that desktops pushed, by outcome.',
  );
  const drops = metrics.counter(
    'holdfast_gateway_feed_ended_total',
    'Connections that the gateway ended, by reason.',
  );
  const lag = metrics.histogram(
    'holdfast_gateway_receipt_seconds',
    'From the sending of a batch to its receipt.',
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );
  metrics.gauge('holdfast_gateway_clients', 'Desktops on the feed.', () => clients.size);
  metrics.gauge('holdfast_gateway_batches_under_way', 'Batches without a receipt.', () =>
    [...clients.values()].reduce((sum, { session }) => sum + (session?.underWay() ?? 0), 0),
  );

  const io = new Server(options.server, {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // A half-open connection is known as such within 20 s.
    pingInterval: 10_000,
    pingTimeout: 10_000,
  });
  const room = io.of(FEED_NAMESPACE);

  room.use((socket, next) => {
    const token: unknown = socket.handshake.auth['token'];
    const bearer = typeof token === 'string' ? access.bearerOf(token) : null;
    const refusal = admission(bearer);
    if (refusal === null) {
      socket.data = { bearer };
      next();
      return;
    }
    log('feed refused', { code: refusal.code, reason: refusal.reason });
    next(Object.assign(new Error(refusal.reason), { data: refusal }));
  });

  function admission(bearer: Bearer | null): Refused | null {
    if (closing) return refused('busy', 'the gateway is stopping');
    if (bearer === null) return refused('token', 'the token is not known here');
    if (bearer.kind === 'ingest') {
      return refused('token', 'this token is for sources: it does not read the feed');
    }
    if (clients.size >= MAX_CLIENTS)
      return refused('busy', `${MAX_CLIENTS} desktops are connected`);
    return null;
  }

  room.on('connection', (socket) => {
    const { bearer } = socket.data as { bearer: Bearer };
    const client: Client = {
      socket,
      bearer,
      greeted: false,
      protocol: 0,
      session: null,
      exchange: Promise.resolve(),
      asked: 0,
    };
    clients.set(socket.id, client);
    const patience = setTimeout(() => drop(client, 'no hello'), timings.helloTimeoutMs);

    socket.on('hello', (sent: unknown, acknowledge: unknown) => {
      clearTimeout(patience);
      void answer(client, acknowledge, (reply) => greet(client, sent, reply));
    });
    socket.on('push', (sent: unknown, acknowledge: unknown) => {
      void answer(client, acknowledge, async (reply) => {
        const push = pushSchema.safeParse(sent);
        if (!push.success) {
          reply(refused('message', `no push: ${firstReason(push.error)}`));
          return;
        }
        const pushed = await acceptPush(push.data, bearer, {
          journal,
          witness,
          now: now(),
          codes: client.protocol >= EXCHANGE_PROTOCOL,
        });
        pushes.add({ outcome: 'stored' }, pushed.stored.length);
        pushes.add({ outcome: 'refused' }, pushed.refused.length);
        reply(pushed);
      });
    });
    const onExchange = <Asked extends { readonly epoch: string }>(
      event: string,
      schema: z.ZodType<Asked>,
      answerOf: (asked: Asked) => Promise<Hours | Ids | Wanted>,
    ): void => {
      socket.on(event, (sent: unknown, acknowledge: unknown) => {
        void answer(client, acknowledge, async (reply) => {
          const asked = schema.safeParse(sent);
          if (!asked.success) {
            reply(refused('message', `no question: ${firstReason(asked.error)}`));
          } else if (asked.data.epoch !== journal.epoch()) {
            reply(refused('message', 'another epoch began'));
          } else if (client.asked >= MAX_ASKED) {
            reply(refused('busy', `${MAX_ASKED} questions are waiting`));
          } else {
            reply(await inTurn(client, () => answerOf(asked.data)));
          }
        });
      });
    };
    onExchange('hours', hoursAskSchema, async ({ epoch, upTo, before }) => {
      const { hours, next } = await journal.hours(before, upTo);
      return {
        epoch,
        hours: hours.map(({ hour, count, hash }) => [hour, count, hash]),
        next,
      } satisfies Hours;
    });
    onExchange('ids', idsAskSchema, async ({ epoch, upTo, hour, prefix, most }) => {
      const found = await journal.idsOf(hour, prefix, most, upTo);
      return (
        'ids' in found
          ? { epoch, ids: [...found.ids], parts: null }
          : {
              epoch,
              ids: null,
              parts: found.parts.map((part) => [part.prefix, part.count, part.hash]),
            }
      ) satisfies Ids;
    });
    onExchange('want', wantSchema, async ({ epoch, ids }) => {
      const { texts, cut } = await journal.textsOf(ids, WANTED_LIMIT);
      return { epoch, lines: texts.join('\n'), cut } satisfies Wanted;
    });
    socket.on('blob', (sent: unknown, acknowledge: unknown) => {
      void answer(client, acknowledge, async (reply) => {
        const ask = blobAskSchema.safeParse(sent);
        if (!ask.success) {
          reply(refused('message', `no question: ${firstReason(ask.error)}`));
          return;
        }
        const { digest } = ask.data;
        reply({ digest, text: await options.blobs.read(digest) } satisfies Blob);
      });
    });
    const desk = attachmentDesk.serve();
    const onAttachment = <Asked>(
      event: string,
      schema: z.ZodType<Asked>,
      answerOf: (asked: Asked) => Promise<Lack | Given | Taken | Refused>,
    ): void => {
      socket.on(event, (sent: unknown, acknowledge: unknown) => {
        void answer(client, acknowledge, async (reply) => {
          const asked = schema.safeParse(sent);
          if (!asked.success) {
            reply(refused('message', `no question: ${firstReason(asked.error)}`));
          } else if (client.asked >= MAX_ASKED) {
            reply(refused('busy', `${MAX_ASKED} questions are waiting`));
          } else {
            reply(await inTurn(client, () => answerOf(asked.data)));
          }
        });
      });
    };
    onAttachment('lack', lackAskSchema, async ({ digests }) => desk.lack(digests));
    onAttachment('take', takeSchema, desk.take);
    onAttachment('give', giveSchema, async (given) =>
      bearer.kind === 'person'
        ? desk.give(given)
        : refused('message', 'this token only reads: it gives nothing'),
    );
    socket.on('disconnect', () => {
      clearTimeout(patience);
      desk.close();
      client.session?.stop();
      clients.delete(socket.id);
    });
  });

  /** One question of a client at a time: what it asks for does not pile up in memory. */
  async function inTurn<Answer>(client: Client, run: () => Promise<Answer>): Promise<Answer> {
    client.asked += 1;
    const turn = client.exchange.then(run);
    client.exchange = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      client.asked -= 1;
    }
  }

  /** Runs a request; nothing that a client sends ends the process. */
  async function answer(
    client: Client,
    acknowledge: unknown,
    run: (reply: Reply) => Promise<void>,
  ): Promise<void> {
    const reply = typeof acknowledge === 'function' ? (acknowledge as Reply) : () => undefined;
    try {
      await run(reply);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'not possible now';
      log('feed request failed', { who: client.bearer.name, reason });
      reply(refused('busy', reason));
    }
  }

  async function greet(client: Client, sent: unknown, reply: Reply): Promise<void> {
    if (client.greeted) {
      reply(refused('hello', 'one hello a connection'));
      return;
    }
    const hello = helloSchema.safeParse(sent);
    if (!hello.success) {
      // A newer desktop may say hello in a way that is not known here: its versions tell.
      const protocols = (sent as { protocols?: unknown } | null)?.protocols;
      const foreign = Array.isArray(protocols) && commonProtocol(protocols) === null;
      reply(
        foreign
          ? refusedProtocol(protocols)
          : refused('hello', `no hello: ${firstReason(hello.error)}`),
      );
      return;
    }
    const protocol = commonProtocol(hello.data.protocols);
    if (protocol === null) {
      reply(refusedProtocol(hello.data.protocols));
      return;
    }
    client.greeted = true;
    client.protocol = protocol;

    const claims = normalizeRanges(hello.data.holds);
    // A replica that is a little behind another one is not a journal that was rolled back.
    await journal.confirm?.({ epoch: hello.data.epoch, last: claims.at(-1)?.[1] ?? 0 });
    const { first, last } = await journal.bounds();
    if (hello.data.epoch === journal.epoch()) {
      const otherwise = await otherHistory(hello.data, claims, last);
      if (otherwise !== null) {
        // Whatever follows in this journal would take sequences that others hold for something else.
        log('journal was rolled back', { ...otherwise, last, who: client.bearer.name });
        await journal.renewEpoch();
        for (const other of clients.values()) {
          if (other !== client) drop(other, 'epoch renewed');
        }
      }
    }
    const epoch = journal.epoch();
    const known = hello.data.epoch === epoch;
    const epochChanged = hello.data.epoch !== null && !known;
    const holds = known ? claims : [];
    const lost: Range[] = first > 1 ? missingRanges(holds, 1, first - 1) : [];
    const missing = last === 0 ? [] : missingRanges(holds, Math.max(1, first), last);
    const compare =
      protocol >= EXCHANGE_PROTOCOL ? comparison(hello.data, known, first, missing) : null;
    const welcome: Welcome = {
      kind: 'welcome',
      protocol,
      room: options.room,
      epoch,
      epochChanged,
      first,
      last,
      lost,
      now: now(),
      person: client.bearer.kind === 'person' ? client.bearer.name : null,
      ...(protocol >= EXCHANGE_PROTOCOL && { firstHeardAt: await firstHeardAt(first) }),
      ...(compare !== null && { compare }),
    };
    reply(welcome);
    begin(client, protocol, last, compare === 'now' ? [] : missing);
  }

  /** What shows that this desktop followed another history under the same epoch; null when nothing. */
  async function otherHistory(
    hello: Hello,
    claims: readonly Range[],
    last: number,
  ): Promise<Record<string, number> | null> {
    const claimed = claims.at(-1)?.[1] ?? 0;
    if (claimed > last) return { claimed };
    for (const [seq, id] of hello.tips ?? []) {
      const [found] = await journal.rangeTexts(seq, seq, { facts: 1, length: 1 });
      if (found && (JSON.parse(found.text) as Fact).id !== id) return { differs: seq };
    }
    return null;
  }

  async function firstHeardAt(first: number): Promise<number | null> {
    const [found] = await journal.range(first, first, { facts: 1, length: 1 });
    return found?.fact.heardAt ?? null;
  }

  function begin(client: Client, protocol: number, last: number, missing: Range[]): void {
    if (!client.socket.connected) return;
    known = Math.max(known, last);
    client.session = startSession({
      journal,
      protocol,
      last,
      missing,
      heads: countRanges(missing) >= HEADS_FROM,
      coalesceMs: timings.coalesceMs,
      receiptTimeoutMs: timings.receiptTimeoutMs,
      send: (batch) => send(client, batch),
      onFailure: (reason) => drop(client, reason),
    });
    client.session.notify(known);
    pulse(client);
  }

  async function send(client: Client, batch: Batch): Promise<void> {
    const began = performance.now();
    const answered: unknown = await client.socket
      .timeout(timings.receiptTimeoutMs)
      .emitWithAck('batch', batch)
      .catch(() => {
        throw new Error('no receipt');
      });
    const receipt = receiptSchema.safeParse(answered);
    const { epoch, from, to } = batch;
    if (
      !receipt.success ||
      receipt.data.epoch !== epoch ||
      receipt.data.from !== from ||
      receipt.data.to !== to
    ) {
      throw new Error('a receipt for something else');
    }
    lag.observe({ part: batch.part }, (performance.now() - began) / 1_000);
  }

  /**
   * Ends the connection below Socket.IO: a client that is told to disconnect does not come back by
   * itself, one whose connection ends does.
   */
  function drop(client: Client, reason: string): void {
    if (!clients.has(client.socket.id)) return;
    drops.add({ reason });
    log('feed ended', { who: client.bearer.name, reason });
    client.session?.stop();
    client.socket.conn.close();
  }

  function pulse(client: Client): void {
    const message: Pulse = { now: now(), last: known };
    client.socket.emit('pulse', message);
  }

  const hear = journal.onAppend((stored: readonly { seq: number; fact: Fact }[]) => {
    known = Math.max(known, stored.at(-1)?.seq ?? 0);
    for (const { session } of clients.values()) session?.notify(known);
  });
  const hearEpoch = journal.onEpochChange?.(() => {
    // Sequences of the history before mean nothing in the one that begins.
    known = 0;
    for (const client of clients.values()) drop(client, 'epoch changed');
  });
  void journal.bounds().then(({ last }) => {
    known = Math.max(known, last);
  });
  const beat = setInterval(() => {
    for (const client of clients.values()) if (client.session !== null) pulse(client);
  }, timings.heartbeatMs);

  return {
    clients: () => clients.size,
    async close(reason) {
      closing = true;
      clearInterval(beat);
      hear();
      hearEpoch?.();
      const farewell: Farewell = { reason, now: now() };
      for (const { socket, session } of clients.values()) {
        session?.stop();
        socket.emit('farewell', farewell);
        socket.conn.close();
      }
      const until = performance.now() + 1_000;
      while (clients.size > 0 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      for (const { socket } of clients.values()) socket.conn.close(true);
      io.engine.close();
    },
  };
}

/**
 * Whether a desktop is to compare. One whose cursor does not tell what it holds compares in place of
 * being sent everything, unless that is most of it; and all compare with a journal whose beginning is
 * lost, since they may have it.
 */
function comparison(
  hello: Hello,
  known: boolean,
  first: number,
  missing: readonly Range[],
): Welcome['compare'] | null {
  const facts = hello.facts ?? 0;
  if (facts === 0) return null;
  if (known && hello.uncompared !== true) return first > 1 ? 'after' : null;
  return facts * 2 >= countRanges(missing) ? 'now' : 'after';
}

/** The newest protocol that both speak. */
function commonProtocol(offered: readonly unknown[]): number | null {
  const common = PROTOCOL_VERSIONS.filter((version) => offered.includes(version));
  return common.length === 0 ? null : Math.max(...common);
}

function refusedProtocol(offered: readonly unknown[]): Refused {
  const theirs = offered.slice(0, 20).map(String).join(', ');
  return refused(
    'protocol',
    `no common version: this gateway speaks ${PROTOCOL_VERSIONS.join(', ')}, the desktop ${theirs}`,
  );
}

function refused(code: Refused['code'], reason: string): Refused {
  return { kind: 'refused', code, reason };
}

function firstReason(error: {
  issues: readonly { path: PropertyKey[]; message: string }[];
}): string {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not understood'}`;
}
