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

/** A larger file is no catalogue. */
const MAX_BYTES = 4_000_000;

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
  return createCatalogueReader(folder)(now, newest);
}

/**
 * A reader that looks at the files every time, and judges them anew only when a byte of them is
 * another one: it is asked every few seconds, and before anything runs.
 */
export function createCatalogueReader(
  folder: string,
): (now: number, newest: number) => InstalledCatalogue {
  let known: { readonly files: Files; readonly judged: InstalledCatalogue } | null = null;
  return (now, newest) => {
    const files = filesOf(folder);
    if (known === null || !areSame(known.files, files)) known = { files, judged: judge(files) };
    const { judged } = known;
    if (judged.state === 'refused') return judged;
    const { expiresAt, version } = judged.catalogue;
    if (expiresAt <= now) return refused('expired', new Date(expiresAt).toISOString());
    return version < newest ? refused('older', `${version} < ${newest}`) : judged;
  };
}

interface Files {
  readonly catalogue: Buffer | null;
  readonly keys: Buffer | null;
  readonly signature: Buffer | null;
  /** Where others may write the list of keys. */
  readonly unsafe: string | null;
}

function filesOf(folder: string): Files {
  const keyFile = join(folder, ACTION_FILES.keys);
  const keys = readOrNull(keyFile);
  return {
    catalogue: readOrNull(join(folder, ACTION_FILES.catalogue)),
    keys,
    signature: readOrNull(join(folder, ACTION_FILES.signature)),
    unsafe: keys !== null && isWritableByOthers(keyFile) ? keyFile : null,
  };
}

function areSame(left: Files, right: Files): boolean {
  return (
    left.unsafe === right.unsafe &&
    (['catalogue', 'keys', 'signature'] as const).every((name) => {
      const [one, other] = [left[name], right[name]];
      return one === null || other === null ? one === other : one.equals(other);
    })
  );
}

function judge(files: Files): InstalledCatalogue {
  if (files.catalogue === null) return refused('none');
  if (files.catalogue.length > MAX_BYTES)
    return refused('invalid', `${files.catalogue.length} bytes`);
  if (files.keys === null) return refused('no-keys');
  if (files.unsafe !== null) return refused('unsafe-keys', files.unsafe);
  const keys = readTrustedKeys(files.keys.toString('utf8'));
  if (!keys.ok) return refused('no-keys', keys.error);
  const signature = files.signature?.toString('utf8') ?? null;
  const signed = checkCatalogueSignature(files.catalogue, signature, keys.value, checkEd25519);
  if (!signed.ok) return refused(signed.error);
  const read = readActionCatalogue(files.catalogue.toString('utf8'));
  if (!read.ok) return refused('invalid', read.error);
  const signedBy = signed.value.name || signed.value.key;
  return { state: 'ready', catalogue: read.value, signedBy };
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
  if (process.platform === 'win32') return false;
  try {
    return (statSync(path).mode & 0o022) !== 0;
  } catch {
    // Gone between two looks: it is read again.
    return true;
  }
}
