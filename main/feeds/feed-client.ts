import { io, type Socket } from 'socket.io-client';
import { checkFact, isKnownKind } from '../../shared/facts/catalogue.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import {
  HEARTBEAT_MS,
  MAX_MESSAGE_BYTES,
  PROTOCOL_VERSIONS,
  batchSchema,
  blobSchema,
  farewellSchema,
  pulseSchema,
  pushedSchema,
  refusedSchema,
  welcomeSchema,
  type Batch,
  type Hello,
  type Receipt,
  type Welcome,
} from '../../shared/wire/protocol.ts';
import { missingRanges } from '../../shared/wire/ranges.ts';
import { isDiskError, type Gap, type Journal, type Quarantined } from '../journal/journal.ts';

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
}

export interface FeedClient {
  readonly status: () => FeedStatus;
  readonly epoch: () => string | null;
  /** To be called when people wrote something: sends the outbox as far as the gateway takes it. */
  nudge(): void;
  /** The text of a digest, or null when the gateway does not have it or is away. */
  fetchBlob(digest: string): Promise<string | null>;
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
  readonly timings?: Partial<FeedTimings>;
}

const FEED_TIMINGS: FeedTimings = {
  retryMs: 1_000,
  retryMaxMs: 30_000,
  ackTimeoutMs: 15_000,
  silenceMs: HEARTBEAT_MS * 3,
  watchMs: HEARTBEAT_MS,
};

const FEED = 'gateway';
const PUSH_FACTS = 200;
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
  };
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

  const socket: Socket = io(new URL('/feed', options.address).toString(), {
    auth: { token: options.token },
    transports: ['websocket'],
    forceNew: true,
    autoConnect: false,
    reconnectionDelay: 300,
    reconnectionDelayMax: 5_000,
    timeout: 5_000,
  });

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
    leave('offline', isDiskError(error) ? 'disk' : reason);
    failures += 1;
    retryIn(backOff(failures));
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

  socket.on(
    'connect',
    guarded(() => {
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
      };
      const answered = guarded((error: Error | null, answer: unknown) => {
        if (mine !== connection || !socket.connected) return;
        if (error === null) {
          meet(answer);
          return;
        }
        // A gateway that takes the connection and says nothing: try anew.
        leave('offline', 'silence');
        retryIn(timings.retryMs);
      });
      socket.timeout(timings.ackTimeoutMs).emit('hello', hello, answered);
    }),
  );

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
      leave('offline', refused.data.reason);
      refusals += 1;
      retryIn(backOff(refusals));
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
    const formerEpoch = welcome.epochChanged ? epoch : null;
    if (formerEpoch !== null || welcome.lost.length > 0) {
      // What is lost for good is not asked for again; the gap stays on screen.
      const { lost } = welcome;
      const loss = { feed: FEED, epoch: welcome.epoch, formerEpoch, lost, from: null, to: null };
      journal.recordLoss(loss, now());
      status.gaps = journal.gaps(FEED);
    }
    epoch = welcome.epoch;
    target = welcome.last;
    person = welcome.person;
    welcomed = true;
    refusals = 0;
    pushFailures = 0;
    settle(welcome.first);
    if (person !== null) options.onPerson(person);
    options.onStatus();
    void push();
  }

  /** Syncing ends when everything up to the gateway's last sequence at the welcome is held. */
  function settle(first: number): void {
    const place = journal.feedPlace(FEED);
    const held = place.epoch === epoch ? place.holds : [];
    const missing = target === 0 ? [] : missingRanges(held, Math.max(1, first), target);
    become(missing.length === 0 ? 'connected' : 'syncing', null);
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

  socket.on(
    'batch',
    guarded((input: unknown, acknowledge?: (receipt: Receipt) => void) => {
      if (!welcomed) return;
      hear();
      const batch = batchSchema.safeParse(input);
      if (!batch.success) {
        journal.quarantine([problemOf('batch', input, batch.error.message)], now());
        options.onStatus();
        return;
      }
      if (batch.data.epoch !== epoch) return;
      const { from, to } = batch.data;
      const facts = commit(batch.data);
      acknowledge?.({ epoch: batch.data.epoch, from, to });
      if (status.state === 'syncing') settle(1);
      const own = facts.filter((fact) => fact.author?.replica === journal.replica);
      if (own.length > 0) options.onReceipts(own.map((fact) => fact.id));
      options.onFacts();
      failures = 0;
    }),
  );

  function commit(batch: Batch): Fact[] {
    const facts: Fact[] = [];
    const parked: Quarantined[] = [];
    for (const [index, input] of batch.facts.entries()) {
      const fact = checkFact(input);
      const place = `${batch.part}[${index}]`;
      if (!fact.ok) {
        // Facts of kinds that this version does not know are stored; only broken ones are parked.
        parked.push(problemOf(`${place}.${fact.error.place}`, input, fact.error.reason));
      } else if (factIdOf(fact.value, nativeSha256) !== fact.value.id) {
        // Stored under that id it would keep the true fact out for good.
        parked.push(problemOf(`${place}.id`, input, 'the id does not follow from the content'));
      } else {
        facts.push(fact.value);
      }
    }
    journal.appendFromFeed({ feed: FEED, ...batch, facts, parked }, now());
    return facts;
  }

  socket.on(
    'pulse',
    guarded((input: unknown) => {
      const pulse = pulseSchema.safeParse(input);
      if (!pulse.success || !welcomed) return;
      hear();
      // One pulse may have been under way for long (a laptop that slept); two that agree were not.
      const skewMs = pulse.data.now - now();
      const agreed = lastPulseSkew !== null && Math.abs(skewMs - lastPulseSkew) < SKEW_STEP_MS;
      if (agreed) takeSkew(Math.max(skewMs, lastPulseSkew ?? skewMs));
      lastPulseSkew = skewMs;
      options.onStatus();
    }),
  );
  socket.on(
    'farewell',
    guarded((input: unknown) => {
      const farewell = farewellSchema.safeParse(input);
      farewellReason = farewell.success ? farewell.data.reason : 'farewell';
    }),
  );
  socket.on(
    'disconnect',
    guarded((reason: string) => {
      welcomed = false;
      // Our own leaving was told where it was decided.
      if (reason === 'io client disconnect') return;
      become('offline', farewellReason ?? reason);
      farewellReason = null;
      // A socket that the gateway closed in good order is not reopened by itself.
      if (reason === 'io server disconnect') retryIn(timings.retryMs);
    }),
  );
  socket.on(
    'connect_error',
    guarded((error: Error) => {
      const code = (error as { data?: { code?: unknown } }).data?.code;
      if (code === 'token') {
        become('refused', error.message);
        return;
      }
      become('offline', error.message);
      // A connection that the gateway turned away is not tried again by itself.
      if (!socket.active) {
        refusals += 1;
        retryIn(backOff(refusals));
      }
    }),
  );

  const watch = setInterval(
    guarded(() => {
      if (!welcomed || performance.now() - lastSign <= timings.silenceMs) return;
      // Half-open: the socket lives, the gateway does not speak. Silence is not health.
      leave('offline', 'silence');
      retryIn(timings.retryMs);
    }),
    timings.watchMs,
  );

  /** Sends the outbox until it is empty; what did not go through is tried again, ever later. */
  async function push(): Promise<void> {
    if (pushing || closed) return;
    if (pushTimer !== null) clearTimeout(pushTimer);
    pushTimer = null;
    pushing = true;
    try {
      while (welcomed && !closed && person !== null && epoch !== null) {
        const facts = fitting(journal.outbox(epoch, PUSH_FACTS));
        if (facts.length === 0 || (await send(facts, epoch))) {
          pushFailures = 0;
          if (facts.length === 0) return;
        } else {
          pushLater();
          return;
        }
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
      answer = await socket.timeout(timings.ackTimeoutMs).emitWithAck('push', { facts });
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
    close() {
      closed = true;
      welcomed = false;
      clearInterval(watch);
      if (retryTimer !== null) clearTimeout(retryTimer);
      if (pushTimer !== null) clearTimeout(pushTimer);
      socket.removeAllListeners();
      socket.close();
    },
  };
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

function problemOf(place: string, input: unknown, reason: string): Quarantined {
  let excerpt = '';
  try {
    excerpt = JSON.stringify(input).slice(0, 500);
  } catch {
    excerpt = `(${typeof input})`;
  }
  const kind = (input as { kind?: unknown } | null)?.kind;
  const known = typeof kind === 'string' && isKnownKind(kind) ? kind : 'feed';
  return { source: known, place, reason, excerpt };
}
