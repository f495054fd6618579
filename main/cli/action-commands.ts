import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readActionCatalogue } from '../../shared/actions/catalogue.ts';
import { checkCatalogueSignature, readTrustedKeys } from '../../shared/actions/signature.ts';
import { checkEd25519, newSigningKey, signatureText } from '../actions/ed25519.ts';
import { ACTION_FILES, readInstalledCatalogue } from '../actions/installed-catalogue.ts';
import { EXIT, UsageError, type Command, type Say } from './command.ts';

const CODES = ['Exit codes: 0 done; 1 it is not to be believed, or cannot be used; 2 wrong words.'];

/** The signed catalogue of what runbooks may run: made where its key is, installed at a desk. */
export const actionCommands: Record<string, Command> = {
  'actions keygen': {
    usage: 'actions keygen <folder>',
    does: 'makes a key that signs catalogues: actions-key.pem (keep it away from desks) and actions-key.pub',
    more: CODES,
    run(words, say) {
      const [place = ''] = wordsOf(words, 1).positionals;
      const folder = resolve(place);
      const pem = join(folder, 'actions-key.pem');
      if (existsSync(pem)) return failed(say, `${pem} is there already: nothing was changed`);
      mkdirSync(folder, { recursive: true });
      const { privatePem, publicKey } = newSigningKey();
      writeFileSync(pem, privatePem, { mode: 0o600, flag: 'wx' });
      writeFileSync(join(folder, 'actions-key.pub'), `${publicKey} actions-key\n`);
      say.out(publicKey);
      return EXIT.done;
    },
  },
  'actions sign': {
    usage: 'actions sign <catalogue.json> --key <actions-key.pem>',
    does: 'checks a catalogue and writes its signature beside it (<catalogue.json>.sig)',
    more: [
      'Ed25519 over the bytes of the file. A catalogue with anything wrong in it is not signed.',
      ...CODES,
    ],
    run(words, say) {
      const { positionals, values } = wordsOf(words, 1, { key: { type: 'string' } });
      const [file = ''] = positionals;
      if (values['key'] === undefined) throw new UsageError('--key is missing');
      const bytes = readFileSync(file);
      const read = readActionCatalogue(bytes.toString('utf8'));
      if (!read.ok) return failed(say, `not signed: ${read.error}`);
      const key = createPrivateKey(readFileSync(values['key']));
      if (key.asymmetricKeyType !== 'ed25519') return failed(say, 'not signed: no Ed25519 key');
      writeFileSync(`${file}.sig`, signatureText(bytes, key));
      say.out(`${file}.sig`);
      return EXIT.done;
    },
  },
  'actions verify': {
    usage: 'actions verify <catalogue.json> --trust <keys>',
    does: 'says whether a catalogue was signed by one of these keys and is what was signed',
    more: CODES,
    run(words, say) {
      const { positionals, values } = wordsOf(words, 1, { trust: { type: 'string' } });
      const problem = problemOf(positionals[0] ?? '', trustOf(values));
      if (problem !== null) return failed(say, problem);
      say.out('signed, whole, and without a mistake');
      return EXIT.done;
    },
  },
  'actions list': {
    usage: 'actions list <profile>',
    does: 'lists what runbooks may run at a desk, or says why nothing',
    more: CODES,
    run(words, say) {
      const [profile = ''] = wordsOf(words, 1).positionals;
      const read = readInstalledCatalogue(join(resolve(profile), 'actions'), Date.now());
      if (read.state === 'refused') {
        return failed(say, [read.problem, read.detail].filter(Boolean).join(': '));
      }
      for (const { id, title, effect, automatic } of read.catalogue.entries.values()) {
        say.out(JSON.stringify({ id, title, effect, automatic }));
      }
      return EXIT.done;
    },
  },
  'actions install': {
    usage: 'actions install <folder of actions> <catalogue.json> --trust <keys>',
    does: 'installs a signed catalogue at a desk, and the keys that the desk trusts from then on',
    more: [
      'The folder is `actions` in the profile of the desk; a step with an action names it.',
      'The list of keys has one a line, as actions-key.pub, and may be written by its owner only.',
      ...CODES,
    ],
    run(words, say) {
      const { positionals, values } = wordsOf(words, 2, { trust: { type: 'string' } });
      const [place = '', file = ''] = positionals;
      const trust = trustOf(values);
      const problem = problemOf(file, trust);
      if (problem !== null) return failed(say, `not installed: ${problem}`);
      const catalogue = readFileSync(file);
      const offered = readActionCatalogue(catalogue.toString('utf8'));
      if (!offered.ok) return failed(say, `not installed: ${offered.error}`);
      const { expiresAt } = offered.value;
      if (expiresAt <= Date.now()) {
        return failed(say, `not installed: expired ${new Date(expiresAt).toISOString()}`);
      }
      const signature = readFileSync(`${file}.sig`);
      const folder = resolve(place);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      replaceFile(join(folder, ACTION_FILES.keys), readFileSync(trust));
      replaceFile(join(folder, ACTION_FILES.signature), signature);
      replaceFile(join(folder, ACTION_FILES.catalogue), catalogue);
      const read = readInstalledCatalogue(folder, Date.now());
      if (read.state === 'refused') return failed(say, `${read.problem} ${read.detail}`.trim());
      say.out(JSON.stringify({ folder, version: read.catalogue.version, signedBy: read.signedBy }));
      return EXIT.done;
    },
  },
};

/** Whole or not at all: a desk that looks meanwhile must not read half a file. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, bytes, { mode: 0o600 });
  // A file that was there already keeps its mode.
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}

function problemOf(file: string, trust: string): string | null {
  const keys = readTrustedKeys(readFileSync(trust, 'utf8'));
  if (!keys.ok) return `${trust}: ${keys.error}`;
  const bytes = readFileSync(file);
  const signature = existsSync(`${file}.sig`) ? readFileSync(`${file}.sig`, 'utf8') : null;
  const signed = checkCatalogueSignature(bytes, signature, keys.value, checkEd25519);
  if (!signed.ok) return signed.error;
  const read = readActionCatalogue(bytes.toString('utf8'));
  return read.ok ? null : `invalid: ${read.error}`;
}

function trustOf(values: Readonly<Record<string, string | boolean | undefined>>): string {
  const { trust } = values;
  if (typeof trust !== 'string') throw new UsageError('--trust is missing');
  return trust;
}

function wordsOf(
  words: string[],
  count: number,
  options: Record<string, { type: 'string' }> = {},
): { positionals: string[]; values: Record<string, string | undefined> } {
  let parsed: { positionals: string[]; values: Record<string, string | undefined> };
  try {
    parsed = parseArgs({ args: words, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (parsed.positionals.length !== count) throw new UsageError('words are missing, or too many');
  return parsed;
}

function failed(say: Say, text: string): number {
  say.error(text);
  return EXIT.damaged;
}
