import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type ConsumerInfo,
  type ConsumerMessages,
  type JetStreamManager,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Fact } from '../../shared/facts/fact.ts';
import { openDatabase } from './database.ts';
import type { StoredFact } from './fact-store.ts';
import {
  BrokerAwayError,
  checkStream,
  describe,
  ForeignStreamError,
  newNonce,
  reasonOf,
  roomNames,
  versionDoubt,
  type Broker,
} from './jetstream-broker.ts';
import {
  openFollower,
  removeFollower,
  type Follower,
  type StreamMessage,
} from './jetstream-follower.ts';
import { createPublisher } from './jetstream-publisher.ts';
import { JournalUnavailableError, type Journal, type QuarantineRow } from './journal.ts';
import { openQuarantineTable, QUARANTINE_TABLE_SQL } from './quarantine-table.ts';

export interface JetStreamJournalOptions {
  /** Kept open by whoever opened it. */
  readonly broker: Broker;
  readonly room: string;
  /** The stream's name; made of the room's unless given. */
  readonly stream?: string;
  /** Copies of the stream when this gateway makes it; 3 bear the loss of one node. */
  readonly replicas: number;
  /** Where this replica keeps what it read, its quarantine too. */
  readonly folder: string;
  readonly now: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, about: object) => void;
  readonly quarantineRows?: number;
  readonly timings?: Partial<JetStreamTimings>;
}

export interface JetStreamTimings {
  /** How long an append waits for a majority; a fail-over takes 2 to 7 s. */
  readonly appendPatienceMs: number;
  /** How often the stream is asked whether it is still the same one. */
  readonly checkMs: number;
  /** How long something must look rolled back or deleted before it is believed. */
  readonly suspectMs: number;
  /** How long a replica that never read the stream waits for it at the start. */
  readonly startMs: number;
  /** How long a client that saw more than this replica waits for it. */
  readonly confirmMs: number;
  /** The broker's window of de-duplication by id, when this gateway makes the stream. */
  readonly duplicateWindowMs: number;
}

export const JETSTREAM_TIMINGS: JetStreamTimings = {
  appendPatienceMs: 10_000,
  checkMs: 2_000,
  suspectMs: 8_000,
  startMs: 30_000,
  confirmMs: 4_000,
  duplicateWindowMs: 120_000,
};

const REQUEST_TIMEOUT_MS = 1_500;
/** Messages that are committed together. */
const READ_MESSAGES = 500;
/** What is asked for in one go: about so much, since all of it may wait in memory. */
const ASK_BYTES = 4_000_000;
const ASK_MOST = 4_000;
const ASK_LEAST = 16;
const AVERAGE_OVER = 100;
const READ_HEARTBEAT_MS = 700;
/** A consumer that nobody asks is dropped by the broker after so long. */
const CONSUMER_IDLE_MS = 30_000;
const PAUSE_MS = 250;
/** Between looks at the stream while no consumer can be made, and messages asked for together. */
const DIRECT_PAUSE_MS = 100;
const DIRECT_AT_A_TIME = 64;
const ONE = { facts: 1, length: 1 };
const AWAY = 'NATS is not reachable';
/** nats-server's own default, until it said what it takes; room for subject and headers. */
const DEFAULT_MAX_PAYLOAD = 1_048_576;
const HEADER_BYTES = 1_024;
const WATCH_MS = 60_000;
const STOP_MS = 2_000;
/** "HFQ1": what this replica refused. */
const QUARANTINE_APPLICATION_ID = 0x48465131;
/** Facts of an earlier history that are looked at in one go when they are brought back. */
const REFILL_FACTS = 500;

/**
 * The journal in a JetStream stream that any number of gateways share. The stream's sequence is the
 * feed's cursor and its identity the epoch, so that a desktop can go on at any replica. Each replica
 * follows the stream into a file of its own and answers from that.
 * @throws Error when the stream is not this room's, or not reached in time by a replica that never
 * read it
 */
export async function openJetStreamJournal(options: JetStreamJournalOptions): Promise<Journal> {
  const { broker, room, log } = options;
  const timings = { ...JETSTREAM_TIMINGS, ...options.timings };
  const names = roomNames(room, options.stream);
  const path = join(options.folder, 'follower.db');
  const quarantineFile = openDatabase({
    path: join(options.folder, 'quarantine.db'),
    applicationId: QUARANTINE_APPLICATION_ID,
    migrations: [{ number: 10, sql: QUARANTINE_TABLE_SQL }],
    synchronous: 'FULL',
  });
  const quarantine = openQuarantineTable(quarantineFile, {
    ...(options.quarantineRows !== undefined && { rows: options.quarantineRows }),
  });
  let follower: Follower = openFollower(path);

  const appended = new Set<(stored: readonly StoredFact[]) => void>();
  const epochChanged = new Set<() => void>();
  /** Wakes those who wait for the follower to get further. */
  const progress = new Set<() => void>();
  let closed = false;
  /** The follower has read what the stream had when it was last asked, in the present epoch. */
  let caughtUp = false;
  /** When the stream's identity was last found to be the follower's (performance.now). */
  let checkedAt = Number.NEGATIVE_INFINITY;
  let streamLast: number | null = null;
  let problem: string | null = 'the stream was not asked yet';
  let fatal: ForeignStreamError | null = null;
  let reading: ConsumerMessages | null = null;
  let doubt: string | null = null;
  /** The stream lets every broker tell its messages. */
  let direct = false;
  let directAsked = false;
  /** Also after a start: a refill may have been cut short. */
  let refillWanted = true;

  const publisher = createPublisher({
    broker,
    subject: names.factSubject,
    stream: names.facts,
    patienceMs: timings.appendPatienceMs,
    isReachable: () => problem === null,
  });

  const reached = (): number => follower.place()?.reached ?? 0;
  const epoch = (): string => follower.place()?.epoch ?? '';
  const advance = (): void => {
    for (const wake of progress) wake();
  };
  const forgetClients = (): void => {
    for (const listener of epochChanged) listener();
  };

  const stopHearing = broker.onConnection((connected) => {
    if (connected) {
      const version = broker.server()?.version ?? '0';
      const now = versionDoubt(version);
      if (now !== null && now !== doubt) log('warn', now, { version });
      doubt = now;
      publisher.wake();
    } else {
      problem = AWAY;
      reading?.stop();
    }
    advance();
  });
  doubt = versionDoubt(broker.server()?.version ?? '99.0');
  if (doubt !== null) log('warn', doubt, {});

  // ---- finding the stream, and telling whether it is still the same one

  async function findStream(manager: JetStreamManager): Promise<StreamInfo> {
    try {
      return await manager.streams.info(names.facts);
    } catch (error) {
      if (!isStreamMissing(error)) throw error;
    }
    if (follower.place() !== null) {
      log('error', 'the stream is gone', { stream: names.facts });
      await believe(async () => {
        try {
          await manager.streams.info(names.facts);
          return false;
        } catch (error) {
          if (isStreamMissing(error)) return true;
          throw error;
        }
      });
    }
    log('warn', 'the stream is made', { stream: names.facts, replicas: options.replicas });
    try {
      return await manager.streams.add({
        name: names.facts,
        subjects: [names.factSubject, names.epochSubject],
        description: describe(room),
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        discard: DiscardPolicy.New,
        num_replicas: options.replicas,
        duplicate_window: nanos(timings.duplicateWindowMs),
        // Facts are never removed: nor by a slip on the broker's command line.
        deny_delete: true,
        deny_purge: true,
        // A message is then told by any broker that has it: see `messageAt`.
        allow_direct: true,
      });
    } catch (error) {
      // Another replica made it in the same moment, with settings of its own.
      if (hasCode(error, 10_058)) return await manager.streams.info(names.facts);
      if (hasCode(error, 10_074)) {
        throw new ForeignStreamError(
          `${options.replicas} replicas need a cluster of as many brokers: ${reasonOf(error)}. Name --replicas 1 for a single one`,
        );
      }
      throw error;
    }
  }

  /** Resolves when something stayed true for as long as a change of leaders can make it look so. */
  async function believe(isStill: () => Promise<boolean>): Promise<void> {
    const until = performance.now() + timings.suspectMs;
    while (performance.now() < until) {
      if (closed) throw new BrokerAwayError('closed');
      await sleep(PAUSE_MS);
      if (!(await isStill())) throw new BrokerAwayError('the stream is back');
    }
  }

  /**
   * A message of the stream, from any broker that has it. Those who lead are asked only where that
   * one does not: after a failure the leader of all brokers, whom the other question needs, is chosen
   * long after the stream's own, who takes publications meanwhile. A copy holds only what a majority
   * has, so what it tells is true; that it lacks something says nothing.
   */
  async function messageAt(manager: JetStreamManager, seq: number): Promise<StoredMsg | null> {
    if (direct) {
      try {
        const message = await manager.direct.getMessage(names.facts, { seq });
        if (message !== null) return message;
      } catch {
        // A stream that was made without it, or a broker that is just leaving.
      }
    }
    return manager.streams.getMessage(names.facts, { seq });
  }

  /** Whether the stream no longer has what was read of it. */
  async function isRolledBack(manager: JetStreamManager): Promise<boolean> {
    const place = follower.place();
    if (place === null || place.tip === null) return false;
    const { state } = await manager.streams.info(names.facts);
    if (state.last_seq < place.reached) return true;
    const first = Math.max(firstOf(state), place.first);
    const differs = async (seq: number, id: string): Promise<boolean> => {
      if (seq < first) return false;
      const message = await messageAt(manager, seq);
      if (message?.header.get('Nats-Msg-Id') === id) return false;
      // Another answer counts only from the one who leads.
      const led = await manager.streams.getMessage(names.facts, { seq });
      return led?.header.get('Nats-Msg-Id') !== id;
    };
    const told = [differs(place.tip.seq, place.tip.id)];
    // What was set back and has grown again may be the same at its end, and not on the way there.
    for (let back = 1; back < place.reached - first; back *= 2) {
      const [fact] = follower.reads.range(place.reached - back, place.reached, ONE);
      if (fact !== undefined) told.push(differs(fact.seq, fact.fact.id));
    }
    return (await Promise.all(told)).includes(true);
  }

  /** Brings follower and stream together: after it the follower may read on. */
  async function agree(manager: JetStreamManager): Promise<void> {
    const info = await findStream(manager);
    checkStream(info, room);
    if (closed) return;
    await allowDirect(manager, info);
    if (closed) return;
    const first = firstOf(info.state);
    const place = follower.place();
    if (place === null) {
      follower.begin({ made: info.created, first });
    } else if (place.made !== info.created) {
      log('warn', 'the stream is another one: it is read from its beginning', {
        before: place.made,
        now: info.created,
      });
      replaceFollower(info.created, first, true);
    } else if (await isRolledBack(manager)) {
      const { reached: had } = place;
      log('error', 'the stream seems to be set back', { had, has: info.state.last_seq });
      await believe(() => isRolledBack(manager));
      await beginEpoch(manager);
      log('error', 'the stream was set back: every desktop compares anew', {
        had,
        has: info.state.last_seq,
      });
      replaceFollower(info.created, firstOf(info.state), true);
    } else if (first > place.reached + 1) {
      log('error', 'the stream no longer has what was not read yet', {
        from: place.reached + 1,
        to: first - 1,
      });
      replaceFollower(info.created, first, false);
    }
    note(info);
    warnOfLimits(info);
  }

  /** A stream that an earlier version made, or a person, is told once; it works without as well. */
  async function allowDirect(manager: JetStreamManager, { config }: StreamInfo): Promise<void> {
    direct = config.allow_direct;
    if (direct || directAsked) return;
    directAsked = true;
    try {
      const told = await manager.streams.update(names.facts, { ...config, allow_direct: true });
      direct = told.config.allow_direct;
    } catch (error) {
      log('warn', 'the stream is read by those who lead alone', { reason: reasonOf(error) });
    }
  }

  /** Whether the stream that answers is the one that is being read, and at least as far. */
  function isSame(info: StreamInfo): boolean {
    return info.created === follower.place()?.made && info.state.last_seq >= reached();
  }

  function note(info: StreamInfo): void {
    checkedAt = performance.now();
    streamLast = info.state.last_seq;
    problem = null;
    fatal = null;
    if (info.state.last_seq <= reached()) caughtUp = true;
    publisher.wake();
    advance();
  }

  let warned = '';
  function warnOfLimits({ config }: StreamInfo): void {
    const limits = [
      config.max_age > 0 ? 'max_age' : '',
      config.max_msgs > 0 ? 'max_msgs' : '',
      config.max_bytes > 0 ? 'max_bytes' : '',
      config.storage === StorageType.File ? '' : 'memory storage',
      config.num_replicas < options.replicas ? `${config.num_replicas} replicas` : '',
    ].filter((text) => text !== '');
    const said = limits.join(', ');
    if (said !== warned && said !== '') {
      log('warn', 'the stream is set up to lose facts', { stream: config.name, because: said });
    }
    warned = said;
  }

  /**
   * Another epoch begins, at a place of the stream that is the same for every replica. Of several
   * that want it at once, one begins it.
   */
  async function beginEpoch(manager: JetStreamManager): Promise<void> {
    const query = { last_by_subj: names.epochSubject };
    const before = await manager.streams.getMessage(names.facts, query);
    try {
      await broker.client().publish(names.epochSubject, newNonce(), {
        timeout: REQUEST_TIMEOUT_MS,
        expect: { streamName: names.facts, lastSubjectSequence: before?.seq ?? 0 },
      });
    } catch (error) {
      if (!hasCode(error, JetStreamApiCodes.StreamWrongLastSequence)) throw error;
    }
  }

  /** The stream is read anew; what was read before and it lacks may be brought back into it. */
  function replaceFollower(made: string, first: number, refill: boolean): void {
    if (closed) return;
    caughtUp = false;
    refillWanted ||= refill;
    forgetClients();
    follower.close();
    if (refill) renameSync(path, join(options.folder, `follower-${Date.now()}.earlier`));
    removeFollower(path);
    follower = openFollower(path);
    follower.begin({ made, first });
  }

  // ---- reading

  async function follow(): Promise<void> {
    while (!closed) {
      try {
        await followOnce();
      } catch (error) {
        if (closed) return;
        const reason = whyNot(error);
        if (error instanceof ForeignStreamError) {
          if (fatal === null) log('error', reason, {});
          fatal = error;
        } else if (reason !== problem && broker.isConnected()) {
          log('warn', 'the stream cannot be read now', { reason });
        }
        problem = reason;
        advance();
        await sleep(PAUSE_MS);
      }
    }
  }

  function whyNot(error: unknown): string {
    if (error instanceof ForeignStreamError) return error.message;
    if (!broker.isConnected()) return AWAY;
    if (broker.server()?.jetstream === false) {
      return 'the nats-server that is connected to has JetStream switched off';
    }
    return `the stream does not answer: ${reasonOf(error)}`;
  }

  async function followOnce(): Promise<void> {
    const manager = await broker.manager(REQUEST_TIMEOUT_MS);
    await agree(manager);
    const known = follower;
    const made = await makeConsumer(manager, known);
    if (made === null) return;
    const consumer = manager.jetstream().consumers.getConsumerFromInfo(made);
    const expires = Math.max(1_000, timings.checkMs);
    let delivered = 0;
    let averageBytes = ASK_BYTES / READ_MESSAGES;
    try {
      while (!closed && follower === known) {
        if (performance.now() - checkedAt >= timings.checkMs) {
          const info = await manager.streams.info(names.facts);
          if (!isSame(info)) return;
          note(info);
        }
        reading = await consumer.fetch({
          max_messages: messagesFor(averageBytes),
          expires,
          // The broker takes no heartbeat that is longer than half of it.
          idle_heartbeat: Math.min(READ_HEARTBEAT_MS, expires / 2),
        });
        let batch: StreamMessage[] = [];
        for await (const message of reading) {
          const { deliverySequence, streamSequence, timestampNanos, pending } = message.info;
          if (deliverySequence !== delivered + 1) {
            // Something was lost on the way: a new consumer begins where the follower stands.
            take(batch);
            return;
          }
          delivered = deliverySequence;
          // It may have been read one by one while the consumer was made.
          if (streamSequence > (batch.at(-1)?.seq ?? reached())) {
            batch.push({
              seq: streamSequence,
              carries: message.subject === names.epochSubject ? 'epoch' : 'fact',
              id: message.headers?.get('Nats-Msg-Id') ?? '',
              storedAt: Math.trunc(timestampNanos / 1_000_000),
              data: message.data,
            });
          }
          averageBytes += (message.data.length - averageBytes) / AVERAGE_OVER;
          if (batch.length < READ_MESSAGES && reading.getPending() > 0) continue;
          take(batch);
          batch = [];
          if (pending === 0) caughtUp = true;
          await nextTurn();
          if (closed || follower !== known) return;
        }
        take(batch);
      }
    } finally {
      reading?.stop();
      reading = null;
      void manager.consumers.delete(names.facts, made.name).catch(() => undefined);
    }
  }

  /**
   * Consumers are made by the leader of all brokers; after a failure that one may be chosen long
   * after the stream's own leader, who takes publications meanwhile. Until then messages are asked
   * for one by one, so that appends go on. Null when another history began.
   */
  async function makeConsumer(
    manager: JetStreamManager,
    known: Follower,
  ): Promise<ConsumerInfo | null> {
    let ended = false;
    const making = manager.consumers
      .add(names.facts, {
        name: `follower_${newNonce()}`,
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: reached() + 1,
        replay_policy: ReplayPolicy.Instant,
        inactive_threshold: nanos(CONSUMER_IDLE_MS),
        mem_storage: true,
        num_replicas: 1,
      })
      .finally(() => {
        ended = true;
      });
    // Awaited below; meanwhile a failure must not count as nobody's.
    making.catch(() => undefined);
    let pauseMs = DIRECT_PAUSE_MS;
    for (;;) {
      await Promise.race([making, sleep(pauseMs)]).catch(() => undefined);
      if (closed || follower !== known) return null;
      if (!ended) {
        // As fast as messages come, and no faster.
        pauseMs = (await readDirectly(manager, known)) > 0 ? 1 : DIRECT_PAUSE_MS;
        continue;
      }
      try {
        return await making;
      } catch (error) {
        await readDirectly(manager, known);
        throw error;
      }
    }
  }

  /** Answers how many messages it read. */
  async function readDirectly(manager: JetStreamManager, known: Follower): Promise<number> {
    const info = await manager.streams.info(names.facts);
    if (!isSame(info)) return 0;
    const to = Math.min(info.state.last_seq, reached() + READ_MESSAGES);
    const found: StreamMessage[] = [];
    let deleted: ReadonlySet<number> | null = null;
    let from = reached() + 1;
    reading: while (from <= to) {
      const count = Math.min(DIRECT_AT_A_TIME, to - from + 1);
      const messages = await Promise.all(
        Array.from({ length: count }, (_, index) => messageAt(manager, from + index)),
      );
      for (const [index, message] of messages.entries()) {
        if (message !== null) {
          found.push({
            seq: message.seq,
            carries: message.subject === names.epochSubject ? 'epoch' : 'fact',
            id: message.header.get('Nats-Msg-Id'),
            storedAt: message.time.getTime(),
            data: message.data,
          });
          continue;
        }
        // It may be a hole, or not yet with a new leader: what was deleted is told by itself.
        deleted ??= new Set(
          (await manager.streams.info(names.facts, { deleted_details: true })).state.deleted ?? [],
        );
        if (!deleted.has(from + index)) break reading;
      }
      from += count;
    }
    if (closed || follower !== known) return 0;
    take(found);
    note(info);
    return found.length;
  }

  function take(batch: readonly StreamMessage[]): void {
    if (batch.length === 0 || closed) return;
    const before = epoch();
    const { stored, seen, refused } = follower.apply(batch);
    if (epoch() !== before) {
      log('warn', 'another epoch begins: every desktop compares anew', { before, now: epoch() });
      forgetClients();
    }
    streamLast = Math.max(streamLast ?? 0, reached());
    for (const { seq, reason } of refused) {
      log('error', 'a message of the stream is no fact and was left out', { seq, reason });
    }
    if (refused.length > 0) {
      quarantine.add(
        refused.map(({ seq, code, reason }) => ({
          at: options.now(),
          source: 'gateway',
          format: 'jetstream',
          place: `${names.facts}[${seq}]`,
          code,
          reason,
          excerpt: '',
          weight: 'refused',
        })),
      );
    }
    if (stored.length > 0) for (const listener of appended) listener(stored);
    const fresh = new Set<string>(stored.map(({ fact }) => fact.id));
    for (const id of seen) publisher.seen(id, fresh.has(id));
    advance();
  }

  /** Waits until it holds or the time is over; answers whether it holds. */
  async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
    if (holds()) return true;
    return new Promise((resolve) => {
      const settle = (answer: boolean): void => {
        clearTimeout(late);
        progress.delete(look);
        resolve(answer);
      };
      const look = (): void => {
        if (holds()) settle(true);
        else if (closed) settle(false);
      };
      const late = setTimeout(() => settle(false), withinMs);
      progress.add(look);
    });
  }

  /** What an earlier history held and this one lacks is published again. */
  async function refill(): Promise<void> {
    for (const name of readdirSync(options.folder).filter((file) => file.endsWith('.earlier'))) {
      const earlier = join(options.folder, name);
      const source = openFollower(earlier);
      let back = 0;
      try {
        let after = 0;
        for (;;) {
          const page = source.facts.range(after, Number.MAX_SAFE_INTEGER, REFILL_FACTS);
          const last = page.at(-1);
          if (last === undefined) break;
          const lacking = page.filter(({ fact }) => !follower.facts.has(fact.id));
          if (lacking.length > 0) {
            const { stored } = await append(lacking.map(({ fact }) => fact));
            back += stored.length;
          }
          after = last.seq;
          await nextTurn();
        }
      } finally {
        source.close();
      }
      removeFollower(earlier);
      log('info', 'what this replica knew of an earlier history is in the stream', {
        broughtBack: back,
      });
    }
  }

  async function append(
    facts: readonly Fact[],
    rows: readonly QuarantineRow[] = [],
  ): Promise<{ stored: readonly StoredFact[]; duplicates: number }> {
    if (closed) throw new JournalUnavailableError(new Error('it is closed'));
    try {
      if (rows.length > 0) quarantine.add(rows);
    } catch (error) {
      throw new JournalUnavailableError(error);
    }
    const lacking = new Map<string, Uint8Array>();
    const tooLarge: QuarantineRow[] = [];
    const most = (broker.server()?.maxPayload ?? DEFAULT_MAX_PAYLOAD) - HEADER_BYTES;
    for (const fact of facts) {
      if (lacking.has(fact.id) || follower.facts.has(fact.id)) continue;
      const payload = encoder.encode(JSON.stringify(fact));
      if (payload.length <= most) lacking.set(fact.id, payload);
      // It would never be taken, and its neighbours must not wait for it.
      else tooLarge.push(tooLargeRow(fact, payload.length, most));
    }
    if (tooLarge.length > 0) {
      quarantine.add(tooLarge);
      log('error', 'facts are larger than the brokers take', { count: tooLarge.length, most });
    }
    const { stored: ids } = await publisher.publish(lacking);
    const stored: StoredFact[] = [];
    for (const id of ids) {
      const one = follower.facts.byId(id);
      if (one !== null) stored.push(one);
    }
    stored.sort((left, right) => left.seq - right.seq);
    return { stored, duplicates: facts.length - stored.length - tooLarge.length };
  }

  const behind = (): number | null =>
    streamLast === null ? null : Math.max(0, streamLast - reached());

  const following = follow();
  const stop = async (): Promise<void> => {
    if (closed) return;
    await publisher.close(STOP_MS);
    closed = true;
    reading?.stop();
    advance();
    stopHearing();
    // A question to brokers that are away would hold up the stop.
    await Promise.race([following, sleep(PAUSE_MS)]);
    follower.close();
    quarantineFile.close();
  };

  // A replica that knows the room can serve it without a broker; one that does not has nothing.
  const isStarted = (): boolean => caughtUp || fatal !== null;
  const hadPlace = follower.place() !== null;
  const patience = hadPlace && !broker.isConnected() ? 0 : timings.startMs;
  if (!(await until(isStarted, patience)) && !hadPlace) {
    const reason: string = problem ?? 'still reading';
    if (follower.place() === null) {
      await stop();
      throw new Error(
        `the stream ${names.facts} is not reached after ${timings.startMs / 1_000} s: ${reason}`,
      );
    }
  }
  if (fatal !== null) {
    const reason: ForeignStreamError = fatal;
    await stop();
    throw reason;
  }
  void refillWhenever();

  async function refillWhenever(): Promise<void> {
    while (!closed) {
      if (!(await until(() => refillWanted && caughtUp && problem === null, WATCH_MS))) continue;
      try {
        refillWanted = false;
        await refill();
      } catch (error) {
        refillWanted = true;
        if (!closed) log('warn', 'bringing facts back goes on later', { reason: reasonOf(error) });
        await until(() => closed, PAUSE_MS);
      }
    }
  }

  return {
    backend: 'jetstream',
    holes: true,
    shared: true,
    epoch,
    async bounds() {
      const place = follower.place();
      if (place === null || place.reached < place.first) return { first: 0, last: 0 };
      return { first: place.first, last: place.reached };
    },
    append,
    range: async (from, to, limit) => follower.reads.range(from, to, limit),
    heads: async (ranges, after, limit) => follower.reads.heads(ranges, after, limit),
    rangeTexts: async (from, to, limit) => follower.reads.rangeTexts(from, to, limit),
    headTexts: async (ranges, after, limit) => follower.reads.headTexts(ranges, after, limit),
    textsOf: async (ids, limit) => follower.reads.textsOf(ids, limit),
    hours: (before, upTo) => follower.hours.hours(before, upTo),
    idsOf: (hour, prefix, most, upTo) => follower.hours.idsOf(hour, prefix, most, upTo),
    byId: async (id) => follower.facts.byId(id),
    onAppend(listener) {
      appended.add(listener);
      return () => appended.delete(listener);
    },
    onEpochChange(listener) {
      epochChanged.add(listener);
      return () => epochChanged.delete(listener);
    },
    quarantined: async (limit) => quarantine.newest(limit),
    async renewEpoch() {
      const before = epoch();
      try {
        await beginEpoch(await broker.manager(REQUEST_TIMEOUT_MS));
      } catch (error) {
        throw new JournalUnavailableError(error);
      }
      if (!(await until(() => epoch() !== before, timings.confirmMs))) {
        throw new JournalUnavailableError(new Error('the new epoch was not read in time'));
      }
      return epoch();
    },
    async confirm(claim) {
      const isFamiliar = (): boolean =>
        claim.epoch === null || (claim.epoch === epoch() && claim.last <= reached());
      // In a history that is known here, what was read is true whatever the broker is doing.
      if (claim.epoch !== null && isFamiliar()) return;
      if (claim.epoch === null && (caughtUp || problem !== null)) return;
      const asked = performance.now();
      checkedAt = Number.NEGATIVE_INFINITY;
      reading?.stop();
      await until(
        () => checkedAt > asked && caughtUp && (isFamiliar() || behind() === 0),
        timings.confirmMs,
      );
      if (isFamiliar() && claim.epoch !== null) return;
      if (checkedAt <= asked || !caughtUp) {
        const reason = problem ?? 'this replica is still reading the stream';
        throw new JournalUnavailableError(new Error(reason));
      }
      if (claim.epoch === epoch() && claim.last > reached()) {
        // A new leader may not have applied all that was acknowledged: it gets the time for it.
        await until(() => claim.last <= reached(), timings.suspectMs);
      }
      // Behind is not rolled back (law W11): that can be told only when all was read.
      if (!isFamiliar() && behind() !== 0) {
        throw new JournalUnavailableError(new Error('this replica is still reading the stream'));
      }
    },
    status() {
      const away = problem ?? publisher.trouble();
      return {
        writable: away === null && caughtUp,
        reason: away ?? (caughtUp ? doubt : 'the stream is being read'),
        behind: behind(),
      };
    },
    close: stop,
  };
}

function tooLargeRow(fact: Fact, size: number, most: number): QuarantineRow {
  return {
    at: fact.heardAt,
    source: fact.source,
    format: 'fact',
    place: fact.thing,
    code: 'too-large',
    reason: `${size} bytes, more than the ${most} that the brokers take (max_payload)`,
    excerpt: JSON.stringify(fact).slice(0, 500),
    weight: 'refused',
  };
}

const encoder = new TextEncoder();

function messagesFor(averageBytes: number): number {
  const wanted = Math.trunc(ASK_BYTES / Math.max(1, averageBytes));
  return Math.min(ASK_MOST, Math.max(ASK_LEAST, wanted));
}

/** The first sequence that the stream has or will have. */
function firstOf(state: StreamInfo['state']): number {
  return state.messages === 0 ? state.last_seq + 1 : Math.max(1, state.first_seq);
}

function isStreamMissing(error: unknown): boolean {
  return hasCode(error, JetStreamApiCodes.StreamNotFound);
}

/** JetStream's own error numbers (nats-server, server/errors.json). */
function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

function sleep(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
