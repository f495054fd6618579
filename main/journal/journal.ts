import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../../gateway/journal/database.ts';
import {
  openFactStore,
  storedOf,
  type FactStore,
  type StoredFact,
} from '../../gateway/journal/fact-store.ts';
import { PEOPLE, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { nextHlc } from '../../shared/facts/hlc.ts';
import type { PersonDraft } from '../../shared/commands/decide.ts';
import { addRange } from '../../shared/wire/ranges.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import { journalMigrations } from './migrations.ts';

/** PRAGMA application_id of a desktop's journal: "HFJ1". */
export const JOURNAL_APPLICATION_ID = 0x48464a31;

export interface FeedPlace {
  readonly epoch: string | null;
  readonly holds: Range[];
}

export interface FeedBatch {
  readonly feed: string;
  readonly epoch: string;
  readonly part: 'heads' | 'tail' | 'gap';
  readonly from: number;
  readonly to: number;
  readonly facts: readonly Fact[];
  /** What the batch carried and could not be understood: parked in the same transaction. */
  readonly parked?: readonly Quarantined[];
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
  readonly reason: string;
  readonly excerpt: string;
}

export type SentState = 'none' | 'pending' | 'sent' | 'refused';

/** This desk's record: facts, and beside them what only this desk needs to know. */
export interface Journal {
  readonly path: string;
  /** Which journal this is; the views name it. */
  readonly id: string;
  /** Under which name this journal's people write. A copy takes a new one. */
  readonly replica: string;
  readonly readOnly: boolean;
  readonly facts: FactStore;
  readonly database: Database;
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

/** How many gaps are shown; the table keeps all. */
const GAPS_SHOWN = 100;
/** How many quarantined records are kept; the count goes on. */
const QUARANTINE_LIMIT = 10_000;

/**
 * Opens (or makes) the journal in a folder.
 * @throws ForeignFileError when the file is of a newer version or of something else
 */
export function openJournal(options: {
  folder: string;
  readOnly?: boolean;
  newId?: () => string;
}): Journal {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const path = join(options.folder, 'journal-0001.sqlite');
  const database = openDatabase({
    path,
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations,
    synchronous: 'FULL',
  });
  const newId = options.newId ?? ((): string => randomBytes(8).toString('hex'));
  const id = metaOf(database, 'journal', newId);
  const replica = metaOf(database, 'replica', newId);
  const facts = openFactStore(database);

  const saveCursor = database.prepare(
    `INSERT INTO feed_cursor (feed, epoch, holds) VALUES (?, ?, ?)
     ON CONFLICT (feed) DO UPDATE SET epoch = excluded.epoch, holds = excluded.holds`,
  );
  const readCursor = database.prepare('SELECT epoch, holds FROM feed_cursor WHERE feed = ?');
  const saveOwn = database.prepare('INSERT INTO own (seq, id, counter, hlc) VALUES (?, ?, ?, ?)');
  const lastOwn = database.prepare('SELECT counter, hlc FROM own ORDER BY counter DESC LIMIT 1');
  const isOwn = database.prepare('SELECT 1 FROM own WHERE id = ?').pluck();
  const saveReceipt = database.prepare(
    `INSERT INTO receipt (id, epoch, outcome, reason, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id, epoch) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason`,
  );
  const receiptOf = database.prepare(
    'SELECT outcome FROM receipt WHERE id = ? AND epoch = coalesce(?, epoch) ORDER BY at DESC LIMIT 1',
  );
  const unsent = `FROM own JOIN fact ON fact.seq = own.seq WHERE NOT EXISTS
     (SELECT 1 FROM receipt WHERE receipt.id = own.id AND receipt.epoch = coalesce(?, receipt.epoch))`;
  const outboxOf = database.prepare(
    `SELECT fact.seq, fact.seen_at, fact.content ${unsent} ORDER BY own.counter LIMIT ?`,
  );
  const outboxCount = database.prepare(`SELECT count(*) ${unsent}`).pluck();
  const refusedCount = database
    .prepare(
      `SELECT count(DISTINCT id) FROM receipt r WHERE outcome = 'refused'
       AND NOT EXISTS (SELECT 1 FROM receipt s WHERE s.id = r.id AND s.outcome = 'stored')`,
    )
    .pluck();
  const saveQuarantine = database.prepare(
    'INSERT INTO quarantine (at, source, place, reason, excerpt) VALUES (?, ?, ?, ?, ?)',
  );
  const countQuarantine = database.prepare('SELECT coalesce(max(id), 0) FROM quarantine').pluck();
  const trimQuarantine = database.prepare('DELETE FROM quarantine WHERE id <= ?');
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
  const keptSkew = readMeta.get('skewMs') as string | undefined;
  let skew = keptSkew === undefined ? null : Number(keptSkew);

  function placeOf(feed: string): FeedPlace {
    const row = readCursor.get(feed) as { epoch: string; holds: string } | undefined;
    if (row === undefined) return { epoch: null, holds: [] };
    return { epoch: row.epoch, holds: JSON.parse(row.holds) as Range[] };
  }

  function park(rows: readonly Quarantined[], now: number): void {
    for (const row of rows) {
      saveQuarantine.run(
        now,
        row.source.slice(0, 200),
        row.place.slice(0, 500),
        row.reason.slice(0, 1_000),
        row.excerpt.slice(0, 500),
      );
    }
    trimQuarantine.run((countQuarantine.get() as number) - QUARANTINE_LIMIT);
  }

  const appendFromFeed = database.transaction((batch: FeedBatch, seenAt: number) => {
    if (batch.parked && batch.parked.length > 0) park(batch.parked, seenAt);
    const stored = facts.append(batch.facts, seenAt);
    const place = placeOf(batch.feed);
    const before = place.epoch === batch.epoch ? place.holds : [];
    const holds = batch.part === 'heads' ? before : addRange(before, batch.from, batch.to);
    saveCursor.run(batch.feed, batch.epoch, JSON.stringify(holds));
    for (const fact of batch.facts) {
      // What we wrote and hear again is in the gateway's journal: that is a receipt.
      if (fact.author?.replica !== replica) continue;
      const key = Buffer.from(fact.id, 'hex');
      if (isOwn.get(key)) saveReceipt.run(key, batch.epoch, 'stored', null, seenAt);
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
    saveCursor.run(feed, epoch, JSON.stringify(holds));
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

  return {
    path,
    id,
    replica,
    readOnly: options.readOnly === true,
    facts,
    database,
    appendFromFeed: (batch, seenAt) => appendFromFeed(batch, seenAt),
    appendForeign: database.transaction((list: readonly Fact[], seenAt: number) =>
      facts.append(list, seenAt),
    ),
    appendOwn: (person, drafts, now, attachments = []) =>
      appendOwn(person, drafts, now, attachments),
    feedPlace: placeOf,
    recordLoss,
    gaps: (feed) => readGaps.all(feed) as Gap[],
    outbox: (epoch, limit) => outboxOf.all(epoch, limit).map((row) => storedOf(row).fact),
    outboxSize: (epoch) => outboxCount.get(epoch) as number,
    refusedSize: () => refusedCount.get() as number,
    healGaps: (feed, now) => void healGaps.run(now, feed),
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
    close: () => database.close(),
  };
}

function metaOf(database: Database, key: string, make: () => string): string {
  const read = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  database
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING')
    .run(key, make());
  return read.get(key) as string;
}
