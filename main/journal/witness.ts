import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The newest fact of a journal, told beside it after each commit. A log that is lost, cut or not this
 * journal's own takes whole transactions with it, and what is left looks sound: only something that
 * lies outside the file can tell that there was more.
 */
export interface Witness {
  /** Id of the journal. */
  readonly journal: string;
  readonly seq: number;
  /** Id of the fact at that seq. */
  readonly id: string;
}

/** Shorter than a sector, so that it is never torn. */
const LENGTH = 256;

export function witnessPath(folder: string): string {
  return join(folder, 'journal.last');
}

/** What was last told; null where nothing was, or nothing that can be read. */
export function readWitness(folder: string): Witness | null {
  try {
    const { journal, seq, id } = JSON.parse(
      readFileSync(witnessPath(folder), 'utf8'),
    ) as Partial<Witness>;
    if (typeof journal !== 'string' || typeof id !== 'string') return null;
    return typeof seq === 'number' && Number.isInteger(seq) && seq > 0
      ? { journal, seq, id }
      : null;
  } catch {
    return null;
  }
}

/**
 * Opens the file for telling. Nothing waits for the disk: what is told late is a smaller promise,
 * never a wrong one. A disk that takes nothing is no reason to stop.
 */
export function openWitness(folder: string): {
  tell(witness: Witness): void;
  close(): void;
} {
  let handle: number | null = null;
  try {
    handle = openSync(witnessPath(folder), 'a+', 0o600);
    closeSync(handle);
    handle = openSync(witnessPath(folder), 'r+');
  } catch {
    handle = null;
  }
  return {
    tell(witness) {
      if (handle === null) return;
      try {
        writeSync(handle, `${JSON.stringify(witness).padEnd(LENGTH - 1)}\n`, 0, 'utf8');
      } catch {
        // Told again with the next commit.
      }
    },
    close() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}
