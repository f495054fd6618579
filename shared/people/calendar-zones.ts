import { propertiesOf, propertyOf, type Component } from './calendar-components.ts';
import { occurrences, readRule, readWall, type Effort } from './recurrence.ts';
import { zoneOf, zoneOfChanges, type Zone } from './zones.ts';

const DAY_MS = 86_400_000;
/** From so long before the window changes are looked for: every zone changed its clock by then, or never. */
const LOOK_BACK_MS = 800 * DAY_MS;

/** The zones that a calendar names: those known by name, else as the calendar itself defines them. */
export function calendarZones(
  calendar: Component,
  window: { readonly from: number; readonly to: number },
  effort: Effort,
): (name: string) => Zone | null {
  const known = new Map<string, Zone | null>();
  return (name) => {
    let zone = known.get(name);
    if (zone === undefined) {
      zone = zoneOf(name) ?? zoneOf(olsonName(name)) ?? defined(calendar, name, window, effort);
      known.set(name, zone);
    }
    return zone;
  };
}

/** Some programs put a path of their own before the name: `/example.org/20250101/Europe/Berlin`. */
function olsonName(name: string): string {
  return /[A-Z][A-Za-z_]+\/[A-Za-z_]+(?:\/[A-Za-z_]+)?$/.exec(name)?.[0] ?? name;
}

/** A VTIMEZONE of the calendar: RFC 5545 §3.6.5. */
function defined(
  calendar: Component,
  name: string,
  window: { readonly from: number; readonly to: number },
  effort: Effort,
): Zone | null {
  const definition = calendar.parts.find(
    (part) => part.name === 'VTIMEZONE' && propertyOf(part, 'TZID')?.value === name,
  );
  if (!definition) return null;
  const changes: { at: number; offset: number }[] = [];
  let first: number | null = null;
  for (const part of definition.parts) {
    const before = readOffset(propertyOf(part, 'TZOFFSETFROM')?.value ?? '');
    const offset = readOffset(propertyOf(part, 'TZOFFSETTO')?.value ?? '');
    const start = readWall(propertyOf(part, 'DTSTART')?.value ?? '');
    if (before === null || offset === null || start === null) return null;
    if (part.name === 'STANDARD' || first === null) first = offset;
    for (const wall of onsets(part, start.wall, window, effort))
      changes.push({ at: wall - before, offset });
  }
  if (first === null) return null;
  return zoneOfChanges(
    first,
    changes.sort((left, right) => left.at - right.at),
  );
}

/** Wall times at which an observance begins: its start, dates it names, and what its rule says. */
function onsets(
  part: Component,
  start: number,
  window: { readonly from: number; readonly to: number },
  effort: Effort,
): number[] {
  const named = propertiesOf(part, 'RDATE').flatMap(({ value }) =>
    value.split(',').flatMap((one) => readWall(one)?.wall ?? []),
  );
  const text = propertyOf(part, 'RRULE')?.value;
  const rule = text === undefined ? null : readRule(text);
  if (rule === null || typeof rule === 'string') return [start, ...named];
  const around = { from: window.from - LOOK_BACK_MS, to: window.to + DAY_MS };
  const ruled = occurrences(rule, start, around, effort) ?? [];
  const until = rule.until?.wall ?? Infinity;
  return [start, ...named, ...ruled.filter((wall) => wall <= until + DAY_MS)];
}

/** UTC-OFFSET of RFC 5545 §3.3.14 (ms). */
function readOffset(text: string): number | null {
  const read = /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(text.trim());
  if (!read) return null;
  const [, sign, hours, minutes, seconds = '0'] = read;
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000;
  return sign === '-' ? -size : size;
}
