import type { StepOutcome } from '../../../shared/facts/run.ts';

/** What is to be recorded once its reason was said. */
export interface Asking {
  readonly outcome: StepOutcome;
  readonly answer?: string | undefined;
}

/** The words of the question for a reason: why skipped, what failed, why now. */
export function questionOf(asking: Asking): 'skip' | 'failed' | 'turn' {
  if (asking.outcome === 'skipped') return 'skip';
  return asking.outcome === 'failed' ? 'failed' : 'turn';
}
