import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { openSearchIndex } from '../../main/views/search.ts';
import { openViews } from '../../main/views/views.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { bare } from './ingest.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';
import { syntheticDrafts } from './synthetic-facts.ts';

const T0 = 1_760_000_000_000;
const FACTS = 30_000;
const BATCH = 1_000;
const ROUNDS = 5;

/**
 * As the bench `ingest`, and on into the search index: the journal with it, and with the views too,
 * against a bare better-sqlite3 that writes the same rows and indexes nothing.
 */
export async function ingestFts(): Promise<Figure[]> {
  const drafts = [...syntheticDrafts(FACTS, T0)];
  const withIndex: number[] = [];
  const withViews: number[] = [];
  const indexAlone: number[] = [];
  const bareRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    try {
      const ours = join(folder, 'ours');
      const journal = openJournal({ folder: ours });
      const journalSeconds = await cpuSeconds(() => {
        for (let start = 0; start < drafts.length; start += BATCH) {
          const facts = drafts
            .slice(start, start + BATCH)
            .map((draft) => sealFact(draft, nativeSha256));
          const to = start + facts.length;
          const place = { feed: 'g', epoch: 'e', part: 'tail', from: start + 1, to } as const;
          journal.appendFromFeed({ ...place, facts }, 1);
        }
      });
      const views = openViews(ours, journal);
      const viewSeconds = await cpuSeconds(() => {
        while (views.catchUp(BATCH).more);
      });
      const index = openSearchIndex(ours, journal);
      const indexSeconds = await cpuSeconds(() => {
        while (index.catchUp(BATCH));
      });
      index.close();
      views.close();
      journal.close();
      bareRates.push(FACTS / (await bare(join(folder, 'bare.sqlite'), drafts)));
      withIndex.push(FACTS / (journalSeconds + indexSeconds));
      withViews.push(FACTS / (journalSeconds + viewSeconds + indexSeconds));
      indexAlone.push(FACTS / indexSeconds);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const peer = { name: 'bare better-sqlite3, same table and indices', value: median(bareRates) };
  const unit = 'facts per CPU-second';
  return [
    figure('ingest-fts', median(withIndex), unit, peer),
    figure('ingest-views-fts', median(withViews), unit, peer),
    figure('index-alone', median(indexAlone), unit, peer),
  ];
}

const ROWS = 10_000_000;

/**
 * The newest 200 hits of a word among ten million facts, with reading and checking the facts
 * themselves; for a word in every fact, in one of 40, of 5,000 and of 100,000.
 */
export async function search(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const index = openSearchIndex(folder, manyFacts(ROWS));
    const seconds = await cpuSeconds(() => {
      while (index.catchUp(2_000));
    });
    const questions = {
      'in every fact': 'crit',
      'in one of 40': 'cell-17',
      'in one of 5,000': 'pay-core-7f1',
      'in one of 100,000': 'woodpecker',
      'two words, both common': 'error az-2',
    };
    const figures: Figure[] = [];
    for (const [name, question] of Object.entries(questions)) {
      const spent: number[] = [];
      let hits = 0;
      for (let round = 0; round < ROUNDS * 4; round += 1) {
        const began = performance.now();
        hits = (await index.find(question, null, 200)).length;
        spent.push(performance.now() - began);
      }
      figures.push(figure(`search, ${name} (${hits} hits)`, median(spent), 'ms'));
    }
    index.close();
    return [...figures, figure('search, index of 10 M made', ROWS / seconds, 'facts per CPU-s')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Facts that are made when they are asked for: a journal of so many rows would only cost time. */
function manyFacts(count: number): Parameters<typeof openSearchIndex>[1] {
  const fact = (seq: number): Fact => {
    const service = `pay-core-${((seq * 7) % 5_000).toString(16)}`;
    return {
      id: seq.toString(16).padStart(64, '0') as Fact['id'],
      kind: 'alert.fired',
      v: 1,
      thing: `alert:${((seq * 2_654_435_761) >>> 0).toString(16).padStart(16, '0')}`,
      at: T0 + seq,
      heardAt: T0 + seq,
      source: 'am',
      body: {
        severity: 'critical',
        service,
        summary: `error rate of ${service} in cell-${seq % 40} az-${seq % 3}`,
        ...(seq % 100_000 === 0 && { by: 'woodpecker' }),
      },
    };
  };
  return {
    id: 'many',
    salvage: null,
    facts: {
      lastSeq: () => count,
      range(after, upTo, limit) {
        const length = Math.max(0, Math.min(limit, upTo - after));
        return Array.from({ length }, (_, offset): StoredFact => {
          const seq = after + offset + 1;
          return { seq, seenAt: T0, fact: fact(seq) };
        });
      },
    },
  };
}
