import { join } from 'node:path';
import { BlobQuotaError, openBlobStore, type BlobStore } from '../../gateway/journal/blob-store.ts';
import {
  sniffAttachment,
  type AttachmentProblem,
  type Sniffed,
} from '../../shared/attachments/sniff.ts';
import { fail, ok, type Result } from '../../shared/kit/result.ts';
import type { AttachmentState } from '../../shared/projections/attachment.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import { diskProblem } from '../disk-problem.ts';
import type { FeedClient } from '../feeds/feed-client.ts';
import { ATTACHMENTS_FOLDER } from '../journal/attachment-files.ts';

/** What a desk keeps of a room's evidence (2 GiB): what is beyond stays with the gateway. */
const QUOTA_BYTES = 2 * 1024 ** 3;
/** What of it the evidence of others may take: whoever has something to keep here finds room. */
const OTHERS_SHARE = 0.75;
/** What the gateway has not is asked for again so much later, ever later. */
const AGAIN_MS = { first: 5_000, most: 300_000 } as const;

export type Kept = Sniffed & { readonly sha256: string; readonly size: number };

/** What is attached to a room's entries and things: their bytes at this desk. */
export interface RoomAttachments {
  has(digest: string): boolean;
  /** Keeps bytes, synced, when this resolves; a fact may then name them. @throws what the disk throws */
  keep(bytes: Uint8Array): Promise<Result<Kept, AttachmentProblem>>;
  /** The bytes, or null: still to come, or damaged, which is told in the rows and fetched again. */
  read(digest: string): Promise<Uint8Array | null>;
  /** The bytes, from the gateway where they are not here: also those that are beyond the quota. */
  readOrTake(digest: string): Promise<Uint8Array | null>;
  /** A thing's attachments changed. */
  touch(thing: string): void;
  /** Gives the gateway what it lacks and takes what this desk lacks, as far as it is there. */
  exchange(feed: FeedClient | null): void;
  close(): void;
}

export function openRoomAttachments(options: {
  readonly folder: string;
  readonly states: ReadonlyMap<string, Folded>;
  /** There is room for more than what people write. */
  readonly mayGrow: () => boolean;
  /** Bytes came, or are found to be gone: rows of these things change. */
  readonly onChange: (things: ReadonlySet<string>) => void;
  readonly quota?: number;
}): RoomAttachments {
  const quota = options.quota ?? QUOTA_BYTES;
  /** Things by the digests that they name. */
  const named = new Map<string, Set<string>>();
  const sizes = new Map<string, number>();
  /** Digests that this gateway is known to have, since its last welcome. */
  let offered = new Set<string>();
  let later = new Map<string, { at: number; pauseMs: number }>();
  let welcome = '';
  let address = '';
  let exchanging = false;
  let line: FeedClient | null = null;
  let closed = false;
  let store: BlobStore | null = null;
  let opening = open();
  for (const [thing, { noun }] of options.states) if (noun === 'attachment') touch(thing);

  async function open(): Promise<BlobStore> {
    const opened = await openBlobStore(join(options.folder, ATTACHMENTS_FOLDER), { quota });
    store = opened;
    if (!closed) options.onChange(new Set([...named.values()].flatMap((things) => [...things])));
    return opened;
  }
  // Told to whoever needs it; opened again by the next.
  opening.catch(() => undefined);

  async function opened(): Promise<BlobStore> {
    if (store !== null) return store;
    return opening.catch(() => (opening = open()));
  }

  function touch(thing: string): void {
    const folded = options.states.get(thing);
    if (folded?.noun !== 'attachment') return;
    for (const { sha256, size } of (folded.state as AttachmentState).items) {
      const things = named.get(sha256);
      if (things === undefined) named.set(sha256, new Set([thing]));
      else things.add(thing);
      sizes.set(sha256, size);
    }
  }

  function changed(digest: string): void {
    const things = named.get(digest);
    if (things !== undefined && !closed) options.onChange(things);
  }

  async function read(digest: string): Promise<Uint8Array | null> {
    const from = await opened();
    const knew = from.has(digest);
    const bytes = await from.readBytes(digest);
    if (bytes === null && knew) {
      offered.delete(digest);
      changed(digest);
    }
    return bytes;
  }

  async function giveAll(feed: FeedClient): Promise<void> {
    const from = await opened();
    const own = [...named.keys()].filter((digest) => from.has(digest) && !offered.has(digest));
    if (own.length === 0) return;
    const lacking = await feed.lackingAttachments(own);
    if (lacking === null) return;
    const wanted = new Set(lacking);
    for (const digest of own) {
      if (closed) return;
      if (wanted.has(digest)) {
        const bytes = await read(digest);
        if (bytes !== null && (await feed.giveAttachment(digest, bytes)) === 'away') return;
      }
      offered.add(digest);
    }
  }

  async function takeAll(feed: FeedClient): Promise<void> {
    const into = await opened();
    for (const digest of named.keys()) {
      if (closed || !options.mayGrow()) return;
      const wait = later.get(digest);
      const size = sizes.get(digest) ?? 0;
      if (into.has(digest) || into.size() + size > quota * OTHERS_SHARE) continue;
      if (wait !== undefined && wait.at > performance.now()) continue;
      const bytes = await feed.takeAttachment(digest);
      // What this desk would not keep itself it does not take from others.
      if (bytes === null || bytes.length !== size || !sniffAttachment(bytes).ok) {
        const pauseMs = Math.min(AGAIN_MS.most, (wait?.pauseMs ?? AGAIN_MS.first / 2) * 2);
        later.set(digest, { at: performance.now() + pauseMs, pauseMs });
        continue;
      }
      await into.save(bytes);
      offered.add(digest);
      changed(digest);
    }
  }

  return {
    has: (digest) => store?.has(digest) ?? false,
    async keep(bytes) {
      const sniffed = sniffAttachment(bytes);
      if (!sniffed.ok) return sniffed;
      try {
        const sha256 = await (await opened()).save(bytes);
        return ok({ ...sniffed.value, sha256, size: bytes.length });
      } catch (error) {
        if (error instanceof BlobQuotaError || diskProblem(error) !== null) return fail('no-space');
        throw error;
      }
    },
    read,
    async readOrTake(digest) {
      const here = await read(digest);
      if (here !== null || !named.has(digest)) return here;
      const bytes = (await line?.takeAttachment(digest)) ?? null;
      if (bytes === null || !sniffAttachment(bytes).ok) return null;
      try {
        const into = await opened();
        // What does not fit is shown all the same.
        if (into.size() + bytes.length > quota * OTHERS_SHARE) return bytes;
        await into.save(bytes);
        changed(digest);
      } catch (error) {
        if (!(error instanceof BlobQuotaError) && diskProblem(error) === null) throw error;
      }
      return bytes;
    },
    touch,
    exchange(feed) {
      line = feed;
      if (feed === null || exchanging || closed || named.size === 0) return;
      if (feed.status().state !== 'connected') return;
      const current = `${feed.status().address} ${feed.welcomes()}`;
      if (current !== welcome) {
        welcome = current;
        offered = new Set();
      }
      // On a line that comes and goes the same gateway is not asked anew each time.
      if (feed.status().address !== address) later = new Map();
      ({ address } = feed.status());
      exchanging = true;
      giveAll(feed)
        .then(() => takeAll(feed))
        .catch((error: unknown) => {
          // The disk: it is tried again at the next turn, and what people do tells of it.
          if (diskProblem(error) === null) console.error('attachments:', error);
        })
        .finally(() => (exchanging = false));
    },
    close() {
      closed = true;
      line = null;
    },
  };
}
