import Sqlite, { type Database } from 'better-sqlite3';
import { openFactStore } from '../../../gateway/journal/fact-store.ts';
import type { Range } from '../../../shared/wire/protocol.ts';
import { missingRanges } from '../../../shared/wire/ranges.ts';

/** What is wrong with a journal after a fault: each list is empty where nothing is lost. */
export interface Findings {
  /** Ids that were acknowledged and are not there. */
  readonly lost: string[];
  /** Held sequences whose fact is not there, and numbers that the rows themselves skip. */
  readonly holes: string[];
  /** Facts that are there twice, under whatever id. */
  readonly doubled: string[];
  /** Facts of the feed that the gateway never had. */
  readonly invented: string[];
  /** What SQLite's own check and the hashes of the rows say. */
  readonly damage: string[];
}

/**
 * Looks at a desk's journal from outside, life after life: only what is new since the last look is
 * read, `whole` reads everything.
 */
export interface JournalWatch {
  /** @param gateway the gateway's ids by sequence − 1 */
  look(gateway: readonly string[], acknowledged: Iterable<string>, whole: boolean): Findings;
  readonly facts: () => number;
}

/** @param older ids that lay in the file before any gateway was followed */
export function watchJournal(path: string, older: readonly string[] = []): JournalWatch {
  const known = new Map<string, number>();
  const own = new Map<string, string>();
  let held: Range[] = [];
  let last = 0;
  return {
    facts: () => known.size,
    look(gateway, acknowledged, whole) {
      const findings: Findings = { lost: [], holes: [], doubled: [], invented: [], damage: [] };
      const database = new Sqlite(path, { readonly: true, fileMustExist: true });
      try {
        if (database.pragma('user_version', { simple: true }) === 0) return withLost(acknowledged);
        const before = last;
        const rows = database.prepare(
          'SELECT seq, lower(hex(id)) AS id, content FROM fact WHERE seq > ? ORDER BY seq',
        );
        const fromFeed: string[] = [];
        for (const row of rows.iterate(last)) {
          const { seq, id, content } = row as { seq: number; id: string; content: string };
          if (seq !== last + 1) findings.holes.push(`row ${last + 1} is skipped`);
          if (known.has(id)) findings.doubled.push(id);
          known.set(id, seq);
          last = seq;
          const { author } = JSON.parse(content) as {
            author?: { replica: string; counter: number };
          };
          if (author === undefined) {
            fromFeed.push(id);
            continue;
          }
          const name = `${author.replica}:${author.counter}`;
          if (own.has(name)) findings.doubled.push(`${name} is ${own.get(name)} and ${id}`);
          own.set(name, id);
        }
        if (last < before) findings.lost.push(`the file ends at ${last}, not at ${before}`);
        const sequences = new Set([...gateway, ...older]);
        findings.invented.push(...fromFeed.filter((id) => !sequences.has(id)));
        const holds = holdsOf(database);
        for (const [from, to] of held) {
          for (const [start, end] of missingRanges(holds, from, to)) {
            findings.lost.push(`the cursor forgot ${start}–${end}`);
          }
        }
        for (const [from, to] of holds) {
          for (const [start, end] of missingRanges(held, from, to)) {
            for (let seq = start; seq <= end; seq += 1) {
              const id = gateway[seq - 1];
              if (id === undefined || !known.has(id)) findings.holes.push(`sequence ${seq}`);
            }
          }
        }
        held = holds;
        for (const id of acknowledged) if (!known.has(id)) findings.lost.push(id);
        if (whole) findings.damage.push(...damageOf(database));
      } finally {
        database.close();
      }
      return findings;
    },
  };
}

/** What SQLite's own check says, and rows whose hash does not fit. */
export function damageOf(database: Database): string[] {
  const said = (database.pragma('integrity_check') as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((text) => text !== 'ok');
  const rows = openFactStore(database)
    .damaged()
    .map(({ seq }) => `row ${seq}`);
  return [...said, ...rows];
}

/** None where the schema is older than the feed. */
function holdsOf(database: Database): Range[] {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'feed_cursor'").get();
  if (table === undefined) return [];
  const holds = database
    .prepare("SELECT holds FROM feed_cursor WHERE feed = 'gateway'")
    .pluck()
    .get() as string | undefined;
  return holds === undefined ? [] : (JSON.parse(holds) as Range[]);
}

export const NOTHING: Findings = { lost: [], holes: [], doubled: [], invented: [], damage: [] };

function withLost(acknowledged: Iterable<string>): Findings {
  return { ...NOTHING, lost: [...acknowledged] };
}
