import { chmodSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { hash, randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import {
  openFactStore,
  type FactStore,
  type StoredFact,
} from '../../gateway/journal/fact-store.ts';
import { boundQuarantine, QUARANTINE_LIMITS } from '../../gateway/journal/quarantine.ts';
import { witnessOf as witnessIn } from '../../gateway/access/witness.ts';
import { PEOPLE, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { nextHlc } from '../../shared/facts/hlc.ts';
import type { ProblemCode } from '../../shared/facts/problem-code.ts';
import type { PersonDraft } from '../../shared/commands/context.ts';
import { addRange } from '../../shared/wire/ranges.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import { openFactRow, openSealedFile, type SealedFile } from './fact-row.ts';
import {
  bringToRest,
  COMPANIONS,
  journalFile,
  journalFiles,
  openJournalFile,
  openJournalFileReadOnly,
  readMeta,
  removeFile,
  sealOf,
  startSealing,
  syncFolder,
  writeMeta,
  writeProtect,
  type JournalFile,
  type Seal,
  type Sealing,
} from './journal-files.ts';
import { openParked, type ParkedInput } from './parked.ts';
import { isSalvageUnderWay, makeWhole, type SalvageMark } from './salvage.ts';
import { openWitness } from './witness.ts';

export { JOURNAL_APPLICATION_ID } from './journal-files.ts';

export interface FeedPlace {
  readonly epoch: string | null;
  readonly holds: Range[];
  /** Sequences of that epoch and which facts they were, the highest last: they show another history. */
  readonly tips: readonly Tip[];
}

/** A sequence of the gateway and the id of its fact. */
export type Tip = readonly [seq: number, id: string];

export interface FeedBatch {
  readonly feed: string;
  readonly epoch: string;
  readonly part: 'heads' | 'tail' | 'gap';
  readonly from: number;
  readonly to: number;
  readonly facts: readonly Fact[];
  /** What the batch carried and could not be understood: parked in the same transaction. */
  readonly parked?: readonly Quarantined[];
  /** The fact at `to`. */
  readonly tip?: string;
}

/** What a feed told to be lost for good. */
export interface Gap {
  readonly kind: 'retention' | 'epoch';
  readonly at: number;
  readonly detail: string;
  /** Between these moments the record may lack something; null where that is not known. */
  readonly from: number | null;
  readonly to: number | null;
  /** When a comparison with the gateway had made both sides equal; null while none has. */
  readonly healedAt: number | null;
}

/** What a welcome tells of an epoch that changed and of ranges that are gone. */
export interface FeedLoss {
  readonly feed: string;
  readonly epoch: string;
  /** The epoch that was followed before; null where it is the same. */
  readonly formerEpoch: string | null;
  readonly lost: readonly Range[];
  /** Between which moments the record may lack something; null where that is not known. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface Quarantined {
  readonly source: string;
  readonly place: string;
  readonly code: ProblemCode;
  readonly reason: string;
  readonly excerpt: string;
  /** The whole input as JSON, where a later version may understand it. */
  readonly raw?: string;
}

export type SentState = 'none' | 'pending' | 'sent' | 'refused';

/** When a file of the row is full and the next one begins. */
export interface JournalLimits {
  readonly facts: number;
  readonly bytes: number;
}

const JOURNAL_LIMITS: JournalLimits = { facts: 2_000_000, bytes: 1_500_000_000 };

/** A file of the row as a person sees it. */
export interface FileOfRow {
  readonly number: number;
  readonly name: string;
  readonly path: string;
  readonly sealed: boolean;
  readonly facts: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * This desk's record: facts, and beside them what only this desk needs to know. It is a row of files:
 * facts lie in all of them, everything else in the newest, which alone is written.
 */
export interface Journal {
  readonly folder: string;
  /** The newest file. */
  readonly path: string;
  /** Which journal this is; the views name it. */
  readonly id: string;
  /** Under which name this journal's people write. A copy takes a new one. */
  readonly replica: string;
  readonly readOnly: boolean;
  /** Over all files of the row. */
  readonly facts: FactStore;
  /** The newest file; another one after it was sealed, so not to be kept. */
  readonly database: Database;
  /** All files, oldest first: a query over facts asks each of them. */
  databases(): readonly Database[];
  files(): FileOfRow[];
  /** Set where this journal was saved from a damaged one. */
  readonly salvage: SalvageMark | null;
  isFull(): boolean;
  /**
   * Prepares the sealing of the newest file for so long, and when all is prepared, seals it and
   * begins the next one. @returns true when that was done
   * @throws SqliteError when the disk takes it not or others read the file; nothing has changed then
   */
  seal(budgetMs: number): boolean;
  /** Facts and the feed's cursor in one transaction (law J2). */
  appendFromFeed(batch: FeedBatch, seenAt: number): StoredFact[];
  /** Facts that came by another road: an import, the demo, a direct source. */
  appendForeign(facts: readonly Fact[], seenAt: number): StoredFact[];
  /**
   * What a person wrote: gets author, counter and clock, and a place in the outbox. `now` is the
   * room's time (this desk's clock and `skewMs()`): then the gateway, which believes no time ahead
   * of its own, keeps it as it is, and every desk places the fact at the same moment.
   */
  appendOwn(
    person: string,
    drafts: readonly PersonDraft[],
    now: number,
    attachments?: readonly { digest: string; fileName: string; text: string }[],
  ): StoredFact[];
  feedPlace(feed: string): FeedPlace;
  /** Keeps the gaps, takes the epoch and passes over what is lost, in one transaction (law J2). */
  recordLoss(loss: FeedLoss, now: number): void;
  /** The newest gaps of a feed, oldest first. */
  gaps(feed: string): Gap[];
  /** Both sides were compared and are equal: the gaps of this feed so far are healed. */
  healGaps(feed: string, now: number): void;
  /** What this desk holds of a feed is not told by its ranges until it was compared. */
  isUncompared(feed: string): boolean;
  setUncompared(feed: string): void;
  /**
   * Compared with the gateway: this desk has every fact of 1…upTo, and the gaps so far are healed,
   * in one transaction (law J2).
   */
  holdAll(feed: string, epoch: string, upTo: number, now: number): void;
  /** The gateway's witness of a fact that was written here and sent; null where it told none. */
  witnessOf(id: string): string | null;
  /** Inputs that were not understood, kept whole, oldest first, after this id. */
  parked(afterId: number, limit: number): ParkedInput[];
  /** These are understood now: stored, and no longer parked, in one transaction. */
  unpark(ids: readonly number[], facts: readonly Fact[], seenAt: number): StoredFact[];
  /** Facts of this desk that the gateway of this epoch has neither stored nor refused. */
  outbox(epoch: string | null, limit: number): Fact[];
  outboxSize(epoch: string | null): number;
  refusedSize(): number;
  recordReceipts(
    epoch: string,
    stored: readonly string[],
    refused: readonly { id: string; reason: string }[],
    now: number,
  ): void;
  sentState(id: string, epoch: string | null): SentState;
  quarantine(rows: readonly Quarantined[], now: number): void;
  quarantineSize(): number;
  saveBlob(digest: string, fileName: string, text: string): void;
  blob(digest: string): { fileName: string; text: string } | null;
  /** A word that this journal keeps for itself; null when it was never set. */
  meta(key: string): string | null;
  setMeta(key: string, value: string): void;
  /**
   * The room's clock minus this desk's (ms), as the gateway last told it; null before the first
   * welcome. Read without touching the disk.
   */
  skewMs(): number | null;
  saveSkew(skewMs: number): void;
  /**
   * Makes a commit.
   * @throws SqliteError when the disk takes none
   */
  checkWritable(): void;
  close(): void;
}

/** True where a file could not be read or written: a full, broken or read-only disk, a damaged file. */
export function isDiskError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && DISK_CODES.test(code);
}

const DISK_CODES =
  /^(?:SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|PERM|NOMEM)|ENOSPC|EDQUOT|EROFS|EIO|EACCES|EPERM)/;

/** How many tips of a feed are kept. */
const TIPS_KEPT = 16;
/** How many gaps are shown; the table keeps all. */
const GAPS_SHOWN = 100;

export interface JournalOptions {
  readonly folder: string;
  readonly readOnly?: boolean;
  /**
   * The desk's own: damaged files are put aside and what they held is saved, so that it opens. Else
   * damage is thrown.
   */
  readonly repair?: boolean;
  /** Folders with rolling copies that may fill what a damaged file lost. */
  readonly copies?: string;
  readonly now?: () => number;
  readonly newId?: () => string;
  readonly limits?: Partial<JournalLimits>;
  /** For tests: called before each step of a sealing, to end the process there. */
  readonly onStep?: (step: string) => void;
}

/**
 * Opens (or makes) the journal in a folder.
 * @throws ForeignFileError when a file is of a newer version, or of something else
 */
export function openJournal(options: JournalOptions): Journal {
  const { folder } = options;
  const limits = { ...JOURNAL_LIMITS, ...options.limits };
  const newId = options.newId ?? ((): string => randomBytes(8).toString('hex'));
  const step = options.onStep ?? ((): void => {});
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const salvaged =
    options.repair === true
      ? makeWhole({
          folder,
          copies: options.copies ?? null,
          now: options.now ?? Date.now,
          newId,
          ...(options.onStep && { onStep: options.onStep }),
        })
      : null;
  if (salvaged === null && isSalvageUnderWay(folder)) {
    throw new Error(
      `a salvage of the journal in ${folder} was cut off; nothing was changed. Start the application, or run "holdfast journal salvage", and it is finished`,
    );
  }
  if (journalFiles(folder).length === 0) begin(folder, newId);
  const row = journalFiles(folder);
  const newestFile = row.pop();
  if (newestFile === undefined) throw new Error(`no journal in ${folder}`);
  removeFile(`${journalFile(folder, newestFile.number + 1).path}.new`);

  const opened: Database[] = [];
  let sealed: SealedFile[] = [];
  let newest: Newest;
  let salvage: SalvageMark | null;
  try {
    for (const file of row) {
      writeProtect(file.path);
      const database = openJournalFileReadOnly(file.path);
      opened.push(database);
      sealed.push(openSealedFile(file, database, sealOf(database) ?? measured(database)));
    }
    newest = openNewest(newestFile, newId, sealed.at(-1)?.seal.lastSeq ?? 0);
    opened.push(newest.database);
    salvaged?.confirm(newest.database);
    salvage = salvageOf(newest.database);
  } catch (error) {
    for (const database of opened) database.close();
    throw error;
  }
  const id = readMeta(newest.database, 'journal') ?? '';
  const replica = readMeta(newest.database, 'replica') ?? '';
  const witness = openWitness(folder);
  let sealing: Sealing | null = null;
  const facts = openFactRow(
    () => sealed,
    () => newest.facts,
  );
  let tables = openTables(newest.database, facts, replica);
  tellWitness(facts.range(facts.lastSeq() - 1, facts.lastSeq(), 1));

  function tellWitness(stored: readonly StoredFact[]): void {
    const last = stored.at(-1);
    if (last) witness.tell({ journal: id, seq: last.seq, id: last.fact.id });
  }

  /** Between two turns of the event loop: nothing is written meanwhile. */
  function changeFile(): void {
    const file = newest.file;
    const next = journalFile(folder, file.number + 1);
    const draft = `${next.path}.new`;
    const startAfter = Math.max(facts.lastSeq(), newest.startAfter);
    step('prepare');
    removeFile(draft);
    prepareNext(draft, file.path, startAfter);
    step('mark');
    (sealing ??= startSealing(newest.database)).finish();
    sealing = null;
    // Somebody reads it, or the disk is full: it stays the newest, and is sealed another time.
    const undo = (files: string): void => {
      newest.database.pragma('busy_timeout = 5000');
      removeFile(files);
      newest.database.pragma('journal_mode = WAL');
      unseal(newest.database);
    };
    try {
      step('rest');
      // Nobody at this desk waits for another program's reading.
      newest.database.pragma('busy_timeout = 0');
      bringToRest(newest.database);
    } catch (error) {
      undo(draft);
      throw error;
    }
    step('rename');
    renameSync(draft, next.path);
    syncFolder(folder);
    step('renamed');
    let following: Newest;
    try {
      following = openNewest(next, newId, startAfter);
    } catch (error) {
      // Nothing was written into it yet.
      undo(next.path);
      throw error;
    }
    newest.database.close();
    writeProtect(file.path);
    const database = openJournalFileReadOnly(file.path);
    sealed = [...sealed, openSealedFile(file, database, sealOf(database) ?? measured(database))];
    newest = following;
    tables = openTables(newest.database, facts, replica);
    step('done');
  }

  return {
    folder,
    get path() {
      return newest.file.path;
    },
    id,
    replica,
    readOnly: options.readOnly === true,
    facts,
    get database() {
      return newest.database;
    },
    salvage,
    databases: () => [...sealed.map(({ database }) => database), newest.database],
    files: () => [
      ...sealed.map(({ file, seal }) => ({
        ...file,
        sealed: true,
        facts: seal.facts,
        bytes: bytesOf(file.path),
        firstSeq: seal.firstSeq,
        lastSeq: seal.lastSeq,
      })),
      {
        ...newest.file,
        sealed: false,
        facts: countOf(newest),
        bytes: bytesOf(newest.file.path),
        firstSeq: newest.facts.firstSeq(),
        lastSeq: newest.facts.lastSeq(),
      },
    ],
    isFull: () => countOf(newest) >= limits.facts || sizeOf(newest.database) >= limits.bytes,
    seal(budgetMs) {
      sealing ??= startSealing(newest.database);
      if (!sealing.step(budgetMs)) return false;
      changeFile();
      return true;
    },
    appendFromFeed(batch, seenAt) {
      const stored = tables.appendFromFeed(batch, seenAt);
      tellWitness(stored);
      return stored;
    },
    appendForeign(list, seenAt) {
      const stored = tables.appendForeign(list, seenAt);
      tellWitness(stored);
      return stored;
    },
    appendOwn(person, drafts, now, attachments = []) {
      const stored = tables.appendOwn(person, drafts, now, attachments);
      tellWitness(stored);
      return stored;
    },
    feedPlace: (feed) => tables.feedPlace(feed),
    recordLoss: (loss, now) => tables.recordLoss(loss, now),
    gaps: (feed) => tables.gaps(feed),
    healGaps: (feed, now) => tables.healGaps(feed, now),
    isUncompared: (feed) => tables.isUncompared(feed),
    setUncompared: (feed) => tables.setUncompared(feed),
    holdAll: (feed, epoch, upTo, now) => tables.holdAll(feed, epoch, upTo, now),
    witnessOf: (factId) => tables.witnessOf(factId),
    parked: (afterId, limit) => tables.parked(afterId, limit),
    unpark(ids, list, seenAt) {
      const stored = tables.unpark(ids, list, seenAt);
      tellWitness(stored);
      return stored;
    },
    outbox: (epoch, limit) => tables.outbox(epoch, limit),
    outboxSize: (epoch) => tables.outboxSize(epoch),
    refusedSize: () => tables.refusedSize(),
    recordReceipts: (epoch, stored, refused, now) =>
      tables.recordReceipts(epoch, stored, refused, now),
    sentState: (factId, epoch) => tables.sentState(factId, epoch),
    quarantine: (rows, now) => tables.quarantine(rows, now),
    quarantineSize: () => tables.quarantineSize(),
    saveBlob: (digest, fileName, text) => tables.saveBlob(digest, fileName, text),
    blob: (digest) => tables.blob(digest),
    meta: (key) => tables.meta(key),
    setMeta: (key, value) => tables.setMeta(key, value),
    skewMs: () => tables.skewMs(),
    saveSkew: (skewMs) => tables.saveSkew(skewMs),
    checkWritable: () => tables.checkWritable(),
    close() {
      for (const { database } of sealed) database.close();
      newest.database.close();
      witness.close();
    },
  };
}

interface Newest {
  readonly file: JournalFile;
  readonly database: Database;
  readonly facts: FactStore;
  readonly startAfter: number;
}

function openNewest(file: JournalFile, newId: () => string, afterSealed: number): Newest {
  if ((statSync(file.path).mode & 0o200) === 0) chmodSync(file.path, 0o600);
  const database = openJournalFile(file.path);
  try {
    // Cut off between the mark and the next file: the row is as it was.
    if (sealOf(database) !== null) unseal(database);
    metaOf(database, 'journal', newId);
    metaOf(database, 'replica', newId);
    const startAfter = Math.max(
      afterSealed,
      Number(readMeta(database, 'startAfter') ?? 0),
      Number(readMeta(database, 'seqFloor') ?? 0),
    );
    return { file, database, facts: openFactStore(database, startAfter), startAfter };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the first file of a row: under its name it is whole or not there. */
function begin(folder: string, newId: () => string): void {
  const { path } = journalFile(folder, 1);
  const draft = `${path}.new`;
  removeFile(draft);
  for (const suffix of COMPANIONS) if (suffix !== '') removeFile(path + suffix);
  const database = openJournalFile(draft);
  metaOf(database, 'journal', newId);
  metaOf(database, 'replica', newId);
  bringToRest(database);
  database.close();
  renameSync(draft, path);
  syncFolder(folder);
}

/** The next file of the row, whole under another name: all that is not a fact goes along. */
function prepareNext(draft: string, from: string, startAfter: number): void {
  const database = openJournalFile(draft);
  try {
    database.pragma('foreign_keys = OFF');
    database.prepare('ATTACH DATABASE ? AS former').run(from);
    const names = database
      .prepare(
        `SELECT name FROM former.sqlite_schema WHERE type = 'table'
         AND name NOT IN ('fact', 'id_filter') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
      )
      .pluck()
      .all() as string[];
    database.transaction(() => {
      for (const name of names) {
        database.exec(`INSERT INTO main."${name}" SELECT * FROM former."${name}"`);
      }
      database.exec('DELETE FROM main.sqlite_sequence');
      database.exec('INSERT INTO main.sqlite_sequence SELECT * FROM former.sqlite_sequence');
      for (const key of OF_ONE_FILE) {
        database.prepare('DELETE FROM main.meta WHERE key = ?').run(key);
      }
      writeMeta(database, 'startAfter', String(startAfter));
    })();
    database.exec('DETACH DATABASE former');
    bringToRest(database);
  } finally {
    database.close();
  }
}

/** What meta says of the file that it lies in, not of the journal. */
const OF_ONE_FILE = ['sealed', 'holes'];

function unseal(database: Database): void {
  database.transaction(() => {
    database.prepare("DELETE FROM meta WHERE key = 'sealed'").run();
    database.prepare('DELETE FROM id_filter').run();
  })();
}

/** A file in the row that carries no mark: what it holds is looked up. */
function measured(database: Database): Seal {
  const [facts, firstSeq, lastSeq] = database
    .prepare('SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM fact')
    .raw()
    .get() as [number, number, number];
  return { facts, firstSeq, lastSeq, hash: '', filterHash: '' };
}

function salvageOf(database: Database): SalvageMark | null {
  const text = readMeta(database, 'salvage');
  return text === null ? null : (JSON.parse(text) as SalvageMark);
}

/** Without counting rows: what salvage did not find is left out. */
function countOf({ database, facts }: Newest): number {
  const last = facts.lastSeq();
  if (last === 0) return 0;
  const holes = JSON.parse(readMeta(database, 'holes') ?? '[]') as Range[];
  const first = facts.firstSeq();
  const missing = holes
    .filter(([from, to]) => from >= first && to <= last)
    .reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return last - first + 1 - missing;
}

function sizeOf(database: Database): number {
  return (
    (database.pragma('page_count', { simple: true }) as number) *
    (database.pragma('page_size', { simple: true }) as number)
  );
}

function bytesOf(path: string): number {
  let bytes = 0;
  for (const suffix of COMPANIONS) {
    if (suffix !== '-shm' && existsSync(path + suffix)) bytes += statSync(path + suffix).size;
  }
  return bytes;
}

type Tables = Omit<
  Journal,
  | 'folder'
  | 'path'
  | 'id'
  | 'replica'
  | 'readOnly'
  | 'facts'
  | 'database'
  | 'databases'
  | 'files'
  | 'salvage'
  | 'isFull'
  | 'seal'
  | 'appendOwn'
  | 'close'
> & {
  appendOwn(
    person: string,
    drafts: readonly PersonDraft[],
    now: number,
    attachments: readonly { digest: string; fileName: string; text: string }[],
  ): StoredFact[];
};

/** Everything but facts: it lies in the newest file. */
function openTables(database: Database, facts: FactStore, replica: string): Tables {
  const saveCursor = database.prepare(
    `INSERT INTO feed_cursor (feed, epoch, holds, hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (feed) DO UPDATE SET epoch = excluded.epoch, holds = excluded.holds,
       hash = excluded.hash`,
  );
  const readCursor = database.prepare('SELECT epoch, holds, hash FROM feed_cursor WHERE feed = ?');
  const saveOwn = database.prepare('INSERT INTO own (seq, id, counter, hlc) VALUES (?, ?, ?, ?)');
  const lastOwn = database.prepare('SELECT counter, hlc FROM own ORDER BY counter DESC LIMIT 1');
  const isOwn = database.prepare('SELECT 1 FROM own WHERE id = ?').pluck();
  const saveReceipt = database.prepare(
    `INSERT INTO receipt (id, epoch, outcome, reason, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id, epoch) DO UPDATE SET outcome = excluded.outcome,
       reason = CASE WHEN outcome = excluded.outcome THEN coalesce(excluded.reason, reason)
         ELSE excluded.reason END
     WHERE NOT (outcome = 'stored' AND excluded.outcome = 'refused')`,
  );
  const witnessOf = database
    .prepare(
      `SELECT reason FROM receipt WHERE id = ? AND outcome = 'stored' AND reason IS NOT NULL
       ORDER BY at DESC LIMIT 1`,
    )
    .pluck();
  const parked = openParked(database);
  const receiptOf = database.prepare(
    'SELECT outcome FROM receipt WHERE id = ? AND epoch = coalesce(?, epoch) ORDER BY at DESC LIMIT 1',
  );
  const unsent = `FROM own WHERE NOT EXISTS
     (SELECT 1 FROM receipt WHERE receipt.id = own.id AND receipt.epoch = coalesce(?, receipt.epoch))`;
  const outboxOf = database.prepare(`SELECT own.id ${unsent} ORDER BY own.counter LIMIT ?`).pluck();
  const outboxCount = database.prepare(`SELECT count(*) ${unsent}`).pluck();
  const refusedCount = database
    .prepare(
      `SELECT count(DISTINCT id) FROM receipt r WHERE outcome = 'refused'
       AND NOT EXISTS (SELECT 1 FROM receipt s WHERE s.id = r.id AND s.outcome = 'stored')`,
    )
    .pluck();
  const saveQuarantine = database.prepare(
    'INSERT INTO quarantine (at, source, place, code, reason, excerpt) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const countQuarantine = database.prepare('SELECT coalesce(max(id), 0) FROM quarantine').pluck();
  const boundRows = boundQuarantine(
    database,
    'id',
    ['source', 'place', 'reason', 'excerpt'],
    QUARANTINE_LIMITS,
  );
  const insertBlob = database.prepare(
    'INSERT INTO blob (digest, file_name, text) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING',
  );
  const readBlob = database.prepare('SELECT file_name, text FROM blob WHERE digest = ?');

  const insertGap = database.prepare(
    `INSERT INTO gap (feed, epoch, kind, at, detail, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (feed, epoch, kind, detail) DO NOTHING`,
  );
  const readGaps = database.prepare(
    `SELECT kind, at, detail, from_at AS "from", to_at AS "to", healed_at AS healedAt FROM
       (SELECT * FROM gap WHERE feed = ? ORDER BY id DESC LIMIT ${GAPS_SHOWN})
     ORDER BY id`,
  );
  const healGaps = database.prepare(
    'UPDATE gap SET healed_at = ? WHERE feed = ? AND healed_at IS NULL',
  );
  const readMeta = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  const saveMeta = database.prepare(
    `INSERT INTO meta (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const removeMeta = database.prepare('DELETE FROM meta WHERE key = ?');
  const keptSkew = readMeta.get('skewMs') as string | undefined;
  let skew = keptSkew === undefined ? null : Number(keptSkew);

  function placeOf(feed: string): FeedPlace {
    const row = readCursor.get(feed) as
      | { epoch: string; holds: string; hash: string | null }
      | undefined;
    // A cursor that a flipped bit moved would pass over facts for ever: then rather all is compared.
    if (row === undefined || (row.hash !== null && row.hash !== cursorHash(feed, row))) {
      return { epoch: null, holds: [], tips: [] };
    }
    const { epoch } = row;
    return { epoch, holds: JSON.parse(row.holds) as Range[], tips: tipsOf(feed, epoch) };
  }

  function tipsOf(feed: string, epoch: string): Tip[] {
    const text = readMeta.get(`tips:${feed}`) as string | undefined;
    if (text === undefined) return [];
    const kept = JSON.parse(text) as { epoch: string; tips: Tip[] };
    return kept.epoch === epoch ? kept.tips : [];
  }

  function keepTip(feed: string, epoch: string, tip: Tip): void {
    const others = tipsOf(feed, epoch).filter(([seq]) => seq !== tip[0]);
    const tips = [...others, tip].sort((left, right) => left[0] - right[0]).slice(-TIPS_KEPT);
    saveMeta.run(`tips:${feed}`, JSON.stringify({ epoch, tips }));
  }

  function moveCursor(feed: string, epoch: string, ranges: readonly Range[]): void {
    const holds = JSON.stringify(ranges);
    saveCursor.run(feed, epoch, holds, cursorHash(feed, { epoch, holds }));
  }

  function park(rows: readonly Quarantined[], now: number): void {
    let added = 0;
    for (const row of rows) {
      const source = row.source.slice(0, 200);
      const place = row.place.slice(0, 500);
      const reason = row.reason.slice(0, 1_000);
      const excerpt = row.excerpt.slice(0, 500);
      saveQuarantine.run(now, source, place, row.code, reason, excerpt);
      added += source.length + place.length + reason.length + excerpt.length;
      if (row.raw !== undefined) parked.keep({ at: now, source, place, reason, raw: row.raw });
    }
    boundRows(added);
  }

  const appendFromFeed = database.transaction((batch: FeedBatch, seenAt: number) => {
    if (batch.parked && batch.parked.length > 0) park(batch.parked, seenAt);
    const stored = facts.append(batch.facts, seenAt);
    const place = placeOf(batch.feed);
    const before = place.epoch === batch.epoch ? place.holds : [];
    const holds = batch.part === 'heads' ? before : addRange(before, batch.from, batch.to);
    moveCursor(batch.feed, batch.epoch, holds);
    if (batch.tip !== undefined) keepTip(batch.feed, batch.epoch, [batch.to, batch.tip]);
    for (const fact of batch.facts) {
      // What we wrote and hear again is in the gateway's journal: that is a receipt.
      // A journal that was restored wrote under other names before.
      if (fact.author === undefined) continue;
      const key = Buffer.from(fact.id, 'hex');
      if (!isOwn.get(key)) continue;
      // The copy that lies here is from before the gateway witnessed it: its word is kept beside.
      saveReceipt.run(key, batch.epoch, 'stored', witnessIn(fact), seenAt);
    }
    return stored;
  });

  const recordLoss = database.transaction((loss: FeedLoss, now: number) => {
    const { feed, epoch, formerEpoch, lost, from: fromAt, to: toAt } = loss;
    const place = placeOf(feed);
    let holds = place.epoch === epoch ? place.holds : [];
    if (formerEpoch !== null) {
      insertGap.run(feed, epoch, 'epoch', now, `${formerEpoch} → ${epoch}`, fromAt, toAt);
    }
    for (const [from, to] of lost) {
      insertGap.run(feed, epoch, 'retention', now, `${from}–${to}`, fromAt, toAt);
      holds = addRange(holds, from, to);
    }
    moveCursor(feed, epoch, holds);
  });

  const appendOwn = database.transaction(
    (
      person: string,
      drafts: readonly PersonDraft[],
      now: number,
      attachments: readonly { digest: string; fileName: string; text: string }[],
    ) => {
      const last = lastOwn.get() as { counter: number; hlc: string } | undefined;
      let counter = last?.counter ?? 0;
      let hlc = last?.hlc ?? null;
      for (const { digest, fileName, text } of attachments) insertBlob.run(digest, fileName, text);
      const written: StoredFact[] = [];
      for (const draft of drafts) {
        counter += 1;
        hlc = nextHlc(hlc, now);
        const fact = sealFact({
          kind: draft.kind,
          v: 1,
          thing: draft.thing,
          at: draft.at,
          heardAt: now,
          source: PEOPLE,
          author: { person, replica, counter, hlc },
          body: draft.body as Fact['body'],
        });
        const [stored] = facts.append([fact], now);
        if (!stored) continue;
        saveOwn.run(stored.seq, Buffer.from(fact.id, 'hex'), counter, hlc);
        written.push(stored);
      }
      return written;
    },
  );

  const recordReceipts = database.transaction(
    (
      epoch: string,
      stored: readonly string[],
      refused: readonly { id: string; reason: string }[],
      now: number,
    ) => {
      for (const one of stored)
        saveReceipt.run(Buffer.from(one, 'hex'), epoch, 'stored', null, now);
      for (const one of refused) {
        saveReceipt.run(Buffer.from(one.id, 'hex'), epoch, 'refused', one.reason, now);
      }
    },
  );

  const quarantine = database.transaction(park);

  const holdAll = database.transaction((feed: string, epoch: string, upTo: number, now: number) => {
    const place = placeOf(feed);
    const holds = place.epoch === epoch ? place.holds : [];
    moveCursor(feed, epoch, addRange(holds, 1, upTo));
    healGaps.run(now, feed);
    removeMeta.run(`uncompared:${feed}`);
  });

  const unpark = database.transaction(
    (ids: readonly number[], list: readonly Fact[], seenAt: number) => {
      const stored = facts.append(list, seenAt);
      parked.remove(ids);
      return stored;
    },
  );

  return {
    appendFromFeed: (batch, seenAt) => appendFromFeed(batch, seenAt),
    appendForeign: database.transaction((list: readonly Fact[], seenAt: number) =>
      facts.append(list, seenAt),
    ),
    appendOwn: (person, drafts, now, attachments) => appendOwn(person, drafts, now, attachments),
    feedPlace: placeOf,
    recordLoss,
    gaps: (feed) => readGaps.all(feed) as Gap[],
    outbox: (epoch, limit) =>
      (outboxOf.all(epoch, limit) as Buffer[]).flatMap((key) => {
        const stored = facts.byId(key.toString('hex'));
        return stored === null ? [] : [stored.fact];
      }),
    outboxSize: (epoch) => outboxCount.get(epoch) as number,
    refusedSize: () => refusedCount.get() as number,
    healGaps: (feed, now) => void healGaps.run(now, feed),
    isUncompared: (feed) => readMeta.get(`uncompared:${feed}`) !== undefined,
    setUncompared: (feed) => void saveMeta.run(`uncompared:${feed}`, '1'),
    holdAll,
    witnessOf: (factId) =>
      (witnessOf.get(Buffer.from(factId, 'hex')) as string | undefined) ?? null,
    parked: parked.list,
    unpark,
    recordReceipts,
    sentState(factId, epoch) {
      const key = Buffer.from(factId, 'hex');
      if (!isOwn.get(key)) return 'none';
      const receipt = receiptOf.get(key, epoch) as { outcome: 'stored' | 'refused' } | undefined;
      if (receipt === undefined) return 'pending';
      return receipt.outcome === 'stored' ? 'sent' : 'refused';
    },
    quarantine,
    quarantineSize: () => countQuarantine.get() as number,
    saveBlob: (digest, fileName, text) => insertBlob.run(digest, fileName, text),
    blob(digest) {
      const row = readBlob.get(digest) as { file_name: string; text: string } | undefined;
      return row === undefined ? null : { fileName: row.file_name, text: row.text };
    },
    meta: (key) => (readMeta.get(key) as string | undefined) ?? null,
    setMeta: (key, value) => void saveMeta.run(key, value),
    skewMs: () => skew,
    saveSkew(skewMs) {
      skew = skewMs;
      saveMeta.run('skewMs', String(skewMs));
    },
    checkWritable: () => void saveMeta.run('written', '1'),
  };
}

function cursorHash(feed: string, row: { epoch: string; holds: string }): string {
  return hash('sha256', JSON.stringify([feed, row.epoch, row.holds])).slice(0, 16);
}

function metaOf(database: Database, key: string, make: () => string): string {
  const kept = readMeta(database, key);
  if (kept !== null) return kept;
  const made = make();
  writeMeta(database, key, made);
  return made;
}
