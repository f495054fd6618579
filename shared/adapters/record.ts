import { sha256Hex } from '../kit/hash.ts';
import { canonicalJson, type Json } from '../kit/canonical.ts';
import { CLOCK_TOLERANCE_MS, type FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { parseRfc3339 } from '../kit/time.ts';
import type { Adapted, AdapterContext, Problem } from './adapter.ts';
import { parseJsonBytes } from './json-text.ts';

/** What every adapter needs to read untrusted JSON: nothing in here throws. */

export type JsonObject = { readonly [key: string]: unknown };

const EXCERPT_LENGTH = 300;
const RAW_LENGTH = 16_384;
const RAW_DEPTH = 20;
const RAW_ENTRIES = 1_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of that name, own members only: `toString` is not something that a sender wrote. */
export function member(record: JsonObject, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

export function problem(
  weight: Problem['weight'],
  code: ProblemCode,
  place: string,
  reason: string,
  sent: unknown,
): Problem {
  return {
    weight,
    code,
    // A sender's own words may stand in it.
    place: wellFormed(place).slice(0, 500),
    reason: wellFormed(reason).slice(0, 1_000),
    excerpt: excerptOf(sent),
  };
}

/** The answer when the whole body is refused. */
export function rejected(
  source: string,
  code: ProblemCode,
  place: string,
  reason: string,
  sent: unknown,
): Adapted & { rejected: Problem } {
  return {
    facts: [],
    problems: [],
    source,
    unchanged: 0,
    rejected: problem('refused', code, place, reason, sent),
  };
}

/** Reads the body, or says at which byte it stops being JSON. */
export function readBody(
  bytes: Uint8Array,
  source: string,
): { body: unknown; rejected: null } | { body: null; rejected: Adapted } {
  const parsed = parseJsonBytes(bytes);
  if (parsed.ok) return { body: parsed.value, rejected: null };
  const { offset, code, reason } = parsed.error;
  const around = bytes.subarray(Math.max(0, offset - 80), offset + 40);
  let text = '';
  for (const byte of around)
    text += byte < 0x20 || byte > 0x7e ? '\u00b7' : String.fromCharCode(byte);
  return {
    body: null,
    rejected: rejected(source, code, `byte ${offset}`, `not JSON: ${reason}`, text),
  };
}

/** The beginning of what was sent, on one line, as text that can be shown. */
export function excerptOf(sent: unknown): string {
  if (typeof sent === 'string') return wellFormed(sent.slice(0, EXCERPT_LENGTH));
  const text = JSON.stringify(shortened(sent, 4)) ?? String(sent);
  return wellFormed(text.slice(0, EXCERPT_LENGTH));
}

/** How a message names a value that is not what it should be. */
export function naming(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  return typeof value === 'string'
    ? JSON.stringify(wellFormed(value.slice(0, 40)))
    : `${JSON.stringify(value)} (not a text)`;
}

/** Lone surrogates are no text: each becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/**
 * Members of a record that the format does not know, bounded in depth and size and free of
 * `__proto__`: what goes under `raw`. Null when there are none or they are too large.
 */
export function unknownMembers(
  record: JsonObject,
  known: ReadonlySet<string>,
): { raw: Json | null; tooLarge: boolean } {
  const kept: Record<string, Json> = {};
  let found = false;
  for (const key of Object.keys(record)) {
    if (known.has(key) || key === '__proto__') continue;
    kept[wellFormed(key)] = keep(record[key], RAW_DEPTH);
    found = true;
  }
  if (!found) return { raw: null, tooLarge: false };
  if (JSON.stringify(kept).length > RAW_LENGTH) return { raw: null, tooLarge: true };
  return { raw: kept, tooLarge: false };
}

function keep(value: unknown, depth: number): Json {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (depth === 0) return '\u2026';
  if (Array.isArray(value))
    return value.slice(0, RAW_ENTRIES).map((entry) => keep(entry, depth - 1));
  if (!isObject(value)) return null;
  const kept: Record<string, Json> = {};
  for (const key of Object.keys(value).slice(0, RAW_ENTRIES)) {
    if (key !== '__proto__') kept[wellFormed(key)] = keep(value[key], depth - 1);
  }
  return kept;
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, EXCERPT_LENGTH);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '\u2026';
  if (Array.isArray(value)) return value.slice(0, 20).map((entry) => shortened(entry, depth - 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 70)
      .map(([key, entry]) => [key, shortened(entry, depth - 1)]),
  );
}

/** Years that a sender may mean: an integer of ms that every Date can show. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** A time that a sender wrote; `zero` is Go's zero time, which stands for "none". */
export function readTime(value: unknown): number | 'zero' | 'absent' | 'wrong' {
  if (value === undefined || value === null || value === '') return 'absent';
  if (typeof value !== 'string' || value.length > 64) return 'wrong';
  if (value.startsWith('0001-01-01T00:00:00')) return 'zero';
  const moment = parseRfc3339(value);
  if (moment === null || moment < EARLIEST || moment > LATEST) return 'wrong';
  return Math.trunc(moment);
}

/** A doubt about a time ahead of the receiver's clock, or null. The fact keeps the claim. */
export function clockDoubt(
  place: string,
  claimed: number,
  now: number,
  sent: unknown,
): Problem | null {
  if (claimed <= now + CLOCK_TOLERANCE_MS) return null;
  const seconds = Math.round((claimed - now) / 1_000);
  return problem(
    'doubt',
    'clock-ahead',
    place,
    `${seconds} s ahead of this clock: placed at the time it was heard, the claim is kept`,
    sent,
  );
}

/** The digest by which a declaration is compared with the last one (AdapterContext.declaredBy). */
export function declaredDigest(body: unknown): string {
  return sha256Hex(canonicalJson(body));
}

/** The last would reach into an object's prototype: no fact may have it (factSchema). */
const RESERVED_SOURCES = new Set(['people', 'gateway', '__proto__']);

/** Why a source may not be called that, or null when it may. */
export function sourceNameProblem(name: unknown): string | null {
  if (typeof name !== 'string') return `a source's name is a text, not ${naming(name)}`;
  if (name.trim() === '' || name.length > 200)
    return "a source's name has between 1 and 200 characters";
  if (/[\p{Control}\p{Surrogate}]/u.test(name)) return "a source's name has no control characters";
  return RESERVED_SOURCES.has(name) ? `the name "${name}" is reserved` : null;
}

/** The texts among some members of a record; others are left out without a word. */
export function textMember(record: unknown, key: string): string | undefined {
  if (!isObject(record)) return undefined;
  const value = member(record, key);
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined;
}

/** A text cut to so many UTF-16 code units, without half a character at its end. */
export function cut(text: string, length: number): string {
  return text.length <= length
    ? text
    : wellFormed(text.slice(0, length - 1)).replace(/\uFFFD$/, '') + '\u2026';
}

/** A number that a sender wrote, perhaps as a text; undefined where it is none, or no finite one. */
export function numberMember(record: unknown, key: string): number | undefined {
  if (!isObject(record)) return undefined;
  const value = member(record, key);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A list, or what one of the members holds as a list, or one record alone as a list of one. */
export function recordsOf(body: unknown, key?: string): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (key !== undefined && isObject(body)) {
    const inner = member(body, key);
    if (Array.isArray(inner)) return inner;
  }
  return [body];
}

/**
 * A body of records that do not depend on one another, in a list or alone: each gives facts, or
 * problems that say why it gives none. The place of one that is alone is ''.
 * @param key where a list of them may stand in an object
 */
export function adaptRecords(
  bytes: Uint8Array,
  context: AdapterContext,
  read: (
    sent: unknown,
    place: string,
    context: AdapterContext,
    problems: Problem[],
  ) => readonly FactDraft[] | FactDraft | null,
  key?: string,
): Adapted {
  const { body, rejected: unreadable } = readBody(bytes, context.source);
  if (unreadable) return unreadable;
  const facts: FactDraft[] = [];
  const problems: Problem[] = [];
  const records = recordsOf(body, key);
  const isAlone = records[0] === body;
  const list = Array.isArray(body) ? '' : (key ?? '');
  for (const [index, sent] of records.entries()) {
    const said = read(sent, isAlone ? '' : `${list}[${index}]`, context, problems);
    if (said !== null) facts.push(...[said].flat());
  }
  return { facts, problems, source: context.source, unchanged: 0, rejected: null };
}

/** Where a member of a record stands; a record that is alone has no place of its own. */
export function within(place: string, key: string): string {
  return place === '' || key === '' ? place + key : `${place}.${key}`;
}

/** A web address as it may be kept, or undefined. */
export function webAddress(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 2_000 && /^https?:\/\//i.test(value)
    ? wellFormed(value)
    : undefined;
}
