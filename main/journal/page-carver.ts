import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FactRow } from '../../gateway/journal/fact-store.ts';

interface Frame {
  readonly page: number;
  /** Where its bytes begin in the log. */
  readonly offset: number;
  /** It belongs to a transaction that was committed, and every checksum up to it is right. */
  readonly committed: boolean;
}

export interface CarvedRow {
  readonly row: FactRow;
  readonly from: 'file' | 'log';
  /** False: an image in the log that no whole transaction covers. */
  readonly committed: boolean;
}

const DEFAULT_PAGE_SIZE = 4_096;
const PAGES_AT_ONCE = 256;
const HEADER = 100;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const LEAF_TABLE = 0x0d;
/** Texts beyond it are no fact of ours: what says so is damage. */
const MOST_PAYLOAD = 4 * 1024 * 1024;

/**
 * Reads rows out of a SQLite file without SQLite: page by page, whatever the tree above the pages has
 * become (file format: sqlite.org/fileformat2.html). It trusts nothing: every row that has the shape
 * of a fact is given to the judge, the row's own hash.
 *
 * All rows of a file and of its log that have the shape of a fact and that the judge calls whole, the
 * file's first. The same row may come more than once.
 * @throws the file system's error when the files cannot be read
 */
export function* carveFacts(
  path: string,
  isWhole: (row: FactRow) => boolean,
): Generator<CarvedRow> {
  const file = openBytes(path);
  const log = openBytes(`${path}-wal`);
  try {
    const pageSize = pageSizeOf(file, log);
    const frames = framesOf(log, pageSize);
    const reader = pageReader(file, log, frames, pageSize);
    // Nothing of ours reserves bytes at the end of pages.
    const usable = pageSize;
    const pages = Math.ceil(file.size / pageSize);
    for (let first = 1; first <= pages; first += PAGES_AT_ONCE) {
      const count = Math.min(PAGES_AT_ONCE, pages - first + 1);
      const bytes = file.read((first - 1) * pageSize, count * pageSize);
      for (let index = 0; index < count; index += 1) {
        const page = bytes.subarray(index * pageSize, (index + 1) * pageSize);
        for (const row of rowsIn(page, first + index, usable, reader.views, isWhole)) {
          yield { row, from: 'file', committed: true };
        }
      }
    }
    for (const frame of frames) {
      const page = reader.at(frame);
      for (const row of rowsIn(page, frame.page, usable, reader.views, isWhole)) {
        yield { row, from: 'log', committed: frame.committed };
      }
    }
  } finally {
    file.close();
    log.close();
  }
}

/** Pairs of texts (a small table `key, value`), from the newest page images on; unverified. */
export function carvePairs(path: string, wanted: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  const file = openBytes(path);
  const log = openBytes(`${path}-wal`);
  try {
    const pageSize = pageSizeOf(file, log);
    const frames = framesOf(log, pageSize);
    // Nothing of ours reserves bytes at the end of pages.
    const usable = pageSize;
    const reader = pageReader(file, log, frames, pageSize);
    const look = (page: Buffer, number: number): void => {
      for (const start of cellsOf(page, number)) {
        const pair = pairAt(page, start, usable);
        if (pair !== null && wanted.has(pair[0])) found.set(pair[0], pair[1]);
      }
    };
    for (let number = 1; number <= Math.ceil(file.size / pageSize); number += 1) {
      const page = reader.inFile(number);
      if (page !== null && page[headerAt(number)] === LEAF_TABLE) look(page, number);
    }
    for (const frame of frames) look(reader.at(frame), frame.page);
    return found;
  } finally {
    file.close();
    log.close();
  }
}

/** What the log beside a file says, without SQLite. */
export function describeLog(path: string): { frames: number; committed: number; bytes: number } {
  const file = openBytes(path);
  const log = openBytes(`${path}-wal`);
  try {
    const frames = framesOf(log, pageSizeOf(file, log));
    return {
      frames: frames.length,
      committed: frames.filter(({ committed }) => committed).length,
      bytes: log.size,
    };
  } finally {
    file.close();
    log.close();
  }
}

interface Bytes {
  readonly size: number;
  /** Up to `length` bytes from there, zeros where the file has none. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

function openBytes(path: string): Bytes {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { size: 0, read: (_offset, length) => Buffer.alloc(length), close: () => {} };
  }
  const { size } = fstatSync(handle);
  return {
    size,
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      let done = 0;
      let reach = length;
      while (done < length) {
        let count = 0;
        try {
          const wanted = Math.min(length - done, reach);
          count = readSync(handle, bytes, done, wanted, offset + done);
        } catch (error) {
          // A sector that cannot be read costs its page, no more.
          if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
          if (reach > DEFAULT_PAGE_SIZE) {
            reach = DEFAULT_PAGE_SIZE;
            continue;
          }
          done += DEFAULT_PAGE_SIZE - ((offset + done) % DEFAULT_PAGE_SIZE);
          continue;
        }
        if (count === 0) break;
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(handle),
  };
}

function pageSizeOf(file: Bytes, log: Bytes): number {
  if (file.size >= HEADER) {
    const bytes = file.read(0, HEADER);
    const size = bytes.readUInt16BE(16);
    const pages = bytes.readUInt32BE(28);
    // Believed where it fits the file's length or the log says the same.
    if (isPageSize(size) && (size === DEFAULT_PAGE_SIZE || pages * size === file.size)) return size;
  }
  if (log.size >= WAL_HEADER) {
    const size = log.read(0, WAL_HEADER).readUInt32BE(8);
    if (isPageSize(size)) return size;
  }
  return DEFAULT_PAGE_SIZE;
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

/** Every image in the log, with or without a right checksum. */
function framesOf(log: Bytes, pageSize: number): Frame[] {
  if (log.size < WAL_HEADER) return [];
  const header = log.read(0, WAL_HEADER);
  const isBig = (header.readUInt32BE(0) & 1) === 1;
  const frames: Frame[] = [];
  let sum = checksum(header.subarray(0, 24), [0, 0], isBig);
  let right =
    (header.readUInt32BE(0) | 1) >>> 0 === 0x377f0683 &&
    sum[0] === header.readUInt32BE(24) &&
    sum[1] === header.readUInt32BE(28);
  /** How many of the frames so far are committed. */
  let committed = 0;
  const step = FRAME_HEADER + pageSize;
  for (let offset = WAL_HEADER; offset + FRAME_HEADER < log.size; offset += step) {
    const bytes = log.read(offset, step);
    if (right) {
      sum = checksum(bytes.subarray(0, 8), sum, isBig);
      sum = checksum(bytes.subarray(FRAME_HEADER), sum, isBig);
      right =
        offset + step <= log.size &&
        bytes.compare(header, 16, 24, 8, 16) === 0 &&
        sum[0] === bytes.readUInt32BE(16) &&
        sum[1] === bytes.readUInt32BE(20);
    }
    frames.push({ page: bytes.readUInt32BE(0), offset: offset + FRAME_HEADER, committed: false });
    if (right && bytes.readUInt32BE(4) !== 0) committed = frames.length;
  }
  return frames.map((frame, index) => (index < committed ? { ...frame, committed: true } : frame));
}

/** The running checksum of the log: Fibonacci-weighted sums of 32-bit words (fileformat2, 4.2). */
function checksum(
  bytes: Buffer,
  start: readonly [number, number],
  isBig: boolean,
): [number, number] {
  let [first, second] = start;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
    second =
      (second + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
  }
  return [first, second];
}

/** The image of a page as one reading of file and log gives it; null where there is none. */
type View = (page: number) => Buffer | null;

function pageReader(file: Bytes, log: Bytes, frames: readonly Frame[], pageSize: number) {
  const at = (frame: Frame): Buffer => log.read(frame.offset, pageSize);
  const inFile: View = (number) =>
    number >= 1 && (number - 1) * pageSize < file.size
      ? file.read((number - 1) * pageSize, pageSize)
      : null;
  const newest = (frame: (frame: Frame) => boolean): View => {
    const places = new Map<number, Frame>();
    for (const one of frames) if (frame(one)) places.set(one.page, one);
    return (number) => {
      const place = places.get(number);
      return place === undefined ? inFile(number) : at(place);
    };
  };
  // A row that goes on in other pages is whole in one of these readings, or in none.
  const views: View[] =
    frames.length === 0
      ? [inFile]
      : [newest(({ committed }) => committed), inFile, newest(() => true)];
  return { at, inFile, views };
}

function headerAt(number: number): number {
  return number === 1 ? HEADER : 0;
}

/** Where the page's cells begin, as its own pointers say. */
function cellsOf(page: Buffer, number: number): number[] {
  const header = headerAt(number);
  const count = page.readUInt16BE(header + 3);
  const starts: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const pointer = header + 8 + index * 2;
    if (pointer + 2 > page.length) break;
    const start = page.readUInt16BE(pointer);
    if (start > pointer && start < page.length - 4) starts.push(start);
  }
  return starts;
}

function* rowsIn(
  page: Buffer,
  number: number,
  usable: number,
  views: readonly View[],
  isWhole: (row: FactRow) => boolean,
): Generator<FactRow> {
  // Most pages of a file are an index's: no row of facts is without these two serial types.
  if (page.indexOf(FACT_SIGN) < 0) return;
  const taken = new Set<number>();
  const isLeaf = page[headerAt(number)] === LEAF_TABLE;
  for (const start of isLeaf ? cellsOf(page, number) : []) {
    const row = factAt(page, start, usable, views, isWhole);
    if (row === null) continue;
    taken.add(row.seq);
    yield row;
  }
  // Pointers may be damaged, or the row may lie where nothing points to: looked for by its shape.
  for (let sign = page.indexOf(FACT_SIGN); sign >= 0; sign = page.indexOf(FACT_SIGN, sign + 1)) {
    for (let back = 3; back <= 14; back += 1) {
      const start = sign - back;
      if (start < 0) break;
      const row = seqAt(page, start, sign - 1, taken)
        ? factAt(page, start, usable, views, isWhole)
        : null;
      if (row === null) continue;
      taken.add(row.seq);
      yield row;
      break;
    }
  }
}

/** The serial types of a row's first two columns: seq (null, it is the row's number), id (32 bytes). */
const FACT_SIGN = Buffer.from([0, 76]);

/** Whether a cell that begins at `start` has its record at `record`, and is not taken yet. */
function seqAt(page: Buffer, start: number, record: number, taken: ReadonlySet<number>): boolean {
  const payload = varint(page, start);
  if (payload === null || payload[0] < 80 || payload[0] > MOST_PAYLOAD) return false;
  const seq = varint(page, payload[1]);
  return seq !== null && seq[1] === record && seq[0] > 0 && !taken.has(seq[0]);
}

function factAt(
  page: Buffer,
  start: number,
  usable: number,
  views: readonly View[],
  isWhole: (row: FactRow) => boolean,
): FactRow | null {
  const payload = varint(page, start);
  if (payload === null || payload[0] < 80 || payload[0] > MOST_PAYLOAD) return null;
  const seq = varint(page, payload[1]);
  if (seq === null || !Number.isSafeInteger(seq[0]) || seq[0] < 1) return null;
  const size = payload[0];
  const begin = seq[1];
  const local = localSize(size, usable);
  if (begin + local > page.length) return null;
  const head = page.subarray(begin, begin + local);
  if (head.indexOf(FACT_SIGN) !== 1) return null;
  if (local === size) return judged(seq[0], head, isWhole);
  if (begin + local + 4 > page.length) return null;
  const next = page.readUInt32BE(begin + local);
  for (const view of views) {
    const whole = follow(head, size, next, usable, view);
    const row = whole === null ? null : judged(seq[0], whole, isWhole);
    if (row !== null) return row;
  }
  return null;
}

/** How much of a payload lies in the leaf itself (fileformat2, 1.6). */
function localSize(payload: number, usable: number): number {
  const most = usable - 35;
  if (payload <= most) return payload;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((payload - least) % (usable - 4));
  return wanted <= most ? wanted : least;
}

function follow(
  head: Buffer,
  size: number,
  first: number,
  usable: number,
  view: View,
): Buffer | null {
  const parts = [head];
  let length = head.length;
  let next = first;
  while (length < size) {
    const page = next === 0 ? null : view(next);
    if (page === null) return null;
    const part = page.subarray(4, 4 + Math.min(usable - 4, size - length));
    if (part.length === 0) return null;
    parts.push(part);
    length += part.length;
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function judged(seq: number, record: Buffer, isWhole: (row: FactRow) => boolean): FactRow | null {
  const row = factOf(seq, record);
  return row !== null && isWhole(row) ? row : null;
}

/** A record as a row of facts; null where it has another shape. */
function factOf(seq: number, record: Buffer): FactRow | null {
  const columns = columnsOf(record, 10);
  if (columns === null) return null;
  const [, id, kind, thing, at, heardAt, seenAt, source, content, rowHash] = columns;
  if (!(id instanceof Buffer) || !(rowHash instanceof Buffer)) return null;
  if (id.length !== 32 || rowHash.length !== 32) return null;
  if (typeof kind !== 'string' || typeof thing !== 'string' || typeof source !== 'string')
    return null;
  if (typeof content !== 'string') return null;
  if (typeof at !== 'number' || typeof heardAt !== 'number' || typeof seenAt !== 'number')
    return null;
  return {
    seq,
    id,
    kind,
    thing,
    at,
    heard_at: heardAt,
    seen_at: seenAt,
    source,
    content,
    row_hash: rowHash,
  };
}

type Value = null | number | string | Buffer;

/** The values of a record with exactly so many columns (fileformat2, 2.1). */
function columnsOf(record: Buffer, count: number): Value[] | null {
  const header = varint(record, 0);
  if (header === null || header[0] > record.length || header[0] < count + 1) return null;
  const types: number[] = [];
  let at = header[1];
  while (at < header[0]) {
    const type = varint(record, at);
    if (type === null || types.length === count) return null;
    types.push(type[0]);
    at = type[1];
  }
  if (at !== header[0] || types.length !== count) return null;
  const values: Value[] = [];
  for (const type of types) {
    const size = sizeOfType(type);
    if (size === null || at + size > record.length) return null;
    values.push(valueOf(type, record, at, size));
    at += size;
  }
  return at === record.length ? values : null;
}

function sizeOfType(type: number): number | null {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? null;
}

function valueOf(type: number, record: Buffer, at: number, size: number): Value {
  if (type === 0) return null;
  if (type === 8) return 0;
  if (type === 9) return 1;
  if (type === 7) return record.readDoubleBE(at);
  if (type === 6) return Number(record.readBigInt64BE(at));
  if (type < 6) return record.readIntBE(at, size);
  const bytes = record.subarray(at, at + size);
  return type % 2 === 1 ? bytes.toString('utf8') : Buffer.from(bytes);
}

function pairAt(page: Buffer, start: number, usable: number): [string, string] | null {
  const payload = varint(page, start);
  const row = payload === null ? null : varint(page, payload[1]);
  if (payload === null || row === null) return null;
  if (localSize(payload[0], usable) !== payload[0] || row[1] + payload[0] > page.length)
    return null;
  const columns = columnsOf(page.subarray(row[1], row[1] + payload[0]), 2);
  const [key, value] = columns ?? [];
  return typeof key === 'string' && typeof value === 'string' ? [key, value] : null;
}

/** A variable-length integer and where it ends; null where the bytes end before it. */
function varint(bytes: Buffer, start: number): [number, number] | null {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return null;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, start + index + 1];
  }
  const last = bytes[start + 8];
  return last === undefined ? null : [value * 256 + last, start + 9];
}
