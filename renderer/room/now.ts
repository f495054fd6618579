import { useStore } from 'zustand';
import { clockStore } from '../kit/clock.ts';
import { momentOf, positionStore, usePosition } from './position.ts';

/**
 * The moment that the desk speaks of (ms since the epoch), by the second: the clock when live, the
 * moment under review otherwise.
 */
export function useNow(): number {
  const moment = momentOf(usePosition());
  const now = useStore(clockStore, (state) => state.now);
  return moment ?? now;
}

/** The moment that the desk speaks of, read once. */
export function deskNow(): number {
  return momentOf(positionStore.getState().position) ?? clockStore.getState().now;
}
