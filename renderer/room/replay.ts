import { createStore } from 'zustand/vanilla';
import { clockStore } from '../kit/clock.ts';
import { goLive, positionStore, setPosition } from './position.ts';

/** Lets the moment under review run on by itself, so many times as fast as it happened. */

export const SPEEDS = [1, 10, 60, 300] as const;
export type Speed = (typeof SPEEDS)[number];

export const replayStore = createStore<{ readonly isPlaying: boolean; readonly speed: Speed }>(
  () => ({ isPlaying: false, speed: 60 }),
);

/** The desk is put to a new moment four times a second: more could not be read. */
const STEP_MS = 250;
let timer: ReturnType<typeof setInterval> | null = null;

/** Begins at the moment under review; nothing plays while the desk is live. */
export function play(speed: Speed = replayStore.getState().speed): void {
  if (positionStore.getState().position.mode === 'live') return;
  replayStore.setState({ isPlaying: true, speed });
  let steppedAt = performance.now();
  if (timer !== null) clearInterval(timer);
  timer = setInterval(() => {
    const now = performance.now();
    const passed = (now - steppedAt) * replayStore.getState().speed;
    steppedAt = now;
    advance(passed, clockStore.getState().now);
  }, STEP_MS);
}

export function pause(): void {
  if (timer !== null) clearInterval(timer);
  timer = null;
  replayStore.setState({ isPlaying: false });
}

export function setSpeed(speed: Speed): void {
  replayStore.setState({ speed });
}

/** @param end the desk's present: what is played to there goes on live */
export function advance(passedMs: number, end: number): void {
  const { position } = positionStore.getState();
  // Somebody went back to the present by another way.
  if (position.mode === 'live') {
    pause();
    return;
  }
  const moment = Math.round(position.moment + passedMs);
  if (moment >= end) {
    pause();
    goLive();
  } else setPosition({ mode: position.mode, moment });
}
