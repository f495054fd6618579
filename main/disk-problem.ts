import { isDiskError } from './journal/journal.ts';

/**
 * Why a file could not be read or written, in the system's own words; null where an error has
 * another cause and must not be taken for a full disk.
 */
export function diskProblem(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const isFileSystem = typeof (error as NodeJS.ErrnoException).syscall === 'string';
  if (!isDiskError(error) && error.name !== 'SqliteError' && !isFileSystem) return null;
  return error.message;
}
