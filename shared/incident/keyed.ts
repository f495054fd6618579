import type { KnownFact } from '../facts/catalogue.ts';
import { effectiveAt, type Fact } from '../facts/fact.ts';
import { orderKey } from '../facts/order.ts';

/** A fact with its moment and its place among the others, which are asked for again and again. */
export interface Keyed<Known extends KnownFact = KnownFact> {
  readonly fact: Known;
  /** When it happened (ms since the epoch). */
  readonly at: number;
  readonly key: string;
}

export function keyed<Known extends KnownFact>(
  fact: Known,
  key = orderKey(fact as unknown as Fact),
): Keyed<Known> {
  return { fact, at: effectiveAt(fact), key };
}

export function inOrder<Told extends Keyed>(told: readonly Told[]): Told[] {
  return [...told].sort((left, right) => (left.key < right.key ? -1 : 1));
}

/** The first of those that are there. */
export function earliest<Told extends Keyed>(told: readonly (Told | null)[]): Told | null {
  let first: Told | null = null;
  for (const one of told) {
    if (one !== null && (first === null || one.key < first.key)) first = one;
  }
  return first;
}
