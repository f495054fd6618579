import { CATALOGUE_VERSION } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { Journal } from '../journal/journal.ts';
import { readLine } from './inputs.ts';

export interface ReplayOptions {
  readonly journal: Journal;
  readonly now: () => number;
  /** Facts were committed to the journal. */
  readonly onFacts: () => void;
  /** True when the journal is about to be closed. */
  readonly isOver: () => boolean;
  /** What can be understood; for tests. */
  readonly version?: string;
}

/** Meta key: which version last tried what is parked. */
const TRIED_BY = 'parkedTriedBy';
/** Inputs of one commit: others get their turn between. */
const SLICE_INPUTS = 50;

/**
 * Tries what an earlier version could not understand, once a version: what is understood now is
 * stored as a fact and no longer parked (law W5).
 * @returns how many facts that gave
 * @throws SqliteError when the disk takes no commit; the next start tries again
 */
export async function replayParked(options: ReplayOptions): Promise<number> {
  const { journal, version = `catalogue ${CATALOGUE_VERSION}` } = options;
  if (journal.meta(TRIED_BY) === version) return 0;
  let stored = 0;
  for (let after = 0; ;) {
    const inputs = journal.parked(after, SLICE_INPUTS);
    const last = inputs.at(-1);
    if (last === undefined) break;
    after = last.id;
    const facts: Fact[] = [];
    const understood: number[] = [];
    for (const { id, place, raw } of inputs) {
      const { fact } = readLine(place, raw);
      if (fact === null) continue;
      facts.push(fact);
      understood.push(id);
    }
    if (understood.length > 0) {
      stored += journal.unpark(understood, facts, options.now()).length;
      options.onFacts();
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (options.isOver()) return stored;
  }
  journal.setMeta(TRIED_BY, version);
  return stored;
}
