import type { KnownFact } from '../facts/catalogue.ts';
import { earliest, inOrder, type Keyed } from './keyed.ts';

/** What people found, decided and did about an incident. */
export interface PeopleEvidence {
  /** The first word by which a hypothesis that stands as confirmed was. */
  readonly located: Keyed | null;
  /**
   * What was decided or executed; where nothing was, the first step of a runbook or task that was
   * done: it may have been a look only.
   */
  readonly acted: Keyed | null;
  /** Decisions that were found to help. */
  readonly improved: readonly Keyed[];
}

/**
 * @param ofThings facts by thing, in any order
 * @param family the incidents that count as the one
 */
export function readPeople(
  ofThings: ReadonlyMap<string, readonly Keyed[]>,
  family: ReadonlySet<string>,
): PeopleEvidence {
  const located: Keyed[] = [];
  const strong: Keyed[] = [];
  const weak: Keyed[] = [];
  const improved: Keyed[] = [];
  for (const told of ofThings.values()) {
    if (!told.some(({ fact }) => isOf(fact, family))) continue;
    located.push(...confirmed(told));
    for (const one of told) {
      const { fact } = one;
      // What went ahead was done, also where somebody apart withdrew it.
      if (fact.kind === 'decision.taken' && fact.body.proceed) strong.push(one);
      if (fact.kind === 'decision.verified' && fact.body.outcome === 'improved') improved.push(one);
      if (fact.kind === 'task.done') weak.push(one);
      if (fact.kind === 'run.step-recorded' && fact.body.outcome === 'done') {
        (fact.body.execution === undefined ? weak : strong).push(one);
      }
    }
  }
  const acts = strong.length > 0 ? strong : weak;
  return { located: earliest(located), acted: earliest(acts), improved };
}

/** The first confirmation of a hypothesis whose last judgement is one. */
function confirmed(told: readonly Keyed[]): Keyed[] {
  const confirmations: Keyed[] = [];
  let verdict = '';
  for (const one of inOrder(told)) {
    if (one.fact.kind !== 'hypothesis.judged') continue;
    verdict = one.fact.body.verdict;
    if (verdict === 'confirmed') confirmations.push(one);
  }
  return verdict === 'confirmed' ? confirmations.slice(0, 1) : [];
}

function isOf(fact: KnownFact, family: ReadonlySet<string>): boolean {
  return (
    'incident' in fact.body &&
    typeof fact.body.incident === 'string' &&
    family.has(fact.body.incident)
  );
}
