import type { Zone } from '../../kit/zone.ts';

/** Reads the note line: plain text is a note of now; a time in front says where it belongs. Pure. */

/** What a reader should see beside the moment that was understood. */
export type NoteHint =
  /** What stands in front looks like a time but is none: it stays part of the text. */
  | 'not-a-time'
  /** The clocks were put forward over this time: the moment after the jump stands. */
  | 'skipped-hour'
  /** The clocks were put back: this time came twice; the later one that has passed stands. */
  | 'repeated-hour';

export type NoteProblem = 'no-text' | 'in-the-future' | 'too-long-ago' | 'too-long';

export type QuickNote =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'note';
      readonly text: string;
      /** Where it belongs (ms since the epoch); null: now. */
      readonly at: number | null;
      readonly hint: NoteHint | null;
    }
  | { readonly kind: 'problem'; readonly problem: NoteProblem; readonly at: number | null };

/** How far ahead of this clock a time may be and still be meant as today. */
export const AHEAD_MS = 2 * 60_000;
const MAX_BACK_MS = 366 * 24 * 3_600_000;
const MAX_TEXT = 20_000;

/**
 * Reads a line as it was typed, in the zone in which times are shown; `14:32Z` and `14:32 UTC` say
 * their own.
 *
 * In front may stand `>` and one of `14:32`, `14:32:10`, `yesterday 23:50`, `today 9:05`,
 * `03-01 14:32`, `2026-03-01 14:32`, `-5m`, `-90s`, `-1h30m`, `-1d`. A time of day that is more than
 * two minutes ahead means yesterday.
 */
export function parseQuickNote(line: string, now: number, zone: Zone = 'local'): QuickNote {
  const trimmed = line.trim();
  if (trimmed === '') return { kind: 'empty' };
  const content = trimmed.replace(/^>\s*/, '');
  if (content === '') return { kind: 'problem', problem: 'no-text', at: null };
  const time = readTime(content, now, zone);
  if (time === null) return noteOf(content, null, null, now);
  if (time === 'not-a-time') return noteOf(content, null, 'not-a-time', now);
  return noteOf(time.rest, time.at, time.hint, now);
}

interface TimeInFront {
  readonly at: number;
  readonly hint: NoteHint | null;
  readonly rest: string;
}

function noteOf(text: string, at: number | null, hint: NoteHint | null, now: number): QuickNote {
  if (at !== null && at > now + AHEAD_MS) return { kind: 'problem', problem: 'in-the-future', at };
  if (at !== null && at < now - MAX_BACK_MS)
    return { kind: 'problem', problem: 'too-long-ago', at };
  if (text === '') return { kind: 'problem', problem: 'no-text', at };
  if (text.length > MAX_TEXT) return { kind: 'problem', problem: 'too-long', at };
  return { kind: 'note', text, at, hint };
}

function readTime(content: string, now: number, zone: Zone): TimeInFront | 'not-a-time' | null {
  return readAgo(content, now) ?? readClock(content, now, zone);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
};

function readAgo(content: string, now: number): TimeInFront | null {
  const found = /^[-−–]((?:\d{1,5}(?:s|min|m|h|d))+)(?=\s|$)[ \t]*/i.exec(content);
  if (!found) return null;
  let back = 0;
  for (const [, count, unit] of (found[1] ?? '').matchAll(/(\d+)(s|m|h|d)(?:in)?/gi)) {
    back += Number(count) * (UNIT_MS[(unit ?? '').toLowerCase()] ?? 0);
  }
  return { at: now - back, hint: null, rest: content.slice(found[0].length) };
}

const DAY = '(?:(today|yesterday|今天|昨天)\\s*|(?:(\\d{4})-)?(\\d{1,2})-(\\d{1,2})[ T]\\s*)?';
const CLOCK = new RegExp(
  `^${DAY}(\\d{1,2})[:：](\\d{2})(?:[:：](\\d{2}))?(Z|\\s?UTC)?(?=[\\s,，、;；]|$)[\\s,，、;；]*`,
  'i',
);

function readClock(content: string, now: number, shown: Zone): TimeInFront | 'not-a-time' | null {
  const found = CLOCK.exec(content);
  if (!found) return null;
  const rest = content.slice(found[0].length);
  const [, word, year, month, day] = found;
  const wall: Wall = {
    hour: Number(found[5]),
    minute: Number(found[6]),
    second: Number(found[7] ?? 0),
  };
  if (wall.hour > 23 || wall.minute > 59 || wall.second > 59) return 'not-a-time';
  const zone = found[8] === undefined ? shown : 'utc';
  const today = dayOf(now, zone);
  const on = (years: number, months: number, days: number): TimeInFront => ({
    ...(zone === 'utc'
      ? { at: utcOf(years, months, days, wall), hint: null }
      : momentOf(new Date(years, months, days), wall, now)),
    rest,
  });
  if (month !== undefined && day !== undefined) {
    const named = (years: number): TimeInFront | null => {
      const date = new Date(years, Number(month) - 1, Number(day));
      const exists = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day);
      return exists ? on(years, Number(month) - 1, Number(day)) : null;
    };
    if (year !== undefined) return named(Number(year)) ?? 'not-a-time';
    // A day without its year is the last one of that name.
    const thisYear = named(today.year);
    if (thisYear && thisYear.at <= now + AHEAD_MS) return thisYear;
    return named(today.year - 1) ?? thisYear ?? 'not-a-time';
  }
  const back = /^(yesterday|昨天)$/i.test(word ?? '') ? 1 : 0;
  const at = on(today.year, today.month, today.day - back);
  if (word !== undefined || at.at <= now + AHEAD_MS) return at;
  return on(today.year, today.month, today.day - 1);
}

interface Wall {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The day of a moment; the month counts from 0. */
function dayOf(moment: number, zone: Zone): { year: number; month: number; day: number } {
  const date = new Date(moment);
  return zone === 'utc'
    ? { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() }
    : { year: date.getFullYear(), month: date.getMonth(), day: date.getDate() };
}

/** Days below 1 lie in the month before. */
function utcOf(year: number, month: number, day: number, wall: Wall): number {
  return Date.UTC(year, month, day, wall.hour, wall.minute, wall.second);
}

/** The moment of a wall clock's time on a day, with what the change of the clocks makes of it. */
function momentOf(
  midnight: Date,
  wall: Wall,
  now: number,
): { readonly at: number; readonly hint: NoteHint | null } {
  const first = new Date(
    midnight.getFullYear(),
    midnight.getMonth(),
    midnight.getDate(),
    wall.hour,
    wall.minute,
    wall.second,
  );
  if (!shows(first, midnight, wall)) return { at: first.getTime(), hint: 'skipped-hour' };
  // Date takes the first of two; zones turn back by thirty minutes to two hours.
  for (const laterMs of [30, 60, 120].map((minutes) => minutes * 60_000)) {
    const second = new Date(first.getTime() + laterMs);
    if (!shows(second, midnight, wall)) continue;
    const later = second.getTime() <= now + AHEAD_MS;
    return { at: later ? second.getTime() : first.getTime(), hint: 'repeated-hour' };
  }
  return { at: first.getTime(), hint: null };
}

function shows(date: Date, day: Date, wall: Wall): boolean {
  return (
    date.getDate() === day.getDate() &&
    date.getHours() === wall.hour &&
    date.getMinutes() === wall.minute &&
    date.getSeconds() === wall.second
  );
}
