import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { ForeignFileError, openDatabase, type Migration } from '../../gateway/journal/database.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { PROJECTIONS_VERSION } from '../../shared/projections/all.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import type { Journal } from '../journal/journal.ts';
import {
  COUNT_TABLES_SQL,
  openCounts,
  type Clock,
  type Counts,
  type Density,
  type SourceSum,
} from './counts.ts';
import {
  LANE_TABLES_SQL,
  openLanes,
  type LaneColumns,
  type LaneQuery,
  type Lanes,
} from './lanes.ts';
import {
  keptHeadsIn,
  openThings,
  passingStore,
  THING_TABLES_SQL,
  thingStoreIn,
  type KeptHead,
  type Things,
} from './things.ts';

/** PRAGMA application_id of a desk's views: "HFV1". */
const VIEWS_APPLICATION_ID = 0x48465631;
/** Raised with the schema below: older files only give their heads, and are replaced. */
const VIEWS_VERSION = 4;

/** For late facts that come alone so many facts are read at once: a few ms. */
const REFOLD_FACTS = 2_000;

/** As in the journal: fewer pages are written twice (16 MiB). */
const CHECKPOINT_PAGES = 4_000;

/**
 * Everything that can be computed from the journal and is worth keeping: current states, their past,
 * and counts per minute. A file of its own that may be deleted at any time: it names the journal and
 * the seq that it reflects, and catches up by itself.
 */
export interface Views {
  readonly database: Database;
  /**
   * Seq of the last fact that everything here reflects. States that are only known from their heads,
   * or a past that is yet to be written, keep it back.
   */
  reflected(): number;
  /** Moves on with every change of what can be read here. */
  revision(): number;
  /** Takes up to about `limit` further facts, in one transaction. @throws SqliteError */
  catchUp(limit: number): CaughtUp;
  /** Current states by thing. */
  readonly current: ReadonlyMap<string, Folded>;
  /** States by thing as they were at a moment. */
  at(moment: number): Map<string, Folded>;
  /** Counts per bucket of the window, from the counts per minute, by group. */
  density(from: number, to: number, buckets: number): Density;
  /** The same by source, person or service: see Lanes. */
  lanes(query: LaneQuery): LaneColumns;
  /** What each source has told this journal: facts, when it was last heard, and the newest lag. */
  sourceCount(source: string): SourceSum | null;
  /** What each source had told before a minute of the past began: see Counts. */
  sourcesBefore(clock: Clock, minute: number): Map<string, SourceSum>;
  /** Things of which something was heard long after it had happened by this moment: see Counts. */
  slowThings(moment: number): string[];
  /** First and last moment of the timeline's entries. */
  extent(): { from: number | null; to: number | null };
  close(): void;
}

export interface CaughtUp {
  /** Facts that were new here. */
  readonly facts: readonly StoredFact[];
  /** Facts that were read for it, new or not. */
  readonly read: number;
  /** Things whose current state may have changed. */
  readonly things: ReadonlySet<string>;
  /** Whether anything is left to do. */
  readonly more: boolean;
}

const migrations: readonly Migration[] = [
  {
    number: 10,
    // Views of every version have this table, with `name` and `seq` in it.
    sql: `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
${THING_TABLES_SQL}
${COUNT_TABLES_SQL}
${LANE_TABLES_SQL}`,
  },
];

export interface ViewsOptions {
  /** Which version writes them: tests play another one. */
  readonly version?: number;
}

/**
 * Opens the views beside their journal. Those of another version still give the current states, from
 * their heads, while new ones are built beside them and then take their place; those of another
 * journal, or broken ones, are built anew.
 */
export function openViews(folder: string, journal: Journal, options: ViewsOptions = {}): Views {
  const path = join(folder, 'views.sqlite');
  const nextPath = join(folder, 'views-next.sqlite');
  const ofJournal = { journal: journal.id, salvaged: journal.salvage?.at ?? null };
  const name = JSON.stringify({
    ...ofJournal,
    views: options.version ?? VIEWS_VERSION,
    projections: PROJECTIONS_VERSION,
  });
  const lastSeq = journal.facts.lastSeq();
  // Cut off between the two steps of `replace`.
  if (!existsSync(path) && existsSync(nextPath)) renameSync(nextPath, path);
  const kept = reopen(path, journal, name);
  if (kept !== null) {
    removeDatabase(nextPath);
    return viewsOver(kept, journal, null);
  }
  const former = formerHeads(path, JSON.stringify(ofJournal).slice(0, -1), lastSeq);
  if (former === null) {
    removeDatabase(path);
    removeDatabase(nextPath);
    return viewsOver(begin(path, journal, name), journal, null);
  }
  const next = reopen(nextPath, journal, name) ?? begin(nextPath, journal, name);
  return viewsOver(next, journal, {
    ...former,
    // The old file gives way only now: until here every start can begin with its heads.
    replace() {
      removeDatabase(path);
      renameSync(nextPath, path);
    },
    reopen: () => openFile(existsSync(nextPath) ? nextPath : path, journal),
  });
}

/** One file of views: everything in it follows the journal in one transaction. */
interface ViewsFile {
  readonly database: Database;
  readonly things: Things;
  readonly counts: Counts;
  readonly lanes: Lanes;
  taken(): number;
  /** Takes facts, or where there are none, mends what was put off. */
  take(facts: readonly StoredFact[], limit: number): Pick<CaughtUp, 'things' | 'read'>;
}

function openFile(path: string, journal: Journal): ViewsFile {
  const database = openDatabase({
    path,
    applicationId: VIEWS_APPLICATION_ID,
    migrations,
    synchronous: 'NORMAL',
  });
  try {
    return fileOver(database, journal);
  } catch (error) {
    database.close();
    throw error;
  }
}

function fileOver(database: Database, journal: Journal): ViewsFile {
  const readSeq = database.prepare("SELECT value FROM meta WHERE key = 'seq'").pluck();
  const saveSeq = database.prepare("UPDATE meta SET value = ? WHERE key = 'seq'");
  const takenSeq = (): number => Number(readSeq.get() ?? 0);
  let taken = takenSeq();
  const things = openThings(journal.facts, thingStoreIn(database), taken);
  const counts = openCounts(database);
  const lanes = openLanes(database);
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  let undone = false;

  const take = database.transaction((facts: readonly StoredFact[], limit: number) => {
    const last = facts.at(-1);
    if (last === undefined) return things.mend(limit);
    counts.take(facts);
    lanes.take(facts);
    const waits = last.seq < journal.facts.lastSeq();
    const touched = things.take(facts, waits ? 0 : REFOLD_FACTS);
    saveSeq.run(String(last.seq));
    return { things: touched, read: facts.length };
  });

  return {
    database,
    things,
    counts,
    lanes,
    taken: () => taken,
    take(facts, limit) {
      if (undone) {
        things.reload(taken);
        undone = false;
      }
      try {
        const done = take(facts, limit);
        taken = facts.at(-1)?.seq ?? taken;
        return done;
      } catch (error) {
        // What is in memory ran ahead of the file, which alone is right.
        undone = true;
        throw error;
      }
    },
  };
}

function begin(path: string, journal: Journal, name: string): ViewsFile {
  removeDatabase(path);
  const database = openDatabase({
    path,
    applicationId: VIEWS_APPLICATION_ID,
    migrations,
    synchronous: 'NORMAL',
  });
  const save = database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  database.transaction(() => {
    save.run('name', name);
    save.run('seq', '0');
  })();
  return fileOver(database, journal);
}

/** Views that are ours and whole, or null: they are disposable, a broken file is worth no more. */
function reopen(path: string, journal: Journal, name: string): ViewsFile | null {
  if (!existsSync(path)) return null;
  let database: Database | null = null;
  try {
    database = openDatabase({
      path,
      applicationId: VIEWS_APPLICATION_ID,
      migrations,
      synchronous: 'NORMAL',
    });
    const read = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
    if (read.get('name') === name && Number(read.get('seq')) <= journal.facts.lastSeq()) {
      return fileOver(database, journal);
    }
  } catch (error) {
    if (!(error instanceof ForeignFileError) && !isUnreadable(error)) {
      database?.close();
      throw error;
    }
  }
  database?.close();
  return null;
}

/** What the views of another version, older or newer, know of the same journal's current states. */
function formerHeads(
  path: string,
  nameBegin: string,
  lastSeq: number,
): { heads: KeptHead[]; seq: number } | null {
  if (!existsSync(path)) return null;
  let database: Database | null = null;
  try {
    database = new Sqlite(path, { fileMustExist: true });
    const read = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
    const seq = Number(read.get('seq'));
    const isOfJournal = String(read.get('name')).startsWith(`${nameBegin},`);
    return isOfJournal && seq > 0 && seq <= lastSeq ? { heads: keptHeadsIn(database), seq } : null;
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  } finally {
    database?.close();
  }
}

/** Damage, or a shape that we do not know: the file is of no use, the disk may be well. */
function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.name === 'SqliteError');
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

interface Former {
  readonly heads: KeptHead[];
  readonly seq: number;
  /** Puts the new file, which is closed, into the place of the former one. */
  replace(): void;
  reopen(): ViewsFile;
}

interface Passing {
  readonly things: Things;
  taken: number;
  readonly former: Former;
}

function viewsOver(opened: ViewsFile, journal: Journal, former: Former | null): Views {
  let file = opened;
  let revision = 0;
  /** What is shown until the file holds all: the states of the former views' heads, followed on. */
  let passing: Passing | null = null;
  if (former !== null) {
    const things = openThings(journal.facts, passingStore(former.heads), former.seq);
    passing = { things, taken: former.seq, former };
  }
  const current = (passing?.things.current ?? file.things.current) as Map<string, Folded>;

  function reflected(): number {
    if (passing !== null) return Math.min(file.taken(), passing.taken, journal.facts.lastSeq() - 1);
    return Math.min(file.taken(), file.things.lacksAfter() ?? Infinity);
  }

  function following(after: number, last: number, limit: number): StoredFact[] {
    return after < last ? journal.facts.range(after, last, limit) : [];
  }

  /** Live facts first, so that what is shown is new; then a piece of the views to come. */
  function catchUpBoth(passes: Passing, limit: number): CaughtUp {
    revision += 1;
    const last = journal.facts.lastSeq();
    const facts = following(passes.taken, last, limit);
    if (facts.length > 0) {
      const things = passes.things.take(facts, 0);
      passes.taken = facts.at(-1)?.seq ?? passes.taken;
      return { facts, read: facts.length, things, more: true };
    }
    const piece = following(file.taken(), last, limit);
    const { read } = file.take(piece, limit);
    if (file.taken() < last || file.things.lacksAfter() !== null) {
      return { facts: [], read, things: new Set(), more: true };
    }
    return { facts: [], read, things: takeOver(passes.former), more: false };
  }

  function takeOver(replaced: Former): Set<string> {
    file.database.close();
    try {
      replaced.replace();
    } finally {
      file = replaced.reopen();
    }
    file.things.moveTo(current);
    passing = null;
    return new Set(current.keys());
  }

  return {
    get database() {
      return file.database;
    },
    reflected,
    revision: () => revision,
    catchUp(limit) {
      if (passing !== null) return catchUpBoth(passing, limit);
      const last = journal.facts.lastSeq();
      const facts = following(file.taken(), last, limit);
      if (facts.length === 0 && file.things.lacksAfter() === null) {
        return { facts, read: 0, things: new Set(), more: false };
      }
      revision += 1;
      const { things, read } = file.take(facts, limit);
      const more = file.taken() < last || file.things.lacksAfter() !== null;
      return { facts, read, things, more };
    },
    current,
    at: (moment) => file.things.at(moment),
    density: (from, to, buckets) => file.counts.density(from, to, buckets),
    lanes: (query) => file.lanes.read(query),
    sourceCount: (source) => file.counts.source(source),
    sourcesBefore: (clock, minute) => file.counts.sourcesBefore(clock, minute),
    slowThings: (moment) => file.counts.slowThings(moment),
    extent: () => file.counts.extent(),
    close: () => file.database.close(),
  };
}
