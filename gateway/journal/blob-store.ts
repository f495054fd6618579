import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolders } from './database.ts';

/** Bytes by their SHA-256, one file each: nothing is ever changed in place. */
export interface BlobStore {
  /**
   * Resolves with the digest after the bytes are synced: only then may a fact name them.
   * @throws BlobQuotaError when the store holds as much as it may
   */
  save(bytes: Uint8Array): Promise<string>;
  /** The text, or null when it is not there or no longer what its name says. */
  read(digest: string): Promise<string | null>;
  /** The bytes, or null likewise; what is damaged is put aside, so that it may come again. */
  readBytes(digest: string): Promise<Uint8Array | null>;
  /** Whether a file of that name was there when it was last looked at. */
  has(digest: string): boolean;
  /** How many bytes all files hold. */
  size(): number;
}

/** There is no room for more in this store. */
export class BlobQuotaError extends Error {
  constructor(quota: number) {
    super(`no more than ${quota} bytes are kept here`);
    this.name = 'BlobQuotaError';
  }
}

const DIGEST = /^[0-9a-f]{64}$/;

/** @param options.quota bytes that all files together may hold; unbounded unless given */
export async function openBlobStore(
  folder: string,
  options: { readonly quota?: number } = {},
): Promise<BlobStore> {
  const { quota = Number.POSITIVE_INFINITY } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  syncFolders(folder);
  const sizes = new Map<string, number>();
  let total = 0;
  let drafts = 0;
  for (const name of await readdir(folder)) {
    // What a process that ended had begun to write: nothing names it.
    if (name.endsWith('.draft')) await rm(join(folder, name), { force: true });
    else if (DIGEST.test(name)) note(name, (await stat(join(folder, name))).size);
  }

  function note(digest: string, bytes: number): void {
    total += bytes - (sizes.get(digest) ?? 0);
    sizes.set(digest, bytes);
  }

  function forget(digest: string): void {
    total -= sizes.get(digest) ?? 0;
    sizes.delete(digest);
  }

  const pathOf = (digest: string): string => join(folder, digest);

  async function readWhole(digest: string): Promise<Buffer | null> {
    if (!DIGEST.test(digest)) return null;
    const bytes = await readFile(pathOf(digest)).catch(() => null);
    if (bytes === null) {
      forget(digest);
      return null;
    }
    if (digestOf(bytes) === digest) {
      note(digest, bytes.length);
      return bytes;
    }
    forget(digest);
    await rename(pathOf(digest), `${pathOf(digest)}.damaged`).catch(() => undefined);
    return null;
  }

  return {
    async save(bytes) {
      const digest = digestOf(bytes);
      if ((await readWhole(digest)) !== null) return digest;
      if (total + bytes.length > quota) throw new BlobQuotaError(quota);
      drafts += 1;
      const draft = `${pathOf(digest)}.${process.pid}.${drafts}.draft`;
      const file = await open(draft, 'w', 0o600);
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
      note(digest, bytes.length);
      return digest;
    },
    async read(digest) {
      return (await readWhole(digest))?.toString('utf8') ?? null;
    },
    readBytes: readWhole,
    has: (digest) => sizes.has(digest),
    size: () => total,
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
