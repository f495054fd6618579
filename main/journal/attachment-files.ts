import { constants, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './journal-files.ts';

/** Where the attachments of a journal lie: `attachments/<sha256>` in its folder. */
export const ATTACHMENTS_FOLDER = 'attachments';

/**
 * Copies the attachments that lie in one journal's folder, or a backup's, into another's; those that
 * are there already stay. Each is checked when it is read: a damaged copy is no evidence.
 * @returns how many were copied
 */
export function copyAttachments(fromFolder: string, toFolder: string): number {
  const from = join(fromFolder, ATTACHMENTS_FOLDER);
  if (!existsSync(from)) return 0;
  const to = join(toFolder, ATTACHMENTS_FOLDER);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  let copied = 0;
  for (const name of readdirSync(from)) {
    if (!/^[0-9a-f]{64}$/.test(name) || existsSync(join(to, name))) continue;
    copyFileSync(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
    copied += 1;
  }
  syncFolder(to);
  return copied;
}
