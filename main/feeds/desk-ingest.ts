import { openIngest, type Ingest } from '../../gateway/ingest/ingest.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import type { Journal } from '../journal/journal.ts';

/** The feed whose other side lacks what is heard here. */
const FEED = 'gateway';

/**
 * The gateway's intake over this desk's own journal. What comes in by it the gateway has not heard:
 * when it is back, both sides compare what they hold, and it is given what it lacks.
 */
export function openDeskIngest(options: {
  readonly journal: Journal;
  readonly now: () => number;
  /** What this desk holds of the sources that will speak, in any order: what they say again is no news. */
  readonly held: readonly StoredFact[];
  readonly onFacts: () => void;
  readonly isOver: () => boolean;
}): Promise<Ingest> {
  const { journal, now, held } = options;
  return openIngest(
    {
      bounds: async () => ({ first: 1, last: Math.max(0, ...held.map(({ seq }) => seq)) }),
      // All of it is one page: the caller reads on until there is none.
      heads: async (_ranges, after) => (after === 0 ? [...held].sort((a, b) => a.seq - b.seq) : []),
      async append(facts, rows = []) {
        if (options.isOver()) throw new Error('the room is closed');
        const stored = journal.appendForeign(facts, now());
        if (rows.length > 0) {
          const told = rows.map(({ source, place, code, reason, excerpt }) => ({
            source,
            place,
            code: code ?? 'incomplete',
            reason,
            excerpt,
          }));
          journal.quarantine(told, now());
        }
        if (stored.length > 0) {
          journal.setUncompared(FEED);
          options.onFacts();
        }
        return { stored, duplicates: facts.length - stored.length };
      },
      onAppend: () => () => undefined,
    },
    now,
  );
}
