import type { Answer, Ask, TimelineEntry, TimelineFilter } from '../../../shared/ipc/contract.ts';

/** Finding the entry before or after a moment, whatever lies outside of the window. */

export type ReadTimeline = (ask: Ask<'timeline.read'>) => Promise<Answer<'timeline.read'>>;

export interface StepQuery {
  readonly from: number;
  /** By when it happened, or by when the room heard of it. */
  readonly mode: 'happened' | 'known';
  readonly filter: TimelineFilter;
  /** Nothing lies before or after these. */
  readonly extent: { readonly from: number; readonly to: number };
}

const FIRST_REACH_MS = 60_000;
const GROWTH = 8;
const PAGE = 200;
/** What is heard later than this after it happened is not looked for when stepping by hearing. */
const LATE_MS = 15 * 60_000;

/**
 * The moment of the next entry before or after; null when there is none. Where one moment holds many
 * entries they are one step.
 */
export async function stepEntry(
  direction: 'previous' | 'next',
  query: StepQuery,
  read: ReadTimeline,
): Promise<number | null> {
  const { from, mode, filter, extent } = query;
  const late = mode === 'known' ? LATE_MS : 0;
  const momentOf = (entry: TimelineEntry): number => (mode === 'known' ? entry.heardAt : entry.at);
  const isNext = direction === 'next';
  let reach = FIRST_REACH_MS;
  // The core gives the newest of a window: it is widened until it holds some, and narrowed while it
  // holds more than it gives.
  for (let turn = 0; turn < 40; turn += 1) {
    const low = isNext ? from + 1 - late : from - 1 - reach - late;
    const high = isNext ? from + reach : from - 1;
    const answer = await read({
      position: { mode: 'live' },
      from: low,
      to: high,
      limit: PAGE,
      filter: { ...filter, groups: [...filter.groups] },
    });
    if (isNext && answer.total > PAGE && reach > 1 && late === 0) {
      reach = Math.max(1, Math.floor(reach / 4));
      continue;
    }
    const moments = answer.entries
      .map(momentOf)
      .filter((moment) => (isNext ? moment > from : moment < from));
    if (moments.length > 0) return isNext ? Math.min(...moments) : Math.max(...moments);
    if (isNext ? high >= extent.to : low <= extent.from - late) return null;
    reach *= GROWTH;
  }
  return null;
}
