/** A clock that is off by less was not set: it runs fast or slow, or was read a little late (ms). */
const SET_FROM_MS = 2_000;

/**
 * Notices when the system's clock is set. The steady clock (time since the machine was started,
 * sleep included) goes on as before; what the two differ by between two looks was set. A clock that
 * is brought right bit by bit, as time servers do it, is no such case.
 * @returns how far ahead the system's clock was set since this began (ms); negative: back
 */
export function watchClock(wall: () => number, steady: () => number): () => number {
  let setByMs = 0;
  let lastWall = wall();
  let lastSteady = steady();
  return () => {
    const nextWall = wall();
    const nextSteady = steady();
    const apartMs = nextWall - lastWall - (nextSteady - lastSteady);
    if (Math.abs(apartMs) >= SET_FROM_MS) setByMs += apartMs;
    lastWall = nextWall;
    lastSteady = nextSteady;
    return setByMs;
  };
}

/**
 * The skew that the gateway told, for the clock as it was when that was told: when this desk's clock
 * is set, the room's time goes on as if nothing had happened, until the gateway tells anew.
 * @param told the gateway's clock minus this desk's (ms), as last told; null when none ever was
 * @returns the gateway's clock minus this desk's, as both stand now; null when that is not known
 */
export function createSkew(told: () => number | null, setBy: () => number): () => number | null {
  let last: { readonly skewMs: number; readonly setByMs: number } | null = null;
  return () => {
    const skewMs = told();
    const setByMs = setBy();
    if (skewMs === null) return null;
    if (last?.skewMs !== skewMs) last = { skewMs, setByMs };
    return skewMs - (setByMs - last.setByMs);
  };
}

/**
 * Moments that this desk's clock gave, told in the room's time: also where the clock was set, or
 * the gateway told the time, after they were noted.
 * @param setBy how far ahead this desk's clock was set so far (ms)
 * @param ahead the room's time minus this desk's (ms), as both stand now
 */
export function createMoments(
  setBy: () => number,
  ahead: () => number,
): (key: string, moment: number) => number {
  const noted = new Map<string, { readonly moment: number; readonly setByMs: number }>();
  return (key, moment) => {
    const setByMs = setBy();
    let first = noted.get(key);
    if (first?.moment !== moment) {
      first = { moment, setByMs };
      noted.set(key, first);
    }
    return moment + setByMs - first.setByMs + ahead();
  };
}
