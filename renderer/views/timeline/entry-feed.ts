import { createStore } from 'zustand/vanilla';
import type {
  Answer,
  LaneKindName,
  PortError,
  TimelineEntry,
  TimelineFilter,
} from '../../../shared/ipc/contract.ts';
import { LIVE, type Position } from '../../../shared/ipc/position.ts';
import type { DensitySeries } from '../../chart/density.ts';
import type { TimeRange } from '../../chart/time-range.ts';
import { core, errorCode } from '../../room/core.ts';

/** What the timeline shows, read again whenever it may have changed. */

export interface EntryQuery {
  readonly position: Position;
  readonly range: TimeRange;
  readonly limit: number;
  readonly filter: TimelineFilter;
}

export interface EntriesState {
  readonly entries: readonly TimelineEntry[];
  /** How many there are in the window, read or not. */
  readonly total: number;
  /** The question that the entries answer; null before the first answer. */
  readonly query: EntryQuery | null;
  readonly error: PortError['code'] | null;
}

export const entriesStore = createStore<EntriesState>(() => ({
  entries: [],
  total: 0,
  query: null,
  error: null,
}));

export interface DensityState {
  /** Everything that is there, whatever moment is under review. */
  readonly all: DensitySeries | null;
  /** What the room knew at the moment under review; null in the other modes. */
  readonly shown: DensitySeries | null;
}

export const densityStore = createStore<DensityState>(() => ({ all: null, shown: null }));

export interface DensityQuery {
  readonly range: TimeRange;
  readonly buckets: number;
  readonly position: Position;
}

export interface LaneQuery {
  readonly range: TimeRange;
  readonly by: LaneKindName;
  readonly columns: number;
}

export interface LanesState {
  readonly answer: Answer<'timeline.lanes'> | null;
  /** By what the answer's lanes are. */
  readonly by: LaneKindName | null;
}

export const lanesStore = createStore<LanesState>(() => ({ answer: null, by: null }));

/** How many lanes have a place of their own; what is in none of them stands in two more. */
const MOST_LANES = 8;

/** First and last moment of anything in the room. */
export const extentStore = createStore<{
  readonly from: number | null;
  readonly to: number | null;
  readonly isRead: boolean;
}>(() => ({ from: null, to: null, isRead: false }));

const entries = repeated<EntryQuery>(150, async (query) => {
  try {
    const answer = await core.ask('timeline.read', {
      position: query.position,
      from: query.range.from,
      to: query.range.to,
      limit: query.limit,
      filter: query.filter,
    });
    const before = entriesStore.getState().entries;
    entriesStore.setState({
      entries: keepIdentity(before, answer.entries),
      total: answer.total,
      query,
      error: null,
    });
  } catch (failure) {
    const error = errorCode(failure);
    if (error === 'no-room') entriesStore.setState({ entries: [], total: 0, query, error: null });
    else entriesStore.setState({ error });
  }
});

const density = repeated<DensityQuery>(250, async (query) => {
  const ask = async (position: Position): Promise<DensitySeries> => ({
    range: query.range,
    density: await core.ask('timeline.density', {
      position,
      ...query.range,
      buckets: query.buckets,
    }),
  });
  try {
    const [all, shown] = await Promise.all([
      ask(LIVE),
      query.position.mode === 'known' ? ask(query.position) : null,
    ]);
    densityStore.setState({ all, shown });
  } catch {
    // The bars stay as they were; the list says what is wrong.
  }
});

const lanes = repeated<LaneQuery>(300, async ({ by, columns, range }) => {
  try {
    const answer = await core.ask('timeline.lanes', { ...range, by, columns, most: MOST_LANES });
    lanesStore.setState({ answer, by });
  } catch {
    // The lanes stay as they were; the list says what is wrong.
  }
});

const extent = repeated<true>(1_000, async () => {
  try {
    const answer = await core.ask('timeline.extent', {});
    extentStore.setState({ ...answer, isRead: true });
  } catch {
    // Without it the window begins where the clock says.
  }
});

export const askEntries = entries.ask;
export const askDensity = density.ask;
export const askLanes = lanes.ask;

let users = 0;
let stop: (() => void) | null = null;

/** Keeps what is asked for up to date while somebody looks; the answer ends that. */
export function followTimeline(): () => void {
  users += 1;
  if (users === 1) {
    const stopGrew = core.on('timeline.grew', refresh);
    const stopSession = core.on('session.changed', () => {
      extentStore.setState({ from: null, to: null, isRead: false });
      lanesStore.setState({ answer: null, by: null });
      refresh();
    });
    stop = () => {
      stopGrew();
      stopSession();
    };
    extent.ask(true);
    refresh();
  }
  return () => {
    users -= 1;
    if (users > 0) return;
    stop?.();
    stop = null;
  };
}

/** Reads everything again soon: a fact came, was pinned, or reached the gateway. */
export function refresh(): void {
  entries.again();
  density.again();
  lanes.again();
  extent.again();
}

/** The new entries, those that say the same as before with their old identity. */
export function keepIdentity(
  before: readonly TimelineEntry[],
  next: readonly TimelineEntry[],
): readonly TimelineEntry[] {
  const known = new Map(before.map((entry) => [entry.id, entry]));
  let isSame = before.length === next.length;
  const kept = next.map((entry, index) => {
    const old = known.get(entry.id);
    // A fact never changes; what is told of it beside may.
    const stays =
      old !== undefined &&
      old.sent === entry.sent &&
      old.pinned === entry.pinned &&
      old.currentText === entry.currentText &&
      old.at === entry.at &&
      old.heardAt === entry.heardAt;
    const result = stays ? old : entry;
    if (before[index] !== result) isSame = false;
    return result;
  });
  return isSame ? before : kept;
}

/**
 * A question that is asked again and again: one at a time, the newest always last, and never so
 * often that asking takes more than a fifth of the time.
 */
function repeated<Query>(
  pauseMs: number,
  run: (query: Query) => Promise<void>,
): { ask: (query: Query) => void; again: () => void } {
  let wanted: Query | null = null;
  let asked: string | null = null;
  let isRunning = false;
  let isDue = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let readyAt = 0;

  const start = async (): Promise<void> => {
    if (wanted === null) return;
    const query = wanted;
    isRunning = true;
    isDue = false;
    const began = Date.now();
    await run(query);
    readyAt = Date.now() + Math.max(pauseMs, 4 * (Date.now() - began));
    isRunning = false;
    if (wanted !== query) void start();
    else if (isDue) later();
  };
  const later = (): void => {
    isDue = true;
    if (isRunning || timer !== null) return;
    timer = setTimeout(
      () => {
        timer = null;
        if (!isRunning) void start();
      },
      Math.max(0, readyAt - Date.now()),
    );
  };
  return {
    ask(query) {
      const text = JSON.stringify(query);
      if (text === asked) return;
      asked = text;
      wanted = query;
      if (!isRunning) void start();
    },
    again: later,
  };
}
