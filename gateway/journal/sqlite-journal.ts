import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Fact } from '../../shared/facts/fact.ts';
import { openDatabase, type Migration } from './database.ts';
import { HEAD_TABLE_SQL, openFactReads, openHeads, openHourIndex } from './fact-index.ts';
import { FACT_TABLE_SQL, openFactStore, type StoredFact } from './fact-store.ts';
import { JournalUnavailableError, type Journal, type QuarantineRow } from './journal.ts';
import { openQuarantineTable } from './quarantine-table.ts';

/** PRAGMA application_id of a gateway's journal: "HFG1". */
export const GATEWAY_APPLICATION_ID = 0x48464731;

/** The gateway's journal, forward only: a step that has shipped is never edited. */
export const gatewayMigrations: readonly Migration[] = [
  { number: 10, sql: FACT_TABLE_SQL },
  {
    number: 11,
    sql: `${HEAD_TABLE_SQL}
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
  { number: 12, sql: 'ALTER TABLE quarantine ADD COLUMN code TEXT;' },
];

export interface SqliteJournalOptions {
  readonly path: string;
  readonly now: () => number;
  /** Rows kept in quarantine; the oldest go. */
  readonly quarantineRows?: number;
  /** … and the UTF-8 bytes of their texts. */
  readonly quarantineBytes?: number;
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
    migrations: gatewayMigrations,
    synchronous: 'FULL',
  });
  const facts = openFactStore(database);
  const reads = openFactReads(database);
  const keepHeads = openHeads(database);
  const index = openHourIndex(facts);
  const statements = prepare(database);
  const quarantined = openQuarantineTable(database, {
    ...(options.quarantineRows !== undefined && { rows: options.quarantineRows }),
    ...(options.quarantineBytes !== undefined && { bytes: options.quarantineBytes }),
  });
  const listeners = new Set<(stored: readonly StoredFact[]) => void>();
  let epoch = (statements.meta.get('epoch') as string | undefined) ?? newEpoch();
  statements.setMeta.run('epoch', epoch);
  let queue: Job[] = [];
  let scheduled = false;
  let closed = false;

  const writeJob = (job: Job): { stored: StoredFact[]; duplicates: number } => {
    const stored = facts.append(job.facts, options.now());
    keepHeads(stored);
    if (job.quarantine.length > 0) quarantined.add(job.quarantine);
    return { stored, duplicates: job.facts.length - stored.length };
  };
  const commit = database.transaction((jobs: readonly Job[]) => jobs.map(writeJob));

  function settle(jobs: readonly Job[]): void {
    let answers: ReturnType<typeof writeJob>[];
    try {
      answers = commit.immediate(jobs);
    } catch (error) {
      if (jobs.length > 1) settleEach(jobs);
      else jobs[0]?.reject(new JournalUnavailableError(error));
      return;
    }
    const stored = answers.flatMap((answer) => answer.stored);
    index.touch(stored);
    for (const [index, job] of jobs.entries()) {
      const answer = answers[index];
      if (answer) job.resolve(answer);
    }
    if (stored.length > 0) for (const listener of listeners) listener(stored);
  }

  /** One job may be at fault: each gets a transaction of its own, so that neighbours get through. */
  function settleEach(jobs: readonly Job[]): void {
    let failure: Error | null = null;
    for (const job of jobs) {
      // An empty list asks whether all before it is there: a repeat must not be told "stored" then.
      if (failure !== null && job.facts.length === 0) job.reject(failure);
      else settle([{ ...job, reject: (error) => job.reject((failure = error)) }]);
    }
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
    range: async (from, to, limit) => reads.range(from, to, limit),
    heads: async (ranges, after, limit) => reads.heads(ranges, after, limit),
    rangeTexts: async (from, to, limit) => reads.rangeTexts(from, to, limit),
    headTexts: async (ranges, after, limit) => reads.headTexts(ranges, after, limit),
    textsOf: async (ids, limit) => reads.textsOf(ids, limit),
    hours: index.hours,
    idsOf: index.idsOf,
    byId: async (id) => facts.byId(id),
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    quarantined: async (limit) => quarantined.newest(limit),
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
    meta: database.prepare<unknown[]>('SELECT value FROM meta WHERE key = ?').pluck(),
    setMeta: database.prepare<unknown[]>(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
  };
}

function newEpoch(): string {
  return randomBytes(12).toString('hex');
}
