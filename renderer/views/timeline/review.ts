import { core } from '../../room/core.ts';
import type { Position } from '../../../shared/ipc/position.ts';
import { goLive, momentOf, positionStore, setPosition } from '../../room/position.ts';
import { extentStore } from './entry-feed.ts';
import { stepEntry } from './step-entry.ts';
import { filterOf, timelineStore } from './timeline-store.ts';
import { endOfTime } from './use-timeline.ts';

/** Moving the desk through time. */

/** The position that looks at a moment as the last review did; the end of time is LIVE. */
export function positionAt(moment: number): Position {
  const end = endOfTime();
  if (moment >= end) return { mode: 'live' };
  return { mode: timelineStore.getState().reviewMode, moment: Math.round(moment) };
}

/** The moment that the desk stands at, the end of time when live. */
export function standsAt(): number {
  return momentOf(positionStore.getState().position) ?? endOfTime();
}

export function moveBy(byMs: number): void {
  setPosition(positionAt(standsAt() + byMs));
}

let isStepping = false;

/** Goes to the entry before or after; after the last one is LIVE. */
export async function step(direction: 'previous' | 'next'): Promise<void> {
  const { position } = positionStore.getState();
  if (isStepping || (direction === 'next' && position.mode === 'live')) return;
  isStepping = true;
  const state = timelineStore.getState();
  const end = endOfTime();
  try {
    const moment = await stepEntry(
      direction,
      {
        from: standsAt(),
        mode: position.mode === 'live' ? state.reviewMode : position.mode,
        filter: filterOf(state),
        extent: { from: extentStore.getState().from ?? 0, to: end },
      },
      (ask) => core.ask('timeline.read', ask),
    );
    if (moment !== null) setPosition(positionAt(moment));
    else if (direction === 'next') goLive();
  } catch {
    // The list says what is wrong with reading; the desk stays where it stands.
  } finally {
    isStepping = false;
  }
}

/** Positions while a handle is dragged: at most ten a second, the last one always. */
export function createPositionThrottle(apply: (position: Position) => void = setPosition): {
  move: (position: Position) => void;
  end: () => void;
} {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: Position | null = null;
  const send = (): void => {
    if (waiting !== null) apply(waiting);
    waiting = null;
  };
  const pause = (): void => {
    timer = setTimeout(() => {
      timer = null;
      if (waiting === null) return;
      send();
      pause();
    }, THROTTLE_MS);
  };
  return {
    move(position) {
      waiting = position;
      if (timer !== null) return;
      send();
      pause();
    },
    end() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      send();
    },
  };
}

const THROTTLE_MS = 100;
