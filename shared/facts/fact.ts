import { z } from 'zod';
import { canonicalJson } from '../kit/canonical.ts';
import type { Brand } from '../kit/brand.ts';
import { sha256Hex } from '../kit/hash.ts';

/** SHA-256 of a fact's canonical content: equal ids are equal facts. */
export type FactId = Brand<string, 'FactId'>;

/** How far ahead of the receiver's clock a source's time may be before it is not believed. */
export const CLOCK_TOLERANCE_MS = 120_000;

/** The source of every fact that a person wrote. */
export const PEOPLE = 'people';

const idSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as FactId);

/** A moment that JavaScript's Date can hold (ECMA-262), not before 1970. */
const momentSchema = z.int().min(0).max(8_640_000_000_000_000);

export const authorSchema = z.strictObject({
  /** Who: the name that the person goes by in the room. */
  person: z.string().min(1).max(200),
  /** Which journal of theirs: a restored or copied journal takes a new one. */
  replica: z.string().min(1).max(64),
  /** Counts this replica's facts from 1. */
  counter: z.int().min(1),
  /** Hybrid logical clock; breaks ties, never shown. */
  hlc: z.string().regex(/^[0-9a-z]{13}$/),
});

export const factSchema = z.strictObject({
  id: idSchema,
  kind: z.string().min(3).max(80),
  /** Version of the kind's body schema. */
  v: z.int().min(1),
  thing: z.string().min(3).max(1024),
  /** The source's own count of this thing's states, where it has one. */
  version: z.int().min(0).optional(),
  /** When it happened, as the source says (ms since the epoch). */
  at: momentSchema,
  /** When the room's first receiver heard it (ms since the epoch). */
  heardAt: momentSchema,
  /** A name that would reach into an object's prototype is not a name. */
  source: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => name !== '__proto__', 'not a name for a source'),
  author: authorSchema.optional(),
  body: z.record(z.string(), z.json()),
  /** What the sender said beyond what we understand; not part of the id. */
  raw: z.json().optional(),
});
export type Fact = z.infer<typeof factSchema>;

/** A fact before it has an id. */
export type FactDraft = Omit<Fact, 'id'>;

/** SHA-256 of a text's UTF-8 as 64 hex digits; Node's own is faster than the pure one. */
export type Sha256 = (text: string) => string;

/** Gives a draft its id. */
export function sealFact(draft: FactDraft, sha256: Sha256 = sha256Hex): Fact {
  const text = canonicalContent(draft);
  const fact: Fact = { id: sha256(text) as FactId, ...draft };
  remember(fact, text);
  return fact;
}

/**
 * The id that a fact's content gives: without heardAt and raw, which depend on the road it came by.
 */
export function factIdOf(fact: FactDraft, sha256: Sha256 = sha256Hex): FactId {
  const text = canonicalContent(fact);
  remember(fact, text);
  return sha256(text) as FactId;
}

/** The text under which a journal keeps a fact: what its id is made of, then the rest. */
export function contentOf(fact: Fact): string {
  const text = rememberedTexts.get(fact) ?? canonicalContent(fact);
  rememberedTexts.delete(fact);
  const raw = fact.raw === undefined ? '' : `,"raw":${JSON.stringify(fact.raw)}`;
  return `${text.slice(0, -1)},"heardAt":${fact.heardAt},"id":"${fact.id}"${raw}}`;
}

function canonicalContent(fact: FactDraft): string {
  return canonicalJson({
    at: fact.at,
    author: fact.author,
    body: fact.body,
    kind: fact.kind,
    source: fact.source,
    thing: fact.thing,
    v: fact.v,
    version: fact.version,
  });
}

/**
 * Texts of facts that were just sealed or checked: whoever does that stores most of them next. A
 * fact is never changed, so its text stays true; what was not asked for in time is made again.
 */
const rememberedTexts = new Map<object, string>();
const REMEMBERED = { facts: 4_096, length: 2_000_000 } as const;
let rememberedLength = 0;

function remember(fact: object, text: string): void {
  rememberedLength += text.length;
  if (rememberedTexts.size >= REMEMBERED.facts || rememberedLength > REMEMBERED.length) {
    rememberedTexts.clear();
    rememberedLength = text.length;
  }
  rememberedTexts.set(fact, text);
}

/**
 * The moment at which a fact is placed. A time more than two minutes ahead of its receiver is not
 * believed: the receiver's time stands instead, and the claim stays in `at`.
 */
export function effectiveAt(fact: Pick<Fact, 'at' | 'heardAt'>): number {
  return fact.at > fact.heardAt + CLOCK_TOLERANCE_MS ? fact.heardAt : fact.at;
}

/** True where the source's clock ran so far ahead that its time was not believed. */
export function claimsFuture(fact: Pick<Fact, 'at' | 'heardAt'>): boolean {
  return effectiveAt(fact) !== fact.at;
}
