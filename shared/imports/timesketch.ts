import { exists, momentIn } from './civil-time.ts';
import { LOG_LIMITS, LogCollector, type LogReading } from './log-reading.ts';

/**
 * Files of Timesketch (google/timesketch, docs/guides/user/import-from-json-csv.md): JSONL or CSV
 * with `message`, `datetime` (ISO 8601) and `timestamp_desc`, perhaps `timestamp` (µs) and any other
 * columns. Where datetime and timestamp differ, datetime stands; without a zone it is UTC.
 */
const COLUMNS = ['message', 'datetime', 'timestamp_desc'] as const;
/** Columns that say who acted, the first that has something. */
const WHO = ['who', 'user', 'username', 'author'] as const;

export type TimesketchKind = 'csv' | 'jsonl';

/** Which of the two a text is, by its first line; null: neither. */
export function timesketchKind(text: string): TimesketchKind | null {
  const start = text
    .replace(/^\uFEFF/u, '')
    .trimStart()
    .slice(0, 20_000);
  if (start.startsWith('{')) {
    const first = start.split(/\r\n|\r|\n/u, 1)[0] ?? '';
    const record = parseRecord(first);
    return record !== null && 'message' in record && ('datetime' in record || 'timestamp' in record)
      ? 'jsonl'
      : null;
  }
  const [heading] = csvRows(start.split(/\r\n|\r|\n/u, 1)[0] ?? '', () => undefined);
  const names = heading?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  return COLUMNS.every((column) => names.includes(column)) ? 'csv' : null;
}

/** @param latest what lies after it is in the future (ms since the epoch) */
export function readTimesketch(text: string, kind: TimesketchKind, latest: number): LogReading {
  const collector = new LogCollector(latest);
  const plain = text.replace(/^\uFEFF/u, '');
  if (plain.length > LOG_LIMITS.text) collector.problem(1, 'too-large');
  else if (kind === 'jsonl') readLines(plain, collector);
  else readTable(plain, collector);
  return collector.reading();
}

function readLines(text: string, collector: LogCollector): void {
  for (const [index, line] of text.split(/\r\n|\r|\n/u).entries()) {
    if (line.trim() === '') continue;
    if (collector.isFull(index + 1)) return;
    const record = parseRecord(line);
    if (record === null) collector.problem(index + 1, 'not-json');
    else keep(index + 1, (name) => record[name], collector);
  }
}

function readTable(text: string, collector: LogCollector): void {
  let places: Map<string, number> | null = null;
  for (const { line, cells } of csvRows(text, (at) => collector.problem(at, 'open-quote'))) {
    if (places === null) {
      places = new Map(cells.map((cell, place) => [cell.trim().toLowerCase(), place]));
      if (COLUMNS.every((column) => places?.has(column))) continue;
      collector.problem(line, 'no-columns');
      return;
    }
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (collector.isFull(line)) return;
    const known = places;
    keep(line, (name) => cells[known.get(name) ?? -1], collector);
  }
}

function keep(line: number, field: (name: string) => unknown, collector: LogCollector): void {
  const said = (name: string): string => {
    const value = field(name);
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  };
  const at = readDatetime(said('datetime')) ?? readMicroseconds(said('timestamp'));
  if (at === null) {
    collector.problem(line, 'no-such-time');
    return;
  }
  const description = said('timestamp_desc').trim();
  const message = said('message').trim();
  const text = message === '' || description === '' ? message : `${message} · ${description}`;
  collector.add({ line, at, who: WHO.map(said).find((name) => name !== '') ?? '', text });
}

const DATETIME =
  /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$/u;

function readDatetime(text: string): number | null {
  const found = DATETIME.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = found;
  const time = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1_000),
  };
  if (!exists(time)) return null;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/u.exec(zone ?? '') ?? [];
  const ahead = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * 60_000;
  return momentIn('UTC', time).at - (sign === '-' ? -ahead : ahead);
}

/** Microseconds since the epoch. */
function readMicroseconds(text: string): number | null {
  if (!/^\d{1,17}$/u.test(text.trim())) return null;
  return Math.floor(Number(text) / 1_000);
}

function parseRecord(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return value as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Rows of CSV (RFC 4180), each with the line at which it begins. */
function* csvRows(
  text: string,
  onOpenQuote: (line: number) => void,
): Generator<{ readonly line: number; readonly cells: readonly string[] }> {
  let line = 1;
  let begins = 1;
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? '';
    if (isQuoted) {
      if (sign === '\n') line += 1;
      if (sign !== '"') cell += sign;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === ',') {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[index + 1] === '\n') index += 1;
      yield { line: begins, cells: [...cells, cell] };
      cells = [];
      cell = '';
      line += 1;
      begins = line;
    } else cell += sign;
  }
  if (isQuoted) onOpenQuote(begins);
  else if (cell !== '' || cells.length > 0) yield { line: begins, cells: [...cells, cell] };
}
