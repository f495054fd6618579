import type { Contact, Shift } from '../facts/contacts.ts';
import { propertiesOf, propertyOf, readComponents, type Component } from './calendar-components.ts';
import { calendarZones } from './calendar-zones.ts';
import { unescapeText, type ContentLine } from './content-lines.ts';
import { nameOf } from './on-call-name.ts';
import { MOST_EFFORT, occurrences, readRule, readWall, type Effort } from './recurrence.ts';
import {
  BEFORE_MS,
  HORIZON_MS,
  MOST_CHARACTERS,
  MOST_CONTACTS,
  MOST_SHIFTS,
  type PeopleProblem,
  type PeopleReading,
  type ReadingContext,
} from './reading.ts';
import { momentOfWall, zoneOf, type Zone } from './zones.ts';

interface Moment {
  readonly wall: number;
  readonly zone: Zone;
  readonly zoneName: string;
  readonly isDate: boolean;
  readonly at: number;
}

interface Event {
  readonly component: Component;
  readonly uid: string;
  readonly start: Moment;
  /** Turns a beginning (wall time) into the moment at which it ends. */
  readonly endOf: (wall: number) => number;
  /** Beginning of the occurrence that it stands in for; null for the event itself. */
  readonly replaces: number | null;
  readonly isCancelled: boolean;
}

class Unreadable extends Error {
  readonly line: number;
  readonly code: PeopleProblem['code'];
  readonly detail: string;
  constructor(line: number, code: PeopleProblem['code'], detail = '') {
    super(code);
    this.line = line;
    this.code = code;
    this.detail = detail.slice(0, MOST_CHARACTERS);
  }
}

const DAY_MS = 86_400_000;
/** A shift that comes again and again is not longer. */
const LONGEST_MS = 366 * DAY_MS;

/**
 * Shifts from the calendar that an on-call tool exports (RFC 5545): one event a shift, named after
 * who has it. Recurring events are written out from a day before now to the horizon, by the wall
 * clock of their zone; single occurrences that were moved, cancelled or excluded are honoured.
 */
export function readOnCallCalendar(text: string, context: ReadingContext): PeopleReading {
  const problems: PeopleProblem[] = [];
  const root = readComponents(text, problems);
  const window = { from: context.now - BEFORE_MS, to: context.now + HORIZON_MS };
  const shifts: Shift[] = [];
  const contacts = new Map<string, Contact>();
  const effort: Effort = { left: MOST_EFFORT };
  for (const calendar of root.parts.filter(({ name }) => name === 'VCALENDAR')) {
    const calendarName = plain(propertyOf(calendar, 'X-WR-CALNAME')?.value ?? '') || context.team;
    for (const { shift, mail, line } of shiftsOf(
      calendar,
      { ...window, zone: context.zone, effort },
      problems,
    )) {
      const named = nameOf(shift.summary, shift.attendee, calendarName);
      if (named === null) {
        problems.push({ line, code: 'no-person', detail: '' });
        continue;
      }
      const person = named.person.slice(0, MOST_CHARACTERS);
      const team = named.team.slice(0, MOST_CHARACTERS);
      shifts.push({ person, team, from: shift.from, to: shift.to });
      const known = contacts.get(`${person}\n${team}`);
      contacts.set(`${person}\n${team}`, {
        person,
        team,
        role: '',
        phone: '',
        mail: known?.mail || mail || named.mail,
        chat: '',
      });
    }
  }
  if (shifts.length > MOST_SHIFTS || contacts.size > MOST_CONTACTS) {
    problems.push({ line: 1, code: 'too-many', detail: String(shifts.length) });
  } else if (shifts.length === 0 && problems.length === 0) {
    problems.push({ line: 1, code: 'empty', detail: '' });
  }
  return {
    format: 'calendar',
    contacts: [...contacts.values()],
    shifts: withoutRepeats(shifts).slice(0, MOST_SHIFTS),
    problems,
  };
}

/** From when to when shifts are written out, and what that may cost. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly effort: Effort;
}

interface NamedShift {
  readonly line: number;
  readonly mail: string;
  readonly shift: { summary: string; attendee: string; from: number; to: number };
}

function shiftsOf(
  calendar: Component,
  window: Window & { readonly zone: string },
  problems: PeopleProblem[],
): NamedShift[] {
  const zones = calendarZones(calendar, window, window.effort);
  const given = window.zone;
  const own = propertyOf(calendar, 'X-WR-TIMEZONE')?.value.trim() ?? '';
  const floating = { name: own || given, zone: zones(own) ?? zones(given) ?? zoneOf('UTC') };
  const momentOf = (property: ContentLine): Moment => {
    const read = readWall(property.value);
    if (read === null) throw new Unreadable(property.line, 'bad-moment', property.value);
    const named = property.parameters.get('TZID');
    const zone = read.isUtc ? zoneOf('UTC') : named === undefined ? floating.zone : zones(named);
    if (zone === null) throw new Unreadable(property.line, 'unknown-zone', named ?? '');
    const zoneName = read.isUtc ? 'UTC' : (named ?? floating.name);
    return { ...read, zone, zoneName, at: momentOfWall(read.wall, zone) };
  };
  const attempt = <Value>(act: () => Value): Value | null => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const { line, code, detail } = error;
      if (problems.length <= MOST_SHIFTS) problems.push({ line, code, detail });
      return null;
    }
  };
  const events = calendar.parts
    .filter(({ name }) => name === 'VEVENT')
    .flatMap((component) => attempt(() => readEvent(component, momentOf)) ?? []);
  const replaced = new Map<string, Set<number>>();
  for (const { uid, replaces } of events) {
    if (replaces === null) continue;
    replaced.set(uid, (replaced.get(uid) ?? new Set()).add(replaces));
  }
  const shifts: NamedShift[] = [];
  for (const event of events) {
    if (event.isCancelled) continue;
    const begins = attempt(() => beginsOf(event, momentOf, window)) ?? [];
    const standIns = event.replaces === null ? replaced.get(event.uid) : undefined;
    for (const wall of begins) {
      const from = momentOfWall(wall, event.start.zone);
      const to = event.endOf(wall);
      if (standIns?.has(from) === true || to <= window.from || from > window.to) continue;
      shifts.push(namedShift(event.component, from, to));
      // What is more is refused as too much: there is no need to hold it all.
      if (shifts.length > MOST_SHIFTS) return shifts;
    }
  }
  return shifts;
}

function readEvent(component: Component, momentOf: (property: ContentLine) => Moment): Event {
  const begins = propertyOf(component, 'DTSTART');
  if (begins === undefined) throw new Unreadable(component.line, 'no-start');
  const start = momentOf(begins);
  const replaces = propertyOf(component, 'RECURRENCE-ID');
  return {
    component,
    uid: propertyOf(component, 'UID')?.value ?? `line ${component.line}`,
    start,
    endOf: readEnd(component, start, momentOf),
    replaces: replaces === undefined ? null : momentOf(replaces).at,
    isCancelled: propertyOf(component, 'STATUS')?.value.trim().toUpperCase() === 'CANCELLED',
  };
}

/**
 * A shift that is given by its end in the same zone ends at that hour of the wall clock each time,
 * also in the night when the clock changes: shifts hand over by the clock on the wall, and the exact
 * duration that RFC 5545 §3.8.5.3 asks for would leave an hour with nobody.
 */
function readEnd(
  component: Component,
  start: Moment,
  momentOf: (property: ContentLine) => Moment,
): Event['endOf'] {
  const ends = propertyOf(component, 'DTEND');
  if (ends !== undefined) {
    const end = momentOf(ends);
    if (end.at <= start.at) throw new Unreadable(ends.line, 'ends-before-start', ends.value);
    return end.zoneName === start.zoneName
      ? (wall) => momentOfWall(wall + (end.wall - start.wall), start.zone)
      : (wall) => momentOfWall(wall, start.zone) + (end.at - start.at);
  }
  const lasts = propertyOf(component, 'DURATION');
  if (lasts !== undefined) {
    const read = readDuration(lasts.value);
    if (read === null) throw new Unreadable(lasts.line, 'bad-duration', lasts.value);
    return (wall) => momentOfWall(wall + read.days * DAY_MS, start.zone) + read.ms;
  }
  if (!start.isDate) throw new Unreadable(component.line, 'no-end');
  return (wall) => momentOfWall(wall + DAY_MS, start.zone);
}

/** Beginnings as wall times in the zone of the event's start. */
function beginsOf(
  event: Event,
  momentOf: (property: ContentLine) => Moment,
  window: Window,
): number[] {
  const { component, start, replaces } = event;
  const ruled = propertyOf(component, 'RRULE');
  let begins = [start.wall];
  if (ruled !== undefined && replaces === null) {
    const rule = readRule(ruled.value);
    if (typeof rule === 'string') throw new Unreadable(ruled.line, rule, ruled.value);
    const longest = event.endOf(start.wall) - start.at;
    if (longest > LONGEST_MS) throw new Unreadable(ruled.line, 'bad-duration');
    const around = { from: window.from - longest - DAY_MS, to: window.to + DAY_MS };
    const found = occurrences(rule, start.wall, around, window.effort);
    if (found === null) throw new Unreadable(ruled.line, 'endless-rule', ruled.value);
    const { until } = rule;
    begins = begins.concat(
      found.filter((wall) => {
        if (until === null) return true;
        return until.isUtc ? momentOfWall(wall, start.zone) <= until.wall : wall <= until.wall;
      }),
    );
  }
  for (const added of propertiesOf(component, 'RDATE')) {
    for (const { at } of momentsIn(added, momentOf, window.effort)) {
      begins.push(at + start.zone.offsetAt(at));
    }
  }
  const excluded = new Set(
    propertiesOf(component, 'EXDATE').flatMap((property) =>
      momentsIn(property, momentOf, window.effort).map(({ at }) => at),
    ),
  );
  return [...new Set(begins)].filter((wall) => !excluded.has(momentOfWall(wall, start.zone)));
}

function momentsIn(
  property: ContentLine,
  momentOf: (property: ContentLine) => Moment,
  effort: Effort,
): Moment[] {
  const values = property.value.split(',');
  effort.left -= values.length;
  if (effort.left < 0) {
    throw new Unreadable(property.line, 'too-many', String(values.length));
  }
  return values.map((value) => momentOf({ ...property, value }));
}

function namedShift(component: Component, from: number, to: number): NamedShift {
  const attendee =
    propertyOf(component, 'ATTENDEE') ?? propertyOf(component, 'ORGANIZER') ?? undefined;
  const mail = /^mailto:([^\s?]{3,})$/i.exec(attendee?.value.trim() ?? '')?.[1] ?? '';
  return {
    line: component.line,
    mail: mail.slice(0, MOST_CHARACTERS),
    shift: {
      summary: plain(propertyOf(component, 'SUMMARY')?.value ?? ''),
      attendee: plain(attendee?.parameters.get('CN') ?? ''),
      from,
      to,
    },
  };
}

function plain(value: string): string {
  return unescapeText(value).replaceAll(/\s+/g, ' ').trim();
}

/** DURATION of RFC 5545 §3.3.6: days are days of the calendar, the rest is exact. */
function readDuration(text: string): { readonly days: number; readonly ms: number } | null {
  const read =
    /^\+?P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$/.exec(
      text.trim().toUpperCase(),
    );
  if (!read) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = read
    .slice(1)
    .map((part) => Number(part ?? 0));
  const all = { days: weeks * 7 + days, ms: (hours * 3_600 + minutes * 60 + seconds) * 1_000 };
  return all.days === 0 && all.ms === 0 ? null : all;
}

function withoutRepeats(shifts: readonly Shift[]): Shift[] {
  const known = new Map<string, Shift>();
  for (const shift of shifts) {
    known.set(`${shift.from} ${shift.to} ${shift.person}\n${shift.team}`, shift);
  }
  return [...known.values()].sort((left, right) => left.from - right.from || left.to - right.to);
}
