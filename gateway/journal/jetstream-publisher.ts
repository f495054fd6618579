import { performance } from 'node:perf_hooks';
import { isRetryable, reasonOf, type Broker } from './jetstream-broker.ts';
import { JournalUnavailableError } from './journal.ts';

export interface PublisherOptions {
  readonly broker: Broker;
  readonly subject: string;
  readonly stream: string;
  /** How long one append may wait for a majority before its sender is told to come again. */
  readonly patienceMs: number;
  /** Whether the stream was heard of since the last failure: probing is then worth a try. */
  readonly isReachable: () => boolean;
}

/** What became of the facts of one append. */
export interface Published {
  /** Ids that this append brought into the stream, as far as can be told. */
  readonly stored: ReadonlySet<string>;
}

/**
 * Publishes facts in the order given, a window of them at a time, again and again while the reason
 * passes by itself. An append is over when the broker acknowledged and the follower has read it.
 */
export interface Publisher {
  /**
   * @param facts what is sent of each, by id, in order
   * @throws JournalUnavailableError when not all of it is known to be in the stream; repeating is
   * safe, since the id makes one of both
   */
  publish(facts: ReadonlyMap<string, Uint8Array>): Promise<Published>;
  /** The follower read this id; not new: it was there before, under another sequence. */
  seen(id: string, isNew: boolean): void;
  /** Sends what waits, without waiting for the pause between attempts. */
  wake(): void;
  /** Why publishing does not work now, or null. */
  trouble(): string | null;
  /** Resolves when nothing waits any more; what still does after this time is refused. */
  close(withinMs: number): Promise<void>;
}

/** Messages without an acknowledgement at a time. */
const WINDOW = 256;
const ATTEMPT_TIMEOUT_MS = 2_000;
const PAUSE_MS = 250;
/** What may wait for the broker: beyond it senders are told to come again at once. */
const MAX_WAITING = 50_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

interface Item {
  readonly id: string;
  readonly payload: Uint8Array;
  readonly job: Job;
  /** An attempt whose end is not known: a duplicate may then be this very append's own. */
  uncertain: boolean;
  acknowledged: 'new' | 'duplicate' | null;
  /** What the follower said. */
  read: 'new' | 'before' | null;
  gone: boolean;
}

interface Job {
  readonly items: Item[];
  /** Items that are not over yet. */
  open: number;
  readonly until: number;
  readonly stored: Set<string>;
  resolve(published: Published): void;
  reject(error: JournalUnavailableError): void;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { broker } = options;
  /** In the order of their coming. */
  const jobs = new Set<Job>();
  /** By id: two appends of the same fact that meet share the outcome of both. */
  const waiting = new Map<string, Set<Item>>();
  let queue: Item[] = [];
  let again: Item[] = [];
  let inFlight = 0;
  let bytes = 0;
  let count = 0;
  let pause: NodeJS.Timeout | null = null;
  let trouble: { reason: string; since: number } | null = null;
  let closed = false;
  let idle: (() => void)[] = [];

  function pump(): void {
    if (pause !== null) return;
    if (again.length > 0) {
      // What failed goes first, once nothing is under way: a retry overtakes as little as it can.
      if (inFlight > 0) return;
      queue = [...again, ...queue];
      again = [];
    }
    let next = 0;
    while (inFlight < WINDOW && next < queue.length) {
      const item = queue[next];
      next += 1;
      if (item === undefined || item.gone) continue;
      void send(item);
      if (again.length > 0) break;
    }
    if (next > 0) queue.splice(0, next);
  }

  async function send(item: Item): Promise<void> {
    inFlight += 1;
    try {
      const answer = await broker.client().publish(options.subject, item.payload, {
        msgID: item.id,
        timeout: ATTEMPT_TIMEOUT_MS,
        expect: { streamName: options.stream },
      });
      trouble = null;
      item.acknowledged = answer.duplicate && !item.uncertain ? 'duplicate' : 'new';
      if (item.read !== null) finish(item);
    } catch (error) {
      if (item.gone) return;
      if (isRetryable(error)) {
        item.uncertain = true;
        trouble ??= { reason: reasonOf(error), since: performance.now() };
        if (item.read !== null) finish(item);
        else again.push(item);
        pause ??= setTimeout(() => {
          pause = null;
          pump();
        }, PAUSE_MS);
      } else {
        fail(item.job, `the stream does not take it: ${reasonOf(error)}`);
      }
    } finally {
      inFlight -= 1;
      pump();
    }
  }

  /** What the follower has read is in the stream, whether its acknowledgement came or not. */
  function finish(item: Item): void {
    if (item.gone) return;
    forget(item);
    const { job } = item;
    if (item.read === 'new' && item.acknowledged !== 'duplicate') job.stored.add(item.id);
    job.open -= 1;
    if (job.open === 0) settle(job);
  }

  function settle(job: Job): void {
    jobs.delete(job);
    job.resolve({ stored: job.stored });
    rest();
  }

  function fail(job: Job, reason: string): void {
    if (!jobs.has(job)) return;
    const failed = [job];
    // An append without facts says "what you know of is stored": it must not, if this is not.
    let behind = false;
    for (const other of jobs) {
      if (behind && other.items.length === 0) failed.push(other);
      behind ||= other === job;
    }
    for (const one of failed) {
      jobs.delete(one);
      for (const item of one.items) if (!item.gone) forget(item);
      one.reject(new JournalUnavailableError(new Error(reason)));
    }
    rest();
  }

  function rest(): void {
    // An append without facts waits for those before it alone.
    for (const job of jobs) {
      if (job.items.length > 0) break;
      jobs.delete(job);
      job.resolve({ stored: job.stored });
    }
    if (jobs.size > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  }

  function forget(item: Item): void {
    item.gone = true;
    bytes -= item.payload.length;
    count -= 1;
    const same = waiting.get(item.id);
    same?.delete(item);
    if (same?.size === 0) waiting.delete(item.id);
  }

  const patrol = setInterval(() => {
    const now = performance.now();
    const late = [...jobs].find((job) => job.until <= now);
    if (late === undefined) return;
    // All that waits with it is refused too: its sender may since have repeated what the late one
    // said, was told that it is known, and must not be answered before that is in the stream.
    const reason = trouble?.reason ?? 'the stream was not read in time';
    for (const job of jobs) fail(job, `no majority of the brokers answers (${reason})`);
    queue = queue.filter((item) => !item.gone);
    again = again.filter((item) => !item.gone);
  }, 200);
  patrol.unref();

  return {
    publish(facts) {
      return new Promise((resolve, reject) => {
        const refuse = (reason: string): void =>
          reject(new JournalUnavailableError(new Error(reason)));
        if (closed) {
          refuse('it is closed');
          return;
        }
        const now = performance.now();
        if (
          trouble !== null &&
          now - trouble.since > options.patienceMs &&
          !options.isReachable()
        ) {
          refuse(`no majority of the brokers answers (${trouble.reason})`);
          return;
        }
        let size = 0;
        for (const { length } of facts.values()) size += length;
        const full = count + facts.size > MAX_WAITING || bytes + size > MAX_WAITING_BYTES;
        if (count > 0 && full) {
          refuse(`${count} facts wait for the brokers already`);
          return;
        }
        const job: Job = {
          items: [],
          open: facts.size,
          until: now + options.patienceMs,
          stored: new Set(),
          resolve,
          reject,
        };
        jobs.add(job);
        for (const [id, payload] of facts) {
          const item: Item = {
            id,
            payload,
            job,
            uncertain: false,
            acknowledged: null,
            read: null,
            gone: false,
          };
          job.items.push(item);
          const same = waiting.get(id) ?? new Set();
          waiting.set(id, same.add(item));
          queue.push(item);
        }
        bytes += size;
        count += facts.size;
        if (facts.size === 0) rest();
        pump();
      });
    },
    seen(id, isNew) {
      const same = waiting.get(id);
      if (same === undefined) return;
      let first = isNew;
      for (const item of same) {
        // Only one of several appends of one fact can have brought it.
        item.read ??= first ? 'new' : 'before';
        first = false;
        if (item.acknowledged !== null || item.uncertain) finish(item);
      }
    },
    wake() {
      // Nothing waits and the stream answers again: what failed before is no trouble now.
      if (jobs.size === 0) trouble = null;
      if (pause !== null) clearTimeout(pause);
      pause = null;
      pump();
    },
    trouble: () => trouble?.reason ?? null,
    async close(withinMs) {
      closed = true;
      if (jobs.size > 0) {
        const late = setTimeout(() => {
          for (const job of jobs) fail(job, 'the gateway is stopping');
        }, withinMs);
        await new Promise<void>((resolve) => idle.push(resolve));
        clearTimeout(late);
      }
      clearInterval(patrol);
      if (pause !== null) clearTimeout(pause);
    },
  };
}
