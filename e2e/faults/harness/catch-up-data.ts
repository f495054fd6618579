import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nativeSha256 } from '../../../gateway/journal/native-hash.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite-journal.ts';
import { syntheticDrafts } from '../../../scripts/benches/synthetic-facts.ts';
import { sealFact, type Fact } from '../../../shared/facts/fact.ts';

/** Facts of one commit while a journal is filled. */
const FILL_FACTS = 5_000;

/** A gateway's data folder with so many facts in it, the newest of this moment. */
export async function fillGateway(dataFolder: string, count: number, now: number): Promise<void> {
  mkdirSync(dataFolder, { recursive: true });
  const journal = openSqliteJournal({ path: join(dataFolder, 'gateway.db'), now: () => now });
  let batch: Fact[] = [];
  for (const draft of syntheticDrafts(count, now - count * 200)) {
    batch.push(sealFact(draft, nativeSha256));
    if (batch.length < FILL_FACTS) continue;
    await journal.append(batch);
    batch = [];
  }
  await journal.append(batch);
  await journal.close();
}
