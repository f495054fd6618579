/**
 * A duration as `30s`, `5m`, `2h`, `1h 30m`, `10 minutes` at the start of a text.
 * @returns its length and the text after it, or null when the text begins with none
 */
export function readDuration(text: string): { durationMs: number; rest: string } | null {
  let rest = text.trim();
  let durationMs = 0;
  let found = false;
  for (;;) {
    const match = DURATION_PART.exec(rest);
    if (!match) break;
    const unit = (match[2] ?? '').toLowerCase();
    durationMs += Number(match[1]) * (UNIT_MS.get(unit) ?? 0);
    rest = rest.slice(match[0].length).trimStart();
    found = true;
  }
  return found ? { durationMs: Math.round(durationMs), rest } : null;
}

const DURATION_PART =
  /^(\d{1,7}(?:\.\d{1,3})?)\s*(seconds|second|secs|sec|s|minutes|minute|mins|min|m|hours|hour|hrs|hr|h|秒钟|秒|分钟|分|小时)(?![a-z])/i;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ...['seconds', 'second', 'secs', 'sec', 's', '秒钟', '秒'].map((unit) => [unit, 1_000] as const),
  ...['minutes', 'minute', 'mins', 'min', 'm', '分钟', '分'].map((unit) => [unit, 60_000] as const),
  ...['hours', 'hour', 'hrs', 'hr', 'h', '小时'].map((unit) => [unit, 3_600_000] as const),
]);
