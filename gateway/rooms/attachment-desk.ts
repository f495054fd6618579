import { createHash } from 'node:crypto';
import {
  PIECE_BYTES,
  type Given,
  type Lack,
  type Taken,
  type giveSchema,
  type takeSchema,
} from '../../shared/wire/protocol.ts';
import type { z } from 'zod';
import { BlobQuotaError, type BlobStore } from '../journal/blob-store.ts';

/** Takes attachments from desktops in pieces, and gives them. */
export interface AttachmentDesk {
  /** For one connection, which gives and takes one attachment at a time. */
  serve(): ServedAttachments;
}

export interface ServedAttachments {
  lack(digests: readonly string[]): Lack;
  /** @throws Error when the disk takes it not, or too much is under way: the client tries again */
  give(piece: z.infer<typeof giveSchema>): Promise<Given>;
  take(asked: z.infer<typeof takeSchema>): Promise<Taken>;
  /** Lets go of what was under way. */
  close(): void;
}

interface Underway {
  readonly digest: string;
  readonly size: number;
  readonly pieces: Uint8Array[];
  received: number;
}

/** Bytes of half-received attachments over all connections (64 MiB). */
const UNDER_WAY_BYTES = 64 * 1024 * 1024;

export function openAttachmentDesk(store: BlobStore): AttachmentDesk {
  let reserved = 0;
  return {
    serve() {
      let underway: Underway | null = null;
      /** What was read last: the next piece of it needs no look at the disk. */
      let read: { digest: string; bytes: Uint8Array } | null = null;
      let closed = false;

      function letGo(): void {
        reserved -= underway?.size ?? 0;
        underway = null;
      }

      return {
        lack: (digests) => ({ lacking: digests.filter((digest) => !store.has(digest)) }),
        async give({ digest, size, offset, bytes: text }) {
          const given = (outcome: Given['outcome'], next: number): Given => ({
            digest,
            outcome,
            next,
          });
          if (offset === 0) {
            letGo();
            if (store.has(digest) && (await store.readBytes(digest)) !== null) {
              return given('kept', size);
            }
            // A piece that waited for its turn longer than its connection lived: nobody would let go.
            if (closed) throw new Error('the connection has ended');
            if (reserved + size > UNDER_WAY_BYTES) throw new Error('too much is under way');
            underway = { digest, size, pieces: [], received: 0 };
            reserved += size;
          }
          if (underway?.digest !== digest || underway.size !== size) return given('go-on', 0);
          // A piece that came twice, or after one that was lost.
          if (offset !== underway.received) return given('go-on', underway.received);
          const bytes = Buffer.from(text, 'base64');
          if (bytes.length === 0 || underway.received + bytes.length > size) {
            letGo();
            return given('wrong', 0);
          }
          underway.pieces.push(bytes);
          underway.received += bytes.length;
          if (underway.received < size) return given('go-on', underway.received);
          const whole = Buffer.concat(underway.pieces);
          letGo();
          if (createHash('sha256').update(whole).digest('hex') !== digest) return given('wrong', 0);
          try {
            await store.save(whole);
          } catch (error) {
            if (error instanceof BlobQuotaError) return given('full', 0);
            throw error;
          }
          return given('kept', size);
        },
        async take({ digest, offset, most = PIECE_BYTES }) {
          if (read?.digest !== digest) {
            const bytes = await store.readBytes(digest);
            read = bytes === null ? null : { digest, bytes };
          }
          if (read === null) return { digest, size: null, bytes: '' };
          const { bytes } = read;
          const piece = bytes.subarray(offset, offset + most);
          if (offset + piece.length >= bytes.length) read = null;
          return { digest, size: bytes.length, bytes: Buffer.from(piece).toString('base64') };
        },
        close() {
          closed = true;
          letGo();
        },
      };
    },
  };
}
