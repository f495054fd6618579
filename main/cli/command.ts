/** A headless command: what can be asked of files and journals without a window. */
export interface Command {
  readonly usage: string;
  readonly does: string;
  /** What `--help` says beyond usage and purpose. */
  readonly more?: readonly string[];
  /** @returns the exit code */
  run(words: string[], say: Say): number | Promise<number>;
}

export interface Say {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Words that a command does not take, or lacks: it answers with its usage. */
export class UsageError extends Error {}

/** Exit codes that every command keeps. */
export const EXIT = { done: 0, damaged: 1, usage: 2, inUse: 3 } as const;
