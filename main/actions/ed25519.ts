import { createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { CheckSignature } from '../../shared/actions/signature.ts';

/** Ed25519 (RFC 8032) with raw public keys in Base64, as signatures of catalogues carry them. */

/** What stands before the 32 raw bytes in a public key's DER (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export const checkEd25519: CheckSignature = (publicKey, bytes, signature) => {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64')]);
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
};

/** A new key: the private one as PEM (PKCS #8), the public one as its raw bytes in Base64. */
export function newSigningKey(): { readonly privatePem: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: rawKey(publicKey),
  };
}

/** The text of `<file>.sig`. */
export function signatureText(bytes: Uint8Array, privateKey: KeyObject): string {
  const signature = sign(null, bytes, privateKey).toString('base64');
  return `${rawKey(createPublicKey(privateKey))} ${signature}\n`;
}

function rawKey(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return der.subarray(SPKI_PREFIX.length).toString('base64');
}
