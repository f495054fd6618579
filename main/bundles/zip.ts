import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { BundleFiles } from '../../shared/bundle/bundle.ts';
import { fail, ok, type Result } from '../../shared/kit/result.ts';

/** What an opened bundle may cost at most: a stranger may have written it. */
export const BUNDLE_LIMITS = {
  entries: 10_000,
  entryBytes: 200 * 1024 * 1024,
  totalBytes: 400 * 1024 * 1024,
} as const;

/** Fixed, so that the same content gives the same bytes (1980-01-01, the zip format's epoch). */
const ZIP_TIME = '1980-01-01T00:00:00';

export function zipFiles(files: BundleFiles): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  for (const [path, file] of files) {
    entries[path] = typeof file === 'string' ? strToU8(file) : file;
  }
  return zipSync(entries, { level: 6, mtime: new Date(ZIP_TIME) });
}

/** Files by path; refuses what is too large and paths that lead elsewhere. Nothing touches the disk. */
export function unzipFiles(
  bytes: Uint8Array,
): Result<Map<string, string | Uint8Array>, { place: string; reason: string }> {
  let count = 0;
  let total = 0;
  let refusal: { place: string; reason: string } | null = null;
  try {
    const entries = unzipSync(bytes, {
      filter(entry) {
        count += 1;
        total += entry.originalSize;
        if (refusal) return false;
        if (count > BUNDLE_LIMITS.entries) refusal = { place: '', reason: 'too many files' };
        else if (
          entry.originalSize > BUNDLE_LIMITS.entryBytes ||
          total > BUNDLE_LIMITS.totalBytes
        ) {
          refusal = { place: entry.name, reason: 'too large when unpacked' };
        } else if (!/^[a-z0-9][a-z0-9./-]*$/.test(entry.name) || entry.name.includes('..')) {
          refusal = { place: entry.name, reason: 'a path that no bundle has' };
        }
        return refusal === null;
      },
    });
    if (refusal) return fail(refusal);
    return ok(
      new Map(
        Object.entries(entries).map(([path, data]) => [
          path,
          path.startsWith('attachments/') ? data : strFromU8(data),
        ]),
      ),
    );
  } catch (error) {
    return fail({
      place: '',
      reason: error instanceof Error ? error.message : 'is not a zip file',
    });
  }
}
