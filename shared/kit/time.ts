export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** The start of the minute that a moment lies in (ms since the epoch). */
export function minuteOf(moment: number): number {
  return Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}

/**
 * An RFC 3339 time as ms since the epoch, or null when it is not one. A day that its month does not
 * have is none: `Date` would take 30 February for 2 March. A leap second is not read.
 */
export function parseRfc3339(text: string): number | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  const start = new Date(0);
  // Not Date.UTC: it takes the years below 100 for those of the last century.
  start.setUTCFullYear(year, month - 1, day);
  if (start.getUTCMonth() !== month - 1 || start.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const zoneMinutes = Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0);
  if (Number(parts[9] ?? 0) > 23 || Number(parts[10] ?? 0) > 59) return null;
  // Senders write nanoseconds: what is below a millisecond is cut off.
  const millis = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const local = start.getTime() + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + millis;
  return local - (parts[8] === '-' ? -1 : 1) * zoneMinutes * MINUTE_MS;
}

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
