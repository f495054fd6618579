/**
 * Wall time is told as if it were UTC (ms since the epoch): it can be counted with, and only a zone
 * makes a moment of it.
 */
export interface Zone {
  /** What a clock there is ahead of UTC at a moment (ms). */
  offsetAt(moment: number): number;
}

const DAY_MS = 86_400_000;
/** No zone changes its offset within such a stretch but at its beginning. */
const STRETCH_MS = 900_000;

/** The zone of an IANA name, or null where the name is not known. */
export function zoneOf(name: string): Zone | null {
  if (/^(UTC|Etc\/UTC|GMT|Z)$/i.test(name)) return { offsetAt: () => 0 };
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  const known = new Map<number, number>();
  return {
    offsetAt(moment) {
      const stretch = Math.floor(moment / STRETCH_MS);
      let offset = known.get(stretch);
      if (offset === undefined) {
        const at = stretch * STRETCH_MS;
        const told = new Map(
          format.formatToParts(at).map(({ type, value }) => [type, Number(value)] as const),
        );
        const wall = Date.UTC(
          told.get('year') ?? 0,
          (told.get('month') ?? 1) - 1,
          told.get('day') ?? 1,
          told.get('hour') ?? 0,
          told.get('minute') ?? 0,
          told.get('second') ?? 0,
        );
        offset = wall - at;
        known.set(stretch, offset);
      }
      return offset;
    },
  };
}

/**
 * The moment of a wall time. Of two the first; one that a clock put forward skips is read with the
 * offset before the gap (RFC 5545 §3.3.5).
 */
export function momentOfWall(wall: number, zone: Zone): number {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  const fitting = [wall - before, wall - after].filter(
    (moment) => moment + zone.offsetAt(moment) === wall,
  );
  return fitting.length > 0 ? Math.min(...fitting) : wall - before;
}

/** A zone that changes its offset at some moments (sorted); before the first, `first` holds. */
export function zoneOfChanges(
  first: number,
  changes: readonly { readonly at: number; readonly offset: number }[],
): Zone {
  return {
    offsetAt: (moment) => changes.findLast(({ at }) => at <= moment)?.offset ?? first,
  };
}
