import { effectiveAt, type Fact } from './fact.ts';

/**
 * The order of one thing's facts: by moment, then "ends after begins", then the hybrid clock of
 * people's facts, then the id. Total, and independent of the order of arrival.
 */
export function compareFacts(left: Fact, right: Fact): number {
  return (
    effectiveAt(left) - effectiveAt(right) ||
    rankOf(left.kind) - rankOf(right.kind) ||
    compareText(left.author?.hlc ?? '', right.author?.hlc ?? '') ||
    compareText(left.id, right.id)
  );
}

/** The same order as text keys (for indices): sorts as compareFacts does. */
export function orderKey(fact: Fact): string {
  const at = (effectiveAt(fact) + 8_640_000_000_000_000).toString().padStart(17, '0');
  return `${at}.${rankOf(fact.kind)}.${(fact.author?.hlc ?? '').padEnd(16, ' ')}.${fact.id}`;
}

/** Facts that end something come after those that begin it at the same moment. */
function rankOf(kind: string): number {
  return ENDS.has(kind) ? 2 : BEGINS.has(kind) ? 0 : 1;
}

const BEGINS = new Set([
  'alert.fired',
  'incident.declared',
  'run.started',
  'note.written',
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
