import { effectiveAt } from '../facts/fact.ts';
import type { StepOutcome } from '../facts/run.ts';
import type { Projection } from './projection.ts';

export interface RunStepRecord {
  factId: string;
  step: string;
  title: string;
  outcome: StepOutcome;
  answer: string | null;
  note: string | null;
  /** What the runbook said should be seen. */
  expected: string | null;
  /** Attachments, by digest. */
  evidence: string[];
  /** Why it was recorded out of its turn. */
  reason: string | null;
  execution: string | null;
  at: number;
  by: string;
}

export interface RunState {
  runbook: string;
  title: string;
  digest: string;
  incident: string | null;
  alert: string | null;
  startedAt: number;
  startedBy: string;
  /** Who works on it now. */
  heldBy: string;
  handOvers: { from: string; to: string; comment: string; at: number }[];
  status: 'running' | 'completed' | 'abandoned';
  endedAt: number | null;
  /** In the order in which they happened; a step may be recorded more than once. */
  steps: RunStepRecord[];
}

export const runProjection: Projection<RunState> = {
  noun: 'run',
  kinds: ['run.started', 'run.step-recorded', 'run.handed-over', 'run.finished'],
  initial: () => ({
    runbook: '',
    title: '',
    digest: '',
    incident: null,
    alert: null,
    startedAt: 0,
    startedBy: '',
    heldBy: '',
    handOvers: [],
    status: 'running',
    endedAt: null,
    steps: [],
  }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'run.started':
        state.runbook = fact.body.runbook;
        state.title = fact.body.title;
        state.digest = fact.body.digest;
        state.incident = fact.body.incident ?? null;
        state.alert = fact.body.alert ?? null;
        state.startedAt = effectiveAt(fact);
        state.startedBy = fact.author?.person ?? '';
        // A hand-over may stand before it, by a clock that was behind.
        if (state.heldBy === '') state.heldBy = state.startedBy;
        return;
      case 'run.step-recorded':
        state.steps.push({
          factId: fact.id,
          step: fact.body.step,
          title: fact.body.title,
          outcome: fact.body.outcome,
          answer: fact.body.answer ?? null,
          note: fact.body.note ?? null,
          expected: fact.body.expected ?? null,
          evidence: fact.body.evidence ?? [],
          reason: fact.body.reason ?? null,
          execution: fact.body.execution ?? null,
          at: effectiveAt(fact),
          by: fact.author?.person ?? '',
        });
        return;
      case 'run.handed-over': {
        const { to, comment } = fact.body;
        state.handOvers.push({ from: state.heldBy, to, comment, at: effectiveAt(fact) });
        state.heldBy = to;
        return;
      }
      case 'run.finished':
        state.status = fact.body.outcome;
        state.endedAt = effectiveAt(fact);
        return;
      default:
        return;
    }
  },
};

/** A runbook of the gateway's library: which text it has now. */
export interface PublishedRunbookState {
  fileName: string;
  digest: string | null;
  size: number;
  at: number;
}

export const publishedRunbookProjection: Projection<PublishedRunbookState> = {
  noun: 'runbook',
  kinds: ['runbook.published', 'runbook.withdrawn'],
  initial: (thing) => ({ fileName: thing.slice('runbook:'.length), digest: null, size: 0, at: 0 }),
  apply(state, fact) {
    if (fact.kind === 'runbook.published') {
      state.digest = fact.body.digest;
      state.size = fact.body.size;
      state.at = effectiveAt(fact);
    } else if (fact.kind === 'runbook.withdrawn') {
      state.digest = null;
      state.at = effectiveAt(fact);
    }
  },
};
