import type { FactDraft } from '../../shared/facts/fact.ts';
import { minuteOf } from '../../shared/kit/time.ts';

/**
 * Traces come many times a second, and each batch measures the same edges: the journal keeps one
 * measurement of an edge, source and minute. What a batch declares beside it is kept always.
 */
export interface MeasurementLimit {
  /** Whether this draft is the first of its minute. */
  admits(draft: FactDraft, now: number): boolean;
}

/** More edges than this are not remembered: then a measurement more is kept, never one less. */
const MOST = 100_000;

export function createMeasurementLimit(): MeasurementLimit {
  const kept = new Map<string, number>();
  return {
    admits({ kind, thing, source }, now) {
      if (kind !== 'edge.measured') return true;
      const key = `${source} ${thing}`;
      const minute = minuteOf(now);
      if (kept.get(key) === minute) return false;
      if (kept.size >= MOST) kept.clear();
      kept.set(key, minute);
      return true;
    },
  };
}
