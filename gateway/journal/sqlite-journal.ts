import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Fact } from '../../shared/facts/fact.ts';
import { headKey } from '../../shared/facts/heads.ts';
import { orderKey } from '../../shared/facts/order.ts';
import { openDatabase, type Migration } from './database.ts';
import { FACT_TABLE_SQL, openFactStore, storedOf, type StoredFact } from './fact-store.ts';
import {
  JournalUnavailableError,
  type Journal,
  type PageLimit,
  type QuarantineRow,
} from './journal.ts';

/** PRAGMA application_id of a gateway's journal: "HFG1". */
const GATEWAY_APPLICATION_ID = 0x48464731;

const MIGRATIONS: readonly Migration[] = [
  { number: 10, sql: FACT_TABLE_SQL },
  {
    number: 11,
    sql: `
CREATE TABLE head (
  key       TEXT    PRIMARY KEY,
  order_key TEXT    NOT NULL,
  seq       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX head_seq ON head (seq);
CREATE TABLE quarantine (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  source  TEXT NOT NULL,
  format  TEXT NOT NULL,
  place   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  weight  TEXT NOT NULL
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
  },
];

export interface SqliteJournalOptions {
  readonly path: string;
  readonly now: () => number;
  /** Rows kept in quarantine; the oldest go. */
  readonly quarantineRows?: number;
}

interface Job {
  readonly facts: readonly Fact[];
  readonly quarantine: readonly QuarantineRow[];
  resolve(answer: { stored: StoredFact[]; duplicates: number }): void;
  reject(error: Error): void;
}

/**
 * The journal in one SQLite file: facts, heads and quarantine move in one transaction under
 * synchronous=FULL, and all that is asked for in one turn of the event loop is committed together.
 * @throws ForeignFileError when the file is newer than this version or belongs to something else
 */
export function openSqliteJournal(options: SqliteJournalOptions): Journal {
  const database = openDatabase({
    path: options.path,
    applicationId: GATEWAY_APPLICATION_ID,
    migrations: MIGRATIONS,
    synchronous: 'FULL',
  });
  const facts = openFactStore(database);
  const statements = prepare(database);
  const quarantineRows = options.quarantineRows ?? 10_000;
  const listeners = new Set<(stored: readonly StoredFact[]) => void>();
  let epoch = (statements.meta.get('epoch') as string | undefined) ?? newEpoch();
  statements.setMeta.run('epoch', epoch);
  let queue: Job[] = [];
  let scheduled = false;
  let closed = false;

  const writeJob = (job: Job): { stored: StoredFact[]; duplicates: number } => {
    const stored = facts.append(job.facts, options.now());
    for (const { seq, fact } of stored) statements.head.run(headKey(fact), orderKey(fact), seq);
    for (const row of job.quarantine) {
      const { at, source, format, place, reason, excerpt, weight } = row;
      statements.quarantine.run(at, source, format, place, reason, excerpt, weight);
    }
    if (job.quarantine.length > 0) statements.trim.run(quarantineRows);
    return { stored, duplicates: job.facts.length - stored.length };
  };
  const commit = database.transaction((jobs: readonly Job[]) => jobs.map(writeJob));

  function settle(jobs: readonly Job[]): void {
    let answers: ReturnType<typeof writeJob>[];
    try {
      answers = commit.immediate(jobs);
    } catch (error) {
      // One job may be at fault: each gets a transaction of its own, so that neighbours get through.
      if (jobs.length > 1) for (const job of jobs) settle([job]);
      else jobs[0]?.reject(new JournalUnavailableError(error));
      return;
    }
    const stored = answers.flatMap((answer) => answer.stored);
    for (const [index, job] of jobs.entries()) {
      const answer = answers[index];
      if (answer) job.resolve(answer);
    }
    if (stored.length > 0) for (const listener of listeners) listener(stored);
  }

  function flush(): void {
    scheduled = false;
    const jobs = queue;
    queue = [];
    if (jobs.length > 0) settle(jobs);
  }

  return {
    backend: 'sqlite',
    epoch: () => epoch,
    bounds: async () => ({ first: facts.firstSeq(), last: facts.lastSeq() }),
    append(newFacts, quarantine = []) {
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(new JournalUnavailableError(new Error('it is closed')));
          return;
        }
        queue.push({ facts: newFacts, quarantine, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },
    async range(from, to, limit) {
      const page: Page = { found: [], length: 0, full: false };
      fill(page, statements.range.iterate(from, to, limit.facts), limit);
      return page.found;
    },
    async heads(ranges, after, limit) {
      const page: Page = { found: [], length: 0, full: false };
      for (const [from, to] of ranges) {
        if (to <= after) continue;
        fill(page, statements.heads.iterate(Math.max(from, after + 1), to, limit.facts), limit);
        if (page.full) break;
      }
      return page.found;
    },
    byId: async (id) => facts.byId(id),
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    quarantined: async (limit) => statements.quarantined.all(limit) as QuarantineRow[],
    async renewEpoch() {
      epoch = newEpoch();
      statements.setMeta.run('epoch', epoch);
      return epoch;
    },
    async close() {
      if (closed) return;
      closed = true;
      flush();
      database.close();
    },
  };
}

function prepare(database: Database) {
  return {
    range: database.prepare<unknown[]>(
      'SELECT seq, seen_at, content FROM fact WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?',
    ),
    heads: database.prepare<unknown[]>(
      `SELECT fact.seq, seen_at, content FROM head JOIN fact ON fact.seq = head.seq
       WHERE head.seq >= ? AND head.seq <= ? ORDER BY head.seq LIMIT ?`,
    ),
    head: database.prepare<unknown[]>(
      `INSERT INTO head (key, order_key, seq) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET order_key = excluded.order_key, seq = excluded.seq
       WHERE excluded.order_key > head.order_key`,
    ),
    quarantine: database.prepare<unknown[]>(
      `INSERT INTO quarantine (at, source, format, place, reason, excerpt, weight)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    trim: database.prepare<unknown[]>(
      'DELETE FROM quarantine WHERE number <= (SELECT max(number) FROM quarantine) - ?',
    ),
    quarantined: database.prepare<unknown[]>(
      `SELECT at, source, format, place, reason, excerpt, weight FROM quarantine
       ORDER BY number DESC LIMIT ?`,
    ),
    meta: database.prepare<unknown[]>('SELECT value FROM meta WHERE key = ?').pluck(),
    setMeta: database.prepare<unknown[]>(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
  };
}

interface Page {
  readonly found: StoredFact[];
  length: number;
  full: boolean;
}

/** Reads rows into the page until its limit is reached; the first row always fits. */
function fill(page: Page, rows: Iterable<unknown>, limit: PageLimit): void {
  for (const row of rows) {
    const size = (row as { content: string }).content.length;
    if (page.found.length > 0 && page.length + size > limit.length) {
      page.full = true;
      return;
    }
    page.found.push(storedOf(row));
    page.length += size;
    if (page.found.length >= limit.facts) {
      page.full = true;
      return;
    }
  }
}

function newEpoch(): string {
  return randomBytes(12).toString('hex');
}
