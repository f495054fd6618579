/** A recurrence rule of RFC 5545 §3.3.10, as far as on-call schedules use it. Times are wall times. */
export interface Recurrence {
  readonly every: 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly count: number | null;
  /** The last beginning that counts; the zone makes a moment of it unless it is UTC already. */
  readonly until: { readonly wall: number; readonly isUtc: boolean } | null;
  /** Sunday is 0; `nth` 0 means every one. */
  readonly weekdays: readonly { readonly day: number; readonly nth: number }[];
  readonly monthDays: readonly number[];
  readonly months: readonly number[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly places: readonly number[];
  /** On which day a week begins. */
  readonly weekStart: number;
}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/**
 * How many more periods and times may be walked through. One for a whole file: hostile rules must not
 * hold up the desk (all of it takes less than half a second).
 */
export interface Effort {
  left: number;
}
export const MOST_EFFORT = 300_000;

/** @returns the rule, or why it is none */
export function readRule(text: string): Recurrence | 'bad-rule' | 'unsupported-rule' {
  const parts = new Map<string, string>();
  for (const part of text.trim().replace(/;$/, '').split(';')) {
    const [name = '', value] = part.split('=', 2);
    if (value === undefined || value === '') return 'bad-rule';
    parts.set(name.trim().toUpperCase(), value.trim().toUpperCase());
  }
  const every = parts.get('FREQ') ?? '';
  if (!/^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(every)) {
    return /^(SECONDLY|MINUTELY)$/.test(every) ? 'unsupported-rule' : 'bad-rule';
  }
  const known =
    /^(FREQ|INTERVAL|COUNT|UNTIL|BYDAY|BYMONTHDAY|BYMONTH|BYHOUR|BYMINUTE|BYSECOND|BYSETPOS|WKST)$/;
  if ([...parts.keys()].some((name) => !known.test(name))) return 'unsupported-rule';
  if ((parts.get('BYSECOND') ?? '0') !== '0') return 'unsupported-rule';
  const lists = {
    monthDays: numbers(parts.get('BYMONTHDAY'), -31, 31),
    months: numbers(parts.get('BYMONTH'), 1, 12),
    hours: numbers(parts.get('BYHOUR'), 0, 23),
    minutes: numbers(parts.get('BYMINUTE'), 0, 59),
    places: numbers(parts.get('BYSETPOS'), -366, 366),
  };
  const { monthDays, months, hours, minutes, places } = lists;
  if (!monthDays || !months || !hours || !minutes || !places) return 'bad-rule';
  if (monthDays.includes(0) || places.includes(0)) return 'bad-rule';
  const interval = one(parts.get('INTERVAL') ?? '1');
  const count = parts.has('COUNT') ? one(parts.get('COUNT') ?? '') : null;
  if (interval === null || (parts.has('COUNT') && count === null)) return 'bad-rule';
  const weekStart = DAYS.indexOf(parts.get('WKST') ?? 'MO');
  const weekdays = readWeekdays(parts.get('BYDAY'));
  const until = parts.has('UNTIL') ? readUntil(parts.get('UNTIL') ?? '') : null;
  if (weekStart === -1 || weekdays === null || until === undefined) return 'bad-rule';
  // "The 20th Monday of the year" is no on-call schedule's rule.
  if (every === 'YEARLY' && weekdays.length > 0 && months.length === 0) return 'unsupported-rule';
  return {
    every: every as Recurrence['every'],
    interval,
    count,
    until,
    weekdays,
    monthDays,
    months,
    hours,
    minutes,
    places,
    weekStart,
  };
}

/**
 * The wall times at which a rule begins something, from its start on, in order, up to `to`; those that
 * end before `from` may be left out where nothing is counted.
 * @returns null where it takes too long to get there
 */
export function occurrences(
  rule: Recurrence,
  start: number,
  window: { readonly from: number; readonly to: number },
  effort: Effort,
): number[] | null {
  const found: number[] = [];
  let counted = 0;
  let period = firstPeriod(rule, start, window.from);
  for (; ; period += 1) {
    if (effort.left <= 0) return null;
    const begun = periodStart(rule, start, period);
    // After the last day that a date can name there is nothing either.
    if (begun > window.to || Number.isNaN(begun)) return found;
    const walls = inPeriod(rule, start, begun);
    effort.left -= walls.length + 1;
    for (const wall of walls) {
      if (wall < start) continue;
      if (wall > window.to) return found;
      counted += 1;
      if (rule.count !== null && counted > rule.count) return found;
      if (wall >= window.from) found.push(wall);
    }
  }
}

/** Without a count the periods before the window need not be walked through. */
function firstPeriod(rule: Recurrence, start: number, from: number): number {
  if (rule.count !== null || from <= start) return 0;
  const length = { HOURLY: HOUR_MS, DAILY: DAY_MS, WEEKLY: 7 * DAY_MS, MONTHLY: 31 * DAY_MS };
  const longest = rule.every === 'YEARLY' ? 366 * DAY_MS : length[rule.every];
  return Math.max(0, Math.floor((from - start) / (longest * rule.interval)) - 1);
}

function periodStart(rule: Recurrence, start: number, period: number): number {
  const step = period * rule.interval;
  const date = new Date(start);
  switch (rule.every) {
    case 'HOURLY':
      return start + step * HOUR_MS;
    case 'DAILY':
      return midnight(start) + step * DAY_MS;
    case 'WEEKLY': {
      const back = (date.getUTCDay() - rule.weekStart + 7) % 7;
      return midnight(start) + (step * 7 - back) * DAY_MS;
    }
    case 'MONTHLY':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + step, 1);
    case 'YEARLY':
      return Date.UTC(date.getUTCFullYear() + step, 0, 1);
  }
}

function inPeriod(rule: Recurrence, start: number, begun: number): number[] {
  const walls =
    rule.every === 'HOURLY'
      ? hourly(rule, begun).filter((wall) => fits(rule, wall) && fitsHour(rule, wall))
      : daysOf(rule, start, begun).flatMap((day) => timesOf(rule, start, day));
  walls.sort((left, right) => left - right);
  if (rule.places.length === 0) return walls;
  const chosen = rule.places.map((place) => walls.at(place > 0 ? place - 1 : place));
  return [...new Set(chosen.filter((wall) => wall !== undefined))].sort((a, b) => a - b);
}

function hourly(rule: Recurrence, begun: number): number[] {
  if (rule.minutes.length === 0) return [begun];
  const hour = Math.floor(begun / HOUR_MS) * HOUR_MS;
  return rule.minutes.map((minute) => hour + minute * 60_000);
}

function fitsHour(rule: Recurrence, wall: number): boolean {
  return rule.hours.length === 0 || rule.hours.includes(new Date(wall).getUTCHours());
}

/** Days (their midnight) of a period on which the rule begins something. */
function daysOf(rule: Recurrence, start: number, begun: number): number[] {
  switch (rule.every) {
    case 'HOURLY':
    case 'DAILY':
      return [begun].filter((day) => fits(rule, day));
    case 'WEEKLY': {
      const wanted =
        rule.weekdays.length > 0
          ? rule.weekdays.map(({ day }) => day)
          : [new Date(start).getUTCDay()];
      const week = Array.from({ length: 7 }, (_, place) => begun + place * DAY_MS);
      return week.filter(
        (day) => wanted.includes(new Date(day).getUTCDay()) && inMonths(rule, day),
      );
    }
    case 'MONTHLY':
      return inMonths(rule, begun) ? daysOfMonth(rule, start, begun) : [];
    case 'YEARLY': {
      const year = new Date(begun).getUTCFullYear();
      const months = rule.months.length > 0 ? rule.months : [new Date(start).getUTCMonth() + 1];
      return months.flatMap((month) => daysOfMonth(rule, start, Date.UTC(year, month - 1, 1)));
    }
  }
}

function daysOfMonth(rule: Recurrence, start: number, first: number): number[] {
  const date = new Date(first);
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const days = Array.from({ length }, (_, place) => first + place * DAY_MS);
  const isPlain = rule.monthDays.length === 0 && rule.weekdays.length === 0;
  return days.filter((day, place) => {
    if (isPlain) return place + 1 === new Date(start).getUTCDate();
    const byDate =
      rule.monthDays.length === 0 ||
      rule.monthDays.some((wanted) => (wanted > 0 ? wanted : length + 1 + wanted) === place + 1);
    const weekday = new Date(day).getUTCDay();
    const byWeekday =
      rule.weekdays.length === 0 ||
      rule.weekdays.some(
        ({ day: wanted, nth }) =>
          wanted === weekday &&
          (nth === 0 ||
            nth === Math.floor(place / 7) + 1 ||
            nth === -(Math.floor((length - 1 - place) / 7) + 1)),
      );
    return byDate && byWeekday;
  });
}

function timesOf(rule: Recurrence, start: number, day: number): number[] {
  const date = new Date(start);
  const rest =
    start - midnight(start) - date.getUTCHours() * HOUR_MS - date.getUTCMinutes() * 60_000;
  const hours = rule.hours.length > 0 ? rule.hours : [date.getUTCHours()];
  const minutes = rule.minutes.length > 0 ? rule.minutes : [date.getUTCMinutes()];
  return hours.flatMap((hour) =>
    minutes.map((minute) => day + hour * HOUR_MS + minute * 60_000 + rest),
  );
}

/** Whether the days and months that a rule names let a day through. */
function fits(rule: Recurrence, wall: number): boolean {
  const date = new Date(wall);
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return (
    inMonths(rule, wall) &&
    (rule.weekdays.length === 0 || rule.weekdays.some(({ day }) => day === date.getUTCDay())) &&
    (rule.monthDays.length === 0 ||
      rule.monthDays.some(
        (wanted) => (wanted > 0 ? wanted : length + 1 + wanted) === date.getUTCDate(),
      ))
  );
}

function inMonths(rule: Recurrence, wall: number): boolean {
  return rule.months.length === 0 || rule.months.includes(new Date(wall).getUTCMonth() + 1);
}

function midnight(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

/** null where one of them is no number, or outside. */
function numbers(text: string | undefined, least: number, most: number): number[] | null {
  if (text === undefined) return [];
  const found = text.split(',').map((part) => (/^[+-]?\d{1,3}$/.test(part) ? Number(part) : NaN));
  return found.every((number) => number >= least && number <= most)
    ? [...new Set(found)].sort((left, right) => left - right)
    : null;
}

/** A whole number from 1 on; null where it is none. */
function one(text: string): number | null {
  return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

function readWeekdays(text: string | undefined): Recurrence['weekdays'] | null {
  if (text === undefined) return [];
  const found = text.split(',').map((part) => {
    const [, nth = '', name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(part) ?? [];
    return { day: DAYS.indexOf(name), nth: nth === '' ? 0 : Number(nth) };
  });
  return found.every(({ day }) => day !== -1) ? found : null;
}

/** undefined where it is no time. A date alone reaches to the end of its day. */
function readUntil(text: string): Recurrence['until'] | undefined {
  const time = readWall(text);
  if (time === null) return undefined;
  return { wall: time.isDate ? time.wall + DAY_MS - 1 : time.wall, isUtc: time.isUtc };
}

/** DATE or DATE-TIME of RFC 5545 §3.3.4, §3.3.5; null where it is neither. */
export function readWall(
  text: string,
): { readonly wall: number; readonly isUtc: boolean; readonly isDate: boolean } | null {
  const read = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/.exec(text.trim());
  if (!read) return null;
  const [year, month, day, hour, minute, second] = read
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, Math.min(59, second ?? 0));
  const date = new Date(wall);
  const isReal =
    (year ?? 0) >= 1_900 &&
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    (hour ?? 0) < 24 &&
    (minute ?? 0) < 60;
  return isReal ? { wall, isUtc: read[7] === 'Z', isDate: read[4] === undefined } : null;
}
