import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { LIVE } from '../../../shared/ipc/position.ts';
import { rangeWith, spanOf, type TimeRange } from '../../chart/time-range.ts';
import { clockStore } from '../../kit/clock.ts';
import { momentOf, positionStore, setPosition, usePosition } from '../../room/position.ts';
import { rowStore, useStatus } from '../../room/rows.ts';
import { revealStore } from '../../room/search.ts';
import { askEntries, entriesStore, extentStore, followTimeline } from './entry-feed.ts';
import {
  clearFilter,
  filterOf,
  onPosition,
  setBrush,
  setChoice,
  timelineStore,
  windowOf,
  type WindowChoice,
} from './timeline-store.ts';

const MINUTE_MS = 60_000;
/** The end of all times that Date knows: a window that goes with the clock has no end. */
const FAR = 8_640_000_000_000_000;

/** Where time ends now: the clock, or the last moment of an opened file. */
export function endOfTime(): number {
  const status = rowStore('status').getState().rows.get('status');
  return status?.room === 'bundle' && status.to !== null ? status.to : clockStore.getState().now;
}

/** The end of time by the second; stands still while a moment is under review. */
export function useEnd(): number {
  const status = useStatus();
  const frozen = useStore(timelineStore, (state) => state.frozenEnd);
  const now = useStore(clockStore, (state) => state.now);
  if (frozen !== null) return frozen;
  return status?.room === 'bundle' && status.to !== null ? status.to : now;
}

/** The window on the strip, by the second. */
export function useWindow(): TimeRange {
  const end = useEnd();
  const choice = useStore(timelineStore, (state) => state.choice);
  const from = useStore(extentStore, (state) => state.from);
  return useMemo(() => windowOf(choice, { from, end }), [choice, from, end]);
}

/** The window as it stands now, for commands. */
export function currentWindow(): TimeRange {
  const { choice, frozenEnd } = timelineStore.getState();
  const { from } = extentStore.getState();
  return windowOf(choice, { from, end: frozenEnd ?? endOfTime() });
}

/** Lets the window go with the clock, or holds it where it stands. */
export function toggleFollow(): void {
  const { choice } = timelineStore.getState();
  const range = currentWindow();
  setChoice(
    choice.kind === 'fixed' ? { kind: 'span', spanMs: spanOf(range) } : { kind: 'fixed', range },
  );
}

/** Reads entries for what is chosen, and keeps window and review together. Once a surface. */
export function useTimeline(): void {
  const position = usePosition();
  const choice = useStore(timelineStore, (state) => state.choice);
  const groups = useStore(timelineStore, (state) => state.groups);
  const text = useStore(timelineStore, (state) => state.text);
  const pinnedOnly = useStore(timelineStore, (state) => state.pinnedOnly);
  const lane = useStore(timelineStore, (state) => state.lane);
  const brush = useStore(timelineStore, (state) => state.brush);
  const limit = useStore(timelineStore, (state) => state.limit);
  const frozen = useStore(timelineStore, (state) => state.frozenEnd);
  const minute = useStore(clockStore, (state) => Math.floor(state.now / MINUTE_MS));

  useEffect(followTimeline, []);
  useFirstWindow();
  useEffect(() => {
    const follow = (): void => {
      const { position: now } = positionStore.getState();
      onPosition(now, endOfTime());
      const moment = momentOf(now);
      if (moment === null) return;
      const window = currentWindow();
      const range = rangeWith(window, moment);
      if (range !== window) timelineStore.setState({ choice: { kind: 'fixed', range } });
    };
    follow();
    return positionStore.subscribe(follow);
  }, []);
  // What was found elsewhere is shown at its moment, whatever the list is narrowed to.
  useEffect(() => {
    const show = (): void => {
      const { entry } = revealStore.getState();
      if (entry === null) return;
      revealStore.setState({ entry: null });
      clearFilter();
      setBrush(null);
      timelineStore.setState({ current: entry });
      const { reviewMode } = timelineStore.getState();
      const moment = reviewMode === 'known' ? Math.max(entry.at, entry.heardAt) : entry.at;
      setPosition(moment >= endOfTime() ? LIVE : { mode: reviewMode, moment });
    };
    show();
    return revealStore.subscribe(show);
  }, []);
  // What was chosen may have been pinned, corrected or sent since.
  useEffect(
    () =>
      entriesStore.subscribe(({ entries }) => {
        const { current } = timelineStore.getState();
        const newer = entries.find((entry) => entry.id === current?.id);
        if (newer && newer !== current) timelineStore.setState({ current: newer });
      }),
    [],
  );
  useEffect(() => {
    askEntries({
      position,
      range: brush ?? listRange(choice, frozen ?? endOfTime()),
      limit,
      filter: filterOf({ groups, text, pinnedOnly, lane }),
    });
  }, [position, choice, frozen, minute, limit, groups, text, pinnedOnly, lane, brush]);
}

/**
 * The window of the list. One that goes with the clock begins with a minute, so that the list is
 * not read again every second.
 */
function listRange(choice: WindowChoice, end: number): TimeRange {
  if (choice.kind === 'fixed') return choice.range;
  if (choice.kind === 'all') return { from: 0, to: FAR };
  const { from } = windowOf(choice, { from: null, end });
  return { from: Math.floor(from / MINUTE_MS) * MINUTE_MS, to: FAR };
}

let decidedFor: string | null = null;

/** A room whose last entry lies before the window, or a file, is first shown whole. */
function useFirstWindow(): void {
  const status = useStatus();
  const extent = useStore(extentStore);
  useEffect(() => {
    if (!status || !extent.isRead) return;
    const room = `${status.room} ${status.roomTitle}`;
    if (decidedFor === room) return;
    decidedFor = room;
    const { choice } = timelineStore.getState();
    const window = windowOf(choice, { from: extent.from, end: endOfTime() });
    const isBefore = extent.to !== null && extent.to < window.from;
    if (status.room === 'bundle' || isBefore) timelineStore.setState({ choice: { kind: 'all' } });
  }, [status, extent]);
}
