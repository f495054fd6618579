import type { Fact } from '../../shared/facts/fact.ts';
import type { ProblemCode } from '../../shared/facts/problem-code.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import type { StoredFact } from './fact-store.ts';

/** What went to quarantine: enough for a person to find the sender and the place. */
export interface QuarantineRow {
  readonly at: number;
  readonly source: string;
  readonly format: string;
  readonly place: string;
  /** From the closed list; null in a row of an older version. */
  readonly code: ProblemCode | null;
  readonly reason: string;
  readonly excerpt: string;
  readonly weight: 'refused' | 'doubt';
}

/** How much of the journal one answer may carry; at least one fact always goes. */
export interface PageLimit {
  readonly facts: number;
  /** Length of the facts' JSON together (UTF-16 code units). */
  readonly length: number;
}

export interface Bounds {
  /** The first and the last sequence; both 0 when the journal is empty. */
  readonly first: number;
  readonly last: number;
}

/** One hour's facts in one line of the difference exchange (law W9). */
export interface HourSum {
  /** Whole hours since the Unix epoch (UTC). */
  readonly hour: number;
  readonly count: number;
  /** SHA-256 (hex) over the hour's ids, 32 bytes each, in ascending order. */
  readonly hash: string;
}

/** The ids of an hour that begin with some hex digits. */
export interface PartSum {
  readonly prefix: string;
  readonly count: number;
  readonly hash: string;
}

/** Few ids are told; many are told as 16 parts with one more hex digit each. */
export type HourIds = { readonly ids: readonly string[] } | { readonly parts: readonly PartSum[] };

/** A fact as its journal keeps it: one line of JSON. */
export interface FactText {
  readonly seq: number;
  readonly text: string;
}

/** For /healthz, metrics and the log. */
export interface JournalStatus {
  /** Facts can be stored now. */
  readonly writable: boolean;
  /** Why not, or what a person should know all the same; null when all is well. */
  readonly reason: string | null;
  /** Sequences that the place behind is ahead of what is served here; null when unknown. */
  readonly behind: number | null;
}

/** The journal cannot take facts now (disk full, I/O error): the sender is to try again. */
export class JournalUnavailableError extends Error {
  constructor(cause: unknown) {
    super(`the journal cannot be written: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    });
    this.name = 'JournalUnavailableError';
  }
}

/**
 * The gateway's journal, whatever keeps it (SQLite here, a JetStream later): facts in the order in
 * which the room first heard them. Every backend passes journal-conformance.ts.
 */
export interface Journal {
  readonly backend: string;
  /**
   * Sequences may be missing for good (a broker counted a duplicate): an empty range is then no
   * loss. False or absent: every sequence from first to last is a fact.
   */
  readonly holes?: boolean;
  /** Which history this is: random, made with the journal, renewed when it was rolled back. */
  epoch(): string;
  bounds(): Promise<Bounds>;
  /**
   * Stores what is new, in the order given, and resolves after it survives a power cut. Appends
   * that come together are committed together; one that fails does not take the others with it.
   * An empty list resolves after everything before it is committed.
   * @throws JournalUnavailableError when nothing of it was stored
   */
  append(
    facts: readonly Fact[],
    quarantine?: readonly QuarantineRow[],
  ): Promise<{ stored: readonly StoredFact[]; duplicates: number }>;
  /** Facts with from ≤ seq ≤ to, in order, as many as the limit lets. */
  range(from: number, to: number, limit: PageLimit): Promise<StoredFact[]>;
  /** Of the facts with after < seq in these ranges, those that current state rests on (heads.ts). */
  heads(ranges: readonly Range[], after: number, limit: PageLimit): Promise<StoredFact[]>;
  /** As `range` and `heads`, without reading the JSON: for the wire. */
  rangeTexts(from: number, to: number, limit: PageLimit): Promise<FactText[]>;
  headTexts(ranges: readonly Range[], after: number, limit: PageLimit): Promise<FactText[]>;
  byId(id: string): Promise<StoredFact | null>;
  /** Those that are here, in the order asked; `cut` where the limit left some out. */
  textsOf(ids: readonly string[], limit: PageLimit): Promise<{ texts: string[]; cut: boolean }>;
  /**
   * Hours that have facts, the newest first, from the one before `before` (null: from the newest).
   * As many as one answer may cost; `next` is the following page's `before`, null at the end. All
   * facts up to the sequence `upTo` are counted; what came later may be.
   */
  hours(before: number | null, upTo: number): Promise<{ hours: HourSum[]; next: number | null }>;
  /** The hour's ids that begin with these hex digits ('' for all): ids up to `most`, else parts. */
  idsOf(hour: number, prefix: string, most: number, upTo: number): Promise<HourIds>;
  /** Hears what was stored, once each, in order, after the commit. Returns how to stop hearing. */
  onAppend(listener: (stored: readonly StoredFact[]) => void): () => void;
  /** The newest rows first. */
  quarantined(limit: number): Promise<QuarantineRow[]>;
  /** Another history begins: every client compares anew. Returns the new epoch. */
  renewEpoch(): Promise<string>;
  /** Other processes append to it as well: whoever remembers what it holds listens to `onAppend`. */
  readonly shared?: boolean;
  /**
   * A journal that follows a broker makes sure that it is not behind what a client saw at another
   * replica: to be awaited before a client's claim is judged by `epoch` and `bounds`.
   * @throws JournalUnavailableError while that cannot be known: the client is to come again
   */
  confirm?(claim: { readonly epoch: string | null; readonly last: number }): Promise<void>;
  /**
   * Hears that the epoch became another one without `renewEpoch` of this process: every client is
   * to begin anew. Called before the first answer that belongs to the new epoch.
   */
  onEpochChange?(listener: () => void): () => void;
  /** How the place behind the journal is; absent where there is none. */
  status?(): JournalStatus;
  /** Finishes what was asked, then closes. */
  close(): Promise<void>;
}
