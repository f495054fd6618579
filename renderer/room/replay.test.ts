import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clockStore } from '../kit/clock.ts';
import { goLive, positionStore, setPosition } from './position.ts';
import { advance, pause, play, replayStore, setSpeed } from './replay.ts';

const T0 = 1_760_000_000_000;

beforeEach(() => {
  vi.useFakeTimers();
  clockStore.setState({ now: T0 + 3_600_000 });
});
afterEach(() => {
  pause();
  goLive();
  vi.useRealTimers();
});

test('P2 a replay runs on from the moment under review, as fast as was chosen, and keeps its kind', () => {
  setPosition({ mode: 'known', moment: T0 });
  play(60);
  vi.advanceTimersByTime(1_000);
  expect(positionStore.getState().position).toEqual({ mode: 'known', moment: T0 + 60_000 });
  setSpeed(10);
  vi.advanceTimersByTime(1_000);
  expect(positionStore.getState().position).toEqual({ mode: 'known', moment: T0 + 70_000 });
  pause();
  vi.advanceTimersByTime(5_000);
  expect(positionStore.getState().position).toMatchObject({ moment: T0 + 70_000 });
});

test('a replay that reaches the present goes on live, and one whose desk went live is over', () => {
  setPosition({ mode: 'happened', moment: T0 });
  play(300);
  advance(3_600_000, T0 + 3_600_000);
  expect(positionStore.getState().position.mode).toBe('live');
  expect(replayStore.getState().isPlaying).toBe(false);
  play(1);
  expect(replayStore.getState().isPlaying).toBe(false);
  setPosition({ mode: 'happened', moment: T0 });
  play(1);
  goLive();
  vi.advanceTimersByTime(1_000);
  expect(replayStore.getState().isPlaying).toBe(false);
});
