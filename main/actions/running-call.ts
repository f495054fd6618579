import type { CallResult } from '../../shared/facts/execution.ts';

/** A call that is under way. */
export interface RunningCall {
  /** Never rejects. */
  readonly ended: Promise<CallResult>;
  /** What it said so far. */
  output(): string;
  /** Ends it and all that it started, at once. */
  kill(): void;
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly outputBytes: number;
}
