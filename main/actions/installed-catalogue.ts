import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readActionCatalogue, type ActionCatalogue } from '../../shared/actions/catalogue.ts';
import { checkCatalogueSignature, readTrustedKeys } from '../../shared/actions/signature.ts';
import { checkEd25519 } from './ed25519.ts';

/** The files of a folder of actions, as `holdfast actions install` writes them. */
export const ACTION_FILES = {
  keys: 'trusted-keys',
  catalogue: 'catalogue.json',
  signature: 'catalogue.json.sig',
} as const;

/** Why there is nothing to run; the i18n catalogue has a sentence for each. */
export type CatalogueProblem =
  | 'none'
  | 'no-keys'
  | 'unsafe-keys'
  | 'unsigned'
  | 'bad-signature'
  | 'unknown-key'
  | 'changed'
  | 'invalid'
  | 'expired'
  | 'older';

export type InstalledCatalogue =
  | { readonly state: 'ready'; readonly catalogue: ActionCatalogue; readonly signedBy: string }
  | { readonly state: 'refused'; readonly problem: CatalogueProblem; readonly detail: string };

/**
 * Reads the catalogue of a folder: signature first, by a key that the folder's list trusts, then the
 * text. Nothing of a file that is not believed is used.
 * @param newest the highest version that this desk had; older ones are refused
 */
export function readInstalledCatalogue(
  folder: string,
  now: number,
  newest = 0,
): InstalledCatalogue {
  const bytes = readOrNull(join(folder, ACTION_FILES.catalogue));
  if (bytes === null) return refused('none');
  const keyFile = join(folder, ACTION_FILES.keys);
  const keyText = readOrNull(keyFile);
  if (keyText === null) return refused('no-keys');
  if (isWritableByOthers(keyFile)) return refused('unsafe-keys', keyFile);
  const keys = readTrustedKeys(keyText.toString('utf8'));
  if (!keys.ok) return refused('no-keys', keys.error);
  const signature = readOrNull(join(folder, ACTION_FILES.signature))?.toString('utf8') ?? null;
  const signed = checkCatalogueSignature(bytes, signature, keys.value, checkEd25519);
  if (!signed.ok) return refused(signed.error);
  const read = readActionCatalogue(bytes.toString('utf8'));
  if (!read.ok) return refused('invalid', read.error);
  const catalogue = read.value;
  if (catalogue.expiresAt <= now) {
    return refused('expired', new Date(catalogue.expiresAt).toISOString());
  }
  if (catalogue.version < newest) return refused('older', `${catalogue.version} < ${newest}`);
  return { state: 'ready', catalogue, signedBy: signed.value.name || signed.value.key };
}

function refused(problem: CatalogueProblem, detail = ''): InstalledCatalogue {
  return { state: 'refused', problem, detail };
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** Who can write the list of keys can sign whatever he likes. */
function isWritableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o022) !== 0;
}
