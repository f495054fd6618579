import { randomFillSync } from 'node:crypto';
import { statfsSync, statSync, truncateSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** `low`: the feed waits and nothing grows by itself; what people write is still saved. */
export type Space = 'enough' | 'low';

/** In bytes and ms. */
export interface SpaceLimits {
  /** Below so much free space it is low. */
  readonly lowBytes: number;
  /** Beyond `lowBytes` and a whole reserve so much more must be free before it is enough again. */
  readonly marginBytes: number;
  /** Kept aside for what people write. */
  readonly reserveBytes: number;
  readonly lookMs: number;
  /** The reserve is made so long after the start: a start has better things to do. */
  readonly reserveAfterMs: number;
}

const MEGABYTE = 1_048_576;
export const SPACE_LIMITS: SpaceLimits = {
  lowBytes: 64 * MEGABYTE,
  marginBytes: 16 * MEGABYTE,
  reserveBytes: 16 * MEGABYTE,
  lookMs: 1_000,
  reserveAfterMs: 10_000,
};

export interface DiskSpace {
  state(): Space;
  /** Looks now, without waiting for the next turn: the disk has just refused something. */
  look(): void;
  /**
   * Runs what saves a person's words. Where the disk is full the reserve is given up piece by piece,
   * each followed at once by another attempt: who else fills the disk gets no time in between.
   * @throws what `act` throws when the disk is not full, or nothing is left to give up
   */
  forPeople<Result>(act: () => Result): Result;
  /** Resolves when no file of the folder is touched any more. */
  close(): Promise<void>;
}

/** The reserve is given up, and made, in pieces of this part of it. */
const PIECES = 64;

/**
 * Watches the free space below a folder and keeps a reserve in it. Space that cannot be looked at
 * counts as enough: then the disk's own refusals tell.
 */
export function watchSpace(options: {
  readonly folder: string;
  readonly limits?: Partial<SpaceLimits>;
  readonly onChange: (state: Space) => void;
}): DiskSpace {
  const limits = { ...SPACE_LIMITS, ...options.limits };
  const path = join(options.folder, 'reserve');
  const began = performance.now();
  let state: Space = 'enough';
  let closed = false;
  let looking: Promise<void> | null = null;
  let again = false;

  async function lookOnce(): Promise<void> {
    const free = await freeBelow(options.folder);
    if (closed || free === null) return;
    const lacking = limits.reserveBytes - reserveSize();
    const next = judge(state, free, lacking, limits);
    if (next !== state) {
      state = next;
      options.onChange(state);
    }
    const due = performance.now() - began >= limits.reserveAfterMs;
    const ample = free >= limits.lowBytes + limits.marginBytes + lacking;
    if (due && lacking > 0 && ample && state === 'enough') await fillReserve();
  }

  function look(): void {
    if (closed) return;
    if (looking !== null) {
      again = true;
      return;
    }
    looking = lookOnce()
      .catch((error: unknown) => console.error('free space:', error))
      .finally(() => {
        looking = null;
        if (!again) return;
        again = false;
        look();
      });
  }

  function reserveSize(): number {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** With bytes that no file system can make smaller, so that the space is really taken. */
  async function fillReserve(): Promise<void> {
    const piece = Buffer.alloc(Math.ceil(limits.reserveBytes / PIECES));
    const file = await open(path, 'a', 0o600);
    try {
      for (let size = reserveSize(); size < limits.reserveBytes && !closed; size += piece.length) {
        randomFillSync(piece);
        await file.write(piece, 0, Math.min(piece.length, limits.reserveBytes - size));
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** @returns false when nothing is left */
  function giveUpPiece(): boolean {
    const size = reserveSize();
    if (size === 0) return false;
    truncateSync(path, Math.max(0, size - Math.ceil(limits.reserveBytes / PIECES)));
    return true;
  }

  const timer = setInterval(look, limits.lookMs);
  timer.unref();
  look();

  return {
    state: () => state,
    look,
    forPeople(act) {
      for (;;) {
        try {
          return act();
        } catch (error) {
          look();
          if (!isFull(error, options.folder) || !giveUpPiece()) throw error;
        }
      }
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await looking;
    },
  };
}

/**
 * Low or enough, with a gap between both limits so that it does not go to and fro: making the
 * reserve anew must not make it low again.
 */
export function judge(before: Space, free: number, lacking: number, limits: SpaceLimits): Space {
  if (before === 'enough') return free < limits.lowBytes ? 'low' : 'enough';
  return free >= limits.lowBytes + limits.marginBytes + lacking ? 'enough' : 'low';
}

/** Null where the folder is not there yet or the system does not say. */
async function freeBelow(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** A full disk in one of its names; SQLite calls one that shows in its index `IOERR`. */
function isFull(error: unknown, folder: string): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return false;
  if (/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) return true;
  if (!code.startsWith('SQLITE_IOERR')) return false;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < MEGABYTE;
  } catch {
    return false;
  }
}
