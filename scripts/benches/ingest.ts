import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { FACT_TABLE_SQL } from '../../gateway/journal/fact-store.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { openViews } from '../../main/views/views.ts';
import {
  contentOf,
  effectiveAt,
  factIdOf,
  sealFact,
  type Fact,
  type FactDraft,
} from '../../shared/facts/fact.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';
import { syntheticDrafts } from './synthetic-facts.ts';

const FACTS = 100_000;
const BATCH = 1_000;
const ROUNDS = 5;
const T0 = 1_760_000_000_000;

/**
 * Decoded batch → committed journal (ids checked, row hashes made), and on into the views, against a
 * bare better-sqlite3 that writes the same rows, byte for byte, into the same table and indices.
 * Both are closed inside the measured time, so what one leaves in its log is counted too.
 */
export async function ingest(): Promise<Figure[]> {
  const batches = batchesOnTheWire(FACTS);
  const journalRates: number[] = [];
  const viewRates: number[] = [];
  const bareRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    try {
      const { journalSeconds, viewSeconds, table } = await ours(join(folder, 'ours'), batches);
      bareRates.push(FACTS / (await write(join(folder, 'bare.sqlite'), table)));
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

/** Texts of batches as a gateway sends them: facts as its journal keeps them. */
export function batchesOnTheWire(count: number): string[] {
  const batches: string[] = [];
  let texts: string[] = [];
  for (const draft of syntheticDrafts(count, T0)) {
    texts.push(contentOf(sealFact(draft, nativeSha256)));
    if (texts.length < BATCH) continue;
    batches.push(`[${texts.join(',')}]`);
    texts = [];
  }
  return batches;
}

interface Table {
  readonly schema: readonly string[];
  readonly rows: readonly unknown[][];
}

async function ours(
  folder: string,
  batches: readonly string[],
): Promise<{ journalSeconds: number; viewSeconds: number; table: Table }> {
  const journal = openJournal({ folder });
  const views = openViews(folder, journal);
  let journalSeconds = 0;
  let viewSeconds = 0;
  let seq = 0;
  for (const batch of batches) {
    const facts = JSON.parse(batch) as Fact[];
    journalSeconds += await cpuSeconds(() => {
      for (const fact of facts) {
        if (factIdOf(fact, nativeSha256) !== fact.id) throw new Error('not what it says');
      }
      const place = { from: seq + 1, to: seq + facts.length };
      journal.appendFromFeed({ feed: 'g', epoch: 'e', part: 'tail', ...place, facts }, 1);
    });
    seq += facts.length;
    viewSeconds += await cpuSeconds(() => {
      while (views.catchUp(BATCH).more);
    });
  }
  const table: Table = {
    schema: journal.database
      .prepare<unknown[], string>(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = 'fact' AND sql IS NOT NULL ORDER BY rowid",
      )
      .pluck()
      .all(),
    rows: journal.database
      .prepare<unknown[], unknown[]>('SELECT * FROM fact ORDER BY seq')
      .raw()
      .all(),
  };
  viewSeconds += await cpuSeconds(() => views.close());
  journalSeconds += await cpuSeconds(() => journal.close());
  return { journalSeconds, viewSeconds, table };
}

/** The peer for facts that are only drafts yet. @returns CPU seconds */
export function bare(path: string, drafts: readonly FactDraft[]): Promise<number> {
  const rows = drafts
    .map((draft) => sealFact(draft, nativeSha256))
    .map((fact, index) => [
      index + 1,
      Buffer.from(fact.id, 'hex'),
      fact.kind,
      fact.thing,
      effectiveAt(fact),
      fact.heardAt,
      1,
      fact.source,
      contentOf(fact),
      Buffer.alloc(32, index & 255),
    ]);
  return write(path, { schema: [FACT_TABLE_SQL], rows });
}

/** @returns CPU seconds */
async function write(path: string, { schema, rows }: Table): Promise<number> {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  for (const sql of schema) database.exec(sql);
  const places = (rows[0] ?? []).map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO fact VALUES (${places})`);
  const commit = database.transaction((from: number) => {
    for (const row of rows.slice(from, from + BATCH)) insert.run(...row);
  });
  return cpuSeconds(() => {
    for (let start = 0; start < rows.length; start += BATCH) commit(start);
    database.close();
  });
}
