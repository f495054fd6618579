import { MINUTE_MS } from '../kit/time.ts';
import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface SourceState {
  source: string;
  speaks: string;
  intervalMs: number;
  /** Start of the newest minute in which it was heard. */
  lastMinute: number;
  problems: number;
  lastProblem: { at: number; place: string; reason: string; excerpt: string } | null;
  /** The newest counted minute: its start, and how much of what was expected came. */
  counted: { at: number; expected: number; received: number; lagMs: number | null } | null;
}

export const sourceProjection: Projection<SourceState> = {
  noun: 'source',
  kinds: ['source.heard', 'source.problem', 'source.counted'],
  initial: (thing) => ({
    source: thing.slice('source:'.length),
    speaks: '',
    intervalMs: MINUTE_MS,
    lastMinute: -1,
    problems: 0,
    lastProblem: null,
    counted: null,
  }),
  apply(state, fact) {
    if (fact.kind === 'source.heard') {
      state.speaks = fact.body.speaks;
      state.intervalMs = fact.body.intervalMs;
      state.lastMinute = effectiveAt(fact);
    } else if (fact.kind === 'source.problem') {
      state.problems += 1;
      state.lastProblem = { at: effectiveAt(fact), ...fact.body };
    } else if (fact.kind === 'source.counted') {
      const { expected, received, lagMs } = fact.body;
      state.counted = { at: effectiveAt(fact), expected, received, lagMs: lagMs ?? null };
    }
  },
};
