import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockProfile, ProfileInUseError } from './profile-lock.ts';
import { scratchFolder } from './testing/scratch.ts';

const module = pathToFileURL(join(import.meta.dirname, 'profile-lock.ts')).href;
const children: { kill(signal: 'SIGKILL'): unknown }[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Another process that holds the lock until it is killed. */
async function holder(folder: string): Promise<{ kill: () => Promise<void> }> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { lockProfile } = await import(${JSON.stringify(module)});
       globalThis.held = lockProfile(${JSON.stringify(folder)});
       console.log('held');
       setInterval(() => {}, 1_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  await once(child.stdout, 'data');
  return {
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('J13 R-20 a profile that another process writes in is refused, and free at once when that one is killed', async () => {
  const folder = scratchFolder();
  const other = await holder(folder);
  expect(() => lockProfile(folder, 0)).toThrow(ProfileInUseError);
  await other.kill();
  const release = lockProfile(folder, 0);
  release();
});

test('J13 R-20 the lock is free after it was let go, and held once only', () => {
  const folder = scratchFolder();
  const release = lockProfile(folder, 0);
  expect(() => lockProfile(folder, 0)).toThrow(ProfileInUseError);
  release();
  release();
  lockProfile(folder, 0)();
});
