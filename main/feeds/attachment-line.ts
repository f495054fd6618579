import type { z } from 'zod';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { givenSchema, lackSchema, PIECE_BYTES, takenSchema } from '../../shared/wire/protocol.ts';

/** Asks the gateway; throws when there is no answer, or another one than asked for. */
export type Ask = <Answer>(
  event: string,
  question: unknown,
  schema: z.ZodType<Answer>,
) => Promise<Answer>;

/** Digests of one question. */
const ASKED_AT_ONCE = 500;

/**
 * Bytes of the first piece, and of the smallest: a large one on a slow line would outlast every
 * patience, be asked for anew, and never come.
 */
const FIRST_PIECE_BYTES = 4_096;
const LEAST_PIECE_BYTES = 1_024;
/** A piece has as many bytes as are answered in so long: what people write waits no longer behind it. */
const MOMENT_MS = 3_000;

/** Which of these attachments the gateway has not. @throws Error without an answer */
export async function lackingOf(ask: Ask, digests: readonly string[]): Promise<string[]> {
  const lacking: string[] = [];
  for (let start = 0; start < digests.length; start += ASKED_AT_ONCE) {
    const asked = digests.slice(start, start + ASKED_AT_ONCE);
    const answer = await ask('lack', { digests: asked }, lackSchema);
    lacking.push(...answer.lacking.filter((digest) => asked.includes(digest)));
  }
  return lacking;
}

/**
 * Gives an attachment in pieces, each after the answer to the one before: a slow line carries it too.
 * @returns `full` when the gateway has no room for it
 * @throws Error without an answer, or when the gateway does not take what the digest says
 */
export async function giveAttachment(
  ask: Ask,
  digest: string,
  bytes: Uint8Array,
): Promise<'kept' | 'full'> {
  let offset = 0;
  const pace = startPace();
  // As many turns as there may be pieces, and a few for those that were lost.
  for (let turns = bytes.length / LEAST_PIECE_BYTES + 10; turns > 0; turns -= 1) {
    const piece = Buffer.from(bytes.subarray(offset, offset + pace.bytes())).toString('base64');
    const question = { digest, size: bytes.length, offset, bytes: piece };
    const { outcome, next } = await pace.timed(() => ask('give', question, givenSchema));
    if (outcome === 'kept' || outcome === 'full') return outcome;
    if (outcome === 'wrong' || next >= bytes.length) break;
    offset = next;
  }
  throw new Error(`the gateway did not take the attachment ${digest.slice(0, 12)}`);
}

/**
 * Takes an attachment in pieces.
 * @returns null when the gateway has it not, or gives other bytes than the digest says
 * @throws Error without an answer
 */
export async function takeAttachment(ask: Ask, digest: string): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let received = 0;
  const pace = startPace();
  for (;;) {
    const question = { digest, offset: received, most: pace.bytes() };
    const { size, bytes } = await pace.timed(() => ask('take', question, takenSchema));
    const piece = Buffer.from(bytes, 'base64');
    if (size === null || piece.length === 0 || received + piece.length > size) return null;
    pieces.push(piece);
    received += piece.length;
    if (received === size) break;
  }
  const whole = Buffer.concat(pieces);
  return sha256Hex(whole) === digest ? whole : null;
}

/** How large the next piece is: as the line takes them. */
function startPace(): {
  bytes(): number;
  timed<Answer>(ask: () => Promise<Answer>): Promise<Answer>;
} {
  let bytes = FIRST_PIECE_BYTES;
  return {
    bytes: () => bytes,
    async timed(ask) {
      const began = performance.now();
      const answer = await ask();
      const fitting = (bytes * MOMENT_MS) / Math.max(1, performance.now() - began);
      const next = Math.min(PIECE_BYTES, bytes * 2, Math.max(LEAST_PIECE_BYTES, fitting));
      bytes = Math.trunc(next);
      return answer;
    },
  };
}
