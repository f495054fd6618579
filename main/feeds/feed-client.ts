import { io, type Socket } from 'socket.io-client';
import { checkFact, isKnownKind } from '../../shared/facts/catalogue.ts';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
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
import type { Journal, Quarantined } from '../journal/journal.ts';

export type FeedState = 'connecting' | 'syncing' | 'connected' | 'offline' | 'refused';

export interface FeedStatus {
  state: FeedState;
  /** Why, as the gateway or the network said it; null when all is well. */
  reason: string | null;
  since: number;
  heardAt: number | null;
  /** The gateway's clock minus ours at the last welcome, network time included. */
  skewMs: number | null;
  gaps: { kind: 'retention' | 'epoch'; at: number; detail: string }[];
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

export interface FeedOptions {
  readonly address: string;
  readonly token: string;
  readonly journal: Journal;
  readonly now: () => number;
  /** Facts were committed to the journal. */
  readonly onFacts: () => void;
  readonly onStatus: () => void;
  /** The gateway says for whom the token speaks. */
  readonly onPerson: (person: string) => void;
  readonly onReceipts: (ids: readonly string[]) => void;
}

const FEED = 'gateway';
const PUSH_FACTS = 200;
const RETRY_MS = 1_000;
const ACK_TIMEOUT_MS = 15_000;
/** Without a pulse for so long the connection counts as dead, whatever the socket says. */
const SILENCE_MS = HEARTBEAT_MS * 3;

/**
 * Follows a gateway's feed into the journal. Socket.IO delivers at most once; that nothing is lost
 * or doubled rests on the ranges in the journal, moved in the facts' own transaction, and on
 * receipts that are sent only after the commit (laws J2, W1, W2).
 */
export function openFeed(options: FeedOptions): FeedClient {
  const { journal, now } = options;
  const status: FeedStatus = {
    state: 'connecting',
    reason: null,
    since: now(),
    heardAt: null,
    skewMs: null,
    gaps: [],
  };
  let epoch = journal.feedPlace(FEED).epoch;
  let person: string | null = null;
  let pushing = false;
  let target = 0;
  let closed = false;
  let farewellReason: string | null = null;

  const socket: Socket = io(new URL('/feed', options.address).toString(), {
    auth: { token: options.token },
    transports: ['websocket'],
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

  socket.on('connect', () => {
    const place = journal.feedPlace(FEED);
    epoch = place.epoch;
    become('syncing', null);
    const hello: Hello = {
      protocols: [...PROTOCOL_VERSIONS],
      epoch: place.epoch,
      holds: place.holds,
      replica: journal.replica,
    };
    socket.timeout(ACK_TIMEOUT_MS).emit('hello', hello, (error: Error | null, answer: unknown) => {
      if (error) {
        // A gateway that takes the connection and says nothing: try anew.
        socket.disconnect().connect();
        return;
      }
      const welcome = welcomeSchema.safeParse(answer);
      if (welcome.success) {
        greet(welcome.data);
        return;
      }
      const refused = refusedSchema.safeParse(answer);
      become('refused', refused.success ? refused.data.reason : 'the gateway speaks otherwise');
    });
  });

  function greet(welcome: Welcome): void {
    status.heardAt = now();
    status.skewMs = welcome.now - now();
    if (welcome.epochChanged && epoch !== null) {
      status.gaps.push({ kind: 'epoch', at: now(), detail: `${epoch} → ${welcome.epoch}` });
    }
    for (const [from, to] of welcome.lost) {
      status.gaps.push({ kind: 'retention', at: now(), detail: `${from}–${to}` });
      // What is lost for good is not asked for again; the gap stays on screen.
      commit({ epoch: welcome.epoch, part: 'gap', from, to, facts: [] });
    }
    epoch = welcome.epoch;
    target = welcome.last;
    person = welcome.person;
    if (person !== null) options.onPerson(person);
    settle(welcome.first);
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

  socket.on('batch', (input: unknown, acknowledge?: (receipt: Receipt) => void) => {
    status.heardAt = now();
    const batch = batchSchema.safeParse(input);
    if (!batch.success) {
      journal.quarantine([problemOf('batch', input, batch.error.message)], now());
      options.onStatus();
      return;
    }
    if (batch.data.epoch !== epoch) return;
    commit(batch.data);
    const { from, to } = batch.data;
    acknowledge?.({ epoch: batch.data.epoch, from, to });
    if (status.state === 'syncing') settle(1);
  });

  function commit(batch: Batch): void {
    const facts: Fact[] = [];
    const bad: Quarantined[] = [];
    for (const [index, input] of batch.facts.entries()) {
      const fact = checkFact(input);
      if (fact.ok) facts.push(fact.value);
      // Facts of kinds that this version does not know are stored; only broken ones are parked.
      else
        bad.push(
          problemOf(`${batch.part}[${index}].${fact.error.place}`, input, fact.error.reason),
        );
    }
    if (bad.length > 0) journal.quarantine(bad, now());
    journal.appendFromFeed({ feed: FEED, ...batch, facts }, now());
    const own = facts.filter((fact) => fact.author?.replica === journal.replica);
    if (own.length > 0) options.onReceipts(own.map((fact) => fact.id));
    options.onFacts();
  }

  socket.on('pulse', (input: unknown) => {
    const pulse = pulseSchema.safeParse(input);
    if (!pulse.success) return;
    status.heardAt = now();
    options.onStatus();
  });
  socket.on('farewell', (input: unknown) => {
    const farewell = farewellSchema.safeParse(input);
    farewellReason = farewell.success ? farewell.data.reason : 'farewell';
  });
  socket.on('disconnect', (reason) => {
    // After a farewell the gateway closed in good order: a socket it closes is not reopened by itself.
    become('offline', farewellReason ?? reason);
    if (reason === 'io server disconnect' && !closed) setTimeout(() => socket.connect(), RETRY_MS);
    farewellReason = null;
  });
  socket.on('connect_error', (error) => {
    const code = (error as { data?: { code?: unknown } }).data?.code;
    if (code === 'token') become('refused', error.message);
    else become('offline', error.message);
  });

  const watch = setInterval(() => {
    if (!socket.connected || status.heardAt === null) return;
    if (now() - status.heardAt > SILENCE_MS) {
      // Half-open: the socket lives, the gateway does not speak. Silence is not health.
      status.heardAt = null;
      become('offline', 'silence');
      socket.disconnect().connect();
    }
  }, HEARTBEAT_MS);

  async function push(): Promise<void> {
    if (pushing || person === null || epoch === null) return;
    pushing = true;
    try {
      while (socket.connected && !closed) {
        const facts = fitting(journal.outbox(epoch, PUSH_FACTS));
        if (facts.length === 0) return;
        const answer: unknown = await socket.timeout(ACK_TIMEOUT_MS).emitWithAck('push', { facts });
        if (closed) return;
        const pushed = pushedSchema.safeParse(answer);
        if (!pushed.success || pushed.data.epoch !== epoch) return;
        journal.recordReceipts(epoch, pushed.data.stored, pushed.data.refused, now());
        options.onReceipts([...pushed.data.stored, ...pushed.data.refused.map(({ id }) => id)]);
        if (pushed.data.stored.length + pushed.data.refused.length === 0) return;
      }
    } catch {
      // No answer: the facts stay in the outbox and go with the next connection.
    } finally {
      pushing = false;
    }
  }

  return {
    status: () => status,
    epoch: () => epoch,
    nudge: () => void push(),
    async fetchBlob(digest) {
      if (!socket.connected) return null;
      try {
        const answer: unknown = await socket
          .timeout(ACK_TIMEOUT_MS)
          .emitWithAck('blob', { digest });
        const blob = blobSchema.safeParse(answer);
        return blob.success && blob.data.digest === digest ? blob.data.text : null;
      } catch {
        return null;
      }
    },
    close() {
      closed = true;
      clearInterval(watch);
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
    excerpt = String(input).slice(0, 500);
  }
  const kind = (input as { kind?: unknown } | null)?.kind;
  const known = typeof kind === 'string' && isKnownKind(kind) ? kind : 'feed';
  return { source: known, place, reason, excerpt };
}
