import type { FactText, Journal, PageLimit } from '../journal/journal.ts';
import {
  BATCH_FACTS,
  EXCHANGE_PROTOCOL,
  WINDOW_BATCHES,
  type Batch,
  type Range,
} from '../../shared/wire/protocol.ts';

/** JSON of one batch at most (UTF-16 code units), unless a single fact is larger. */
const BATCH_LENGTH = 1_000_000;
/** … of the first one, when nobody knows what the line carries, and of all on the slowest line. */
const FIRST_LENGTH = 32_768;
const LEAST_LENGTH = 16_384;
/** From one batch to the next that was asked for at its rate. */
const MOST_GROWTH = 8;
/** A batch is to take this part of a receipt's patience, as far as one can tell. */
const PATIENCE_PART = 1 / 8;

export interface SessionOptions {
  readonly journal: Journal;
  /** The version that both speak. */
  readonly protocol: number;
  /** The newest sequence at the welcome: what comes after it is the tail. */
  readonly last: number;
  /** What the client lacks up to there. */
  readonly missing: readonly Range[];
  /** Whether the facts that current state rests on go first. */
  readonly heads: boolean;
  readonly coalesceMs: number;
  /** How long a receipt may take at most. */
  readonly receiptTimeoutMs: number;
  /** Resolves when the client has committed the batch. */
  readonly send: (batch: Batch) => Promise<void>;
  /** The session cannot go on: the client is to begin anew. */
  readonly onFailure: (reason: string) => void;
}

/** One client's way through the journal: heads, then the tail as it comes, then the gaps. */
export interface Session {
  /** The journal now reaches so far. */
  notify(last: number): void;
  /** Batches that were sent and not yet receipted. */
  underWay(): number;
  stop(): void;
}

/**
 * Sends while fewer than WINDOW_BATCHES are without a receipt, one read at a time. Nothing is
 * buffered: what the window does not let through stays in the journal (law W8).
 */
export function startSession(options: SessionOptions): Session {
  const { journal, missing, protocol } = options;
  const epoch = journal.epoch();
  /**
   * As large as the line carries in a moment: on a slow one a large batch would outlast every
   * patience, be begun anew, and never arrive.
   */
  let length = FIRST_LENGTH;
  let underWayLength = 0;
  const limit = (): PageLimit => ({ facts: BATCH_FACTS, length });
  /** Newest range last: it is taken first. */
  const gaps = missing.map(([from, to]) => ({ next: from, to }));
  let headsAfter = options.heads && missing.length > 0 ? 0 : null;
  let tailNext = options.last + 1;
  let known = options.last;
  let tailSentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let underWay = 0;
  let reading = false;
  let stopped = false;

  async function next(): Promise<Batch | null> {
    if (headsAfter !== null) {
      const found = await journal.headTexts(missing, headsAfter, limit());
      const last = found.at(-1);
      if (found[0] && last) {
        headsAfter = last.seq;
        return batchOf('heads', found[0].seq, last.seq, found);
      }
      headsAfter = null;
    }
    if (tailNext <= known && isTailDue()) {
      const from = tailNext;
      const found = await journal.rangeTexts(from, known, limit());
      tailNext = endOf(found, from, known) + 1;
      tailSentAt = performance.now();
      return batchOf('tail', from, tailNext - 1, found);
    }
    const gap = gaps.at(-1);
    if (gap === undefined) return null;
    const from = gap.next;
    const found = await journal.rangeTexts(from, gap.to, limit());
    gap.next = endOf(found, from, gap.to) + 1;
    if (gap.next > gap.to) gaps.pop();
    return batchOf('gap', from, gap.next - 1, found);
  }

  /** Facts that come together go together, but the first after a pause goes at once. */
  function isTailDue(): boolean {
    if (known - tailNext + 1 >= BATCH_FACTS) return true;
    const wait = tailSentAt + options.coalesceMs - performance.now();
    if (wait <= 0) return true;
    timer ??= setTimeout(() => {
      timer = null;
      void pump();
    }, wait);
    return false;
  }

  async function pump(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      while (!stopped && underWay < WINDOW_BATCHES) {
        const batch = await next();
        if (batch === null || stopped) return;
        const size = lengthOf(batch);
        underWay += 1;
        underWayLength += size;
        const queued = underWayLength;
        const began = performance.now();
        options.send(batch).then(
          () => {
            underWay -= 1;
            underWayLength -= size;
            pace(size, queued, performance.now() - began);
            void pump();
          },
          (error: unknown) => fail(error),
        );
      }
    } catch (error) {
      fail(error);
    } finally {
      reading = false;
    }
  }

  /**
   * What was under way when a batch was sent, the batch included, is what the line carried and the
   * desktop committed by its receipt. A small batch that was quick tells nothing of large ones.
   */
  function pace(sent: number, queued: number, tookMs: number): void {
    const wishedMs = options.receiptTimeoutMs * PATIENCE_PART;
    if (sent < length / 2 && tookMs < wishedMs) return;
    const carried = (queued / Math.max(1, tookMs)) * wishedMs;
    const most = Math.min(BATCH_LENGTH, Math.max(length, sent * MOST_GROWTH));
    length = Math.min(most, Math.max(LEAST_LENGTH, carried));
  }

  function fail(error: unknown): void {
    if (stopped) return;
    stop();
    options.onFailure(error instanceof Error ? error.message : String(error));
  }

  function stop(): void {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
  }

  function batchOf(
    part: Batch['part'],
    from: number,
    to: number,
    found: readonly FactText[],
  ): Batch {
    const texts = found.map(({ text }) => text);
    return protocol >= EXCHANGE_PROTOCOL
      ? { epoch, part, from, to, lines: texts.join('\n') }
      : { epoch, part, from, to, facts: texts.map((text) => JSON.parse(text) as unknown) };
  }

  /**
   * The last sequence of a piece that begins at `from` and was read up to `to`. Where sequences may
   * be missing, a piece without facts is all holes; one with facts ends at its last.
   */
  function endOf(found: readonly FactText[], from: number, to: number): number {
    if (journal.holes === true) return found.at(-1)?.seq ?? to;
    for (const [index, { seq }] of found.entries()) {
      if (seq !== from + index) throw new Error(`the journal no longer has ${from + index}`);
    }
    if (found.length === 0) throw new Error(`the journal no longer has ${from}`);
    return from + found.length - 1;
  }

  void pump();
  return {
    notify(last) {
      known = Math.max(known, last);
      // The pump may have found nothing just before: it looks again once it has let go.
      if (reading) setImmediate(() => void pump());
      else void pump();
    },
    underWay: () => underWay,
    stop,
  };
}

function lengthOf(batch: Batch): number {
  return 'lines' in batch ? batch.lines.length : JSON.stringify(batch.facts).length;
}
