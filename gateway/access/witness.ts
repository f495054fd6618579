import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Fact } from '../../shared/facts/fact.ts';

/**
 * The room's own witness: what a person wrote is stored only under that person's token, and then
 * carries an HMAC-SHA256 of its id (in `raw`, which is no part of the id). A gateway that was restored
 * with the same key thereby takes that fact from any desktop that kept it (law W7).
 */
export interface Witness {
  /** The fact with this room's witness. */
  sign(fact: Fact): Fact;
  /** Whether this room has witnessed that its person wrote it. */
  knows(fact: Fact): boolean;
}

export function createWitness(key: Uint8Array): Witness {
  const wordFor = (fact: Fact): string => createHmac('sha256', key).update(fact.id).digest('hex');
  return {
    sign(fact) {
      const { raw } = fact;
      const said = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? raw : {};
      return { ...fact, raw: { ...said, witness: wordFor(fact) } };
    },
    knows(fact) {
      const word = witnessOf(fact);
      if (word === null) return false;
      const right = Buffer.from(wordFor(fact));
      const given = Buffer.from(word);
      return right.length === given.length && timingSafeEqual(right, given);
    },
  };
}

/** The witness that a fact carries, whoever made it; null when it has none. */
export function witnessOf(fact: Pick<Fact, 'raw'>): string | null {
  const word = (fact.raw as { witness?: unknown } | null | undefined)?.witness;
  return typeof word === 'string' ? word : null;
}

/** Bytes of a key, and the least that one from outside may have. */
const KEY_BYTES = 32;
const LEAST_BYTES = 16;

/**
 * Reads the key of the room's witness (hex, or any text of at least 16 bytes). Where the file is not
 * there it is made once, readable by its owner alone; it belongs into a backup, with the tokens.
 * @throws Error that names the file
 */
export function witnessKeyIn(path: string): Buffer {
  const known = readKey(path);
  if (known !== null) return known;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // A link never replaces: of two that begin at once, both read the one that was first.
    linkSync(draft, path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(path);
  if (made === null) throw new Error(`the witness key ${path} could not be made`);
  return made;
}

function readKey(path: string): Buffer | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw new Error(`the witness key ${path} cannot be read`, { cause: error });
  }
  const bytes = /^(?:[0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text);
  if (bytes.length < LEAST_BYTES) {
    throw new Error(`the witness key ${path} is shorter than ${LEAST_BYTES} bytes`);
  }
  return bytes;
}
