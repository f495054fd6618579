import { isPeopleKind } from './catalogue.ts';
import type { Fact } from './fact.ts';

/**
 * Which facts the current state rests on: of one head key only the newest fact (compareFacts)
 * counts. What people wrote counts always. The state folded from the heads alone reads the same as
 * the state folded from all facts (law W3), except counts of what happened.
 */
export function headKey(fact: Fact): string {
  // A change is its whole course: when it began, and how it ended.
  if (isPeopleKind(fact.kind) || fact.author || fact.kind === 'change.reported') return fact.id;
  return JSON.stringify([fact.thing, fact.kind, fact.source]);
}
