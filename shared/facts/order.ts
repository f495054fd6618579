import { effectiveAt, type Fact } from './fact.ts';

/**
 * The order of one thing's facts: by moment, then "ends after begins", then the hybrid clock of
 * people's facts, then the id. Total, and independent of the order of arrival. It is defined by a
 * text, so that memory and indices can never disagree about it.
 */
export function orderKey(fact: Fact): string {
  const at = effectiveAt(fact).toString().padStart(MOMENT_DIGITS, '0');
  return `${at}.${rankOf(fact.kind)}.${textOf(fact.author?.hlc).padEnd(13, '-')}.${fact.id}`;
}

export function compareFacts(left: Fact, right: Fact): number {
  return compareText(orderKey(left), orderKey(right));
}

/** A sorted copy; each key is made once. */
export function sortFacts(facts: readonly Fact[]): Fact[] {
  return facts
    .map((fact) => ({ fact, key: orderKey(fact) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ fact }) => fact);
}

/** The moment that a key begins with (ms since the epoch). */
export function momentOfKey(key: string): number {
  return Number(key.slice(0, MOMENT_DIGITS));
}

const MOMENT_DIGITS = 16;

/** Facts that end something come after those that begin it at the same moment. */
function rankOf(kind: string): number {
  return ENDS.has(kind) ? 2 : BEGINS.has(kind) ? 0 : 1;
}

const BEGINS = new Set([
  'alert.fired',
  'incident.declared',
  'run.started',
  'note.written',
  'note.imported',
  'node.declared',
]);
const ENDS = new Set([
  'alert.resolved',
  'incident.resolved',
  'run.finished',
  'node.retired',
  'edge.retired',
  'entry.unpinned',
]);

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A fact that was stored malformed still has its place. */
function textOf(hlc: unknown): string {
  return typeof hlc === 'string' ? hlc : '';
}
