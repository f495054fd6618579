import { fail, ok, type Result } from '../kit/result.ts';

/**
 * The signature of a catalogue lies beside it, as `<file>.sig`: `<key> <signature>`, both in Base64.
 * It is Ed25519 (RFC 8032) over the bytes of the file, so that openssl can check it as well; the key
 * are its 32 raw bytes. A desk trusts the keys of its own list, one a line, with a name behind.
 */

/** Checks an Ed25519 signature; the caller brings the arithmetic. */
export type CheckSignature = (publicKey: string, bytes: Uint8Array, signature: string) => boolean;

const SIGNATURE = /^([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{86}==)\n?$/;
const KEY_LINE = /^([A-Za-z0-9+/]{43}=)(?:\s+(.*\S))?\s*$/;

/** Keys by their Base64 with the name that the desk gives them; lines with `#` are remarks. */
export function readTrustedKeys(text: string): Result<ReadonlyMap<string, string>, string> {
  const keys = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = KEY_LINE.exec(line);
    if (match === null) return fail(`line ${index + 1} is no key`);
    keys.set(match[1] ?? '', match[2] ?? '');
  }
  return ok(keys);
}

/** Why a catalogue is not believed. */
export type SignatureProblem = 'unsigned' | 'bad-signature' | 'unknown-key' | 'changed';

/** The name of the key that signed these bytes, where it is trusted and the signature fits. */
export function checkCatalogueSignature(
  bytes: Uint8Array,
  signatureText: string | null,
  trusted: ReadonlyMap<string, string>,
  check: CheckSignature,
): Result<{ readonly key: string; readonly name: string }, SignatureProblem> {
  if (signatureText === null) return fail('unsigned');
  const match = SIGNATURE.exec(signatureText);
  if (match === null) return fail('bad-signature');
  const [, key = '', signature = ''] = match;
  const name = trusted.get(key);
  if (name === undefined) return fail('unknown-key');
  return check(key, bytes, signature) ? ok({ key, name }) : fail('changed');
}
