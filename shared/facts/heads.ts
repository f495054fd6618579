import { isPeopleKind } from './catalogue.ts';
import type { Fact } from './fact.ts';

/**
 * Which facts the current state rests on: of one head key only the newest fact (compareFacts)
 * counts. What people wrote counts always. The state folded from the heads alone reads the same as
 * the state folded from all facts (law W3), except counts of what happened.
 */
export function headKey(fact: Fact): string {
  if (isOwnHead(fact)) return fact.id;
  return JSON.stringify([fact.thing, fact.kind, fact.source]);
}

/** True for a fact that no later one replaces. */
export function isOwnHead(fact: Fact): boolean {
  // A change is its whole course: when it began, and how it ended.
  return fact.author !== undefined || fact.kind === 'change.reported' || isPeopleKind(fact.kind);
}
