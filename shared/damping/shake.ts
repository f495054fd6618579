/**
 * Anti-shake: a thing that comes and goes is one thing that shakes, not many that begin and end.
 *
 * Each turn (on or off) adds one to a penalty that halves every `calmMs`, as route-flap damping does
 * (RFC 2439, "BGP Route Flap Damping": figure of merit with cutoff and reuse thresholds). A thing
 * shakes from the turn that lifts the penalty to `SHAKES_FROM` until it has been calm for `calmMs`.
 * The penalty is capped so that this calm always brings it below `SHAKES_BELOW`: how long a thing
 * shook before does not lengthen its hold.
 */
export interface ShakeSettings {
  /** Calm for so long before a shaking thing counts as over (ms). */
  readonly calmMs: number;
}

/** Turns at most `calmMs` apart reach it with the fifth, quick ones with the third. */
const SHAKES_FROM = 1.9;
const SHAKES_BELOW = 1.2;
const MOST = 2 * SHAKES_BELOW;

/** A change between on and off. */
export interface Turn {
  /** ms since the epoch. */
  readonly at: number;
  readonly on: boolean;
}

export interface ShakeState {
  /** As of `at`. */
  readonly penalty: number;
  readonly at: number;
  /** The first turn of the present shaking; null while it is none. */
  readonly since: number | null;
  /** Turns since then. */
  readonly turns: number;
}

export const STILL: ShakeState = {
  penalty: 0,
  at: Number.NEGATIVE_INFINITY,
  since: null,
  turns: 0,
};

/** The state after one more turn. Turns are told in order of time. */
export function shakeAfter(state: ShakeState, at: number, settings: ShakeSettings): ShakeState {
  const isCalm = at - state.at >= settings.calmMs;
  const left = decayed(state, at, settings);
  const penalty = Math.min(MOST, left + 1);
  const goesOn = state.since !== null && !(isCalm && left < SHAKES_BELOW);
  if (goesOn) return { penalty, at, since: state.since, turns: state.turns + 1 };
  return penalty >= SHAKES_FROM
    ? { penalty, at, since: at, turns: 1 }
    : { penalty, at, since: null, turns: 0 };
}

/** How a thing shakes at a moment; null: it does not. */
export interface Shaking {
  readonly since: number;
  /** Turns since it began to shake. */
  readonly turns: number;
  /** When it is over if it stays as it is. */
  readonly calmAt: number;
}

export function shakeAt(state: ShakeState, now: number, settings: ShakeSettings): Shaking | null {
  if (state.since === null) return null;
  const calmAt = state.at + settings.calmMs;
  return now < calmAt ? { since: state.since, turns: state.turns, calmAt } : null;
}

/** The same of turns that are kept, up to a moment. */
export function readShake(
  turns: readonly Turn[],
  now: number,
  settings: ShakeSettings,
): Shaking | null {
  let state = STILL;
  for (const { at } of turns) if (at <= now) state = shakeAfter(state, at, settings);
  return shakeAt(state, now, settings);
}

function decayed(state: ShakeState, at: number, { calmMs }: ShakeSettings): number {
  return state.penalty === 0 ? 0 : state.penalty * 2 ** (-Math.max(0, at - state.at) / calmMs);
}
