import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSigningKey, signatureText } from '../actions/ed25519.ts';
import { ACTION_FILES } from '../actions/installed-catalogue.ts';

/** A folder of actions as an administrator installs it. Only tests import this. */
export interface SigningKey {
  readonly privatePem: string;
  readonly publicKey: string;
}

export const testKey: SigningKey = newSigningKey();

export function catalogueText(
  entries: readonly Record<string, unknown>[],
  more: { readonly version?: number; readonly expires?: string } = {},
): string {
  return JSON.stringify({
    format: 'holdfast-actions/1',
    version: 1,
    expires: '2099-01-01T00:00:00Z',
    entries,
    ...more,
  });
}

/** Signs a text and installs it, with the list of the one key that is trusted. */
export function installCatalogue(folder: string, text: string, key: SigningKey = testKey): void {
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.from(text);
  writeFileSync(join(folder, ACTION_FILES.catalogue), bytes);
  writeFileSync(
    join(folder, ACTION_FILES.signature),
    signatureText(bytes, createPrivateKey(key.privatePem)),
  );
  writeFileSync(join(folder, ACTION_FILES.keys), `${testKey.publicKey} operations\n`, {
    mode: 0o600,
  });
}
