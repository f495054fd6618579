import type { FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';

/** What an adapter may know beside the bytes. It reads no clock: `now` is when they came. */
export interface AdapterContext {
  /** The receiver's time (ms since the epoch): heardAt of every fact. */
  readonly now: number;
  /** The source's name in the room: the path or token that it came by, unless the body names one. */
  readonly source: string;
  /**
   * What a source last declared, by thing: digest of the declaring body (`declaredDigest`). With it
   * a push of the whole becomes a push of the difference. Empty when nothing is known. A function,
   * because the body may name another source than the road it came by.
   */
  declaredBy(source: string): ReadonlyMap<string, string>;
}

/** A record that was not understood, or was understood with a doubt. Never skipped in silence. */
export interface Problem {
  /** Where: a path into the body such as `alerts[3].startsAt`, or '' for the whole. */
  readonly place: string;
  /** What is wrong, for programs. */
  readonly code: ProblemCode;
  /** … and for people. */
  readonly reason: string;
  /** The beginning of what was sent, for a person to look at. */
  readonly excerpt: string;
  /** `refused`: no fact came of it; `doubt`: a fact did, with a correction that the reason names. */
  readonly weight: 'refused' | 'doubt';
}

export interface Adapted {
  readonly facts: FactDraft[];
  readonly problems: Problem[];
  /** The source's name as the body states it, or the context's. */
  readonly source: string;
  /** Records that say again what `declaredBy` already knows: no fact came of them. */
  readonly unchanged: number;
  /** Set when the whole body is refused: HTTP answers 400 with it. */
  readonly rejected: Problem | null;
}

/** One outside format: pure, total (never throws), and idempotent by fact id. */
export interface Adapter {
  readonly format: string;
  /** What its facts speak of, for the source row. */
  readonly speaks: string;
  /** How often a sender of this format is expected to be heard, unless it says otherwise. */
  readonly intervalMs: number;
  adapt(bytes: Uint8Array, context: AdapterContext): Adapted;
}
