import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import {
  ForeignStreamError,
  reasonOf,
  roomNames,
  type Broker,
  type RoomNames,
} from '../journal/jetstream-broker.ts';
import type { Lease, Leases } from './lease.ts';

export interface JetStreamLeasesOptions {
  readonly broker: Broker;
  readonly room: string;
  readonly stream?: string;
  readonly replicas: number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, about: object) => void;
  readonly ttlMs?: number;
}

/** How long a lease lasts without being renewed; longer than a change of leaders takes. */
export const LEASE_TTL_MS = 12_000;

/** How much longer than the lease others wait: clocks do not run equally fast. */
const MARGIN = 1.1;

/** A stop does not wait longer for the brokers: the lease then ends by itself. */
const CLOSE_MS = 1_000;

interface Claim {
  readonly holder: string;
}

/**
 * Leases as the last message of a subject each, replaced by compare-and-set on the subject's last
 * sequence. Nobody compares clocks: who waits measures by its own how long the message stood
 * unchanged, and who holds counts from before it asked for the renewal.
 */
export function createJetStreamLeases(options: JetStreamLeasesOptions): Leases {
  const names = roomNames(options.room, options.stream);
  const ttlMs = options.ttlMs ?? LEASE_TTL_MS;
  let made: Promise<void> | null = null;
  const ensure = (): Promise<void> => {
    made ??= makeStream(options, names).catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
  const lost = (): void => {
    made = null;
  };
  return { open: (name) => openLease({ ...options, ttlMs, ensure, lost, names }, name) };
}

interface LeaseContext extends JetStreamLeasesOptions {
  readonly ttlMs: number;
  readonly names: RoomNames;
  readonly ensure: () => Promise<void>;
  /** The stream is gone: the next step makes it again. */
  readonly lost: () => void;
}

function openLease(context: LeaseContext, name: string): Lease {
  const { broker, ttlMs, log, names } = context;
  const subject = names.leaseSubject(name);
  /** One word per opening: a process that starts again does not take its predecessor for itself. */
  const self = randomBytes(12).toString('hex');
  const listeners = new Set<(held: boolean) => void>();
  const everyMs = Math.max(20, Math.trunc(ttlMs / 4));
  let heldUntil = Number.NEGATIVE_INFINITY;
  /** The claim that stands, and since when it was seen to stand. */
  let standing = { seq: 0, since: Number.NEGATIVE_INFINITY };
  let told = false;
  let timer: NodeJS.Timeout | null = null;
  let lapse: NodeJS.Timeout | null = null;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  const held = (): boolean => !closed && performance.now() < heldUntil;

  function tell(): void {
    const now = held();
    if (now === told) return;
    told = now;
    log('info', now ? 'the lease is held here' : 'the lease is no longer held here', {
      lease: name,
    });
    for (const listener of listeners) listener(now);
  }

  async function claim(holder: string, expected: number, timeout = everyMs): Promise<void> {
    const began = performance.now();
    const { seq } = await broker.client().publish(subject, JSON.stringify({ holder }), {
      timeout,
      expect: { lastSubjectSequence: expected, streamName: names.leases },
    });
    standing = { seq, since: began };
    heldUntil = holder === self ? began + ttlMs : Number.NEGATIVE_INFINITY;
  }

  async function look(): Promise<{ seq: number; holder: string }> {
    const manager = await broker.manager(everyMs);
    const message = await manager.streams.getMessage(names.leases, { last_by_subj: subject });
    if (message === null) return { seq: 0, holder: '' };
    const { holder } = message.json<Claim>();
    return { seq: message.seq, holder };
  }

  async function step(): Promise<void> {
    await context.ensure();
    if (held()) {
      try {
        await claim(self, standing.seq);
        return;
      } catch (error) {
        if (!isOutrun(error)) throw error;
      }
    }
    const found = await look();
    const now = performance.now();
    if (found.seq !== standing.seq) standing = { seq: found.seq, since: now };
    if (found.holder === self) {
      // A claim whose answer was lost: it stands, and the next one goes on from it.
      await claim(self, found.seq);
      return;
    }
    heldUntil = Number.NEGATIVE_INFINITY;
    const free = found.holder === '' || now - standing.since > ttlMs * MARGIN;
    if (free) await claim(self, found.seq);
  }

  function watchLapse(): void {
    if (lapse !== null) clearTimeout(lapse);
    lapse = held() ? setTimeout(tell, heldUntil - performance.now() + 1) : null;
  }

  function schedule(): void {
    if (closed) return;
    // No two replicas ask in step.
    timer = setTimeout(run, everyMs * (0.9 + Math.random() * 0.2));
  }

  function run(): void {
    turn = step()
      .catch((error: unknown) => {
        if (
          error instanceof JetStreamApiError &&
          (error.code as JetStreamApiCodes) === JetStreamApiCodes.StreamNotFound
        ) {
          context.lost();
        }
        if (error instanceof ForeignStreamError) log('error', error.message, { lease: name });
        else if (!isOutrun(error) && told) {
          log('warn', 'the lease was not renewed', { lease: name, reason: reasonOf(error) });
        }
      })
      .then(() => {
        if (closed) return;
        tell();
        watchLapse();
        schedule();
      });
  }

  run();
  return {
    held,
    onChange(listener) {
      listeners.add(listener);
      listener(told);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      const wasHeld = held();
      closed = true;
      if (timer !== null) clearTimeout(timer);
      if (lapse !== null) clearTimeout(lapse);
      await Promise.race([turn, new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
      if (told) {
        told = false;
        for (const listener of listeners) listener(false);
      }
      if (!wasHeld || !broker.isConnected()) return;
      await claim('', standing.seq, CLOSE_MS).catch(() => undefined);
    },
  };
}

/** Somebody else wrote since (JetStream's 10071; 10164 in newer servers). */
function isOutrun(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}

async function makeStream(options: JetStreamLeasesOptions, names: RoomNames): Promise<void> {
  const description = `holdfast leases ${JSON.stringify({ room: options.room })}`;
  const manager = await options.broker.manager(2_000);
  try {
    await manager.streams.add({
      name: names.leases,
      subjects: [names.allLeases],
      description,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      num_replicas: options.replicas,
      max_msgs_per_subject: 1,
    });
  } catch (error) {
    // Made with other settings, perhaps by a person: good enough when it is this room's.
    if (!(error instanceof JetStreamApiError) || error.code !== 10_058) throw error;
    const { config } = await manager.streams.info(names.leases);
    if (config.description === description && config.max_msgs_per_subject === 1) return;
    throw new ForeignStreamError(
      `the stream ${names.leases} is not this room's; it is left untouched. Choose another with --stream`,
    );
  }
}
