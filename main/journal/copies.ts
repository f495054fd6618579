import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { rowIsWhole, type FactRow } from '../../gateway/journal/fact-store.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/kit/time.ts';
import type { FileOfRow, Journal } from './journal.ts';
import {
  MIRRORS,
  openMirrorFile,
  readAllPoints,
  withoutContent,
  type CopyPoint,
  type FullPoint,
  type PackedTables,
} from './copy-points.ts';
import { isDamage, openRowCheck, startOf } from './inspect.ts';
import {
  openJournalFileReadOnly,
  readMeta,
  removeFile,
  sealOf,
  startSealing,
  syncFolder,
  writeMeta,
  writeProtect,
  type Seal,
  type Sealing,
} from './journal-files.ts';

/**
 * Rolling copies of a journal while it is written. Facts are never copied twice: two mirrors of the
 * newest file are brought up in turn, each row only after its hash was checked, so that damage never
 * reaches a copy and one mirror is whole while the other is written; full files are copied once. A
 * *point* is a moment that can be gone back to: the last seq and what the small tables held. Thinning
 * removes points, never facts.
 */
export interface Copies {
  state(): CopiesState;
  /** A copy begins with the next step. */
  start(): void;
  /** Works for so long. @returns false when nothing is due */
  step(budgetMs: number): boolean;
  close(): void;
}

export interface CopiesState {
  readonly folder: string;
  readonly problem: string | null;
  readonly bytes: number;
  /** Oldest first. */
  readonly points: readonly CopyPoint[];
}

export interface CopiesOptions {
  readonly journal: Journal;
  readonly folder: string;
  readonly now: () => number;
  /** Free bytes where the copies lie; asked before anything is written. */
  readonly freeBytes?: () => number;
}

export const COPY_EVERY_MS = 5 * MINUTE_MS;
/** Below it, space is the journal's alone. */
export const COPY_FREE_BYTES = 256 * 1024 * 1024;
const DAY_MS = 24 * HOUR_MS;
const VERIFY_EVERY_MS = DAY_MS;
const ROWS = 200;
const CHUNK_BYTES = 1024 * 1024;

/** Tables that only grow: their rows are mirrored like facts. */
const GROWING = ['receipt', 'blob', 'quarantine', 'parked'] as const;
/** Of these the oldest rows go when there are too many. */
const TRIMMED = ['quarantine', 'parked'] as const;

export function openCopies(options: CopiesOptions): Copies {
  const { journal, folder, now } = options;
  const freeBytes = options.freeBytes ?? (() => freeBytesOf(folder));
  let problem: string | null = null;
  /** Read once, and not before it is needed: a start does not wait for it. */
  let known: FullPoint[] | null = null;
  const kept = (): FullPoint[] => (known ??= readAllPoints(folder).filter(isOfJournal));

  /** What was gone back behind by a restore is no point of this journal any more. */
  function isOfJournal({ lastSeq }: FullPoint): boolean {
    return lastSeq === 0 || journal.facts.range(lastSeq - 1, lastSeq, 1).length > 0;
  }
  let asked = false;
  let failedAt: number | null = null;
  /** The work under way: each turn of it takes a slice. */
  let work: Generator<void, void, number> | null = null;

  function isDue(): boolean {
    const since = now() - Math.max(kept().at(-1)?.at ?? -Infinity, failedAt ?? -Infinity);
    return asked || since >= COPY_EVERY_MS || since < 0;
  }

  function* copy(): Generator<void, void, number> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [index, file] of journal.files().entries()) {
      needSpace();
      if (!file.sealed) continue;
      const database = journal.databases()[index];
      const wanted = database === undefined ? null : sealOf(database);
      const there = sealIn(join(folder, file.name));
      if (there === null || there.hash !== wanted?.hash) yield* copySealed(file);
    }
    yield* copyNewest();
  }

  function needSpace(): void {
    const free = freeBytes();
    if (free >= COPY_FREE_BYTES) return;
    throw new Error(
      `${Math.round(free / 1_048_576)} MB are free where the copies lie: what is left is the journal's. Copies go on when ${COPY_FREE_BYTES / 1_048_576} MB are free`,
    );
  }

  /** A full file, whole and checked row by row, or not at all. */
  function* copySealed(file: FileOfRow): Generator<void, void, number> {
    const draft = join(folder, `${file.name}.part`);
    removeFile(draft);
    if (freeBytes() < COPY_FREE_BYTES + file.bytes) needSpaceFor(file.bytes);
    const from = openSync(file.path, 'r');
    const to = openSync(draft, 'w', 0o600);
    try {
      const bytes = Buffer.alloc(CHUNK_BYTES);
      const { size } = fstatSync(from);
      for (let at = 0; at < size;) {
        const count = readSync(from, bytes, 0, bytes.length, at);
        if (count === 0) break;
        writeSync(to, bytes, 0, count, at);
        at += count;
        yield;
      }
      fsyncSync(to);
    } finally {
      closeSync(from);
      closeSync(to);
    }
    const database = openJournalFileReadOnly(draft);
    try {
      yield* assertSealed(database, file.name);
    } finally {
      database.close();
    }
    writeProtect(draft);
    const path = join(folder, file.name);
    // From before a restore: what was known then is kept beside.
    const former = sealIn(path);
    if (former !== null) {
      renameSync(path, join(folder, `former-${former.hash.slice(0, 16)}-${file.name}`));
    }
    renameSync(draft, path);
    syncFolder(folder);
  }

  function needSpaceFor(bytes: number): void {
    throw new Error(
      `a full file of the journal needs ${Math.round(bytes / 1_048_576)} MB where the copies lie, and they are not free`,
    );
  }

  function* copyNewest(): Generator<void, void, number> {
    const name = turn();
    const path = join(folder, name);
    const mirror = openMirror(path);
    try {
      yield* bringUp(mirror, name);
    } catch (error) {
      if (!isDamage(error)) throw error;
      // It is of no use; the other one stays, and this one is begun anew with its next turn.
      mirror.close();
      removeFile(path);
      throw new Error(`the copy ${name} was damaged and is made anew`, { cause: error });
    } finally {
      mirror.close();
    }
  }

  function* bringUp(mirror: Database, name: string): Generator<void, void, number> {
    if (now() - Number(readMeta(mirror, 'verifiedAt') ?? 0) >= VERIFY_EVERY_MS) {
      yield* verify(mirror);
    }
    const file = journal.database;
    const next = file.prepare('SELECT * FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?');
    const insert = mirror.prepare(
      `INSERT INTO fact (seq, id, kind, thing, at, heard_at, seen_at, source, content, row_hash)
       VALUES (@seq, @id, @kind, @thing, @at, @heard_at, @seen_at, @source, @content, @row_hash)`,
    );
    const add = mirror.transaction((rows: readonly FactRow[]) => {
      for (const row of rows) insert.run(row);
    });
    const last = mirror.prepare('SELECT coalesce(max(seq), 0) FROM fact').pluck();
    for (;;) {
      const rows = readRows(() => next.all(last.get(), journal.facts.lastSeq(), ROWS));
      add(rows);
      if (rows.length < ROWS) break;
      yield;
      needSpace();
      // The file was sealed meanwhile: the next copy begins with it.
      if (journal.database !== file) return;
    }
    addPoint(mirror, name);
  }

  /** Rows of the journal that are whole. */
  function readRows(read: () => unknown[]): FactRow[] {
    let rows: FactRow[];
    try {
      rows = read() as FactRow[];
    } catch (error) {
      throw new Error('the journal is damaged: it is not copied', { cause: error });
    }
    const broken = rows.find((row) => !rowIsWhole(row));
    if (broken === undefined) return rows;
    throw new Error(`fact ${broken.seq} of the journal is damaged: it is not copied`);
  }

  /** The mirror whose newest point is older, or that is not there. */
  function turn(): string {
    const newest = (name: string): number =>
      existsSync(join(folder, name))
        ? Math.max(
            0,
            ...kept()
              .filter(({ file }) => file === name)
              .map(({ at }) => at),
          )
        : -1;
    return newest(MIRRORS[0]) <= newest(MIRRORS[1]) ? MIRRORS[0] : MIRRORS[1];
  }

  /** Opens a mirror of the newest file; another journal's, a former file's or a damaged one is begun anew. */
  function openMirror(path: string): Database {
    const number = journal.files().at(-1)?.number ?? 1;
    if (existsSync(path)) {
      try {
        const mirror = openMirrorFile(path);
        const ours = isOurs(mirror);
        if (ours && readMeta(mirror, 'mirrors') === String(number)) return mirror;
        const whose = readMeta(mirror, 'journal') ?? 'unknown';
        mirror.close();
        if (!ours) keepFormer(path, whose);
      } catch (error) {
        if (!isDamage(error)) throw error;
        problem = `the copy ${path} was damaged and is made anew`;
      }
      // Its facts lie in a full file's copy by now, its points go into the new one.
      removeFile(path);
    }
    const mirror = openMirrorFile(path);
    writeMeta(mirror, 'mirrors', String(number));
    writeMeta(mirror, 'journal', journal.id);
    writeMeta(mirror, 'startAfter', String(startOf(journal.database)));
    writeMeta(mirror, 'verifiedAt', String(now()));
    return mirror;
  }

  /** Before a journal was restored it knew more: of that the newer mirror is kept, with its points. */
  function keepFormer(path: string, whose: string): void {
    const former = join(folder, `former-${whose}.sqlite`);
    if (existsSync(former)) {
      if (lastSeqOf(path) > lastSeqOf(former)) renameSync(path, former);
      return;
    }
    renameSync(path, former);
    known = [];
  }

  /** The last row must be the journal's own: a journal that was restored may count on otherwise. */
  function isOurs(mirror: Database): boolean {
    const row = mirror.prepare('SELECT seq, row_hash FROM fact ORDER BY seq DESC LIMIT 1').get() as
      | { seq: number; row_hash: Buffer }
      | undefined;
    if (readMeta(mirror, 'journal') === journal.id) return true;
    const former = JSON.parse(journal.meta('formerJournals') ?? '[]') as string[];
    if (!former.includes(readMeta(mirror, 'journal') ?? '')) return false;
    const same =
      row !== undefined &&
      (journal.database.prepare('SELECT row_hash FROM fact WHERE seq = ?').pluck().get(row.seq) as
        | Buffer
        | undefined);
    if (!same || !row.row_hash.equals(same)) return false;
    writeMeta(mirror, 'journal', journal.id);
    return true;
  }

  function* verify(mirror: Database): Generator<void, void, number> {
    const check = openRowCheck(mirror);
    for (let after = 0; ;) {
      // What the journal itself lacks, the mirror may lack as well.
      const { damaged, lastSeq, ended } = check(after, ROWS, [[0, Number.MAX_SAFE_INTEGER]]);
      if (damaged.length > 0) {
        throw Object.assign(new Error(`fact ${damaged[0]} of the copy is damaged`), {
          code: 'SQLITE_CORRUPT',
        });
      }
      if (ended) break;
      after = lastSeq;
      yield;
    }
    writeMeta(mirror, 'verifiedAt', String(now()));
  }

  function addPoint(mirror: Database, name: string): void {
    const source = journal.database;
    const point: FullPoint = {
      at: now(),
      lastSeq: journal.facts.lastSeq(),
      file: name,
      content: packTables(source),
    };
    const gone = new Set(
      thinned(
        [...kept(), point].map(({ at }) => at),
        point.at,
      ),
    );
    const left = [...kept().filter(({ at }) => at !== point.at), point].filter(
      ({ at }) => !gone.has(at),
    );
    // Until here nothing waited for the disk: with the point all of it does.
    mirror.pragma('synchronous = FULL');
    mirror.transaction(() => {
      for (const table of GROWING) mirrorTable(source, mirror, table);
      // The other mirror's points as well: either of them alone can serve them all.
      const insert = mirror.prepare(
        'INSERT INTO point (at, last_seq, content) VALUES (?, ?, ?) ON CONFLICT (at) DO NOTHING',
      );
      for (const { at, lastSeq, content } of left) insert.run(at, lastSeq, content);
      const drop = mirror.prepare('DELETE FROM point WHERE at = ?');
      for (const at of gone) drop.run(at);
    })();
    known = left.sort((first, second) => first.at - second.at);
  }

  function end(error: unknown): void {
    work = null;
    asked = false;
    failedAt = error === null ? null : now();
    if (error === null) problem = null;
    else problem = error instanceof Error ? error.message : String(error);
  }

  return {
    state() {
      try {
        return { folder, problem, bytes: bytesIn(folder), points: kept().map(withoutContent) };
      } catch (error) {
        return { folder, problem: problem ?? String(error), bytes: 0, points: [] };
      }
    },
    start() {
      asked = true;
      failedAt = null;
    },
    step(budgetMs) {
      if (work === null && !isDue()) return false;
      const until = performance.now() + budgetMs;
      try {
        if (work === null) {
          needSpace();
          work = copy();
        }
        do {
          if (work.next(0).done === true) {
            end(null);
            return false;
          }
        } while (performance.now() < until);
        return true;
      } catch (error) {
        end(error);
        return false;
      }
    },
    close() {
      work?.return();
      work = null;
    },
  };
}

/** Which of these points are no longer kept: 5 minutes apart for an hour, hours for a day, days for a week. */
export function thinned(points: readonly number[], now: number): number[] {
  const gone: number[] = [];
  const taken = new Set<string>();
  for (const at of [...points].sort((left, right) => left - right)) {
    const age = now - at;
    // The first of each hour or day stands for it, so that it is the one that grows old.
    if (age <= HOUR_MS + COPY_EVERY_MS) continue;
    // So long the oldest one is the nearest to a moment seven days ago.
    if (age > 8 * DAY_MS) gone.push(at);
    else {
      const day = `day ${Math.floor(at / DAY_MS)}`;
      const hour = `hour ${Math.floor(at / HOUR_MS)}`;
      const isFirstOfHour = !taken.has(hour);
      const isFirstOfDay = !taken.has(day);
      taken.add(hour).add(day);
      if (!(isFirstOfDay || (isFirstOfHour && age <= DAY_MS + HOUR_MS))) gone.push(at);
    }
  }
  return gone;
}

/** Everything but facts, what only grows, and what follows from facts. */
function packTables(source: Database): Buffer {
  const left = new Set<string>([...GROWING, 'fact', 'own', 'id_filter']);
  const names = source
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    )
    .pluck()
    .all() as string[];
  const tables: PackedTables = {};
  for (const name of names) {
    if (!left.has(name)) tables[name] = source.prepare(`SELECT * FROM "${name}"`).all() as never;
  }
  const text = JSON.stringify(tables, (_key, value: unknown) => {
    const bytes = value as { type?: unknown; data?: unknown } | null;
    return bytes?.type === 'Buffer'
      ? { $hex: Buffer.from(bytes.data as number[]).toString('hex') }
      : value;
  });
  return deflateRawSync(text);
}

/** Brings the new rows of a table that only grows; of receipts also those that may change. */
function mirrorTable(source: Database, mirror: Database, table: (typeof GROWING)[number]): void {
  const key = `mirrored:${table}`;
  const after = Number(readMeta(mirror, key) ?? 0);
  const again = table === 'receipt' ? "OR outcome = 'refused'" : '';
  const rows = source
    .prepare(`SELECT rowid AS "#", * FROM "${table}" WHERE rowid > ? ${again} ORDER BY rowid`)
    .all(after) as Record<string, unknown>[];
  let last = after;
  for (const { '#': rowid, ...row } of rows) {
    const names = Object.keys(row);
    mirror
      .prepare(
        `INSERT OR REPLACE INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
         VALUES (${names.map(() => '?').join(', ')})`,
      )
      .run(...Object.values(row));
    last = Math.max(last, rowid as number);
  }
  if (table !== 'receipt' && table !== 'blob' && TRIMMED.includes(table)) {
    const first = source.prepare(`SELECT coalesce(min(rowid), 0) FROM "${table}"`).pluck().get();
    mirror.prepare(`DELETE FROM "${table}" WHERE rowid < ?`).run(first);
  }
  if (last !== after) writeMeta(mirror, key, String(last));
}

/** Checks a sealed file row by row against its mark. @throws Error naming what does not fit */
function* assertSealed(database: Database, name: string): Generator<void, void, number> {
  const seal = sealOf(database);
  const check = openRowCheck(database);
  for (let after = startOf(database); ;) {
    const { damaged, lastSeq, ended } = check(after, ROWS, [[0, Number.MAX_SAFE_INTEGER]]);
    if (damaged.length > 0)
      throw new Error(`fact ${damaged[0]} of ${name} is damaged: it is not copied`);
    if (ended) break;
    after = lastSeq;
    yield;
  }
  const sealing: Sealing = startSealing(database);
  while (!sealing.step(1)) yield;
  const found = sealing.measure();
  if (seal === null || (seal.hash !== '' && seal.hash !== found.hash)) {
    throw new Error(`${name} does not fit its mark: it is not copied`);
  }
}

/** The mark of a full file's copy; null where none lies there, or a damaged one. */
function sealIn(path: string): Seal | null {
  if (!existsSync(path)) return null;
  let database: Database | null = null;
  try {
    database = openJournalFileReadOnly(path);
    return sealOf(database);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  } finally {
    database?.close();
  }
}

function lastSeqOf(path: string): number {
  const mirror = openMirrorFile(path);
  try {
    return mirror.prepare('SELECT coalesce(max(seq), 0) FROM fact').pluck().get() as number;
  } finally {
    mirror.close();
  }
}

function freeBytesOf(folder: string): number {
  let place = folder;
  while (!existsSync(place)) place = join(place, '..');
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
}

function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
