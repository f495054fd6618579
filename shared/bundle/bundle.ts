import { z } from 'zod';
import { sniffAttachment } from '../attachments/sniff.ts';
import { checkFact } from '../facts/catalogue.ts';
import { effectiveAt, factIdOf, type Fact } from '../facts/fact.ts';
import { compareFacts } from '../facts/order.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { fail, ok, type Result } from '../kit/result.ts';

/**
 * The exported incident: a zip with `manifest.json`, `facts.ndjson` (one canonical fact a line, in
 * the order of compareFacts), `texts/<sha256>.md` (the runbooks that runs are pinned to) and, from
 * version 2 on, `attachments/<sha256>` (the bytes of evidence, as far as they were at hand). The
 * manifest names every file with its length and SHA-256, and every fact's id is the hash of its
 * content: what was changed is found, and told where.
 */
export const BUNDLE_FORMAT = 'holdfast-bundle';
export const BUNDLE_VERSION = 2;
/** What a bundle without attachments is written as: every version can open it. */
const PLAIN_VERSION = 1;

export const manifestSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.int(),
  title: z.string().max(500),
  /** The incident it was cut for; null: the whole room. */
  incident: z.string().nullable(),
  exportedAt: z.int(),
  /** "Now" of the room inside: what is silent, over or due is so at this moment. */
  now: z.int(),
  exportedBy: z.string().max(200),
  /** First and last moment at which its facts are placed, as far as their times are believed. */
  from: z.int().nullable(),
  to: z.int().nullable(),
  facts: z.int().min(0),
  files: z
    .array(
      z.strictObject({
        path: z.string().max(300),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(10_000),
});
export type Manifest = z.infer<typeof manifestSchema>;

export interface BundleText {
  readonly digest: string;
  readonly fileName: string;
  readonly text: string;
}

/** The bytes of evidence. */
export interface BundleAttachment {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** The files of a bundle by their path: texts, and the bytes of attachments. */
export type BundleFiles = ReadonlyMap<string, string | Uint8Array>;

export interface BundleContent {
  readonly manifest: Manifest;
  readonly facts: Fact[];
  readonly texts: BundleText[];
  readonly attachments: BundleAttachment[];
}

/** What is wrong with a bundle, and where: `facts.ndjson:17`, `manifest.json`. */
export interface BundleDefect {
  readonly place: string;
  readonly reason: string;
}

/** The files of a bundle, ready to be zipped. The same content gives the same bytes. */
export function buildBundle(content: {
  title: string;
  incident: string | null;
  exportedAt: number;
  now: number;
  exportedBy: string;
  facts: readonly Fact[];
  texts: readonly BundleText[];
  attachments?: readonly BundleAttachment[];
}): Map<string, string | Uint8Array> {
  const facts = [...content.facts].sort(compareFacts);
  const files = new Map<string, string | Uint8Array>();
  const attachments = content.attachments ?? [];
  files.set('facts.ndjson', facts.map((fact) => `${canonicalJson(fact)}\n`).join(''));
  for (const text of [...content.texts].sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
    files.set(`texts/${text.digest}.md`, text.text);
  }
  files.set('texts.json', canonicalJson(namesOf(content.texts)));
  for (const { digest, bytes } of [...attachments].sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
    files.set(`attachments/${digest}`, bytes);
  }
  const times = facts.map(effectiveAt);
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    version: attachments.length > 0 ? BUNDLE_VERSION : PLAIN_VERSION,
    title: content.title,
    incident: content.incident,
    exportedAt: content.exportedAt,
    now: content.now,
    exportedBy: content.exportedBy,
    from: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : null,
    to: times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null,
    facts: facts.length,
    files: [...files].map(([path, file]) => ({
      path,
      bytes: typeof file === 'string' ? utf8Length(file) : file.length,
      sha256: sha256Hex(file),
    })),
  };
  return new Map<string, string | Uint8Array>([
    ['manifest.json', `${canonicalJson(manifest)}\n`],
    ...files,
  ]);
}

/** Reads the files of a bundle, or says what is wrong and where. Takes nothing on trust. */
export function readBundle(files: BundleFiles): Result<BundleContent, BundleDefect> {
  const textOf = (path: string): string | undefined => {
    const file = files.get(path);
    return typeof file === 'string' ? file : undefined;
  };
  const manifestText = textOf('manifest.json');
  if (manifestText === undefined) return defect('manifest.json', 'is missing');
  const json = parseJson(manifestText);
  if (!json.ok) return defect('manifest.json', json.error);
  const { format, version } = (json.value as { format?: unknown; version?: unknown } | null) ?? {};
  if (format === BUNDLE_FORMAT && typeof version === 'number' && version > BUNDLE_VERSION) {
    return defect('manifest.json', `version ${version} is newer than this one`);
  }
  const manifest = manifestSchema.safeParse(json.value);
  if (!manifest.success) {
    return defect('manifest.json', manifest.error.issues[0]?.message ?? 'is not a manifest');
  }
  const listed = new Map(manifest.data.files.map((file) => [file.path, file]));
  for (const path of files.keys()) {
    if (path !== 'manifest.json' && !listed.has(path))
      return defect(path, 'is not in the manifest');
  }
  for (const file of manifest.data.files) {
    const content = files.get(file.path);
    if (content === undefined) return defect(file.path, 'is missing');
    if (sha256Hex(content) === file.sha256) continue;
    if (file.path !== 'facts.ndjson' || typeof content !== 'string')
      return defect(file.path, 'was changed after the export');
    const facts = readFacts(content);
    return facts.ok ? defect('facts.ndjson', 'lines were added, removed or moved') : facts;
  }
  const facts = readFacts(textOf('facts.ndjson') ?? '');
  if (!facts.ok) return facts;
  if (facts.value.length !== manifest.data.facts) {
    return defect(
      'facts.ndjson',
      `${facts.value.length} facts, the manifest says ${manifest.data.facts}`,
    );
  }
  const texts: BundleText[] = [];
  const names = parseJson(textOf('texts.json') ?? '{}');
  const attachments: BundleAttachment[] = [];
  for (const [path, text] of files) {
    if (typeof text !== 'string') {
      const digest = /^attachments\/([0-9a-f]{64})$/.exec(path)?.[1];
      if (digest === undefined) return defect(path, 'is no attachment');
      if (sha256Hex(text) !== digest) return defect(path, 'is not what its name says');
      // A stranger may have written it: what this desk would not keep itself it does not open.
      const kept = sniffAttachment(text);
      if (!kept.ok) return defect(path, `cannot be kept as evidence: ${kept.error}`);
      attachments.push({ digest, bytes: text });
      continue;
    }
    const digest = /^texts\/([0-9a-f]{64})\.md$/.exec(path)?.[1];
    if (digest === undefined) continue;
    if (sha256Hex(text) !== digest) return defect(path, 'is not the text that its name says');
    const name = names.ok ? (names.value as Record<string, unknown> | null)?.[digest] : undefined;
    texts.push({ digest, text, fileName: typeof name === 'string' ? name : `${digest}.md` });
  }
  return ok({ manifest: manifest.data, facts: facts.value, texts, attachments });
}

function readFacts(ndjson: string): Result<Fact[], BundleDefect> {
  const facts: Fact[] = [];
  const lines = ndjson.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' && index === lines.length - 1) break;
    const place = `facts.ndjson:${index + 1}`;
    const json = parseJson(line);
    if (!json.ok) return defect(place, json.error);
    const fact = checkFact(json.value);
    if (!fact.ok) return defect(place, `${fact.error.place}: ${fact.error.reason}`);
    if (factIdOf(fact.value) !== fact.value.id) {
      return defect(place, 'the fact was changed: its content is not what its id says');
    }
    facts.push(fact.value);
  }
  return ok(facts);
}

function namesOf(texts: readonly BundleText[]): Record<string, string> {
  return Object.fromEntries(texts.map(({ digest, fileName }) => [digest, fileName]));
}

function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'is not JSON');
  }
}

function defect(
  place: string,
  reason: string,
): { readonly ok: false; readonly error: BundleDefect } {
  return fail({ place, reason });
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
