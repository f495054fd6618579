import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { ForeignFileError, openDatabase, type Migration } from '../../gateway/journal/database.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import type { Journal } from '../journal/journal.ts';
import { holdsWords, indexedText, matchOf, textsOf, wordsOf } from './search-words.ts';

/** PRAGMA application_id of a desk's search index: "HFS1". */
const SEARCH_APPLICATION_ID = 0x48465331;
/** Raised with the schema or with how words are cut: older files are thrown away and rebuilt. */
const SEARCH_VERSION = 1;
/**
 * Facts of one index table (by seq). FTS5 gathers all hits of a beginning before it gives the
 * newest: small tables, asked newest first, bound that work, and an old one is never merged again.
 */
const TABLE_FACTS = 131_072;
/** How long one piece of work may take before others get their turn. */
const SLICE_MS = 10;

/**
 * Full text over all facts, in a file of its own that may be deleted at any time: it names the
 * journal and the last fact that it reflects, and catches up by itself (law J6).
 */
export interface SearchIndex {
  /** Seq of the last fact in the index. */
  reflected(): number;
  /**
   * Takes up to `limit` further facts into the index, in one transaction. An index that is found
   * broken is begun anew.
   * @returns true while the journal holds further facts
   * @throws SqliteError when the disk takes or gives nothing
   */
  catchUp(limit: number): boolean;
  /**
   * The newest facts that hold all words of the question, each as a beginning, newest first; only
   * those with a smaller seq where `before` says so. Lets others get their turn while it looks.
   * Empty for a question without words, and when the index is closed meanwhile.
   */
  find(question: string, before: number | null, limit: number): Promise<StoredFact[]>;
  close(): void;
}

const migrations: readonly Migration[] = [
  {
    number: 10,
    sql: 'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;',
  },
];

/** What the index needs of a journal. */
type Searched = Pick<Journal, 'id'> & {
  /** When it was saved from a damaged file: then other facts may stand at the same seq. */
  readonly salvage: { readonly at: number } | null;
  readonly facts: Pick<Journal['facts'], 'lastSeq' | 'range'>;
};

/** Opens the index beside its journal; one of another journal or version is begun anew. */
export function openSearchIndex(folder: string, journal: Searched): SearchIndex {
  const path = join(folder, 'search.sqlite');
  let file = reopen(path, journal) ?? anew(path, journal);
  let closed = false;

  /** Runs on a file that may be damaged: then the index is begun anew, and nothing is lost. */
  function guarded<Answer>(run: (open: SearchFile) => Answer, otherwise: Answer): Answer {
    try {
      return run(file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      file.database.close();
      file = anew(path, journal);
      return otherwise;
    }
  }

  return {
    reflected: () => file.reflected,
    catchUp: (limit) => guarded((open) => open.catchUp(limit), true),
    async find(question, before, limit) {
      const words = wordsOf(question);
      const found: StoredFact[] = [];
      if (words.length === 0 || closed) return found;
      const match = matchOf(words);
      let cursor = Math.min(before ?? Infinity, file.reflected + 1);
      let began = performance.now();
      while (cursor > 1 && found.length < limit) {
        const seqs = guarded((open) => open.newest(match, cursor, limit - found.length), null);
        if (seqs === null) return found;
        for (const seq of seqs.hits) {
          const [stored] = journal.facts.range(seq - 1, seq, 1);
          // A phrase may reach from one text into the next, and a file may lie: the fact decides.
          if (stored && holdsWords(textsOf(stored.fact), words)) found.push(stored);
        }
        cursor = seqs.next;
        if (performance.now() - began < SLICE_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        if (closed) return [];
        began = performance.now();
      }
      return found;
    },
    close() {
      closed = true;
      file.database.close();
    },
  };
}

/** How many facts a slice begins with; then as many as the slices before say. */
const SLICE_FACTS = { first: 100, least: 10, most: 2_000 } as const;
/** A slice aims below its limit: what is merged on the way cannot be told before. */
const SLICE_AIM_MS = 4;
const REST_MS = 4;
const WATCH_MS = 250;
const RETRY_MS = 30_000;

/**
 * Keeps the index up with the journal in slices of at most about 10 ms, only while nothing more
 * urgent waits. What fails is tried again later and keeps nobody from working.
 * @returns how to end it
 */
export function keepUp(index: () => SearchIndex, isBusy: () => boolean): () => void {
  let sliceFacts: number = SLICE_FACTS.first;
  let timer = setTimeout(turn, WATCH_MS);
  timer.unref();

  function turn(): void {
    let pause = WATCH_MS;
    try {
      if (!isBusy()) {
        const began = performance.now();
        const more = index().catchUp(sliceFacts);
        const tookMs = performance.now() - began;
        if (more) {
          const fitting = (sliceFacts * SLICE_AIM_MS) / Math.max(0.1, tookMs);
          sliceFacts = Math.round(
            Math.max(SLICE_FACTS.least, Math.min(SLICE_FACTS.most, fitting, sliceFacts * 2)),
          );
          pause = REST_MS;
        }
      }
    } catch (error) {
      console.error('the search index:', error);
      pause = RETRY_MS;
    }
    timer = setTimeout(turn, pause);
    timer.unref();
  }

  return () => clearTimeout(timer);
}

interface SearchFile {
  readonly database: Database;
  readonly reflected: number;
  catchUp(limit: number): boolean;
  /** Hits below the cursor in one table, and where the next look begins. */
  newest(match: string, cursor: number, limit: number): { hits: number[]; next: number };
}

interface Table {
  readonly insert: Statement;
  readonly newest: Statement;
}

function optionsFor(path: string): Parameters<typeof openDatabase>[0] {
  return { path, applicationId: SEARCH_APPLICATION_ID, migrations, synchronous: 'NORMAL' };
}

/** The file as it was left, or null where it is not there, not whole or of something else. */
function reopen(path: string, journal: Searched): SearchFile | null {
  let database: Database;
  try {
    database = openDatabase(optionsFor(path));
  } catch (error) {
    if (error instanceof ForeignFileError || isDamage(error)) return null;
    throw error;
  }
  try {
    const meta = new Map(
      database.prepare<[], [string, string]>('SELECT key, value FROM meta').raw().all(),
    );
    const seq = Number(meta.get('seq'));
    if (meta.get('name') === nameOf(journal) && meta.get('last') === lastOf(journal, seq)) {
      return searchFile(database, journal, seq);
    }
  } catch (error) {
    if (!isDamage(error)) {
      database.close();
      throw error;
    }
  }
  database.close();
  return null;
}

function anew(path: string, journal: Searched): SearchFile {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const database = openDatabase(optionsFor(path));
  const insert = database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  database.transaction(() => {
    insert.run('name', nameOf(journal));
    insert.run('seq', '0');
    insert.run('last', lastOf(journal, 0));
  })();
  return searchFile(database, journal, 0);
}

function nameOf(journal: Searched): string {
  const salvaged = journal.salvage?.at ?? null;
  return JSON.stringify({ journal: journal.id, salvaged, search: SEARCH_VERSION });
}

/** The id of the fact at that seq: a journal that was taken back and went on has another there. */
function lastOf(journal: Searched, seq: number): string {
  if (seq === 0) return '';
  const [stored] = journal.facts.range(seq - 1, seq, 1);
  return stored?.fact.id ?? 'none';
}

function searchFile(database: Database, journal: Searched, from: number): SearchFile {
  const tables = new Map<number, Table>();
  for (const name of database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'")
    .pluck()
    .all()) {
    const number = Number(String(name).slice('words_'.length));
    tables.set(number, prepare(database, number));
  }
  const setMeta = database.prepare('UPDATE meta SET value = ? WHERE key = ?');
  let reflected = from;

  const write = database.transaction((facts: readonly StoredFact[]) => {
    for (const { seq, fact } of facts) {
      const texts = textsOf(fact);
      if (texts.length === 0) continue;
      const number = tableOf(seq);
      let table = tables.get(number);
      if (table === undefined) {
        make(database, number);
        table = prepare(database, number);
        tables.set(number, table);
      }
      table.insert.run(seq, indexedText(texts));
    }
    const last = facts.at(-1);
    if (last === undefined) return;
    setMeta.run(String(last.seq), 'seq');
    setMeta.run(last.fact.id, 'last');
  });

  return {
    database,
    get reflected() {
      return reflected;
    },
    catchUp(limit) {
      const last = journal.facts.lastSeq();
      if (reflected >= last) return false;
      const facts = journal.facts.range(reflected, last, limit);
      const before = new Set(tables.keys());
      try {
        write(facts);
      } catch (error) {
        // A table that was made in this transaction is gone with it.
        for (const number of tables.keys()) if (!before.has(number)) tables.delete(number);
        throw error;
      }
      reflected = facts.at(-1)?.seq ?? last;
      return reflected < last;
    },
    newest(match, cursor, limit) {
      const number = tableOf(cursor - 1);
      const table = tables.get(number);
      const hits = (table?.newest.all(match, cursor, limit) ?? []) as number[];
      const first = number * TABLE_FACTS + 1;
      const oldest = hits.at(-1);
      return { hits, next: hits.length < limit || oldest === undefined ? first : oldest };
    },
  };
}

function tableOf(seq: number): number {
  return Math.floor((seq - 1) / TABLE_FACTS);
}

/**
 * Contentless, and without sizes of columns, which only ranking reads. `ascii`: the words are cut
 * already (search-words.ts), and it leaves everything beyond ASCII as it is.
 */
function make(database: Database, number: number): void {
  database.exec(
    `CREATE VIRTUAL TABLE words_${number} USING fts5(
       said, content = '', columnsize = 0, tokenize = 'ascii')`,
  );
  // Merging often doubles the work of indexing; once a level is full is soon enough.
  database.exec(`INSERT INTO words_${number} (words_${number}, rank) VALUES ('automerge', 16)`);
}

function prepare(database: Database, number: number): Table {
  return {
    insert: database.prepare(`INSERT INTO words_${number} (rowid, said) VALUES (?, ?)`),
    newest: database
      .prepare(
        `SELECT rowid FROM words_${number} WHERE words_${number} MATCH ? AND rowid < ?
         ORDER BY rowid DESC LIMIT ?`,
      )
      .pluck(),
  };
}

/** A file that is not what it should be; a disk that is full or does not answer is no damage. */
function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'SqliteError') return false;
  const { code } = error as Error & { code: string };
  return !/^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PERM|NOMEM|INTERRUPT)/.test(code);
}
