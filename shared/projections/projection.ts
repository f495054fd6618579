import type { KnownFact, FactKind } from '../facts/catalogue.ts';

/**
 * How the state of one thing follows from its facts. `apply` sees the facts of one thing in the
 * order of compareFacts, changes `state` in place, and reads nothing else: the state is a function
 * of the set of facts (law P1).
 */
export interface Projection<State extends object> {
  readonly noun: string;
  readonly kinds: readonly FactKind[];
  readonly initial: (thing: string) => State;
  readonly apply: (state: State, fact: KnownFact) => void;
}
