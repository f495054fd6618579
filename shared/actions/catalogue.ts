import { z } from 'zod';
import { actionEffectSchema } from '../facts/execution.ts';
import { sha256Hex } from '../kit/hash.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import { parseRfc3339 } from '../kit/time.ts';
import { parameterProblem, parameterSchema } from './parameters.ts';
import { namesIn, partsOf, wordsProblem } from './template.ts';

/**
 * What a runbook may run: a catalogue that somebody signed (signature.ts). An entry is an executable
 * with fixed arguments and typed places in them, or a request to a fixed host. README.md has an example.
 */

const idSchema = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const parameterName = z.string().regex(/^[a-z][a-zA-Z0-9_-]{0,63}$/);
const word = z.string().max(1_000);
const path = z
  .string()
  .max(1_000)
  .regex(/^\/[^\0]*$/, 'not an absolute path');
/** A variable's name; those that make a program load or run something else are none. */
const variable = z
  .string()
  .regex(/^(?!LD_|DYLD_|HOLDFAST_|NODE_OPTIONS$|BASH_ENV$|ENV$|IFS$)[A-Z_][A-Z0-9_]{0,99}$/);

/** The most that an action may take or say, whatever its entry wishes. */
export const LIMITS = { timeoutMs: 3_600_000, outputBytes: 1_000_000 } as const;

const methodSchema = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const requestSchema = z.strictObject({
  method: methodSchema,
  url: z.string().min(1).max(2_000),
  body: z.record(z.string().max(100), z.union([word, z.number(), z.boolean()])).optional(),
});

/** Another entry, with its parameters: `{name}` stands for one of this entry's, else it is the value. */
const referenceSchema = z.strictObject({
  entry: idSchema,
  parameters: z.record(parameterName, word).default({}),
});

const common = {
  id: idSchema,
  title: z.string().trim().min(1).max(200),
  /** What it does, for whoever approves it. */
  does: z.string().trim().min(1).max(2_000),
  effect: actionEffectSchema,
  /** Approvals by different persons; of a dangerous one none may be the proposer's. */
  approvals: z.int().min(1).max(3).optional(),
  parameters: z.record(parameterName, parameterSchema).default({}),
  timeoutSeconds: z
    .int()
    .min(1)
    .max(LIMITS.timeoutMs / 1_000),
  outputBytes: z.int().min(1).max(LIMITS.outputBytes).default(100_000),
  /** An entry that shows whether it worked. */
  verify: referenceSchema.optional(),
  /** An entry that takes it back. */
  wayBack: referenceSchema.optional(),
  /** A runbook may let it run without a person's approval. */
  automatic: z.boolean().default(false),
};

export const actionEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    ...common,
    executable: path,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    argv: z.array(word).max(100),
    environment: z.array(variable).max(50).default([]),
    workingFolder: path.default('/'),
    /** Arguments with which it only shows what it would do. */
    dryRun: z.array(word).max(100).optional(),
  }),
  z.strictObject({
    kind: z.literal('http'),
    ...common,
    ...requestSchema.shape,
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), word).default({}),
    /** A request that only shows what is there. */
    dryRun: requestSchema.optional(),
  }),
]);
export type ActionEntry = z.infer<typeof actionEntrySchema>;

const catalogueSchema = z.strictObject({
  format: z.literal('holdfast-actions/1'),
  /** Counts up: a desk takes no older one than it had. */
  version: z.int().min(1),
  /** RFC 3339; afterwards nothing of it runs until it is signed anew. */
  expires: z.string().max(40),
  entries: z.array(actionEntrySchema).max(1_000),
});

export interface ActionCatalogue {
  /** SHA-256 of its bytes. */
  readonly digest: string;
  readonly version: number;
  /** ms since the epoch */
  readonly expiresAt: number;
  readonly entries: ReadonlyMap<string, ActionEntry>;
}

/**
 * Reads the text of a catalogue; whether it is signed is another question.
 * An error says where in the file, and what is wrong.
 */
export function readActionCatalogue(text: string): Result<ActionCatalogue, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('the catalogue is no JSON');
  }
  const parsed = catalogueSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'wrong'}`);
  }
  const { version, expires, entries } = parsed.data;
  const expiresAt = parseRfc3339(expires);
  if (expiresAt === null) return fail('expires: not a time (RFC 3339)');
  const byId = new Map<string, ActionEntry>();
  for (const entry of entries) {
    if (byId.has(entry.id)) return fail(`${entry.id}: is there twice`);
    byId.set(entry.id, entry);
  }
  for (const entry of entries) {
    const problem = entryProblem(entry, byId);
    if (problem !== null) return fail(`${entry.id}: ${problem}`);
  }
  return ok({ digest: sha256Hex(text), version, expiresAt, entries: byId });
}

function entryProblem(
  entry: ActionEntry,
  entries: ReadonlyMap<string, ActionEntry>,
): string | null {
  for (const [name, parameter] of Object.entries(entry.parameters)) {
    const problem = parameterProblem(parameter);
    if (problem !== null) return `parameter ${name}: ${problem}`;
  }
  const named = new Set<string>();
  const problem =
    entry.kind === 'command'
      ? (wordsProblem(entry.argv) ?? wordsProblem(entry.dryRun ?? []))
      : (requestProblem(entry) ??
        (entry.dryRun &&
          (requestProblem(entry.dryRun) ?? sameOrigin(entry.url, entry.dryRun.url))));
  if (problem) return problem;
  const words =
    entry.kind === 'command'
      ? [...entry.argv, ...(entry.dryRun ?? [])]
      : [...wordsOfRequest(entry), ...(entry.dryRun ? wordsOfRequest(entry.dryRun) : [])];
  for (const name of words.flatMap(namesIn)) named.add(name);
  for (const name of named) {
    if (!Object.hasOwn(entry.parameters, name)) return `{${name}} is no parameter of it`;
  }
  if (entry.effect !== 'reads' && entry.dryRun === undefined) {
    return 'it changes something and has no dryRun';
  }
  if (entry.effect === 'dangerous' && entry.automatic) return 'dangerous is never automatic';
  if (entry.automatic && (entry.verify === undefined || entry.wayBack === undefined)) {
    return 'automatic needs verify and wayBack';
  }
  return referenceProblem('verify', entry, entries) ?? referenceProblem('wayBack', entry, entries);
}

function referenceProblem(
  what: 'verify' | 'wayBack',
  entry: ActionEntry,
  entries: ReadonlyMap<string, ActionEntry>,
): string | null {
  const reference = entry[what];
  if (reference === undefined) return null;
  const target = entries.get(reference.entry);
  if (target === undefined) return `${what}: there is no entry ${reference.entry}`;
  if (what === 'verify' && target.effect !== 'reads') {
    return `verify: ${target.id} does more than read`;
  }
  const given = Object.keys(reference.parameters);
  const missing = Object.keys(target.parameters).find((name) => !given.includes(name));
  if (missing !== undefined) return `${what}: ${missing} of ${target.id} is not given`;
  const extra = given.find((name) => !Object.hasOwn(target.parameters, name));
  if (extra !== undefined) return `${what}: ${target.id} has no parameter ${extra}`;
  for (const value of Object.values(reference.parameters)) {
    const parts = partsOf(value);
    if (typeof parts === 'string') return `${what}: ${parts}`;
    const unknown = namesIn(value).find((name) => !Object.hasOwn(entry.parameters, name));
    if (unknown !== undefined) return `${what}: {${unknown}} is no parameter of it`;
  }
  return null;
}

type Request = z.infer<typeof requestSchema>;

function wordsOfRequest({ url, body }: Request): string[] {
  return [url, ...Object.values(body ?? {}).filter((value) => typeof value === 'string')];
}

/** Scheme and host of an address are fixed: no parameter stands before its path. */
const FIXED_HOST =
  /^https?:\/\/(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[1-9]\d{0,4})?(?=\/)/;
/** Path and query in characters that no parser of addresses changes; nothing is encoded, no fragment. */
const REST = /^[A-Za-z0-9._~!$&()*+,;=:@/{}-]*(?:\?[A-Za-z0-9._~!$&()*+,;=:@/?{}-]*)?$/;

function requestProblem({ url, method, body }: Request): string | null {
  const origin = FIXED_HOST.exec(url)?.[0];
  if (origin === undefined) return 'url: scheme, host and a path, all fixed, are to begin it';
  if (!isOrigin(origin)) return 'url: host or port do not parse';
  for (const text of wordsOfRequest({ url, method, body })) {
    const parts = partsOf(text);
    if (typeof parts === 'string') return parts;
  }
  const rest = url.slice(origin.length);
  const isPlain =
    REST.test(rest) && !(rest.split('?')[0] ?? '').split('/').some((part) => /^\.+$/.test(part));
  if (!isPlain) return 'url: not in its plain form';
  if ((method === 'GET' || method === 'HEAD') && body !== undefined) return `${method} has no body`;
  return null;
}

/** Whether an address can begin so, in the one form in which every parser leaves it (WHATWG URL). */
function isOrigin(origin: string): boolean {
  const [, scheme, host = '', port] = /^(https?):\/\/(\[.*\]|[^:]*)(?::(\d+))?$/.exec(origin) ?? [];
  if (port !== undefined && (Number(port) > 65_535 || port === DEFAULT_PORTS[scheme ?? ''])) {
    return false;
  }
  if (host.startsWith('[')) return isIpv6(host.slice(1, -1));
  const labels = host.split('.');
  // A last label that is a number makes it an address of four numbers, or none at all.
  if (!/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return true;
  return (
    labels.length === 4 &&
    labels.every((label) => /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255)
  );
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  return (
    groups.every((group) => /^(?:0|[1-9a-f][0-9a-f]{0,3})$/.test(group)) &&
    (halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8)
  );
}

function sameOrigin(url: string, other: string): string | null {
  return FIXED_HOST.exec(url)?.[0] === FIXED_HOST.exec(other)?.[0]
    ? null
    : 'dryRun: goes to another host';
}
