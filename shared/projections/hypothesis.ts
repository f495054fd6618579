import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface HypothesisState {
  incident: string;
  text: string;
  service: string | null;
  statedAt: number;
  statedBy: string;
  verdict: 'open' | 'confirmed' | 'rejected';
  judgedAt: number | null;
  judgedBy: string | null;
  reason: string;
  /** The fact that judged it. */
  judgement: string | null;
  evidence: {
    supports: boolean;
    text: string;
    cites: string[];
    at: number;
    by: string;
    factId: string;
  }[];
}

export const hypothesisProjection: Projection<HypothesisState> = {
  noun: 'hypothesis',
  kinds: ['hypothesis.stated', 'hypothesis.supported', 'hypothesis.judged'],
  initial: () => ({
    incident: '',
    text: '',
    service: null,
    statedAt: 0,
    statedBy: '',
    verdict: 'open',
    judgedAt: null,
    judgedBy: null,
    reason: '',
    judgement: null,
    evidence: [],
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    switch (fact.kind) {
      case 'hypothesis.stated':
        state.incident = fact.body.incident;
        state.text = fact.body.text;
        state.service = fact.body.service ?? null;
        state.statedAt = at;
        state.statedBy = by;
        return;
      case 'hypothesis.supported':
        state.evidence.push({ ...fact.body, at, by, factId: fact.id });
        return;
      case 'hypothesis.judged':
        state.verdict = fact.body.verdict;
        state.reason = fact.body.reason;
        state.judgedAt = at;
        state.judgedBy = by;
        state.judgement = fact.id;
        return;
      default:
        return;
    }
  },
};
