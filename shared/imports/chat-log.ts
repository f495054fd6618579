import { exists, momentIn, type CivilTime } from './civil-time.ts';
import { LOG_LIMITS, LogCollector, type LogReading } from './log-reading.ts';

/** What a log does not say by itself. */
export interface ChatLogContext {
  /** The day (`2026-03-01`) of the first line that says only a time. */
  readonly day: string;
  /** The zone that its times are in, where a line does not say (IANA, or `UTC`). */
  readonly zone: string;
  /** What lies after it is in the future (ms since the epoch). */
  readonly latest: number;
}

/** What can be a header is in front: nothing longer is looked at. */
const HEADER_LENGTH = 300;

const DATE = '(?:(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})|(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4}))';
const CLOCK =
  '(\\d{1,2})[:：](\\d{2})(?:[:：](\\d{2})(?:[.,](\\d{1,6}))?)?(?:[ \\u00a0\\u202f]?([AaPp])\\.?[Mm]\\.?)?';
const ZONE = '(?:[ ]?(Z|UTC|[+-]\\d{2}:?\\d{2}))?';
const STAMP = `(?:${DATE}(?:,? |T))?${CLOCK}${ZONE}`;

/** `[14:32] name: text`, `2026-03-01 14:32:10 name text`, `14:32 <name> text`. */
const TIME_FIRST = new RegExp(`^\\s{0,8}\\[?${STAMP}\\]?(?=[\\s,;–—-]|$)[\\s,;–—-]*(.*)$`, 'su');
/** `Ada Lovelace  2:32 PM`: name and time on a line of their own, as Slack copies them. */
const NAME_FIRST = new RegExp(`^\\s{0,8}(\\S.{0,79}?)[\\s\\u00a0]+\\[?${STAMP}\\]?\\s*$`, 'su');
/** A day on a line of its own. */
const DAY_LINE = new RegExp(`^[\\s\\-–—=*]{0,20}${DATE}[\\s\\-–—=*]{0,20}$`, 'u');
/** `name: text`, `<name> text`. */
const NAME_COLON = /^(?:<([^<>]{1,80})>|([^\s:：][^:：]{0,79}?)[:：])\s*(?!\/\/)(.*)$/su;

/**
 * Reads a chat's log as it was copied: a line that says a time begins a message, lines that say none
 * go on with it. A time without a day is on the day of the line before; one that is more than twelve
 * hours earlier than that is on the next day.
 */
export function readChatLog(text: string, context: ChatLogContext): LogReading {
  const collector = new LogCollector(context.latest);
  if (text.length > LOG_LIMITS.text) {
    collector.problem(1, 'too-large');
    return collector.reading();
  }
  const lines = text.split(/\r\n|\r|\n/u);
  let day = readDay(context.day);
  let clockBefore = -1;
  let open: { line: number; at: number; who: string; texts: string[] } | null = null;

  const close = (): void => {
    if (open === null) return;
    const { texts, ...message } = open;
    open = null;
    collector.add({ ...message, text: texts.join('\n') });
  };

  for (const [index, whole] of lines.entries()) {
    const line = index + 1;
    const head = whole.slice(0, HEADER_LENGTH);
    if (head.trim() === '') {
      // A blank line inside a message is part of it.
      (open as { texts: string[] } | null)?.texts.push('');
      continue;
    }
    const dayLine = DAY_LINE.exec(head);
    if (dayLine !== null) {
      close();
      const named = dayOf(dayLine.slice(1, 7));
      if (!exists(named)) collector.problem(line, 'no-such-day');
      else {
        day = named;
        clockBefore = -1;
      }
      continue;
    }
    const header = headerOf(head, whole);
    if (header === null) {
      if (open === null) collector.problem(line, 'no-time');
      else (open as { texts: string[] }).texts.push(whole);
      continue;
    }
    close();
    if (collector.isFull(line)) break;
    if (header.time === null) {
      collector.problem(line, 'no-such-time');
      continue;
    }
    const clock = header.time.hour * 60 + header.time.minute;
    if (header.day !== null) day = header.day;
    else if (clockBefore - clock > 12 * 60) day = nextDay(day);
    if (day === null || !exists({ ...day, ...header.time })) {
      collector.problem(line, 'no-such-day');
      continue;
    }
    clockBefore = clock;
    const civil = { ...day, ...header.time };
    let at: number;
    if (header.offsetMs === null) {
      const moment = momentIn(context.zone, civil);
      if (moment.isSkipped) collector.problem(line, 'skipped-hour');
      at = moment.at;
    } else {
      at = momentIn('UTC', civil).at - header.offsetMs;
    }
    open = { line, at, who: header.who, texts: [header.text] };
  }
  close();
  return collector.reading();
}

type Day = Pick<CivilTime, 'year' | 'month' | 'day'>;
type Clock = Omit<CivilTime, keyof Day>;

interface Header {
  /** Null: there is no such time. */
  readonly time: Clock | null;
  readonly day: Day | null;
  readonly offsetMs: number | null;
  readonly who: string;
  readonly text: string;
}

function headerOf(head: string, whole: string): Header | null {
  const first = TIME_FIRST.exec(head);
  if (first !== null) {
    const rest = `${first[13] ?? ''}${whole.slice(head.length)}`;
    return { ...stampOf(first.slice(1, 13)), ...saidIn(rest, first[1] ?? first[6]) };
  }
  const last = NAME_FIRST.exec(head);
  if (last === null || whole.length > head.length) return null;
  const who = last[1] ?? '';
  // A sentence that ends with a time is said, not a name.
  return isName(who) ? { ...stampOf(last.slice(2, 14)), who, text: '' } : null;
}

/** A name has no more than four words. */
function isName(text: string): boolean {
  return text.split(/\s+/u).length <= 4;
}

/** The groups of STAMP, in their order. */
function stampOf(
  groups: readonly (string | undefined)[],
): Pick<Header, 'time' | 'day' | 'offsetMs'> {
  const [hour, minute, second = '0', fraction = '0', half, zone] = groups.slice(6);
  const named = dayOf(groups.slice(0, 6));
  const isTwelve = half !== undefined;
  const told = Number(hour);
  const afternoon = half?.toLowerCase() === 'p' ? 12 : 0;
  const time: Clock = {
    hour: isTwelve ? (told % 12) + afternoon : told,
    minute: Number(minute),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1_000),
  };
  const isTime =
    time.hour <= 23 &&
    time.minute <= 59 &&
    time.second <= 59 &&
    (!isTwelve || (told >= 1 && told <= 12));
  return {
    time: isTime ? time : null,
    day: groups[0] === undefined && groups[5] === undefined ? null : named,
    offsetMs: offsetOf(zone),
  };
}

function dayOf(groups: readonly (string | undefined)[]): Day & Clock {
  const [year, month, day, dayLast, monthLast, yearLast] = groups;
  return {
    year: Number(year ?? yearLast),
    month: Number(month ?? monthLast),
    day: Number(day ?? dayLast),
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
  };
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined) return null;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/u.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Who says what, after the time. With a day in front the first word is a name, without a colon too. */
function saidIn(rest: string, year: string | undefined): Pick<Header, 'who' | 'text'> {
  const named = NAME_COLON.exec(rest);
  if (named !== null) {
    const who = (named[1] ?? named[2] ?? '').trim();
    if (isName(who)) return { who, text: named[3] ?? '' };
  }
  const [, word, said] = /^(\S{1,80})\s+(.+)$/su.exec(rest) ?? [];
  if (year !== undefined && word !== undefined && said !== undefined)
    return { who: word, text: said };
  return { who: '', text: rest };
}

function readDay(day: string): Day | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(day) ?? [];
  return year === undefined
    ? null
    : { year: Number(year), month: Number(month), day: Number(date) };
}

function nextDay(day: Day | null): Day | null {
  if (day === null) return null;
  const next = new Date(Date.UTC(day.year, day.month - 1, day.day + 1));
  return {
    year: next.getUTCFullYear(),
    month: next.getUTCMonth() + 1,
    day: next.getUTCDate(),
  };
}
