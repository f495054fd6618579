import type { Fact } from '../../shared/facts/fact.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import type { StoredFact } from './fact-store.ts';

/** What went to quarantine: enough for a person to find the sender and the place. */
export interface QuarantineRow {
  readonly at: number;
  readonly source: string;
  readonly format: string;
  readonly place: string;
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
  byId(id: string): Promise<StoredFact | null>;
  /** Hears what was stored, once each, in order, after the commit. Returns how to stop hearing. */
  onAppend(listener: (stored: readonly StoredFact[]) => void): () => void;
  /** The newest rows first. */
  quarantined(limit: number): Promise<QuarantineRow[]>;
  /** Another history begins: every client compares anew. Returns the new epoch. */
  renewEpoch(): Promise<string>;
  /** Finishes what was asked, then closes. */
  close(): Promise<void>;
}
