import { effectiveAt } from '../facts/fact.ts';
import type { Risk } from '../facts/decision.ts';
import type { Projection } from './projection.ts';

export interface DecisionAnswer {
  person: string;
  /** Who recorded it: the person, or somebody who heard them. */
  by: string;
  objection: 'none' | 'minor' | 'strong';
  reason: string;
  at: number;
}

export interface DecisionState {
  incident: string;
  action: string;
  risk: Risk;
  danger: string;
  expected: string;
  undo: string;
  proposedAt: number;
  proposedBy: string;
  /** `candidate` until it is polled; `polled` while objections are heard. */
  status: 'candidate' | 'polled' | 'proceeding' | 'rejected' | 'withdrawn';
  polledAt: number | null;
  /** The newest answer of each person, by name. */
  answers: DecisionAnswer[];
  takenAt: number | null;
  takenBy: string | null;
  reason: string;
  executor: string | null;
  overrules: string[];
  verified: { outcome: 'improved' | 'unchanged' | 'worse'; text: string; at: number } | null;
}

export const decisionProjection: Projection<DecisionState> = {
  noun: 'decision',
  kinds: [
    'decision.proposed',
    'decision.polled',
    'decision.answered',
    'decision.taken',
    'decision.verified',
    'decision.withdrawn',
  ],
  initial: () => ({
    incident: '',
    action: '',
    risk: 'medium',
    danger: '',
    expected: '',
    undo: '',
    proposedAt: 0,
    proposedBy: '',
    status: 'candidate',
    polledAt: null,
    answers: [],
    takenAt: null,
    takenBy: null,
    reason: '',
    executor: null,
    overrules: [],
    verified: null,
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    switch (fact.kind) {
      case 'decision.proposed': {
        const { incident, action, risk, danger, expected, undo } = fact.body;
        Object.assign(state, { incident, action, risk, danger, expected, undo });
        state.proposedAt = at;
        state.proposedBy = by;
        return;
      }
      case 'decision.polled':
        if (state.status !== 'candidate') return;
        state.status = 'polled';
        state.polledAt = at;
        return;
      case 'decision.answered': {
        const answer = { ...fact.body, by, at };
        state.answers = [
          ...state.answers.filter(({ person }) => person !== answer.person),
          answer,
        ].sort((left, right) => (left.person < right.person ? -1 : 1));
        return;
      }
      case 'decision.taken':
        // What went ahead was done: no word of somebody who had not heard of it undoes that.
        if (state.status === 'proceeding') return;
        state.status = fact.body.proceed ? 'proceeding' : 'rejected';
        state.takenAt = at;
        state.takenBy = by;
        state.reason = fact.body.reason;
        state.executor = fact.body.executor;
        state.overrules = fact.body.overrules;
        return;
      case 'decision.verified':
        state.verified = { ...fact.body, at };
        return;
      case 'decision.withdrawn':
        if (state.status === 'proceeding') return;
        state.status = 'withdrawn';
        state.reason = fact.body.reason;
        return;
      default:
        return;
    }
  },
};

/** Whose strong objections stand, by name. */
export function strongObjections(state: Pick<DecisionState, 'answers'>): string[] {
  return state.answers.flatMap(({ person, objection }) => (objection === 'strong' ? [person] : []));
}
