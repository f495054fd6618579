import { createHash, hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Fact } from '../../shared/facts/fact.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { headKey } from '../../shared/facts/heads.ts';
import { orderKey } from '../../shared/facts/order.ts';
import type { Range } from '../../shared/wire/protocol.ts';
import { storedOf, type FactStore, type StoredFact } from './fact-store.ts';
import type { FactText, HourIds, HourSum, PageLimit, PartSum } from './journal.ts';

/**
 * Reads over a table of facts that every backend of the gateway's journal shares: pages by sequence,
 * heads, and the hours of the difference exchange (law W9). The desktop uses the hours alone.
 */

export const HOUR_MS = 3_600_000;

/** The newest fact of each head key (shared/facts/heads.ts), kept by `heads.keep`. */
export const HEAD_TABLE_SQL = `
CREATE TABLE head (
  key       TEXT    PRIMARY KEY,
  order_key TEXT    NOT NULL,
  seq       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX head_seq ON head (seq);
`;

/** To be called in the transaction that appended the facts. */
export function openHeads(database: Database): (stored: readonly StoredFact[]) => void {
  const keep = database.prepare(
    `INSERT INTO head (key, order_key, seq) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET order_key = excluded.order_key, seq = excluded.seq
     WHERE excluded.order_key > head.order_key`,
  );
  return (stored) => {
    for (const { seq, fact } of stored) keep.run(headKey(fact), orderKey(fact), seq);
  };
}

export interface FactReads {
  range(from: number, to: number, limit: PageLimit): StoredFact[];
  heads(ranges: readonly Range[], after: number, limit: PageLimit): StoredFact[];
  rangeTexts(from: number, to: number, limit: PageLimit): FactText[];
  headTexts(ranges: readonly Range[], after: number, limit: PageLimit): FactText[];
  textsOf(ids: readonly string[], limit: PageLimit): { texts: string[]; cut: boolean };
}

/** Reads of a database that has the tables `fact` and `head`. */
export function openFactReads(database: Database): FactReads {
  const range = database.prepare<unknown[]>(
    'SELECT seq, seen_at, content FROM fact WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const heads = database.prepare<unknown[]>(
    `SELECT fact.seq, seen_at, content FROM head JOIN fact ON fact.seq = head.seq
     WHERE head.seq >= ? AND head.seq <= ? ORDER BY head.seq LIMIT ?`,
  );
  const byId = database.prepare<unknown[]>('SELECT content FROM fact WHERE id = ?').pluck();

  function rangeRows(from: number, to: number, limit: PageLimit): ContentRow[] {
    const page = newPage();
    fill(page, range.iterate(from, to, limit.facts), limit);
    return page.rows;
  }
  function headRows(ranges: readonly Range[], after: number, limit: PageLimit): ContentRow[] {
    const page = newPage();
    for (const [from, to] of ranges) {
      if (to <= after) continue;
      fill(page, heads.iterate(Math.max(from, after + 1), to, limit.facts), limit);
      if (page.full) break;
    }
    return page.rows;
  }
  return {
    range: (from, to, limit) => rangeRows(from, to, limit).map(storedOf),
    heads: (ranges, after, limit) => headRows(ranges, after, limit).map(storedOf),
    rangeTexts: (from, to, limit) => rangeRows(from, to, limit).map(textOf),
    headTexts: (ranges, after, limit) => headRows(ranges, after, limit).map(textOf),
    textsOf(ids, limit) {
      const texts: string[] = [];
      let length = 0;
      for (const id of ids) {
        const text = byId.get(Buffer.from(id, 'hex')) as string | undefined;
        if (text === undefined) continue;
        length += text.length;
        const full = texts.length >= limit.facts || length > limit.length;
        if (full && texts.length > 0) return { texts, cut: true };
        texts.push(text);
      }
      return { texts, cut: false };
    },
  };
}

/** The hours of a store of facts, for the difference exchange. */
export interface HourIndex {
  /** As Journal.hours. */
  hours(before: number | null, upTo: number): Promise<{ hours: HourSum[]; next: number | null }>;
  /** As Journal.idsOf. */
  idsOf(hour: number, prefix: string, most: number, upTo: number): Promise<HourIds>;
  /** Facts were stored: their hours are counted anew when they are asked for. */
  touch(stored: readonly { readonly fact: Pick<Fact, 'at' | 'heardAt'> }[]): void;
}

/** Hours of one answer, and facts that it may count for it (at least one hour is always told). */
const HOURS_PAGE = { hours: 200, facts: 100_000 } as const;
/** Ids read in one go, and how long others wait at most while we count. */
const IDS_PAGE = 2_000;
const SLICE_MS = 8;
/**
 * Ids kept in memory between questions about the same hours (32 bytes each), and how long they are
 * kept after the last one: an exchange asks again within milliseconds, and between exchanges the ids
 * of a busy hour would only lie there.
 */
const KEPT_IDS = 2_000_000;
const KEPT_MS = 10_000;

interface Hour {
  /** All ids in ascending order, 32 bytes each. */
  readonly ids: Buffer;
  readonly count: number;
  readonly hash: string;
  /** Every fact up to this sequence is counted. */
  readonly asOf: number;
}

interface KeptSum extends HourSum {
  readonly asOf: number;
  stale: boolean;
}

/**
 * Counts hours on demand, in slices, and keeps what it counted until a fact of the hour comes. An
 * hour is that of the moment at which this store places its facts; a copy that heard a fact later may
 * place it elsewhere. Both sides therefore decide by id what they lack, and an hour that differs only
 * by that costs its listing.
 */
export function openHourIndex(
  store: Pick<FactStore, 'idsBetween' | 'newestBefore' | 'lastSeq'>,
): HourIndex {
  const sums = new Map<number, KeptSum>();
  /** The hours asked for last, the newest question last. */
  const kept = new Map<number, Hour>();
  const counting = new Map<number, Promise<Hour>>();
  let letGo: NodeJS.Timeout | null = null;

  function keepAWhile(): void {
    letGo ??= setTimeout(() => {
      letGo = null;
      kept.clear();
    }, KEPT_MS).unref();
    letGo.refresh();
  }

  async function hourOf(hour: number, upTo: number): Promise<Hour> {
    const known = kept.get(hour);
    const sum = sums.get(hour);
    if (known && (known.asOf >= upTo || sum?.stale === false)) {
      kept.delete(hour);
      kept.set(hour, known);
      keepAWhile();
      return known;
    }
    const running = counting.get(hour);
    if (running) {
      const counted = await running;
      return counted.asOf >= upTo ? counted : hourOf(hour, upTo);
    }
    const count = countHour(hour);
    counting.set(hour, count);
    try {
      return await count;
    } finally {
      counting.delete(hour);
    }
  }

  async function countHour(hour: number): Promise<Hour> {
    const turn = newTurn();
    const asOf = store.lastSeq();
    // From now on what comes makes this count stale.
    const sum: { stale: boolean } = { stale: false };
    fresh.set(hour, sum);
    const buckets: string[][] = Array.from({ length: 256 }, () => []);
    let count = 0;
    let cursor: readonly number[] | null = null;
    do {
      const page = store.idsBetween(hour * HOUR_MS, (hour + 1) * HOUR_MS, cursor, IDS_PAGE);
      // As texts of one byte a character: they compare as bytes do.
      for (const id of page.ids) buckets[id[0] ?? 0]?.push(id.toString('latin1'));
      count += page.ids.length;
      cursor = page.cursor;
      await turn();
    } while (cursor !== null);
    const ids = Buffer.allocUnsafe(count * 32);
    const digest = createHash('sha256');
    let offset = 0;
    for (const bucket of buckets) {
      bucket.sort();
      const end = offset + ids.write(bucket.join(''), offset, 'latin1');
      digest.update(ids.subarray(offset, end));
      offset = end;
      await turn();
    }
    const counted: Hour = { ids, count, hash: digest.digest('hex'), asOf };
    if (fresh.get(hour) === sum) fresh.delete(hour);
    // Hours without facts can be asked for without end: they are not kept.
    if (count > 0) {
      sums.set(hour, { hour, count, hash: counted.hash, asOf, stale: sum.stale });
      keep(hour, counted);
    }
    return counted;
  }

  /** Counts that are under way, to be told when they are stale before they end. */
  const fresh = new Map<number, { stale: boolean }>();

  function keep(hour: number, counted: Hour): void {
    kept.delete(hour);
    kept.set(hour, counted);
    keepAWhile();
    let total = 0;
    for (const { count } of kept.values()) total += count;
    for (const [oldest, { count }] of kept) {
      if (total <= KEPT_IDS || oldest === hour) break;
      kept.delete(oldest);
      total -= count;
    }
  }

  async function sumOf(hour: number, upTo: number): Promise<{ sum: HourSum; cost: number }> {
    const known = sums.get(hour);
    if (known && (!known.stale || known.asOf >= upTo)) return { sum: plain(known), cost: 0 };
    const counted = await hourOf(hour, upTo);
    return { sum: plain({ hour, ...counted }), cost: counted.count };
  }

  return {
    async hours(before, upTo) {
      const found: HourSum[] = [];
      let next = before ?? Math.floor(Number.MAX_SAFE_INTEGER / HOUR_MS);
      let cost = 0;
      while (found.length < HOURS_PAGE.hours && cost <= HOURS_PAGE.facts) {
        const at = store.newestBefore(next * HOUR_MS);
        if (at === null) return { hours: found, next: null };
        next = Math.floor(at / HOUR_MS);
        const told = await sumOf(next, upTo);
        found.push(told.sum);
        cost += told.cost;
      }
      return { hours: found, next };
    },
    async idsOf(hour, prefix, most, upTo) {
      const { ids } = await hourOf(hour, upTo);
      const [from, to] = withPrefix(ids, prefix);
      if ((to - from) / 32 <= most) return { ids: hexOf(ids.subarray(from, to)) };
      const turn = newTurn();
      const parts: PartSum[] = [];
      for (const digit of '0123456789abcdef') {
        const [start, end] = withPrefix(ids, prefix + digit);
        if (start === end) continue;
        const part = ids.subarray(start, end);
        parts.push({
          prefix: prefix + digit,
          count: part.length / 32,
          hash: hash('sha256', part),
        });
        await turn();
      }
      return { parts };
    },
    touch(stored) {
      for (const { fact } of stored) {
        const hour = Math.floor(effectiveAt(fact) / HOUR_MS);
        const sum = sums.get(hour);
        if (sum) sum.stale = true;
        const under = fresh.get(hour);
        if (under) under.stale = true;
      }
    },
  };
}

function plain({ hour, count, hash: digest }: HourSum): HourSum {
  return { hour, count, hash: digest };
}

/** Where in a sorted row of 32-byte ids those with these leading hex digits lie (byte offsets). */
function withPrefix(ids: Buffer, prefix: string): [number, number] {
  const low = Buffer.from(prefix.padEnd(64, '0'), 'hex');
  const high = Buffer.from(prefix.padEnd(64, 'f'), 'hex');
  return [place(ids, low, false), place(ids, high, true)];
}

/** The offset of the first id that is not less (or, `after`, greater) than this one. */
function place(ids: Buffer, id: Buffer, after: boolean): number {
  let low = 0;
  let high = ids.length / 32;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = ids.compare(id, 0, 32, middle * 32, middle * 32 + 32);
    if (order < 0 || (after && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low * 32;
}

function hexOf(ids: Buffer): string[] {
  const text = ids.toString('hex');
  return Array.from({ length: ids.length / 32 }, (_, index) =>
    text.slice(index * 64, index * 64 + 64),
  );
}

/** Lets others have their turn when this one has taken long enough. */
function newTurn(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  };
}

interface ContentRow {
  readonly seq: number;
  readonly seen_at: number;
  readonly content: string;
}

interface Page {
  readonly rows: ContentRow[];
  length: number;
  full: boolean;
}

function newPage(): Page {
  return { rows: [], length: 0, full: false };
}

/** Reads rows into the page until its limit is reached; the first row always fits. */
function fill(page: Page, rows: Iterable<unknown>, limit: PageLimit): void {
  for (const read of rows) {
    const row = read as ContentRow;
    const size = row.content.length;
    if (page.rows.length > 0 && page.length + size > limit.length) {
      page.full = true;
      return;
    }
    page.rows.push(row);
    page.length += size;
    if (page.rows.length >= limit.facts) {
      page.full = true;
      return;
    }
  }
}

function textOf({ seq, content }: ContentRow): FactText {
  return { seq, text: content };
}
