import type { Runbook, RunbookStep } from './format.ts';
import { branchOf, indexOfTarget, reachableFrom } from './branches.ts';

/** What a person recorded for a step of a run. */
export interface RecordedOutcome {
  readonly stepId: string;
  readonly outcome: 'done' | 'skipped' | 'failed' | 'answered';
  /** The answer that was chosen; only with `answered`. */
  readonly answer?: string | undefined;
  /** When it happened, ms since the epoch. */
  readonly at: number;
}

/**
 * - `current`: to be worked on now (it may have failed before: see `outcome`)
 * - `done`, `skipped`, `failed`: as last recorded
 * - `pending`: some way from the current step still leads here
 * - `not-reached`: the branches taken lead past it
 */
export type StepProgressState =
  | 'current'
  | 'done'
  | 'skipped'
  | 'failed'
  | 'pending'
  | 'not-reached';

export interface StepProgress {
  readonly stepId: string;
  readonly state: StepProgressState;
  /** The last outcome recorded for the step, or null. */
  readonly outcome: RecordedOutcome | null;
  /** How many outcomes were recorded for it; more than one after a failure, a loop or a correction. */
  readonly count: number;
}

export interface RunPosition {
  /** The id of the step to work on, or null when the run is finished. */
  readonly current: string | null;
  /** When that step became the current one. */
  readonly arrivedAt: number;
  /** One entry per step, in the order of the runbook. */
  readonly steps: readonly StepProgress[];
  /** When the current step's wait is over, or null when it has none. */
  readonly waitUntil: number | null;
  /** What is left of it at `now`; 0 when it is over or there is none. */
  readonly waitRemainingMs: number;
  readonly finished: boolean;
  readonly finishedAt: number | null;
  /** Outcomes that name no step of this runbook. */
  readonly strays: readonly RecordedOutcome[];
}

/**
 * Where a run stands: a pure function of the runbook, the outcomes in their order, and `now`.
 *
 * - `done` and `skipped` lead to the step's `goTo`, else to the step below; `answered` leads where
 *   the answer says. An answer that the step does not offer is recorded and moves nothing.
 * - `failed` holds the run at the step: the next step may rest on it. Only doing it, answering or
 *   skipping it on purpose goes on.
 * - An outcome of a step that lies ahead is kept and counts when the run arrives there.
 * - Another answer to a question that was answered before moves the run to the new branch; any other
 *   repeat is recorded and moves nothing.
 */
export function nextStep(
  runbook: Pick<Runbook, 'steps'>,
  outcomes: readonly RecordedOutcome[],
  moment: { readonly startedAt: number; readonly now: number },
): RunPosition {
  const { steps } = runbook;
  const indexOf = new Map(steps.map((step, index) => [step.id, index]));
  const latest: (RecordedOutcome | null)[] = steps.map(() => null);
  const counts = steps.map(() => 0);
  const passed = new Set<number>();
  const ahead = new Map<number, RecordedOutcome>();
  const strays: RecordedOutcome[] = [];
  let cursor = 0;
  let arrivedAt = moment.startedAt;

  const arrive = (index: number, at: number) => {
    cursor = index;
    arrivedAt = at;
    for (;;) {
      const early = ahead.get(cursor);
      const step = steps[cursor];
      if (!early || !step) return;
      ahead.delete(cursor);
      const target = leave(steps, cursor, step, early);
      if (target === null) return;
      passed.add(cursor);
      cursor = target;
    }
  };

  for (const outcome of outcomes) {
    const index = indexOf.get(outcome.stepId);
    const step = index === undefined ? undefined : steps[index];
    if (index === undefined || !step) {
      strays.push(outcome);
      continue;
    }
    const before = latest[index] ?? null;
    latest[index] = outcome;
    counts[index] = (counts[index] ?? 0) + 1;
    const target = leave(steps, index, step, outcome);
    if (index === cursor) {
      if (target === null) continue;
      passed.add(index);
      arrive(target, outcome.at);
    } else if (!passed.has(index)) {
      ahead.set(index, outcome);
    } else if (
      outcome.outcome === 'answered' &&
      target !== null &&
      (before === null || leave(steps, index, step, before) !== target)
    ) {
      arrive(target, outcome.at);
    }
  }

  const current = steps[cursor];
  const reachable = reachableFrom(steps, cursor);
  const waitUntil = current?.waitMs === undefined ? null : arrivedAt + current.waitMs;
  return {
    current: current?.id ?? null,
    arrivedAt,
    steps: steps.map((step, index) => {
      const outcome = latest[index] ?? null;
      return {
        stepId: step.id,
        state: stateOf(index === cursor, outcome, reachable.has(index)),
        outcome,
        count: counts[index] ?? 0,
      };
    }),
    waitUntil,
    waitRemainingMs: waitUntil === null ? 0 : Math.max(0, waitUntil - moment.now),
    finished: current === undefined,
    finishedAt: current === undefined ? arrivedAt : null,
    strays,
  };
}

/** The index that an outcome leads to, or null when it holds the run where it is. */
function leave(
  steps: readonly RunbookStep[],
  index: number,
  step: RunbookStep,
  outcome: RecordedOutcome,
): number | null {
  switch (outcome.outcome) {
    case 'failed':
      return null;
    case 'answered': {
      const goTo = step.ask ? branchOf(step.ask, outcome.answer ?? '', step.goTo) : null;
      return goTo === null ? null : indexOfTarget(steps, index, goTo);
    }
    case 'done':
    case 'skipped':
      return indexOfTarget(steps, index, step.goTo ?? 'next');
  }
}

function stateOf(
  isCurrent: boolean,
  outcome: RecordedOutcome | null,
  isReachable: boolean,
): StepProgressState {
  if (isCurrent) return 'current';
  if (outcome) return outcome.outcome === 'answered' ? 'done' : outcome.outcome;
  return isReachable ? 'pending' : 'not-reached';
}
