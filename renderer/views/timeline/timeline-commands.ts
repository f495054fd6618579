import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { panRange, spanOf, zoomRange } from '../../chart/time-range.ts';
import { goLive, positionStore } from '../../room/position.ts';
import { selectionStore } from '../../room/selection.ts';
import { toggleZone } from '../../room/session.ts';
import { beginBrush, zoomToBrush } from './brush-band.tsx';
import { isNote, pinOrUnpin, reviewEntry, startCorrection } from './entry-actions.ts';
import { extentStore } from './entry-feed.ts';
import { moveBy, standsAt, step } from './review.ts';
import { nextLanes, toggleBothTimes, toggleLanes } from './lane-settings.ts';
import {
  choiceOf,
  setBrush,
  setChoice,
  setFilter,
  timelineStore,
  WINDOWS,
} from './timeline-store.ts';
import { currentWindow, endOfTime, toggleFollow } from './use-timeline.ts';

const MINUTE_MS = 60_000;
const ZOOM = 1.6;

/** Everything the timeline can do, for the palette and the keyboard. */
export function useTimelineCommands(): void {
  const isReview = (): boolean => positionStore.getState().position.mode !== 'live';
  useCommands([
    {
      id: 'timeline.previous',
      group: 'timeline',
      titleKey: 'timeline.command.previous',
      shortcut: '[',
      run: () => void step('previous'),
    },
    {
      id: 'timeline.next',
      group: 'timeline',
      titleKey: 'timeline.command.next',
      shortcut: ']',
      isEnabled: isReview,
      run: () => void step('next'),
    },
    {
      id: 'timeline.back',
      group: 'timeline',
      titleKey: 'timeline.command.back',
      shortcut: '{',
      run: () => moveBy(-MINUTE_MS),
    },
    {
      id: 'timeline.ahead',
      group: 'timeline',
      titleKey: 'timeline.command.ahead',
      shortcut: '}',
      isEnabled: isReview,
      run: () => moveBy(MINUTE_MS),
    },
    {
      id: 'timeline.live',
      group: 'timeline',
      titleKey: 'timeline.command.live',
      shortcut: 'End',
      isEnabled: isReview,
      run: goLive,
    },
    {
      id: 'timeline.leave-review',
      group: 'timeline',
      titleKey: 'timeline.command.leaveReview',
      shortcut: 'Escape',
      // The first press lets go of the selection, as everywhere.
      isEnabled: () => isReview() && selectionStore.getState().thing === null,
      run: goLive,
    },
    {
      id: 'timeline.review',
      group: 'timeline',
      titleKey: 'timeline.command.review',
      shortcut: 'V',
      isEnabled: () => timelineStore.getState().current !== null,
      run: () => withCurrent(reviewEntry),
    },
    {
      id: 'timeline.pin',
      group: 'timeline',
      titleKey: 'timeline.command.pin',
      shortcut: 'P',
      isEnabled: () => timelineStore.getState().current !== null,
      run: () => withCurrent((entry) => void pinOrUnpin(entry)),
    },
    {
      id: 'timeline.correct',
      group: 'timeline',
      titleKey: 'timeline.command.correct',
      shortcut: 'C',
      isEnabled: () => {
        const { current } = timelineStore.getState();
        return current !== null && isNote(current);
      },
      run: () => withCurrent(startCorrection),
    },
    {
      id: 'timeline.pinned-only',
      group: 'timeline',
      titleKey: 'timeline.command.pinned',
      shortcut: 'Shift+P',
      run: () => setFilter({ pinnedOnly: !timelineStore.getState().pinnedOnly }),
    },
    {
      id: 'timeline.filter',
      group: 'timeline',
      titleKey: 'timeline.command.filter',
      shortcut: 'Shift+T',
      run: () => timelineStore.setState((state) => ({ isFilterShown: !state.isFilterShown })),
    },
    ...WINDOWS.map((window, index): UiCommand => ({
      id: `timeline.window-${window.id}`,
      group: 'timeline',
      titleKey: `timeline.command.${window.id}`,
      shortcut: `Alt+${String(index + 1)}`,
      run: () => setChoice(window.choice),
    })),
    {
      id: 'timeline.zoom-in',
      group: 'timeline',
      titleKey: 'timeline.command.zoomIn',
      shortcut: '>',
      run: () => zoom(1 / ZOOM),
    },
    {
      id: 'timeline.zoom-out',
      group: 'timeline',
      titleKey: 'timeline.command.zoomOut',
      shortcut: '<',
      run: () => zoom(ZOOM),
    },
    {
      id: 'timeline.earlier',
      group: 'timeline',
      titleKey: 'timeline.command.earlier',
      shortcut: ',',
      run: () => pan(-0.5),
    },
    {
      id: 'timeline.later',
      group: 'timeline',
      titleKey: 'timeline.command.later',
      shortcut: '.',
      run: () => pan(0.5),
    },
    {
      id: 'timeline.brush',
      group: 'timeline',
      titleKey: 'timeline.command.brush',
      shortcut: 'H',
      run: beginBrush,
    },
    {
      id: 'timeline.zoom-to-range',
      group: 'timeline',
      titleKey: 'timeline.command.zoomToRange',
      shortcut: 'Alt+R',
      isEnabled: hasBrush,
      run: zoomToBrush,
    },
    {
      id: 'timeline.clear-range',
      group: 'timeline',
      titleKey: 'timeline.command.clearRange',
      isEnabled: hasBrush,
      run: () => setBrush(null),
    },
    {
      id: 'timeline.lanes',
      group: 'timeline',
      titleKey: 'timeline.command.lanes',
      run: toggleLanes,
    },
    {
      id: 'timeline.next-lanes',
      group: 'timeline',
      titleKey: 'timeline.command.nextLanes',
      shortcut: 'Alt+L',
      run: nextLanes,
    },
    {
      id: 'timeline.both-times',
      group: 'timeline',
      titleKey: 'timeline.command.bothTimes',
      shortcut: 'Alt+B',
      run: toggleBothTimes,
    },
    {
      id: 'timeline.utc',
      group: 'timeline',
      titleKey: 'timeline.command.utc',
      shortcut: 'Alt+U',
      run: toggleZone,
    },
    {
      id: 'timeline.follow',
      group: 'timeline',
      titleKey: 'timeline.command.follow',
      run: toggleFollow,
    },
  ]);
}

function hasBrush(): boolean {
  return timelineStore.getState().brush !== null;
}

function withCurrent(run: (entry: TimelineEntry) => void): void {
  const { current } = timelineStore.getState();
  if (current !== null) run(current);
}

function zoom(factor: number): void {
  const anchor = Math.min(standsAt(), currentWindow().to);
  move(zoomRange(currentWindow(), factor, anchor));
}

function pan(share: number): void {
  const range = currentWindow();
  move(panRange(range, spanOf(range) * share));
}

function move(range: ReturnType<typeof currentWindow>): void {
  setChoice(choiceOf(range, { from: extentStore.getState().from, end: endOfTime() }));
}
