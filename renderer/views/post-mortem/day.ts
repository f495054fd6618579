/**
 * The end of a day in the local zone (`2026-03-01`), in ms since the epoch: until then what is due on
 * it is in time. undefined where the text is no day.
 */
export function readDay(text: string): number | undefined {
  const parts = /^\s*(\d{4})-(\d{2})-(\d{2})\s*$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const date = new Date(year, month - 1, day, 23, 59, 59, 999);
  // Date takes 30 February for 2 March.
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : undefined;
}
