import { createStore } from 'zustand/vanilla';
import type { LaneKindName, TimelineEntry, TimelineFilter } from '../../../shared/ipc/contract.ts';
import type { Position } from '../../../shared/ipc/position.ts';
import { spanOf, type TimeRange } from '../../chart/time-range.ts';

/** What panel and view share: window, filter, the chosen entry. */

export type TimelineGroupName = TimelineFilter['groups'][number];
export const GROUPS: readonly TimelineGroupName[] = [
  'alerts',
  'changes',
  'people',
  'runbooks',
  'sources',
  'topology',
];

/** Which window is looked at. `span` and `all` go with the clock. */
export type WindowChoice =
  | { readonly kind: 'span'; readonly spanMs: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'fixed'; readonly range: TimeRange };

const MINUTE_MS = 60_000;

/** The windows that have a button. */
export const WINDOWS = [
  { id: 'm15', choice: { kind: 'span', spanMs: 15 * MINUTE_MS } },
  { id: 'h1', choice: { kind: 'span', spanMs: 60 * MINUTE_MS } },
  { id: 'h6', choice: { kind: 'span', spanMs: 360 * MINUTE_MS } },
  { id: 'all', choice: { kind: 'all' } },
] as const satisfies readonly { id: string; choice: WindowChoice }[];

export const PAGE = 500;
export const MOST_ENTRIES = 5_000;

export interface TimelineState {
  readonly choice: WindowChoice;
  /** The end of time when a review began: the window stands still from then on. */
  readonly frozenEnd: number | null;
  /** How the next review looks at its moment. */
  readonly reviewMode: 'happened' | 'known';
  readonly groups: readonly TimelineGroupName[];
  readonly text: string;
  readonly pinnedOnly: boolean;
  /** The lane that the list is narrowed to; null: all. */
  readonly lane: { readonly by: LaneKindName; readonly value: string } | null;
  /** The range that was brushed: the list shows only it; null: the window. */
  readonly brush: TimeRange | null;
  readonly isFilterShown: boolean;
  /** How many entries are read at most. */
  readonly limit: number;
  readonly current: TimelineEntry | null;
  /** The note that is being corrected. */
  readonly correcting: TimelineEntry | null;
}

export const FIRST_STATE: TimelineState = {
  choice: { kind: 'span', spanMs: 60 * MINUTE_MS },
  frozenEnd: null,
  reviewMode: 'happened',
  groups: [],
  text: '',
  pinnedOnly: false,
  lane: null,
  brush: null,
  isFilterShown: false,
  limit: PAGE,
  current: null,
  correcting: null,
};

export const timelineStore = createStore<TimelineState>(() => FIRST_STATE);

/** First and last moment of the room, and the moment at which its time ends now. */
export interface TimeExtent {
  readonly from: number | null;
  readonly end: number;
}

/** Room at the right of the clock, so that the newest entries do not stick to the edge. */
const AHEAD_SHARE = 0.02;
/** All, with a little room at both ends. */
const ALL_SHARE = 1.04;
const LEAST_ALL_MS = 5 * MINUTE_MS;

/** The window that a choice means at this end of time. */
export function windowOf(choice: WindowChoice, extent: TimeExtent): TimeRange {
  if (choice.kind === 'fixed') return choice.range;
  const { end } = extent;
  const spanMs =
    choice.kind === 'span'
      ? choice.spanMs
      : Math.max(LEAST_ALL_MS, (end - (extent.from ?? end)) * ALL_SHARE);
  const to = Math.round(end + spanMs * AHEAD_SHARE);
  return { from: Math.round(to - spanMs), to };
}

/** A window that somebody moved to: one that reaches the end of time goes with the clock again. */
export function choiceOf(range: TimeRange, extent: TimeExtent): WindowChoice {
  const reachesEnd = range.to >= extent.end && range.from < extent.end;
  return reachesEnd ? { kind: 'span', spanMs: spanOf(range) } : { kind: 'fixed', range };
}

type Narrowing = Pick<TimelineState, 'groups' | 'text' | 'pinnedOnly' | 'lane'>;

export function filterOf(state: Narrowing): TimelineFilter {
  return {
    groups: [...state.groups],
    text: state.text.trim(),
    pinnedOnly: state.pinnedOnly,
    ...(state.lane && { lane: { ...state.lane } }),
  };
}

export function isFiltered(state: Narrowing): boolean {
  return (
    state.groups.length > 0 || state.text.trim() !== '' || state.pinnedOnly || state.lane !== null
  );
}

export function setChoice(choice: WindowChoice): void {
  timelineStore.setState({ choice, limit: PAGE });
}

export function setFilter(patch: Partial<Narrowing>): void {
  timelineStore.setState({ ...patch, limit: PAGE });
}

/** Narrows the list to a range of time; null: to the window again. */
export function setBrush(brush: TimeRange | null): void {
  timelineStore.setState({ brush, limit: PAGE });
}

export function clearFilter(): void {
  setFilter({ groups: [], text: '', pinnedOnly: false, lane: null });
}

export function toggleGroup(group: TimelineGroupName): void {
  const { groups } = timelineStore.getState();
  setFilter({
    groups: groups.includes(group)
      ? groups.filter((known) => known !== group)
      : GROUPS.filter((known) => known === group || groups.includes(known)),
  });
}

/** Keeps the mode of the last review, and holds the window still while one goes on. */
export function onPosition(position: Position, end: number): void {
  const { frozenEnd } = timelineStore.getState();
  if (position.mode === 'live') timelineStore.setState({ frozenEnd: null });
  else {
    timelineStore.setState({ reviewMode: position.mode, frozenEnd: frozenEnd ?? end });
  }
}
