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
  // As many turns as there are pieces, and a few for those that were lost.
  for (let turns = bytes.length / PIECE_BYTES + 10; turns > 0; turns -= 1) {
    const piece = Buffer.from(bytes.subarray(offset, offset + PIECE_BYTES)).toString('base64');
    const question = { digest, size: bytes.length, offset, bytes: piece };
    const { outcome, next } = await ask('give', question, givenSchema);
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
  for (;;) {
    const { size, bytes } = await ask('take', { digest, offset: received }, takenSchema);
    const piece = Buffer.from(bytes, 'base64');
    if (size === null || piece.length === 0 || received + piece.length > size) return null;
    pieces.push(piece);
    received += piece.length;
    if (received === size) break;
  }
  const whole = Buffer.concat(pieces);
  return sha256Hex(whole) === digest ? whole : null;
}
