import { catalogue, isPeopleKind } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { isRecord } from '../../shared/facts/shape.ts';

/** The series of the density strip, in the order of their columns. */
export const GROUPS = ['critical', 'warning', 'other', 'people', 'changes'] as const;
export type TimelineGroup = (typeof GROUPS)[number];
export const GROUP_COLUMN = { critical: 0, warning: 1, other: 2, people: 3, changes: 4 } as const;

/** Which series a fact counts in; null: it is not on the timeline (heartbeats, topology, pins). */
export function timelineGroup(fact: Fact): TimelineGroup | null {
  if (PIN_KINDS.has(fact.kind)) return null;
  if (isPeopleKind(fact.kind)) return 'people';
  if (fact.kind === 'change.reported' || fact.kind === 'event.reported') return 'changes';
  if (fact.kind === 'alert.fired') {
    // A journal may hold what has no body; it must not keep the others from being counted.
    const body = isRecord(fact.body) ? fact.body : {};
    // A renewed lease is no new alert.
    if (body['startsAt'] !== fact.at) return null;
    const { severity } = body;
    return severity === 'critical' || severity === 'warning' ? severity : 'other';
  }
  return fact.kind === 'alert.resolved' ? 'other' : null;
}

const PIN_KINDS = new Set(['entry.pinned', 'entry.unpinned']);

/** Kinds of facts of which some are counted. */
export const COUNTED_KINDS: readonly string[] = [
  'alert.fired',
  'alert.resolved',
  'change.reported',
  'event.reported',
  ...Object.keys(catalogue).filter((kind) => isPeopleKind(kind) && !PIN_KINDS.has(kind)),
];

/** Whether a kind of fact is an entry of the timeline as it is shown without a filter. */
export function isTimelineEntry(kind: string): boolean {
  return TIMELINE_KINDS.has(kind) || (isPeopleKind(kind) && !PIN_KINDS.has(kind));
}

const TIMELINE_KINDS = new Set([
  'alert.fired',
  'alert.resolved',
  'change.reported',
  'source.problem',
  'event.reported',
]);
