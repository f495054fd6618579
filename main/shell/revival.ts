/** What is done for a page that died or hangs. Pure: times are given, nothing is started here. */

/** More deaths than this within a minute: loading again is no help, a person must see it. */
export const MOST_RELOADS = 3;
const WINDOW_MS = 60_000;

export interface Revival {
  /** The page died at this moment (ms of a clock that only goes forward). */
  died(nowMs: number): 'reload' | 'safe-mode' | 'give-up';
  /** A person asked for a new beginning: earlier deaths count no more. */
  startAgain(): void;
}

/**
 * Loads a page that died again, up to three times a minute; then a page that says so and does
 * little. Where even that one dies, only a dialog of the system is left.
 */
export function createRevival(): Revival {
  let deaths: number[] = [];
  let isSafe = false;
  return {
    died(nowMs) {
      if (isSafe) return 'give-up';
      deaths = [...deaths.filter((at) => nowMs - at < WINDOW_MS), nowMs];
      if (deaths.length <= MOST_RELOADS) return 'reload';
      isSafe = true;
      return 'safe-mode';
    },
    startAgain() {
      deaths = [];
      isSafe = false;
    },
  };
}

export interface Pulse {
  /** Call it at every beat; true when the page has not answered for so long that it hangs. */
  beat(): boolean;
  /** The page answered. */
  answered(): void;
  /** Another page is loaded: it is asked from its first answer on. */
  reset(): void;
}

/**
 * Counts beats without an answer. Beats, not seconds: while the machine sleeps nobody beats. A page
 * that has never answered is still loading and is not counted.
 */
export function createPulse(mostMissed: number): Pulse {
  let missed: number | null = null;
  return {
    beat() {
      if (missed === null) return false;
      missed += 1;
      return missed > mostMissed;
    },
    answered() {
      missed = 0;
    },
    reset() {
      missed = null;
    },
  };
}
