/** A day and a time of day as a clock on a wall shows them. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const HOUR_MS = 3_600_000;

/** True where the calendar has this day and the clock this time (a leap second is none). */
export function exists(time: CivilTime): boolean {
  const { year, month, day, hour, minute, second } = time;
  if (year < 1970 || year > 9_999 || hour > 23 || minute > 59 || second > 59) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** True for a time zone that this machine knows (IANA, or `UTC`). */
export function isZone(zone: string): boolean {
  return formatterOf(zone) !== null;
}

/**
 * The moment (ms since the epoch) at which the clocks of a zone show this time. Where they show it
 * twice it is the first; where they were put forward over it, the moment after the jump.
 */
export function momentIn(
  zone: string,
  time: CivilTime,
): { readonly at: number; readonly isSkipped: boolean } {
  const { year, month, day, hour, minute, second, millisecond } = time;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // Zones change by at most a few hours, and rarely twice within a day.
  const before = offsetOf(zone, wall - 24 * HOUR_MS);
  const after = offsetOf(zone, wall + 24 * HOUR_MS);
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetOf(zone, wall - offset) === offset) return { at: wall - offset, isSkipped: false };
  }
  return { at: wall - before, isSkipped: true };
}

/** How far the zone's clocks are ahead of UTC at a moment (ms). */
function offsetOf(zone: string, moment: number): number {
  const formatter = formatterOf(zone);
  if (formatter === null) return 0;
  const shown = new Map<string, number>();
  for (const { type, value } of formatter.formatToParts(moment)) shown.set(type, Number(value));
  const part = (name: string): number => shown.get(name) ?? 0;
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(moment / 1_000) * 1_000;
}

const formatters = new Map<string, Intl.DateTimeFormat | null>();

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat | null = null;
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // Not a zone of this machine.
  }
  // Names come from people: a few, but not bounded.
  if (formatters.size > 100) formatters.clear();
  formatters.set(zone, made);
  return made;
}
