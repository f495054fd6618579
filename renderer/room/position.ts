import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { LIVE, type Position } from '../../shared/ipc/position.ts';

export interface PositionState {
  readonly position: Position;
}

/** Which moment this window looks at. Every row store follows it. */
export const positionStore = createStore<PositionState>(() => ({ position: LIVE }));

export function usePosition(): Position {
  return useStore(positionStore, (state) => state.position);
}

/** Puts the whole desk to a position; the same position again changes nothing. */
export function setPosition(position: Position): void {
  if (samePosition(positionStore.getState().position, position)) return;
  positionStore.setState({ position });
}

export function goLive(): void {
  setPosition(LIVE);
}

export function samePosition(left: Position, right: Position): boolean {
  return momentOf(left) === momentOf(right) && left.mode === right.mode;
}

/** The moment of a position (ms since the epoch); null when live. */
export function momentOf(position: Position): number | null {
  return position.mode === 'live' ? null : position.moment;
}
