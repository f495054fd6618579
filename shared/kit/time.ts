export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** The start of the minute that a moment lies in (ms since the epoch). */
export function minuteOf(moment: number): number {
  return Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}

/** An RFC 3339 time as ms since the epoch, or null when it is not one. */
export function parseRfc3339(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text))
    return null;
  // Date reads at most milliseconds; senders write nanoseconds.
  const trimmed = text.replace(/(\.\d{3})\d+/, '$1').replace(' ', 'T');
  const moment = Date.parse(trimmed);
  return Number.isNaN(moment) ? null : moment;
}
