const DAY_MS = 86_400_000;
/** So far ahead a time of day still means today: clocks differ. */
const AHEAD_MS = 120_000;

/**
 * The last moment before `now` at which local clocks showed a time (`02:14`, `02:14:07`), in ms since
 * the epoch; null where the text is no time.
 */
export function readTimeOfDay(text: string, now: number): number | null {
  const parts = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text);
  if (parts === null) return null;
  const [hour = 0, minute = 0, second = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const moment = new Date(now).setHours(hour, minute, second, 0);
  return moment > now + AHEAD_MS ? moment - DAY_MS : moment;
}
