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
  /** A header of the request that brought the bytes, by its lower-case name; absent: no request did. */
  readonly header?: (name: string) => string | undefined;
  /** What the room's owner stated of this source once; absent: nothing. */
  readonly settings?: AdapterSettings;
}

/** What a format cannot tell of itself and somebody states of a source. */
export interface AdapterSettings {
  /** Prometheus: labels that it adds to every alert that it sends. */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** Prometheus: `alert_relabel_configs` as its configuration has them, applied in order. */
  readonly alertRelabelConfigs?: readonly Readonly<Record<string, unknown>>[];
  /** The secret with which the sender signs (PagerDuty's webhooks v3). */
  readonly secret?: string;
  /** Offset of a source whose times have no zone, such as `+08:00`. */
  readonly zone?: string;
  /** Which member of a body of one's own making holds what: our name to a path in it. */
  readonly mapping?: Readonly<Record<string, string>>;
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
