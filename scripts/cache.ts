import { mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The project folder: scripts may be started from anywhere. */
export const projectFolder = join(import.meta.dirname, '..');

/** Where downloads are kept between checkouts (honours XDG_CACHE_HOME). */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'holdfast');
}

/**
 * Runs `work` while holding a lock file in the cache folder, so that two scripts that start at
 * once do not download the same thing twice. A lock whose owner is dead, or that is older than
 * twenty minutes, is taken over: nothing depends on the lock for correctness, only for economy
 * (results are put in place by a rename).
 */
export async function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(cacheFolder(), { recursive: true });
  const path = join(cacheFolder(), `${name}.lock`);
  while (!(await tryToCreate(path))) {
    if (await isStale(path)) await unlink(path).catch(ignoreMissing);
    else await pause(200);
  }
  try {
    return await work();
  } finally {
    await unlink(path).catch(ignoreMissing);
  }
}

/** Whether a process of this machine is alive; one that belongs to somebody else is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrorCode(error, 'ESRCH');
  }
}

export function isErrorCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/**
 * Why a child process failed, in a few words: its error code where it printed one (npm and
 * Electron's installer do), never the addresses that it tried.
 */
export function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const output = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  const code = /\bcode:? '?(E[A-Z0-9]+)/.exec(output)?.[1];
  if (code !== undefined) return code;
  if ('killed' in error && error.killed === true) return 'took too long';
  const [first = ''] = error.message.split('\n', 1);
  return /Error: .*/.exec(output)?.[0] ?? first;
}

export function ignoreMissing(error: unknown): void {
  if (!isErrorCode(error, 'ENOENT')) throw error;
}

const lockLifeMs = 20 * 60_000;

async function tryToCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (isErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const ageMs = Date.now() - (await stat(path)).mtimeMs;
    const owner = Number.parseInt(await readFile(path, 'utf8'), 10);
    // A lock without an owner yet was created this very moment, unless its writer died there.
    if (Number.isNaN(owner)) return ageMs > 5_000;
    return ageMs > lockLifeMs || !isAlive(owner);
  } catch (error) {
    ignoreMissing(error);
    return false;
  }
}
