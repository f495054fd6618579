import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nativeSha256 } from '../../../gateway/journal/native-hash.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite-journal.ts';
import { syntheticDrafts } from '../../../scripts/benches/synthetic-facts.ts';
import { sealFact, type Fact } from '../../../shared/facts/fact.ts';

/** Facts of one commit while a journal is filled. */
const FILL_FACTS = 5_000;
/** Between two facts (ms), as syntheticDrafts places them. */
export const FILL_STEP_MS = 200;

export interface Filled {
  /** Alerts that are open after all facts of the journal. */
  readonly open: number;
}

/**
 * Adds so many facts to the journal in a gateway's data folder, the last one at `endsAt`; `from` facts
 * were added so before.
 */
export async function fillGateway(
  dataFolder: string,
  { count, endsAt }: { count: number; endsAt: number },
): Promise<Filled> {
  mkdirSync(dataFolder, { recursive: true });
  const journal = openSqliteJournal({ path: join(dataFolder, 'gateway.db'), now: () => endsAt });
  let batch: Fact[] = [];
  for (const draft of syntheticDrafts(count, endsAt - count * FILL_STEP_MS)) {
    batch.push(sealFact(draft, nativeSha256));
    if (batch.length < FILL_FACTS) continue;
    await journal.append(batch);
    batch = [];
  }
  await journal.append(batch);
  const { last } = await journal.bounds();
  const newest = new Map<string, Fact>();
  for (let after = 0; after < last;) {
    const page = await journal.heads([[1, last]], after, { facts: 5_000, length: 1e9 });
    for (const { seq, fact } of page) {
      after = seq;
      const other = newest.get(fact.thing);
      if (fact.kind.startsWith('alert.') && (other === undefined || other.at < fact.at)) {
        newest.set(fact.thing, fact);
      }
    }
    if (page.length === 0) break;
  }
  await journal.close();
  return { open: [...newest.values()].filter(({ kind }) => kind === 'alert.fired').length };
}
