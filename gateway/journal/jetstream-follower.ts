import { existsSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
import type { ProblemCode } from '../../shared/facts/problem-code.ts';
import { openDatabase, type Migration } from './database.ts';
import {
  HEAD_TABLE_SQL,
  openFactReads,
  openHeads,
  openHourIndex,
  type FactReads,
  type HourIndex,
} from './fact-index.ts';
import { epochOf } from './jetstream-broker.ts';
import { FACT_TABLE_SQL, openFactStore, type FactStore, type StoredFact } from './fact-store.ts';
import { nativeSha256 } from './native-hash.ts';

/**
 * What one replica has read of a room's stream, in a file of its own: facts by stream sequence,
 * heads and ids. It is disposable, since the stream is the journal: hence synchronous=NORMAL, which a
 * power cut may set back by some messages that are then read again.
 */
export interface Follower {
  readonly facts: FactStore;
  readonly reads: FactReads;
  readonly hours: HourIndex;
  /** Null until `begin`. */
  readonly place: () => FollowerPlace | null;
  /** An empty file takes its place in a history. */
  begin(place: { readonly made: string; readonly first: number }): void;
  /**
   * Takes messages in the order of the stream, in one transaction. A repeat of an id is dropped and
   * leaves a hole, the same one in every replica. So does what is no fact, and what begins another
   * epoch: every replica changes it at the same place.
   */
  apply(messages: readonly StreamMessage[]): Applied;
  close(): void;
}

export interface FollowerPlace {
  /** When the stream was made, as the broker says it. */
  readonly made: string;
  readonly epoch: string;
  /** The first sequence that is held here. */
  readonly first: number;
  /** The last sequence that was read, hole or not; first - 1 when none was. */
  readonly reached: number;
  /** Sequence and id of the last message that was read: whether the stream still has it. */
  readonly tip: { readonly seq: number; readonly id: string } | null;
}

export interface StreamMessage {
  readonly seq: number;
  /** A fact, or the nonce of another epoch. */
  readonly carries: 'fact' | 'epoch';
  /** The broker's de-duplication id: the fact's id. */
  readonly id: string;
  /** When the broker stored it (ms since the epoch): the same in every replica. */
  readonly storedAt: number;
  readonly data: Uint8Array;
}

export interface Applied {
  readonly stored: readonly StoredFact[];
  /** Ids of all messages that were read, repeats and what was refused among them. */
  readonly seen: readonly string[];
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly seq: number;
  readonly code: ProblemCode;
  readonly reason: string;
}

/** PRAGMA application_id of a follower: "HFF1". */
const FOLLOWER_APPLICATION_ID = 0x48464631;

const MIGRATIONS: readonly Migration[] = [
  {
    number: 10,
    sql: `${FACT_TABLE_SQL}${HEAD_TABLE_SQL}
CREATE TABLE place (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  made    TEXT    NOT NULL,
  epoch   TEXT    NOT NULL,
  first   INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  tip_seq INTEGER,
  tip_id  TEXT
) STRICT;
`,
  },
];

/** Opens the file at this path; one that is damaged or foreign is removed, since it is a copy. */
export function openFollower(path: string): Follower {
  const database = openFile(path);
  const facts = openFactStore(database);
  const reads = openFactReads(database);
  const keepHeads = openHeads(database);
  const readPlace = database.prepare(
    'SELECT made, epoch, first, reached, tip_seq, tip_id FROM place',
  );
  const writePlace = database.prepare(
    `INSERT INTO place (one, made, epoch, first, reached, tip_seq, tip_id)
     VALUES (1, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (one) DO UPDATE SET made = excluded.made, epoch = excluded.epoch,
       first = excluded.first, reached = excluded.reached, tip_seq = excluded.tip_seq,
       tip_id = excluded.tip_id`,
  );
  let place = placeOf(readPlace.get());
  const hours = openHourIndex({
    idsBetween: facts.idsBetween,
    newestBefore: facts.newestBefore,
    // A hole at the end has been read as well.
    lastSeq: () => place?.reached ?? 0,
  });

  function keep(next: FollowerPlace): void {
    const { made, epoch, first, reached, tip } = next;
    writePlace.run(made, epoch, first, reached, tip?.seq ?? null, tip?.id ?? null);
  }

  function applyOne(message: StreamMessage, applied: ApplyState): void {
    if (message.carries === 'epoch') {
      const epoch = epochOf(applied.place.made, decoder.decode(message.data));
      applied.place = { ...applied.place, epoch };
      return;
    }
    applied.seen.push(message.id);
    const read = readFact(message);
    if ('code' in read) {
      applied.refused.push({ seq: message.seq, ...read });
    } else if (facts.place(read, message.seq, message.storedAt)) {
      applied.stored.push({ seq: message.seq, seenAt: message.storedAt, fact: read });
    }
  }

  const applyAll = database.transaction(
    (messages: readonly StreamMessage[], before: FollowerPlace): ApplyState => {
      const applied: ApplyState = { stored: [], seen: [], refused: [], place: before };
      for (const message of messages) applyOne(message, applied);
      keepHeads(applied.stored);
      const last = messages.at(-1);
      if (last) {
        const tip = { seq: last.seq, id: last.id };
        applied.place = { ...applied.place, reached: last.seq, tip };
        keep(applied.place);
      }
      return applied;
    },
  );

  return {
    facts,
    reads,
    hours,
    place: () => place,
    begin({ made, first }) {
      const next = { made, epoch: epochOf(made, ''), first, reached: first - 1, tip: null };
      keep(next);
      place = next;
    },
    apply(messages) {
      if (place === null) throw new Error('a follower without a place');
      const applied = applyAll.immediate(messages, place);
      place = applied.place;
      hours.touch(applied.stored);
      return applied;
    },
    close: () => database.close(),
  };
}

interface ApplyState {
  readonly stored: StoredFact[];
  readonly seen: string[];
  readonly refused: Refusal[];
  place: FollowerPlace;
}

function openFile(path: string): Database {
  const open = (): Database =>
    openDatabase({
      path,
      applicationId: FOLLOWER_APPLICATION_ID,
      migrations: MIGRATIONS,
      synchronous: 'NORMAL',
    });
  try {
    return open();
  } catch (error) {
    // No disk is another matter: only what can be read and is not ours, or not whole, is dropped.
    const code = (error as { code?: unknown }).code;
    const unusable =
      (error instanceof Error && error.name === 'ForeignFileError') ||
      code === 'SQLITE_CORRUPT' ||
      code === 'SQLITE_NOTADB';
    if (!unusable) throw error;
    removeFollower(path);
    return open();
  }
}

/** Removes a follower's file and what SQLite keeps beside it. */
export function removeFollower(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) rmSync(path + suffix);
  }
}

function placeOf(row: unknown): FollowerPlace | null {
  if (row === undefined) return null;
  const { made, epoch, first, reached, tip_seq, tip_id } = row as {
    made: string;
    epoch: string;
    first: number;
    reached: number;
    tip_seq: number | null;
    tip_id: string | null;
  };
  const tip = tip_seq === null || tip_id === null ? null : { seq: tip_seq, id: tip_id };
  return { made, epoch, first, reached, tip };
}

/**
 * The fact that a message carries, or why it is none. Whoever may publish to the subject can send
 * anything, and a broker's disk can flip bits: the id tells both.
 */
function readFact(message: StreamMessage): Fact | Omit<Refusal, 'seq'> {
  let sent: unknown;
  try {
    sent = JSON.parse(strictDecoder.decode(message.data));
  } catch {
    return { code: 'not-json', reason: 'the message is no JSON' };
  }
  const noFact = { code: 'wrong-type', reason: 'the message is no fact' } as const;
  if (typeof sent !== 'object' || sent === null) return noFact;
  const fact = sent as Fact;
  const texts = [fact.id, fact.kind, fact.thing, fact.source] as unknown[];
  if (!texts.every((text) => typeof text === 'string')) return noFact;
  const numbers = [fact.at, fact.heardAt, fact.v] as unknown[];
  if (!numbers.every((number) => Number.isSafeInteger(number))) return noFact;
  if (typeof fact.body !== 'object' || fact.body === null) return noFact;
  try {
    if (factIdOf(fact, nativeSha256) === fact.id) return fact;
  } catch {
    return noFact;
  }
  return { code: 'wrong-id', reason: 'the id does not follow from the content' };
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true });
const decoder = new TextDecoder();
