import type { CallResult } from '../../shared/facts/execution.ts';
import type { CapturedOutput } from './captured-output.ts';

/** @param began on the monotonic clock (performance.now) */
export function notStarted(reason: string, output: CapturedOutput, began: number): CallResult {
  return {
    outcome: 'not-started',
    code: null,
    signal: null,
    reason: reason.slice(0, 1_000),
    ...output.told(),
    lastedMs: lasted(began),
  };
}

/** Nobody saw its end: the desk ended while it ran, for real or dry. */
export const UNKNOWN_RESULT: CallResult = {
  outcome: 'unknown',
  code: null,
  signal: null,
  reason: '',
  output: '',
  outputBytes: 0,
  outputSha256: null,
  isCut: false,
  lastedMs: 0,
};

export function lasted(began: number): number {
  return Math.max(0, Math.round(performance.now() - began));
}
