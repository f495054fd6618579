import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The part of Electron's safeStorage that is used. */
export interface KeyStore {
  isEncryptionAvailable(): boolean;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Buffer;
  decryptString(cipher: Buffer): string;
}

/** Keeps the gateway's token, encrypted by the system's key store; never in clear. */
export interface TokenStore {
  /** False where the system has no real key store: then nothing is written. */
  keep(token: string): boolean;
  /** Null when there is none, or it cannot be read (any more). */
  read(): string | null;
  forget(): void;
}

export function openTokenStore(path: string, keyStore: KeyStore): TokenStore {
  const forget = (): void => rmSync(path, { force: true });
  return {
    keep(token) {
      if (!isRealKeyStore(keyStore)) {
        forget();
        return false;
      }
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, keyStore.encryptString(token), { mode: 0o600 });
      return true;
    },
    read() {
      try {
        return isRealKeyStore(keyStore) ? keyStore.decryptString(readFileSync(path)) : null;
      } catch {
        return null;
      }
    },
    forget,
  };
}

function isRealKeyStore(keyStore: KeyStore): boolean {
  if (!keyStore.isEncryptionAvailable()) return false;
  // `basic_text` is a fixed password, known to everybody.
  const backend = keyStore.getSelectedStorageBackend?.();
  return backend !== 'basic_text' && backend !== 'unknown';
}
