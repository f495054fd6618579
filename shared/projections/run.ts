import { effectiveAt } from '../facts/fact.ts';
import type { StepOutcome } from '../facts/run.ts';
import { sha256Hex } from '../kit/hash.ts';
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
  /** The journal at whose desk it was started: what runs by itself runs there only. */
  startedFrom: string;
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
    startedFrom: '',
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
        state.startedFrom = fact.author?.replica ?? '';
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

/** A text that a person published at a desk. */
export interface WrittenRunbook {
  factId: string;
  digest: string;
  /** UTF-16 code units. */
  size: number;
  at: number;
  by: string;
  comment: string | null;
}

/** A runbook of the team's library: the gateway's text, and what people wrote at desks. */
export interface PublishedRunbookState {
  fileName: string;
  /** The gateway's present text; null when it has none. */
  digest: string | null;
  size: number;
  at: number;
  /** The fact that published it. */
  publishedBy: string | null;
  /** In the order in which they were written. */
  written: WrittenRunbook[];
  /** Facts that a person replaced, or took out of the library. */
  replaced: string[];
}

export const publishedRunbookProjection: Projection<PublishedRunbookState> = {
  noun: 'runbook',
  kinds: ['runbook.published', 'runbook.withdrawn', 'runbook.written', 'runbook.retired'],
  initial: (thing) => ({
    fileName: thing.slice('runbook:'.length),
    digest: null,
    size: 0,
    at: 0,
    publishedBy: null,
    written: [],
    replaced: [],
  }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'runbook.published':
        state.digest = fact.body.digest;
        state.size = fact.body.size;
        state.at = effectiveAt(fact);
        state.publishedBy = fact.id;
        // The gateway took over what a person wrote: it stands as the gateway's from here on.
        for (const { digest, factId } of state.written) {
          if (digest === fact.body.digest) state.replaced.push(factId);
        }
        return;
      case 'runbook.withdrawn':
        state.digest = null;
        state.at = effectiveAt(fact);
        state.publishedBy = null;
        return;
      case 'runbook.written':
        // The digest is ours: a text that another claims to be would be taken for it.
        state.written.push({
          factId: fact.id,
          digest: sha256Hex(fact.body.text),
          size: fact.body.text.length,
          at: effectiveAt(fact),
          by: fact.author?.person ?? '',
          comment: fact.body.comment ?? null,
        });
        state.replaced.push(...fact.body.replaces);
        return;
      case 'runbook.retired':
        state.replaced.push(...fact.body.replaces);
        return;
      default:
        return;
    }
  },
};

/** What a library offers of a runbook now. */
export interface RunbookHeads {
  /** The gateway's text; null where it has none, or where a person wrote over it. */
  readonly published: { readonly factId: string; readonly digest: string } | null;
  /** What people wrote and nobody replaced, the newest first; more than one: written apart. */
  readonly written: readonly WrittenRunbook[];
}

/**
 * Which texts of a runbook stand. Nothing wins silently: who writes names what is replaced, and what
 * was written without knowing of each other stands side by side until a person joins it.
 */
export function runbookHeads(state: PublishedRunbookState): RunbookHeads {
  const replaced = new Set(state.replaced);
  const { digest, publishedBy } = state;
  const published =
    digest === null || publishedBy === null || replaced.has(publishedBy)
      ? null
      : { factId: publishedBy, digest };
  const written = state.written
    .filter((text) => !replaced.has(text.factId) && text.digest !== published?.digest)
    .toReversed();
  return { published, written };
}
