import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { FACT_TABLE_SQL } from '../../gateway/journal/fact-store.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { openViews } from '../../main/views/views.ts';
import { effectiveAt, sealFact } from '../../shared/facts/fact.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';
import { syntheticDrafts } from './synthetic-facts.ts';

const FACTS = 30_000;
const BATCH = 1_000;
const ROUNDS = 5;

/**
 * Decoded batch → committed journal (id and row hash included), and on into the views, against a
 * bare better-sqlite3 that writes the same rows into the same table and indices.
 */
export async function ingest(): Promise<Figure[]> {
  const drafts = [...syntheticDrafts(FACTS, 1_760_000_000_000)];
  const journalRates: number[] = [];
  const viewRates: number[] = [];
  const bareRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    try {
      const journal = openJournal({ folder: join(folder, 'ours') });
      const journalSeconds = await cpuSeconds(() => {
        for (let start = 0; start < drafts.length; start += BATCH) {
          const facts = drafts
            .slice(start, start + BATCH)
            .map((draft) => sealFact(draft, nativeSha256));
          const last = start + facts.length;
          journal.appendFromFeed(
            { feed: 'g', epoch: 'e', part: 'tail', from: start + 1, to: last, facts },
            1,
          );
        }
      });
      const views = openViews(join(folder, 'ours'), journal);
      const viewSeconds = await cpuSeconds(() => {
        while (views.catchUp(BATCH).more);
      });
      views.close();
      journal.close();
      bareRates.push(FACTS / (await bare(join(folder, 'bare.sqlite'), drafts)));
      journalRates.push(FACTS / journalSeconds);
      viewRates.push(FACTS / (journalSeconds + viewSeconds));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const peer = { name: 'bare better-sqlite3, same table and indices', value: median(bareRates) };
  const unit = 'facts per CPU-second';
  return [
    figure('ingest', median(journalRates), unit, peer),
    figure('ingest-views', median(viewRates), unit, peer),
  ];
}

export async function bare(path: string, drafts: Parameters<typeof sealFact>[0][]): Promise<number> {
  const rows = drafts
    .map((draft) => sealFact(draft))
    .map((fact, index) => [
      index + 1,
      Buffer.from(fact.id, 'hex'),
      fact.kind,
      fact.thing,
      effectiveAt(fact),
      fact.heardAt,
      1,
      fact.source,
      JSON.stringify(fact),
      Buffer.alloc(32, index & 255),
    ]);
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(FACT_TABLE_SQL);
  const insert = database.prepare('INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const write = database.transaction((from: number) => {
    for (const row of rows.slice(from, from + BATCH)) insert.run(...row);
  });
  const seconds = await cpuSeconds(() => {
    for (let start = 0; start < rows.length; start += BATCH) write(start);
  });
  database.close();
  return seconds;
}
