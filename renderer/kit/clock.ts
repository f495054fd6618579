import { createStore } from 'zustand/vanilla';

interface ClockState {
  /** The core's time by the second (ms since the epoch). */
  readonly now: number;
  /** The moment under review, or null: ages are then told as of that moment. */
  readonly reviewed: number | null;
}

const TICK_MS = 1_000;

let aheadMs = 0;
let heldAt: number | null = null;

/** The application's one clock. Everything that shows an age renders from it. */
export const clockStore = createStore<ClockState>(() => ({ now: Date.now(), reviewed: null }));

/** Starts the tick; the answer stops it. */
export function startClock(): () => void {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}

/** Sets this clock by the core's, so that a window never disagrees with the journal about "now". */
export function setClockBy(coreNow: number): void {
  const difference = coreNow - Date.now();
  if (Math.abs(difference - aheadMs) < TICK_MS / 2) return;
  aheadMs = difference;
  tick();
}

/** Stops this clock at a moment (an exported room's own end), or lets it run again with null. */
export function holdClock(moment: number | null): void {
  if (heldAt === moment) return;
  heldAt = moment;
  tick();
}

export function setReviewed(moment: number | null): void {
  if (clockStore.getState().reviewed !== moment) clockStore.setState({ reviewed: moment });
}

function tick(): void {
  const now = heldAt ?? Date.now() + aheadMs;
  if (clockStore.getState().now !== now) clockStore.setState({ now });
}
