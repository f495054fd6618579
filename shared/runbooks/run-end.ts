import type { Runbook } from './format.ts';
import type { RunPosition } from './next-step.ts';

/**
 * Whether recording a step now is out of its turn: it is not the current one. Whoever does it says
 * why: the steps were put in this order for a reason.
 */
export function isOutOfTurn(
  position: Pick<RunPosition, 'current' | 'steps'>,
  stepId: string,
): boolean {
  const isOfRunbook = position.steps.some((step) => step.stepId === stepId);
  return isOfRunbook && position.current !== stepId;
}

/**
 * Why a step does not count as done when a run ends:
 * - `skipped`: on purpose
 * - `failed`: tried, and left so
 * - `not-done`: on the way, and nobody recorded it
 * Steps that the answers lead past are none of these: the run was not to take them.
 */
export interface SkippedStep {
  readonly stepId: string;
  readonly title: string;
  readonly why: 'skipped' | 'failed' | 'not-done';
}

/** What a run leaves out, in the order of the runbook. */
export function skippedSteps(
  runbook: Pick<Runbook, 'steps'>,
  position: Pick<RunPosition, 'steps'>,
): SkippedStep[] {
  return runbook.steps.flatMap(({ id: stepId, title }, index) => {
    const progress = position.steps[index];
    const why = progress === undefined ? null : whyOf(progress);
    return why === null ? [] : [{ stepId, title, why }];
  });
}

function whyOf({ state, outcome }: RunPosition['steps'][number]): SkippedStep['why'] | null {
  if (outcome?.outcome === 'skipped' || outcome?.outcome === 'failed') return outcome.outcome;
  return state === 'current' || state === 'pending' ? 'not-done' : null;
}
