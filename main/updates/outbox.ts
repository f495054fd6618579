import type { Sending, UpdateRow } from '../../shared/ipc/rows.ts';
import type { Attempt, UpdateMessage } from './send.ts';
import type { Webhook } from './webhooks.ts';

export interface UpdateOutboxOptions {
  /** All updates of the room. */
  readonly updates: () => Iterable<UpdateRow>;
  /** Which journal this desk writes: it sends what was written here, nobody else's. */
  readonly replica: string;
  readonly webhooks: () => readonly Webhook[];
  readonly message: (update: UpdateRow) => UpdateMessage;
  readonly send: (webhook: Webhook, message: UpdateMessage, stop: AbortSignal) => Promise<Attempt>;
  /** Writes the fact that it was taken. @throws where the disk does not take it */
  readonly confirm: (update: string, detail: string) => void;
  readonly onChange: (update: string) => void;
  /** Ms since the epoch, for what is shown and waited for. */
  readonly now: () => number;
  readonly random?: () => number;
}

/**
 * Brings updates to their webhooks: at least once, in the order in which they were published, by the
 * desk that published them. What is under way follows from the facts alone, so it survives whatever
 * ends this process; only how often it was tried is forgotten.
 */
export interface UpdateOutbox {
  /** To be called when updates, or where they go, may have changed. */
  look(): void;
  /** null: there is nothing to send. */
  sending(update: string): Sending | null;
  /** Tries what waits now. */
  retry(): void;
  close(): void;
}

interface Tries {
  attempts: number;
  kind: 'down' | 'refused';
  problem: string;
  /** On the monotonic clock: the system's may be set back, and an update must not wait for it. */
  dueAt: number;
  nextAt: number;
}

const PAUSE_MS = 2_000;
/** Whoever writes at night wants to see it leave soon after the channel is back. */
const PAUSE_MOST_MS = 60_000;
const CONFIRM_AGAIN_MS = 2_000;
/** Longer than this no receiver puts us off. */
const PUT_OFF_MOST_MS = 600_000;

/** Whether a desk has still to send an update: published here, and neither taken nor given up. */
export function isWaiting(update: UpdateRow, replica: string): boolean {
  return (
    update.channels.includes('webhook') &&
    update.replica === replica &&
    update.deliveries.webhook === undefined
  );
}

export function openUpdateOutbox(options: UpdateOutboxOptions): UpdateOutbox {
  const random = options.random ?? Math.random;
  const stop = new AbortController();
  const tries = new Map<string, Tries>();
  /** Under way, by the name of the webhook. */
  const underWay = new Map<string, string>();
  /** Taken by the receiver, but not yet written down: not sent again while this process lives. */
  const taken = new Map<string, string>();
  const shown = new Map<string, Sending>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function waiting(): UpdateRow[] {
    return [...options.updates()]
      .filter((update) => isWaiting(update, options.replica))
      .sort(
        (left, right) => left.publishedAt - right.publishedAt || (left.key < right.key ? -1 : 1),
      );
  }

  function webhookOf(update: UpdateRow): Webhook | undefined {
    return options.webhooks().find(({ name }) => name === update.webhook);
  }

  function look(): void {
    if (closed) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const now = performance.now();
    let wakeAt = Infinity;
    const held = new Set<string>();
    const left = waiting();
    for (const update of left) {
      const webhook = webhookOf(update);
      if (taken.has(update.key)) {
        if (!writeDown(update.key)) {
          wakeAt = Math.min(wakeAt, now + CONFIRM_AGAIN_MS);
          // What is heard and not written down is sent again after a kill: one, never a row of them.
          if (webhook !== undefined) held.add(webhook.name);
        }
        continue;
      }
      if (webhook === undefined || held.has(webhook.name)) continue;
      if (underWay.has(webhook.name)) {
        held.add(webhook.name);
        continue;
      }
      const before = tries.get(update.key);
      if (before !== undefined && before.dueAt > now) {
        wakeAt = Math.min(wakeAt, before.dueAt);
        // What is refused holds up only itself; a channel that is down holds all, in their order.
        if (before.kind === 'down') held.add(webhook.name);
        continue;
      }
      underWay.set(webhook.name, update.key);
      held.add(webhook.name);
      void attempt(webhook, update);
    }
    forget(left);
    tell(left);
    if (wakeAt < Infinity) {
      timer = setTimeout(look, Math.max(1, wakeAt - now));
      timer.unref();
    }
  }

  async function attempt(webhook: Webhook, update: UpdateRow): Promise<void> {
    const end = await options.send(webhook, options.message(update), stop.signal);
    underWay.delete(webhook.name);
    if (closed) return;
    if (end.taken) {
      taken.set(update.key, end.detail);
    } else {
      const attempts = (tries.get(update.key)?.attempts ?? 0) + 1;
      const pause = pauseMs(attempts, end.pauseMs ?? 0);
      tries.set(update.key, {
        attempts,
        kind: end.kind,
        problem: end.detail,
        dueAt: performance.now() + pause,
        nextAt: options.now() + pause,
      });
    }
    look();
  }

  /** @returns false where the disk does not take it */
  function writeDown(update: string): boolean {
    try {
      options.confirm(update, taken.get(update) ?? '');
      return true;
    } catch {
      return false;
    }
  }

  function pauseMs(attempts: number, putOffMs: number): number {
    const pause = Math.min(PAUSE_MOST_MS, PAUSE_MS * 2 ** Math.min(10, attempts - 1));
    return Math.max(pause * (0.9 + random() * 0.2), Math.min(putOffMs, PUT_OFF_MOST_MS));
  }

  function forget(left: readonly UpdateRow[]): void {
    const keys = new Set(left.map(({ key }) => key));
    for (const known of [tries, taken]) {
      for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    }
  }

  /** Says which updates are now shown otherwise. */
  function tell(left: readonly UpdateRow[]): void {
    const before = new Map(shown);
    shown.clear();
    for (const update of left) shown.set(update.key, sendingOf(update));
    for (const key of new Set([...before.keys(), ...shown.keys()])) {
      if (JSON.stringify(before.get(key)) !== JSON.stringify(shown.get(key))) options.onChange(key);
    }
  }

  function sendingOf(update: UpdateRow): Sending {
    const webhook = webhookOf(update);
    const before = tries.get(update.key);
    const isUnderWay =
      webhook !== undefined && (underWay.get(webhook.name) === update.key || taken.has(update.key));
    return {
      state: webhook === undefined ? 'no-webhook' : isUnderWay ? 'sending' : 'waiting',
      attempts: before?.attempts ?? 0,
      problem: before?.problem ?? null,
      nextAt: isUnderWay ? null : (before?.nextAt ?? null),
    };
  }

  return {
    look,
    sending: (update) => shown.get(update) ?? null,
    retry() {
      for (const known of tries.values()) known.dueAt = -Infinity;
      look();
    },
    close() {
      closed = true;
      stop.abort();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
