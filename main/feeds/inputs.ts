import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { checkFact, isKnownKind } from '../../shared/facts/catalogue.ts';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
import type { ProblemCode } from '../../shared/facts/problem-code.ts';
import type { Quarantined } from '../journal/journal.ts';

/** What came over a feed: a fact, or why it is none and is parked (law W5). */
export type Read =
  | { readonly fact: Fact; readonly problem: null }
  | { readonly fact: null; readonly problem: Quarantined };

/** Reads one line of JSON. `place` says where it stood, for people. */
export function readLine(place: string, line: string): Read {
  let input: unknown;
  try {
    input = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no JSON';
    return { fact: null, problem: problemOf(place, 'not-json', line, reason) };
  }
  return readInput(place, input, line);
}

/** Facts of kinds that this version does not know are stored; only broken ones are parked. */
export function readInput(place: string, input: unknown, line: string | null = null): Read {
  const park = (where: string, code: ProblemCode, reason: string): Read => {
    const problem = problemOf(`${place}.${where}`, code, input, reason);
    const raw = line ?? textOf(input);
    return { fact: null, problem: raw === null ? problem : { ...problem, raw } };
  };
  const checked = checkFact(input);
  if (!checked.ok) return park(checked.error.place, checked.error.code, checked.error.reason);
  if (factIdOf(checked.value, nativeSha256) !== checked.value.id) {
    // Stored under that id it would keep the true fact out for good.
    return park('id', 'wrong-id', 'the id does not follow from the content');
  }
  return { fact: checked.value, problem: null };
}

/** The id that an input claims; null where it has none. */
export function claimedId(line: string): string | null {
  try {
    const { id } = JSON.parse(line) as { id?: unknown };
    return typeof id === 'string' && /^[0-9a-f]{64}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

export function problemOf(
  place: string,
  code: ProblemCode,
  input: unknown,
  reason: string,
): Quarantined {
  const excerpt = textOf(input)?.slice(0, 500) ?? `(${typeof input})`;
  const kind = (input as { kind?: unknown } | null)?.kind;
  const source = typeof kind === 'string' && isKnownKind(kind) ? kind : 'feed';
  return { source, place, code, reason, excerpt };
}

function textOf(input: unknown): string | null {
  try {
    return JSON.stringify(input) ?? null;
  } catch {
    return null;
  }
}
