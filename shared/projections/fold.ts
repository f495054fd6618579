import { asKnown } from '../facts/catalogue.ts';
import type { Fact } from '../facts/fact.ts';
import { orderKey, sortFacts } from '../facts/order.ts';
import { nounOf, projections, type Noun, type StateOf } from './all.ts';

/** A thing's state with what is needed to carry it on. */
export interface Folded<Name extends Noun = Noun> {
  readonly noun: Name;
  readonly thing: string;
  state: StateOf[Name];
  /** orderKey of the last fact in it: a fact that sorts before it asks for a refold. */
  lastKey: string;
}

/** The state that a set of one thing's facts gives, in whatever order they are listed. */
export function foldThing(thing: string, facts: readonly Fact[]): Folded | null {
  let folded: Folded | null = null;
  for (const fact of sortFacts(facts.filter(hasState))) {
    folded = applyInOrder(folded, thing, fact);
  }
  return folded;
}

/**
 * Carries a state on by a fact that sorts after all it holds. Returns null (and changes nothing)
 * where the fact speaks of a kind we do not know. `key` is the fact's orderKey, where it is at hand.
 * @throws Error when the fact is late: the caller must refold the thing
 */
export function applyInOrder(
  folded: Folded | null,
  thing: string,
  fact: Fact,
  key = orderKey(fact),
): Folded | null {
  const known = asKnown(fact);
  const noun = nounOf(fact.kind);
  // What a thing is, its name says: a fact of another noun does not speak of it.
  if (known === null || noun === null || !isNamed(thing, noun)) return folded;
  const into: Folded = folded ?? {
    noun,
    thing,
    state: projections[noun].initial(thing),
    lastKey: '',
  };
  if (key <= into.lastKey) throw new Error(`late fact for ${thing}: refold`);
  (projections[noun].apply as (state: object, fact: unknown) => void)(into.state, known);
  into.lastKey = key;
  return into;
}

/** True where the fact may be applied to the state as it stands. */
export function isInOrder(folded: Folded | null, fact: Fact): boolean {
  return folded === null || orderKey(fact) > folded.lastKey;
}

/** Whether a fact counts in the state of the thing that it names. */
export function hasState(fact: Fact): boolean {
  const noun = nounOf(fact.kind);
  return noun !== null && isNamed(fact.thing, noun) && asKnown(fact) !== null;
}

function isNamed(thing: string, noun: Noun): boolean {
  return thing.charCodeAt(noun.length) === COLON && thing.startsWith(noun);
}

const COLON = 58;
