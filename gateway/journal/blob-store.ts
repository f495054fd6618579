import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolders } from './database.ts';

/** Texts by the SHA-256 of their bytes, one file each: nothing is ever changed in place. */
export interface BlobStore {
  /** Resolves with the digest after the bytes are synced: only then may a fact name them. */
  save(bytes: Uint8Array): Promise<string>;
  /** The text, or null when it is not there or no longer what its name says. */
  read(digest: string): Promise<string | null>;
}

export async function openBlobStore(folder: string): Promise<BlobStore> {
  await mkdir(folder, { recursive: true });
  syncFolders(folder);
  const pathOf = (digest: string): string => join(folder, digest);
  return {
    async save(bytes) {
      const digest = digestOf(bytes);
      const present = await readFile(pathOf(digest)).catch(() => null);
      if (present !== null && digestOf(present) === digest) return digest;
      const draft = `${pathOf(digest)}.${process.pid}.draft`;
      const file = await open(draft, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, pathOf(digest));
      const parent = await open(folder, 'r');
      try {
        await parent.sync();
      } finally {
        await parent.close();
      }
      return digest;
    },
    async read(digest) {
      if (!/^[0-9a-f]{64}$/.test(digest)) return null;
      const bytes = await readFile(pathOf(digest)).catch(() => null);
      return bytes !== null && digestOf(bytes) === digest ? bytes.toString('utf8') : null;
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
