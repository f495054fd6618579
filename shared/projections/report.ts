import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface CanReport {
  condition: string;
  actions: string;
  needs: string;
  at: number;
  by: string;
  factId: string;
}

/** What one expert or team reported last, and what they said before. */
export interface ReportState {
  incident: string;
  from: string;
  latest: CanReport | null;
  /** Oldest first, without the latest: the last twenty. */
  earlier: CanReport[];
}

const EARLIER_KEPT = 20;

export const reportProjection: Projection<ReportState> = {
  noun: 'report',
  kinds: ['report.given'],
  initial: () => ({ incident: '', from: '', latest: null, earlier: [] }),
  apply(state, fact) {
    if (fact.kind !== 'report.given') return;
    const { incident, from, condition, actions, needs } = fact.body;
    if (state.latest !== null) {
      state.earlier = [...state.earlier, state.latest].slice(-EARLIER_KEPT);
    }
    state.incident = incident;
    state.from = from;
    state.latest = {
      condition,
      actions,
      needs,
      at: effectiveAt(fact),
      by: fact.author?.person ?? '',
      factId: fact.id,
    };
  },
};
