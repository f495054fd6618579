import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBundle, type BundleContent, type BundleDefect } from '../../shared/bundle/bundle.ts';
import { fail, ok, type Result } from '../../shared/kit/result.ts';
import { openBlobStore } from '../../gateway/journal/blob-store.ts';
import { ATTACHMENTS_FOLDER } from '../journal/attachment-files.ts';
import { openJournal } from '../journal/journal.ts';
import { BUNDLE_LIMITS, unzipFiles } from './zip.ts';

/**
 * Reads a bundle file and, when every hash in it holds, lays its facts into a journal of their own
 * under `folder`: the room's own journal is never touched.
 */
export async function unpackBundle(
  path: string,
  folder: string,
): Promise<Result<{ content: BundleContent; journalFolder: string }, BundleDefect>> {
  const content = loadBundle(path);
  if (!content.ok) return content;
  const { manifest, facts, texts, attachments } = content.value;
  // Anew each time: the same bundle may be open, and a half-made copy is no bundle.
  const journalFolder = join(folder, `bundle-${randomBytes(6).toString('hex')}`);
  const journal = openJournal({ folder: journalFolder });
  try {
    const blobs = await openBlobStore(join(journalFolder, ATTACHMENTS_FOLDER));
    for (const { bytes } of attachments) await blobs.save(bytes);
    for (const text of texts) journal.saveBlob(text.digest, text.fileName, text.text);
    for (let start = 0; start < facts.length; start += 1_000) {
      journal.appendForeign(facts.slice(start, start + 1_000), manifest.exportedAt);
    }
  } catch (error) {
    journal.close();
    rmSync(journalFolder, { recursive: true, force: true });
    throw error;
  }
  journal.close();
  return ok({ content: content.value, journalFolder });
}

/** Reads and checks a bundle file without unpacking it anywhere. */
export function loadBundle(path: string): Result<BundleContent, BundleDefect> {
  let bytes: Uint8Array;
  try {
    if (statSync(path).size > BUNDLE_LIMITS.totalBytes) {
      return fail({ place: path, reason: 'the file is too large' });
    }
    bytes = readFileSync(path);
  } catch (error) {
    return fail({ place: path, reason: error instanceof Error ? error.message : 'cannot be read' });
  }
  const files = unzipFiles(bytes);
  return files.ok ? readBundle(files.value) : files;
}
