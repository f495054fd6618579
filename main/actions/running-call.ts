import type { CallResult } from '../../shared/facts/execution.ts';

/** A call that is under way. */
export interface RunningCall {
  /** Never rejects. */
  readonly ended: Promise<CallResult>;
  /** What it said so far. */
  output(): string;
  /** Asks it to end, with all that it started; what does not listen is ended a short while later. */
  stop(): void;
  /** Ends it and all that it started, at once. */
  kill(): void;
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly outputBytes: number;
}
