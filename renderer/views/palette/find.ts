import type { Zone } from '../../kit/zone.ts';

/** Finding by a few typed letters, and reading a moment from them. Pure. */

export interface Findable {
  readonly id: string;
  readonly title: string;
  /** Further words by which it is found. */
  readonly words?: string;
  /** Added to the score: what matters more comes first among equals. */
  readonly weight?: number;
}

/**
 * The best matches of all words of a query: whole words before beginnings before parts before
 * scattered letters. An empty query finds everything in its order.
 */
export function find<Entry extends Findable>(
  entries: readonly Entry[],
  query: string,
  limit: number,
): readonly Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.slice(0, limit);
  const found: { entry: Entry; score: number; index: number }[] = [];
  entries.forEach((entry, index) => {
    let score = entry.weight ?? 0;
    for (const word of words) {
      const hit = Math.max(
        scoreOf(entry.title.toLowerCase(), word),
        scoreOf((entry.words ?? '').toLowerCase(), word) - 15,
      );
      if (hit <= 0) return;
      score += hit;
    }
    found.push({ entry, score, index });
  });
  found.sort((left, right) => right.score - left.score || left.index - right.index);
  return found.slice(0, limit).map(({ entry }) => entry);
}

function scoreOf(text: string, word: string): number {
  if (text === '') return 0;
  const at = text.indexOf(word);
  if (at === 0) return text.length === word.length ? 100 : 80;
  if (at > 0) return /[\s\-_./:(“]/.test(text.charAt(at - 1)) ? 70 : 45;
  return word.length >= 3 && isScattered(text, word) ? 20 : 0;
}

/** Whether the letters of a word come in this order, each right after the last or beginning a part. */
function isScattered(text: string, word: string): boolean {
  let from = -1;
  for (const letter of word) {
    if (from > 0 && text.charAt(from) === letter) {
      from += 1;
      continue;
    }
    let at = text.indexOf(letter, Math.max(from, 0));
    while (at > 0 && !/[\s\-_./:]/.test(text.charAt(at - 1))) at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

const DAY_MS = 24 * 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * The moment that a text means (ms since the epoch), or null: `02:14`, `02:14:07`, `-15m`, `-2h`,
 * `2026-03-01 02:14`, in the zone that is shown. A time of day is the last one before `now`.
 */
export function readMoment(text: string, now: number, zone: Zone = 'local'): number | null {
  const trimmed = text.trim();
  const ago = /^-\s*(\d{1,5})\s*([smh])(?:in)?$/i.exec(trimmed);
  if (ago) {
    const unit = UNIT_MS[(ago[2] ?? '').toLowerCase()];
    return unit === undefined ? null : now - Number(ago[1]) * unit;
  }
  const time = /^(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed);
  if (!time) return null;
  const [, year, month, day, hour, minute, second] = time;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null;
  const date = new Date(now);
  const clock = [Number(hour), Number(minute), Number(second ?? 0), 0] as const;
  if (zone === 'utc') {
    if (year !== undefined) date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    date.setUTCHours(...clock);
  } else {
    if (year !== undefined) date.setFullYear(Number(year), Number(month) - 1, Number(day));
    date.setHours(...clock);
  }
  const moment = date.getTime();
  if (year !== undefined) return moment <= now ? moment : null;
  return moment <= now ? moment : moment - DAY_MS;
}
