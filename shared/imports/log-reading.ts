/** What was read of another record, and what was not, by line. Readers never throw. */

export interface ReadMessage {
  /** Where it begins (from 1). */
  readonly line: number;
  readonly at: number;
  /** Who said it; empty where the record does not say. */
  readonly who: string;
  readonly text: string;
}

export const LOG_PROBLEMS = [
  /** Text before the first line that says a time. */
  'no-time',
  'no-such-time',
  'no-such-day',
  'no-text',
  /** Cut at the longest note. */
  'too-long',
  'in-the-future',
  /** The clocks were put forward over it: the moment after the jump stands. */
  'skipped-hour',
  /** The rest was not read. */
  'too-many',
  'too-large',
  /** Not what the format says. */
  'not-json',
  'no-columns',
  'open-quote',
] as const;
export type LogProblem = (typeof LOG_PROBLEMS)[number];

export interface LogReading {
  readonly messages: readonly ReadMessage[];
  readonly problems: readonly { readonly line: number; readonly code: LogProblem }[];
}

export const LOG_LIMITS = {
  /** UTF-16 code units of the whole. */
  text: 4_000_000,
  messages: 5_000,
  /** Of one message, as of a note. */
  message: 20_000,
  problems: 500,
} as const;

/** Collects what is read, within the limits. */
export class LogCollector {
  readonly messages: ReadMessage[] = [];
  readonly problems: { line: number; code: LogProblem }[] = [];
  readonly #latest: number;

  /** @param latest what lies after it is in the future (ms since the epoch) */
  constructor(latest: number) {
    this.#latest = latest;
  }

  problem(line: number, code: LogProblem): void {
    if (this.problems.length < LOG_LIMITS.problems) this.problems.push({ line, code });
  }

  isFull(line: number): boolean {
    if (this.messages.length < LOG_LIMITS.messages) return false;
    this.problem(line, 'too-many');
    return true;
  }

  add({ line, at, who, text }: ReadMessage): void {
    const plain = text.trim();
    if (plain === '') this.problem(line, 'no-text');
    else if (at > this.#latest) this.problem(line, 'in-the-future');
    else if (at < 0) this.problem(line, 'no-such-day');
    else {
      if (plain.length > LOG_LIMITS.message) this.problem(line, 'too-long');
      const kept = plain.slice(0, LOG_LIMITS.message).trim();
      this.messages.push({ line, at, who: who.trim().slice(0, 200), text: kept });
    }
  }

  reading(): LogReading {
    return { messages: this.messages, problems: this.problems };
  }
}
