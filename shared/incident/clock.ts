import { CLOCK_POINTS, type ClockPoint } from '../facts/incident.ts';
import { MINUTE_MS } from '../kit/time.ts';

/**
 * The clock of an incident: when it hurt, was seen, taken up, located, acted upon, over and proven
 * over, each with the fact that shows it, against 1 – 5 – 10 minutes and the goal of five minutes.
 */

export interface PlacedPoint {
  /** When it happened (ms since the epoch). */
  readonly at: number;
  /** When the room heard of it. */
  readonly heardAt: number;
  /** The fact that shows it. */
  readonly evidence: string;
  /** That fact's kind. */
  readonly kind: string;
  /** Who says so: a person, else the source. */
  readonly by: string;
  /** A person placed it: by a fact, or (`from-memory`) by none. */
  readonly mark: 'none' | 'by-fact' | 'from-memory';
}

/** null: not known. */
export type ClockPoints = Readonly<Record<ClockPoint, PlacedPoint | null>>;

/** A point that another fact moved, placed or took back, in the order in which the room heard. */
export interface ClockMove {
  readonly point: ClockPoint;
  /** null: it was not known before. */
  readonly from: number | null;
  /** null: it is not known any more. */
  readonly to: number | null;
  /** The fact that did it, its kind, when that happened and when the room heard of it. */
  readonly by: string;
  readonly kind: string;
  readonly at: number;
  readonly heardAt: number;
}

export const NO_POINTS: ClockPoints = {
  effect: null,
  detected: null,
  responded: null,
  located: null,
  acted: null,
  recovered: null,
  verified: null,
};

/** By when a point should be reached, from the effect on (ms): 1 – 5 – 10 minutes. */
export const CLOCK_LIMITS = {
  detected: MINUTE_MS,
  located: 5 * MINUTE_MS,
  recovered: 10 * MINUTE_MS,
} as const satisfies Partial<Record<ClockPoint, number>>;
export type LimitedPoint = keyof typeof CLOCK_LIMITS;
export const LIMITED_POINTS = Object.keys(CLOCK_LIMITS) as LimitedPoint[];

/** The goal: from the effect to recovery (ms). */
export const RECOVERY_GOAL_MS = 5 * MINUTE_MS;

/** From this share of a limit on it is near. */
export const NEAR = 0.8;

/** How a time stands to its limit; `open`: it still runs. */
export interface LimitReading {
  readonly point: LimitedPoint | 'goal';
  readonly limitMs: number;
  /** What was needed, or has passed so far (ms); null: nothing is known to count from. */
  readonly tookMs: number | null;
  /** The effect is not known: it took so long at least, and may be over the limit already. */
  readonly isAtLeast: boolean;
  readonly isOpen: boolean;
  readonly stands: 'in-time' | 'near' | 'over' | 'unknown';
}

/**
 * From what the limits count: the effect; where it is not known, the first point that is.
 * @returns null where no point is known
 */
export function countedFrom(
  points: ClockPoints,
): { readonly point: ClockPoint; readonly at: number } | null {
  if (points.effect !== null) return { point: 'effect', at: points.effect.at };
  let first: { point: ClockPoint; at: number } | null = null;
  for (const point of CLOCK_POINTS) {
    const at = points[point]?.at;
    if (at !== undefined && (first === null || at < first.at)) first = { point, at };
  }
  return first;
}

/**
 * The three limits and the goal at a moment.
 * @param until the moment until which open ones run (ms since the epoch): now, or the incident's end
 */
export function readLimits(points: ClockPoints, until: number): readonly LimitReading[] {
  return [
    ...LIMITED_POINTS.map((point) => readLimit(points, point, CLOCK_LIMITS[point], until, point)),
    readLimit(points, 'recovered', RECOVERY_GOAL_MS, until, 'goal'),
  ];
}

function readLimit(
  points: ClockPoints,
  point: LimitedPoint,
  limitMs: number,
  until: number,
  name: LimitReading['point'],
): LimitReading {
  const base = countedFrom(points);
  const reached = points[point];
  const isOpen = reached === null;
  // How long it took to see what began nobody knows when cannot be said.
  if (base === null || (point === 'detected' && base.point !== 'effect')) {
    return { point: name, limitMs, tookMs: null, isAtLeast: false, isOpen, stands: 'unknown' };
  }
  const isAtLeast = base.point !== 'effect';
  const tookMs = Math.max(0, (reached?.at ?? until) - base.at);
  const stands =
    tookMs > limitMs
      ? 'over'
      : tookMs >= NEAR * limitMs
        ? 'near'
        : isAtLeast
          ? 'unknown'
          : 'in-time';
  return { point: name, limitMs, tookMs, isAtLeast, isOpen, stands };
}

/** The time between two points that follow on one another. */
export interface ClockPhase {
  readonly from: ClockPoint;
  readonly to: ClockPoint;
  /** null: one of both is not known. Below zero where they came the other way round. */
  readonly tookMs: number | null;
  /** How much of it passed before the room heard of its beginning (ms). */
  readonly feedDelayMs: number;
}

/** Where the time went, one phase after the other. */
export function phasesOf(points: ClockPoints): readonly ClockPhase[] {
  const phases: ClockPhase[] = [];
  CLOCK_POINTS.forEach((to, index) => {
    const from = CLOCK_POINTS[index - 1];
    if (from === undefined) return;
    const begin = points[from];
    const end = points[to];
    if (begin === null || end === null) {
      phases.push({ from, to, tookMs: null, feedDelayMs: 0 });
      return;
    }
    const feedDelayMs = Math.max(0, Math.min(begin.heardAt, end.at) - begin.at);
    phases.push({ from, to, tookMs: end.at - begin.at, feedDelayMs });
  });
  return phases;
}

/** How much later than it happened the room heard of a point (ms). */
export function feedDelayOf(point: PlacedPoint): number {
  return Math.max(0, point.heardAt - point.at);
}
