import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/**
 * One writer per profile. The lock is SQLite's own on a file that holds nothing: the system lets go
 * of it when its process ends, however it ends, so that none is ever stale.
 */

/** Another process has this desk's journal open. */
export class ProfileInUseError extends Error {
  constructor(profile: string) {
    super(
      `Another process has the journal in ${profile} open. Nothing was changed. ` +
        'Close the application (or the command) that uses it and try again.',
    );
    this.name = 'ProfileInUseError';
  }
}

/** A process that is just ending gets so long (ms) to let go. */
const PATIENCE_MS = 1_000;

/**
 * Takes the lock of a profile folder, for everything that writes in it.
 * @returns lets go of it; keep it, for what nobody refers to is closed and let go too
 * @throws ProfileInUseError while another process (or another core in this one) has it
 */
export function lockProfile(profile: string, patienceMs = PATIENCE_MS): () => void {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  let file: Sqlite.Database | undefined;
  try {
    file = new Sqlite(join(profile, 'desk.lock'), { timeout: patienceMs });
    file.pragma('locking_mode = EXCLUSIVE');
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file?.close();
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) {
      throw new ProfileInUseError(profile);
    }
    // A disk that takes no file at all can still be read: nobody can write there anyway.
    return () => {};
  }
  const held = file;
  return () => {
    if (!held.open) return;
    held.exec('ROLLBACK');
    held.close();
  };
}
