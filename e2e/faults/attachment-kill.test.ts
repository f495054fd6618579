import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBlobStore } from '../../gateway/journal/blob-store.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, times } from '../../scripts/tier/tier.ts';
import type { AttachingDeskWords } from './harness/attaching-desk.ts';
import { broken } from './harness/strace.ts';

/** How many calls of a kind are tried: a thread also writes to wake the others. */
const CALLS = { write: 12, fsync: 3, rename: 3 } as const;
const DESK = join(import.meta.dirname, 'harness', 'attaching-desk.ts');

test('E1 a desk killed at any step of keeping attachments: what it answered is whole, nothing half is one', async () => {
  const folder = scratchFolder();
  let kept: string[] = [];
  let killed = 0;
  let first = 0;
  for (const call of ['write', 'fsync', 'rename'] as const) {
    for (let when = 1; when <= times({ change: CALLS[call], full: 2 * CALLS[call] }); when += 1) {
      const words: AttachingDeskWords = [folder, String((first += 10))];
      // Files are written by the threads of the pool: strace follows them, and counts by thread.
      const [program = '', ...before] = broken(`${call}:signal=KILL:when=${when}`);
      const { stdout, signal, status } = spawnSync(
        program,
        [...before, process.execPath, DESK, ...words],
        { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
      );
      if (signal === 'SIGKILL' || status === 137) killed += 1;
      kept = [...kept, ...stdout.split('\n').filter((line) => line.length === 64)];

      const files = readdirSync(folder).filter((name) => !name.endsWith('.draft'));
      for (const name of files) {
        const digest = createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex');
        expect(digest, `${call} ${when}`).toBe(name);
      }
      const store = await openBlobStore(folder);
      for (const digest of kept) {
        expect(await store.readBytes(digest), `${call} ${when}`).not.toBeNull();
      }
      expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).toEqual([]);
    }
  }
  figure('E-01', 'kills while attachments are kept', killed);
  figure('E-01', 'attachments answered as kept and whole', kept.length);
  expect(killed).toBeGreaterThan(5);
  expect(kept.length).toBeGreaterThan(1);
});
