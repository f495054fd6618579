import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import { openHourIndex } from '../../gateway/journal/fact-index.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { giveAttachment, lackingOf, takeAttachment, type Ask } from './attachment-line.ts';
import {
  ATTACHMENT_PROTOCOL,
  EXCHANGE_PROTOCOL,
  HEARTBEAT_MS,
  MAX_MESSAGE_BYTES,
  PROTOCOL_VERSIONS,
  WINDOW_BATCHES,
  batchSchema,
  blobSchema,
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
  type Range,
  type Receipt,
  type Welcome,
} from '../../shared/wire/protocol.ts';
import { countRanges, missingRanges } from '../../shared/wire/ranges.ts';
import {
  ExchangeEndedError,
  exchangeDifference,
  type Exchanged,
  type OtherSide,
} from './difference.ts';
import { claimedId, problemOf, readInput, readLine, type Read } from './inputs.ts';
import {
  isDiskError,
  type FeedBatch,
  type Gap,
  type Journal,
  type Quarantined,
} from '../journal/journal.ts';

export type FeedState = 'connecting' | 'syncing' | 'connected' | 'offline' | 'refused';

export interface FeedStatus {
  state: FeedState;
  /**
   * Why, as the gateway or the network said it, or one of our codes: `disk` (the journal takes no
   * commit), `silence` (the gateway says nothing), `other-room` (it is not this room's gateway).
   * Null when all is well.
   */
  reason: string | null;
  since: number;
  heardAt: number | null;
  /**
   * The gateway's clock minus this desk's, network time included, as it was last told: from the
   * journal until the first welcome. Null when no gateway ever told it.
   */
  skewMs: number | null;
  gaps: Gap[];
  /** Facts that the gateway has and that have still to come, as far as that is known. */
  behind: number;
  /** Where the gateway is that is followed, or tried next. */
  address: string;
}

export interface FeedClient {
  readonly status: () => FeedStatus;
  readonly epoch: () => string | null;
  /** To be called when people wrote something: sends the outbox as far as the gateway takes it. */
  nudge(): void;
  /** Compares all facts with the gateway's, now or when it is there again. */
  compare(): void;
  /** What the last comparison brought; null before the first. */
  compared(): Exchanged | null;
  /** The text of a digest, or null when the gateway does not have it or is away. */
  fetchBlob(digest: string): Promise<string | null>;
  /** Counts the welcomes: after each of them the gateway may lack what it had before. */
  welcomes(): number;
  /** Which of these attachments the gateway lacks; null when it is away or of before. */
  lackingAttachments(digests: readonly string[]): Promise<string[] | null>;
  /** Gives it one; `away` when it did not answer. */
  giveAttachment(digest: string, bytes: Uint8Array): Promise<'kept' | 'full' | 'away'>;
  /** The bytes of a digest, or null when the gateway does not have them or is away. */
  takeAttachment(digest: string): Promise<Uint8Array | null>;
  close(): void;
}

export interface FeedTimings {
  /** Between attempts, doubled with each that fails up to the second. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  readonly ackTimeoutMs: number;
  /** Without a pulse for so long the connection counts as dead, whatever the socket says. */
  readonly silenceMs: number;
  readonly watchMs: number;
}

export interface FeedOptions {
  /** The gateway, or several replicas of one room with commas between: any of them is as good. */
  readonly address: string;
  readonly token: string;
  readonly journal: Journal;
  /** This desk's own clock, not corrected by any skew: the skew is measured against it. */
  readonly now: () => number;
  /** Facts were committed to the journal. */
  readonly onFacts: () => void;
  readonly onStatus: () => void;
  /** The gateway says for whom the token speaks. */
  readonly onPerson: (person: string) => void;
  readonly onReceipts: (ids: readonly string[]) => void;
  /** Attachments of this desk, whose bytes go before the facts that name them. */
  readonly attachments?: { read(digest: string): Promise<Uint8Array | null> };
  readonly timings?: Partial<FeedTimings>;
}

const DISK_RETRY_MOST_MS = 4_000;

const FEED_TIMINGS: FeedTimings = {
  retryMs: 1_000,
  retryMaxMs: 30_000,
  ackTimeoutMs: 15_000,
  silenceMs: HEARTBEAT_MS * 3,
  watchMs: HEARTBEAT_MS,
};

interface Arrived {
  readonly batch: Batch;
  readonly connection: number;
  readonly acknowledge: ((receipt: Receipt) => void) | undefined;
}

interface Comparison {
  readonly upTo: number;
  readonly first: number;
  /** In place of being sent what is missing, or after that was sent. */
  readonly asked: 'now' | 'after';
}

const FEED = 'gateway';
/** Facts that are read in one go (ms): requests get a turn between. */
const SLICE_MS = 12;
/** Meta key: the epoch and first sequence of the last comparison. */
const COMPARED = 'compared:gateway';
/** Between one replica that is gone and the next (ms). */
const NEXT_REPLICA_MS = 50;
const PUSH_FACTS = 200;
/** Batches that may wait here: a gateway keeps to its window, and a network may double them. */
const MAX_ARRIVED = 16 * WINDOW_BATCHES;
/** Skews that differ by less are the same: the network's time is in each of them. */
const SKEW_STEP_MS = 1_000;

/**
 * Follows a gateway's feed into the journal. Socket.IO delivers at most once; that nothing is lost
 * or doubled rests on the ranges in the journal, moved in the facts' own transaction, and on
 * receipts that are sent only after the commit (laws J2, W1, W2). Whatever fails (the disk, the
 * network, the gateway) ends the connection, is told in the status, and is tried again; nothing is
 * thrown, and nothing happens after `close`.
 */
export function openFeed(options: FeedOptions): FeedClient {
  const { journal, now } = options;
  const timings: FeedTimings = { ...FEED_TIMINGS, ...options.timings };
  const status: FeedStatus = {
    state: 'connecting',
    reason: null,
    since: now(),
    heardAt: null,
    skewMs: journal.skewMs(),
    gaps: [],
    behind: 0,
    address: '',
  };
  const addresses = options.address
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  let epoch: string | null = null;
  let person: string | null = null;
  /** Between a welcome of this room's gateway and the end of that connection. */
  let welcomed = false;
  /** Counts connections: an answer to an earlier one is no answer. */
  let connection = 0;
  let target = 0;
  let closed = false;
  let farewellReason: string | null = null;
  /** Of this side, since the last commit; of the other side, since the last welcome. */
  let failures = 0;
  let refusals = 0;
  let retryTimer: NodeJS.Timeout | null = null;
  let pushing = false;
  let pushFailures = 0;
  let pushTimer: NodeJS.Timeout | null = null;
  /** On the monotonic clock: the system's clock may be set while we listen. */
  let lastSign = 0;
  let lastPulseSkew: number | null = null;
  /** Batches that came and are not yet committed: the gateway's window bounds them. */
  let arrived: Arrived[] = [];
  let working = false;
  /** The newest sequence that we heard of. */
  let known = 0;
  let protocol = 0;
  let first = 0;
  let comparison: Comparison | null = null;
  let comparing = false;
  let compared: Exchanged | null = null;
  let compareFailures = 0;
  let compareTimer: NodeJS.Timeout | null = null;
  let lacking = 0;
  /** The gateway does not know what a newer hello says beside the versions. */
  let plainHello = false;
  /** Replicas that were tried in vain since the last welcome. */
  let misses = 0;
  let replica = 0;
  let welcomes = 0;
  let giving: Promise<unknown> = Promise.resolve();
  /** Digests that this gateway was given, or cannot be given, since its welcome. */
  let settled = new Set<string>();
  let givingNamed = false;
  let giveFailures = 0;
  let giveTimer: NodeJS.Timeout | null = null;
  let socket = dial();

  function dial(): Socket {
    status.address = addresses[replica] ?? '';
    const dialled: Socket = io(new URL('/feed', status.address).toString(), {
      auth: { token: options.token },
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      // With other replicas there is better to do than to ask this one again.
      reconnection: addresses.length === 1,
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
      timeout: 5_000,
    });
    listen(dialled);
    return dialled;
  }

  /** Goes to the next replica; a whole round in vain makes it wait. */
  function moveOn(): void {
    socket.removeAllListeners();
    socket.disconnect();
    replica = (replica + 1) % addresses.length;
    misses += 1;
    socket = dial();
    const rounds = Math.floor(misses / addresses.length);
    retryIn(misses % addresses.length === 0 ? backOff(rounds) : NEXT_REPLICA_MS);
  }

  function become(state: FeedState, reason: string | null): void {
    if (closed) return;
    if (status.state !== state || status.reason !== reason) {
      if (status.state !== state) status.since = now();
      status.state = state;
      status.reason = reason;
      options.onStatus();
    }
  }

  /** What is called from outside runs here: not after the end, and nothing leaves as an error. */
  function guarded<Given extends unknown[]>(
    run: (...given: Given) => void,
  ): (...given: Given) => void {
    return (...given) => {
      if (closed) return;
      try {
        run(...given);
      } catch (error) {
        stumble(error);
      }
    };
  }

  /** The journal could not take or give something: without receipts, away and back later. */
  function stumble(error: unknown): void {
    if (closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    const disk = isDiskError(error);
    leave('offline', disk ? 'disk' : reason);
    failures += 1;
    // Nobody else pays for asking this desk's own disk, which may be there again at any moment.
    retryIn(disk ? Math.min(backOff(failures), DISK_RETRY_MOST_MS) : backOff(failures));
  }

  /** After leaving: to another replica at once, or to the same gateway later. */
  function again(delayMs: number): void {
    if (addresses.length > 1) moveOn();
    else retryIn(delayMs);
  }

  function leave(state: 'offline' | 'refused', reason: string): void {
    welcomed = false;
    become(state, reason);
    socket.disconnect();
  }

  function backOff(attempts: number): number {
    return Math.min(timings.retryMaxMs, timings.retryMs * 2 ** Math.max(0, attempts - 1));
  }

  function retryIn(delayMs: number): void {
    if (retryTimer !== null) clearTimeout(retryTimer);
    retryTimer = setTimeout(() => {
      retryTimer = null;
      begin();
    }, delayMs);
  }

  const begin = guarded(() => {
    // While the disk takes nothing, nobody is asked to send it again.
    if (failures > 0) journal.checkWritable();
    recall();
    socket.connect();
  });

  function recall(): void {
    epoch = journal.feedPlace(FEED).epoch;
    status.gaps = journal.gaps(FEED);
  }

  function greetFirst(): void {
    const place = journal.feedPlace(FEED);
    epoch = place.epoch;
    connection += 1;
    const mine = connection;
    become('syncing', null);
    const hello: Hello = {
      protocols: [...PROTOCOL_VERSIONS],
      epoch: place.epoch,
      holds: place.holds,
      replica: journal.replica,
      ...(!plainHello && {
        facts: journal.facts.lastSeq(),
        uncompared: journal.isUncompared(FEED),
        tips: place.tips.map(([seq, id]): [number, string] => [seq, id]),
      }),
    };
    const answered = guarded((error: Error | null, answer: unknown) => {
      if (mine !== connection || !socket.connected) return;
      if (error === null) {
        meet(answer);
        return;
      }
      // A gateway that takes the connection and says nothing: try anew.
      leave('offline', 'silence');
      again(timings.retryMs);
    });
    socket.timeout(timings.ackTimeoutMs).emit('hello', hello, answered);
  }

  function meet(answer: unknown): void {
    const welcome = welcomeSchema.safeParse(answer);
    if (welcome.success) {
      greet(welcome.data);
      return;
    }
    const refused = refusedSchema.safeParse(answer);
    if (!refused.success) become('refused', 'the gateway speaks otherwise');
    else if (refused.data.code === 'protocol' || refused.data.code === 'token') {
      become('refused', refused.data.reason);
    } else {
      // A gateway of before does not know all that we say: it is told less the next time.
      if (refused.data.code === 'hello') plainHello = true;
      leave('offline', refused.data.reason);
      refusals += 1;
      again(backOff(refusals));
    }
  }

  function greet(welcome: Welcome): void {
    const room = journal.meta('room');
    if (room === null) journal.setMeta('room', welcome.room);
    else if (room !== welcome.room) {
      // Another team's: nothing of theirs is taken and nothing of ours is told.
      leave('refused', 'other-room');
      return;
    }
    hear();
    takeSkew(welcome.now - now());
    lastPulseSkew = null;
    ({ first, protocol } = welcome);
    const formerEpoch = welcome.epochChanged ? epoch : null;
    if (welcome.compare !== undefined && epoch !== welcome.epoch) journal.setUncompared(FEED);
    if (formerEpoch !== null || welcome.lost.length > 0) {
      // What is lost for good is not asked for again; the gap stays on screen.
      const { lost } = welcome;
      const loss = { feed: FEED, epoch: welcome.epoch, formerEpoch, lost, ...lossBetween(welcome) };
      journal.recordLoss(loss, now());
      status.gaps = journal.gaps(FEED);
    }
    epoch = welcome.epoch;
    target = welcome.last;
    known = welcome.last;
    person = welcome.person;
    welcomed = true;
    welcomes += 1;
    plainHello = false;
    misses = 0;
    refusals = 0;
    pushFailures = 0;
    giveFailures = 0;
    if (giveTimer !== null) clearTimeout(giveTimer);
    giveTimer = null;
    settled = new Set();
    compareFailures = 0;
    comparison = comparisonOf(welcome);
    settle();
    if (person !== null) options.onPerson(person);
    options.onStatus();
    void push();
  }

  /** Between which moments of the room's time the record may lack something. */
  function lossBetween(welcome: Welcome): { from: number | null; to: number | null } {
    const heard = journal.facts.lastHeardAt();
    if (heard === null) return { from: null, to: null };
    const begins = welcome.firstHeardAt ?? null;
    const to = begins !== null && begins > heard ? begins : welcome.now;
    return { from: Math.min(heard, to), to };
  }

  function comparisonOf(welcome: Welcome): Comparison | null {
    const { compare, last } = welcome;
    const ours = comparison?.asked === 'after' && compared === null;
    if (compare === undefined) return ours ? { upTo: last, first, asked: 'after' } : null;
    // What a beginning that is lost asks for was given once.
    const done = journal.meta(COMPARED) === `${welcome.epoch}/${first}`;
    if (done && compare === 'after' && !journal.isUncompared(FEED)) return null;
    return { upTo: last, first, asked: compare };
  }

  /** Syncing ends when everything up to the gateway's last sequence at the welcome is held. */
  function settle(): void {
    const missing = missingUpTo(target);
    become(missing.length === 0 ? 'connected' : 'syncing', null);
    countBehind();
    if (comparison !== null && (missing.length === 0 || comparison.asked === 'now')) {
      void runComparison();
    }
  }

  function missingUpTo(last: number): Range[] {
    const place = journal.feedPlace(FEED);
    const held = place.epoch === epoch ? place.holds : [];
    return last === 0 ? [] : missingRanges(held, Math.max(1, first), last);
  }

  function countBehind(): void {
    status.behind = comparison?.asked === 'now' ? lacking : countRanges(missingUpTo(known));
  }

  function hear(): void {
    status.heardAt = now();
    lastSign = performance.now();
  }

  function takeSkew(skewMs: number): void {
    status.skewMs = skewMs;
    const kept = journal.skewMs();
    if (kept === null || Math.abs(kept - skewMs) >= SKEW_STEP_MS) journal.saveSkew(skewMs);
  }

  /** One after the other: reading is done in slices, and each commit by itself. */
  async function work(): Promise<void> {
    if (working) return;
    working = true;
    try {
      for (let next = arrived.shift(); next; next = arrived.shift()) {
        const isOver = (): boolean => closed || !welcomed || next?.connection !== connection;
        if (isOver() || next.batch.epoch !== epoch) continue;
        const read = await readBatch(next.batch);
        if (isOver()) continue;
        keepBatch(next, read);
        // Requests that waited get their turn before the next one.
        if (arrived.length > 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      stumble(error);
    } finally {
      working = false;
    }
  }

  async function readBatch({ part, ...batch }: Batch): Promise<Read[]> {
    const inputs = 'lines' in batch ? linesOf(batch.lines) : batch.facts;
    return readSlices(inputs, (input, index) => {
      const place = `${part}[${index}]`;
      return 'lines' in batch ? readLine(place, input as string) : readInput(place, input);
    });
  }

  function keepBatch({ batch, acknowledge }: Arrived, read: readonly Read[]): void {
    const { epoch: ofEpoch, part, from, to } = batch;
    const whole = part !== 'heads' && read.length === to - from + 1;
    const tip = whole ? (read.at(-1)?.fact?.id ?? undefined) : undefined;
    const place = { feed: FEED, epoch: ofEpoch, part, from, to };
    keep({ ...place, ...(tip !== undefined && { tip }) }, read);
    if (part === 'tail') known = Math.max(known, to);
    acknowledge?.({ epoch: ofEpoch, from, to });
    if (status.state === 'syncing') settle();
    else countBehind();
    options.onFacts();
    failures = 0;
  }

  function keep(batch: Omit<FeedBatch, 'facts' | 'parked'>, read: readonly Read[]): void {
    const facts: Fact[] = [];
    const parked: Quarantined[] = [];
    for (const { fact, problem } of read) {
      if (fact !== null) facts.push(fact);
      else parked.push(problem);
    }
    journal.appendFromFeed({ ...batch, facts, parked }, now());
    const own = facts.filter((fact) => fact.author?.replica === journal.replica);
    if (own.length > 0) options.onReceipts(own.map((fact) => fact.id));
  }

  /** Law W9: until both sides are equal, or the connection ends; then the next welcome asks again. */
  async function runComparison(): Promise<void> {
    if (comparing || comparison === null || !welcomed || protocol < EXCHANGE_PROTOCOL) return;
    const { upTo, first: ofFirst } = comparison;
    const ofEpoch = epoch;
    const mine = connection;
    const isOver = (): boolean => closed || !welcomed || mine !== connection || epoch !== ofEpoch;
    if (ofEpoch === null) return;
    comparing = true;
    try {
      const exchanged = await exchangeDifference(
        {
          index: openHourIndex(journal.facts),
          upTo: journal.facts.lastSeq(),
          has: (id) => journal.facts.has(id),
          fact: factToGive,
          take: (lines) => takeLines(ofEpoch, lines),
        },
        otherSide(ofEpoch, upTo, isOver),
        {
          gives: person !== null,
          isOver,
          onLacking(facts) {
            lacking = facts;
            countBehind();
            options.onStatus();
          },
        },
      );
      if (isOver()) return;
      journal.holdAll(FEED, ofEpoch, upTo, now());
      journal.setMeta(COMPARED, `${ofEpoch}/${ofFirst}`);
      compared = exchanged;
      comparison = null;
      compareFailures = 0;
      failures = 0;
      status.gaps = journal.gaps(FEED);
      settle();
      options.onStatus();
    } catch (error) {
      if (isOver() || error instanceof ExchangeEndedError) return;
      if (isDiskError(error)) {
        stumble(error);
        return;
      }
      compareFailures += 1;
      compareTimer = setTimeout(() => void runComparison(), backOff(compareFailures));
    } finally {
      comparing = false;
      lacking = 0;
      // A welcome that came meanwhile found this one still running: its own begins now.
      if (mine !== connection && welcomed) guarded(settle)();
    }
  }

  function otherSide(ofEpoch: string, upTo: number, isOver: () => boolean): OtherSide {
    const ask = <Answer>(event: string, question: unknown, schema: z.ZodType<Answer>) => {
      // Said while there is no connection it would wait, and be said to whoever comes next.
      if (isOver()) throw new ExchangeEndedError();
      return answerTo(event, question, schema);
    };
    return {
      async hours(before) {
        const asked = { epoch: ofEpoch, upTo, before };
        const { hours, next } = await ask('hours', asked, hoursSchema);
        return { hours: hours.map(([hour, count, hash]) => ({ hour, count, hash })), next };
      },
      async idsOf(hour, prefix, most) {
        const asked = { epoch: ofEpoch, upTo, hour, prefix, most };
        const { ids, parts } = await ask('ids', asked, idsSchema);
        if (ids !== null) return { ids };
        return {
          parts: (parts ?? []).map(([longer, count, hash]) => ({ prefix: longer, count, hash })),
        };
      },
      async want(ids) {
        const { lines, cut } = await ask('want', { epoch: ofEpoch, ids }, wantedSchema);
        return { lines: linesOf(lines), cut };
      },
      async give(facts) {
        const refused: { id: string; reason: string }[] = [];
        const waiting = facts.filter(waitsForBytes);
        // What needs no bytes does not wait for those that do.
        const ready = facts.filter((fact) => !waiting.includes(fact));
        if (ready.length > 0) refused.push(...(await pushAll(ready)));
        if (waiting.length > 0) {
          const given = await giveNamed(waiting, () => undefined);
          if (!given) throw new Error('the attachments of these facts wait');
          refused.push(...(await pushAll(waiting)));
        }
        return { refused };
      },
    };

    async function pushAll(facts: readonly Fact[]): Promise<{ id: string; reason: string }[]> {
      const pushed = await ask('push', { facts, exchange: true }, pushedSchema);
      if (pushed.epoch !== ofEpoch) throw new ExchangeEndedError();
      const own = pushed.stored.filter((id) => journal.sentState(id, null) !== 'none');
      if (own.length > 0) {
        journal.recordReceipts(ofEpoch, own, [], now());
        options.onReceipts(own);
      }
      return pushed.refused;
    }
  }

  /** @throws Error when the gateway gives no answer, or another one than asked for */
  async function answerTo<Answer>(
    event: string,
    question: unknown,
    schema: z.ZodType<Answer>,
  ): Promise<Answer> {
    // It may have to count its facts first.
    const patience = timings.ackTimeoutMs * 2;
    const answer: unknown = await socket.timeout(patience).emitWithAck(event, question);
    // On a slow line the pulses wait behind large answers: an answer is a sign as good as they.
    hear();
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const refused = refusedSchema.safeParse(answer);
    throw new Error(refused.success ? refused.data.reason : `no answer to ${event}`);
  }

  /** With the gateway's own word that its author sent it, where we have it. */
  function factToGive(id: string): Fact | null {
    const fact = journal.facts.byId(id)?.fact ?? null;
    if (fact?.author === undefined || fact.raw !== undefined) return fact;
    const witness = journal.witnessOf(id);
    return witness === null ? fact : { ...fact, raw: { witness } };
  }

  function takeLines(ofEpoch: string, lines: readonly string[]): string[] {
    const read = lines.map((line, index) => readLine(`exchange[${index}]`, line));
    // As heads do, they move no range: only the end of the exchange does.
    keep({ feed: FEED, epoch: ofEpoch, part: 'heads', from: 0, to: 0 }, read);
    options.onFacts();
    return read.flatMap(({ fact }, index) => {
      const id = fact?.id ?? claimedId(lines[index] ?? '');
      return id === null ? [] : [id];
    });
  }

  function listen(on: Socket): void {
    on.on('connect', guarded(greetFirst));
    on.on(
      'batch',
      guarded((input: unknown, acknowledge?: (receipt: Receipt) => void) => {
        if (!welcomed) return;
        hear();
        const batch = batchSchema.safeParse(input);
        if (batch.success) {
          if (batch.data.epoch !== epoch) return;
          if (arrived.length >= MAX_ARRIVED) {
            leave('offline', 'the gateway waits for no receipt');
            again(timings.retryMs);
            return;
          }
          arrived.push({ batch: batch.data, connection, acknowledge });
          void work();
          return;
        }
        const problem = problemOf('batch', 'wrong-value', input, batch.error.message);
        journal.quarantine([problem], now());
        options.onStatus();
      }),
    );
    on.on(
      'pulse',
      guarded((input: unknown) => {
        const pulse = pulseSchema.safeParse(input);
        if (!pulse.success || !welcomed) return;
        hear();
        known = Math.max(known, pulse.data.last);
        // One pulse may have been under way for long (a laptop that slept); two that agree were not.
        const skewMs = pulse.data.now - now();
        const agreed = lastPulseSkew !== null && Math.abs(skewMs - lastPulseSkew) < SKEW_STEP_MS;
        if (agreed) takeSkew(Math.max(skewMs, lastPulseSkew ?? skewMs));
        lastPulseSkew = skewMs;
        options.onStatus();
      }),
    );
    on.on(
      'farewell',
      guarded((input: unknown) => {
        const farewell = farewellSchema.safeParse(input);
        farewellReason = farewell.success ? farewell.data.reason : 'farewell';
        if (addresses.length === 1) return;
        leave('offline', farewellReason);
        farewellReason = null;
        moveOn();
      }),
    );
    on.on(
      'disconnect',
      guarded((reason: string) => {
        welcomed = false;
        arrived = [];
        // Our own leaving was told where it was decided.
        if (reason === 'io client disconnect') return;
        become('offline', farewellReason ?? reason);
        farewellReason = null;
        // A socket that the gateway closed in good order is not reopened by itself.
        if (addresses.length > 1 || reason === 'io server disconnect') again(timings.retryMs);
      }),
    );
    on.on(
      'connect_error',
      guarded((error: Error) => {
        const code = (error as { data?: { code?: unknown } }).data?.code;
        if (code === 'token') {
          become('refused', error.message);
          return;
        }
        become('offline', error.message);
        // A connection that the gateway turned away is not tried again by itself.
        if (addresses.length > 1) moveOn();
        else if (!on.active) {
          refusals += 1;
          retryIn(backOff(refusals));
        }
      }),
    );
  }

  const watch = setInterval(
    guarded(() => {
      if (!welcomed || performance.now() - lastSign <= timings.silenceMs) return;
      // Half-open: the socket lives, the gateway does not speak. Silence is not health.
      leave('offline', 'silence');
      again(timings.retryMs);
    }),
    timings.watchMs,
  );

  /**
   * Sends the outbox until nothing is left but what waits for its bytes, which are given beside it;
   * what did not go through is tried again, ever later.
   */
  async function push(): Promise<void> {
    if (pushing || closed) return;
    if (pushTimer !== null) clearTimeout(pushTimer);
    pushTimer = null;
    pushing = true;
    try {
      while (welcomed && !closed && person !== null && epoch !== null) {
        const { ready, waiting } = sendable(epoch);
        if (waiting.length > 0) void giveWaiting(waiting);
        if (ready.length > 0 && !(await send(fitting(ready), epoch))) {
          pushLater();
          return;
        }
        pushFailures = 0;
        if (ready.length === 0) return;
      }
    } catch (error) {
      stumble(error);
    } finally {
      pushing = false;
    }
  }

  /**
   * @returns false when the gateway gave no answer, or none that moves the outbox
   * @throws SqliteError when the answer could not be kept
   */
  async function send(facts: readonly Fact[], toEpoch: string): Promise<boolean> {
    let answer: unknown;
    try {
      // Also what another person wrote at this desk, where the gateway once witnessed it.
      const push =
        protocol < EXCHANGE_PROTOCOL
          ? { facts }
          : { facts: facts.map((fact) => factToGive(fact.id) ?? fact), exchange: true };
      answer = await socket.timeout(timings.ackTimeoutMs).emitWithAck('push', push);
    } catch {
      return false;
    }
    if (closed) return false;
    const pushed = pushedSchema.safeParse(answer);
    if (!pushed.success || pushed.data.epoch !== toEpoch) return false;
    const sent = new Set<string>(facts.map(({ id }) => id));
    const stored = pushed.data.stored.filter((id) => sent.has(id));
    const refused = pushed.data.refused.filter(({ id }) => sent.has(id));
    if (stored.length + refused.length === 0) return false;
    journal.recordReceipts(toEpoch, stored, refused, now());
    options.onReceipts([...stored, ...refused.map(({ id }) => id)]);
    failures = 0;
    return true;
  }

  /**
   * The outbox in two lanes (law C3): what may go now, and what waits for the bytes that it names,
   * together with all that was written later of the same thing.
   */
  function sendable(toEpoch: string): { ready: Fact[]; waiting: Fact[] } {
    for (let most = PUSH_FACTS; ; most *= 2) {
      const facts = journal.outbox(toEpoch, most);
      const ready: Fact[] = [];
      const waiting: Fact[] = [];
      const held = new Set<string>();
      for (const fact of facts) {
        if (waitsForBytes(fact)) held.add(fact.thing);
        (held.has(fact.thing) ? waiting : ready).push(fact);
      }
      // Behind many that wait there may be others that need not.
      if (ready.length > 0 || facts.length < most) return { ready, waiting };
    }
  }

  function waitsForBytes(fact: Fact): boolean {
    const digest = namedBy(fact);
    const mayWait = options.attachments !== undefined && protocol >= ATTACHMENT_PROTOCOL;
    return mayWait && digest !== null && !settled.has(digest);
  }

  /** Gives what these facts name, one after the other; after each the facts that waited for it go. */
  async function giveWaiting(facts: readonly Fact[]): Promise<void> {
    if (givingNamed || giveTimer !== null) return;
    givingNamed = true;
    const given = await giveNamed(facts, () => void push());
    givingNamed = false;
    if (closed || !welcomed) return;
    if (given) giveFailures = 0;
    else {
      giveFailures += 1;
      giveTimer = setTimeout(() => {
        giveTimer = null;
        void push();
      }, backOff(giveFailures));
      return;
    }
    // Others may have been written meanwhile.
    void push();
  }

  /**
   * @param onSettled after each attachment whose facts may now go
   * @returns false when the gateway gave no answer: then the facts wait with their bytes
   */
  async function giveNamed(facts: readonly Fact[], onSettled: () => void): Promise<boolean> {
    const mine = connection;
    const isOver = (): boolean => closed || !welcomed || mine !== connection;
    const settle = (digest: string): void => {
      if (isOver()) throw new ExchangeEndedError();
      settled.add(digest);
      onSettled();
    };
    const digests = new Set<string>();
    for (const fact of facts) {
      const digest = waitsForBytes(fact) ? namedBy(fact) : null;
      if (digest !== null) digests.add(digest);
    }
    if (digests.size === 0) return true;
    try {
      const lacking = new Set(await lackingOf(askNow, [...digests]));
      for (const digest of digests) if (!lacking.has(digest)) settle(digest);
      for (const digest of lacking) {
        // What was damaged or lost cannot be given; that it was seen is true all the same.
        const bytes = (await options.attachments?.read(digest)) ?? null;
        if (isOver()) return false;
        if (bytes !== null) await giveInTurn(digest, bytes);
        settle(digest);
      }
      return true;
    } catch {
      return false;
    }
  }

  const askNow: Ask = (event, question, schema) => {
    if (!welcomed || closed) throw new ExchangeEndedError();
    return answerTo(event, question, schema);
  };

  /** The gateway takes one attachment of a connection at a time. */
  function giveInTurn(digest: string, bytes: Uint8Array): Promise<'kept' | 'full'> {
    const turn = giving.then(() => giveAttachment(askNow, digest, bytes));
    giving = turn.catch(() => undefined);
    return turn;
  }

  /** The answer, or what is said where there is none. */
  async function asked<Answer>(ask: () => Promise<Answer>, away: Answer): Promise<Answer> {
    if (!welcomed || closed || protocol < ATTACHMENT_PROTOCOL) return away;
    try {
      return await ask();
    } catch {
      return away;
    }
  }

  function pushLater(): void {
    // Away: the next welcome sends the outbox.
    if (closed || !welcomed) return;
    pushFailures += 1;
    pushTimer = setTimeout(() => {
      pushTimer = null;
      void push();
    }, backOff(pushFailures));
  }

  begin();

  return {
    status: () => status,
    epoch: () => epoch,
    nudge: () => void push(),
    compare() {
      compared = null;
      comparison ??= { upTo: known, first, asked: 'after' };
      if (status.state === 'connected') void runComparison();
    },
    compared: () => compared,
    async fetchBlob(digest) {
      if (!welcomed) return null;
      try {
        const answer: unknown = await socket
          .timeout(timings.ackTimeoutMs)
          .emitWithAck('blob', { digest });
        const blob = blobSchema.safeParse(answer);
        if (!blob.success || blob.data.text === null) return null;
        // A text is what its digest says, whoever sends it.
        return sha256Hex(blob.data.text) === digest ? blob.data.text : null;
      } catch {
        return null;
      }
    },
    welcomes: () => welcomes,
    lackingAttachments: (digests) => asked(() => lackingOf(askNow, digests), null),
    giveAttachment: (digest, bytes) =>
      asked<'kept' | 'full' | 'away'>(() => giveInTurn(digest, bytes), 'away'),
    takeAttachment: (digest) => asked(() => takeAttachment(askNow, digest), null),
    close() {
      closed = true;
      welcomed = false;
      clearInterval(watch);
      if (retryTimer !== null) clearTimeout(retryTimer);
      if (pushTimer !== null) clearTimeout(pushTimer);
      if (giveTimer !== null) clearTimeout(giveTimer);
      if (compareTimer !== null) clearTimeout(compareTimer);
      socket.removeAllListeners();
      socket.close();
    },
  };
}

/** The digest of the attachment that a fact names; null where it names none. */
function namedBy({ kind, body }: Fact): string | null {
  const digest = kind === 'attachment.added' ? body['sha256'] : null;
  return typeof digest === 'string' ? digest : null;
}

/** As many facts as one message may carry; at least one. */
function fitting(facts: readonly Fact[]): Fact[] {
  const chosen: Fact[] = [];
  let bytes = 0;
  for (const fact of facts) {
    bytes += Buffer.byteLength(JSON.stringify(fact)) + 1;
    if (chosen.length > 0 && bytes > MAX_MESSAGE_BYTES / 2) break;
    chosen.push(fact);
  }
  return chosen;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** Reads all of them, and lets others have a turn whenever it took long enough. */
async function readSlices<Input>(
  inputs: readonly Input[],
  read: (input: Input, index: number) => Read,
): Promise<Read[]> {
  const done: Read[] = [];
  let began = performance.now();
  for (const [index, input] of inputs.entries()) {
    done.push(read(input, index));
    if (index % 32 !== 31 || performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
  return done;
}
