import { panRange, spanOf, type TimeRange } from '../../chart/time-range.ts';

/** Brushing: a range of time between two moments, and how its ends are moved. Pure. */

/** Nobody means a range that is shorter (ms). */
export const LEAST_BRUSH_MS = 1_000;

/** The range between two moments, whichever was first, inside of a window. */
export function rangeBetween(one: number, other: number, window: TimeRange): TimeRange {
  const from = clamp(Math.min(one, other), window);
  const to = clamp(Math.max(one, other), window);
  return to - from >= LEAST_BRUSH_MS ? { from, to } : { from, to: from + LEAST_BRUSH_MS };
}

/** The middle third of a window: where a range begins that is chosen by keyboard. */
export function middleOf(window: TimeRange): TimeRange {
  const third = spanOf(window) / 3;
  return { from: Math.round(window.from + third), to: Math.round(window.to - third) };
}

/** One end moved by so much; it never passes the other one. */
export function moveEnd(brush: TimeRange, end: 'from' | 'to', byMs: number): TimeRange {
  return end === 'from'
    ? { from: Math.min(Math.round(brush.from + byMs), brush.to - LEAST_BRUSH_MS), to: brush.to }
    : { from: brush.from, to: Math.max(Math.round(brush.to + byMs), brush.from + LEAST_BRUSH_MS) };
}

/**
 * What a key does to the end of a range that has the focus: arrows by a hundredth of the window, with
 * Shift by a tenth, `PageUp` and `PageDown` move the whole range. null: nothing.
 */
export function brushKey(
  key: string,
  isShift: boolean,
  brush: TimeRange,
  end: 'from' | 'to',
  window: TimeRange,
): TimeRange | null {
  const step = spanOf(window) / (isShift ? 10 : 100);
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return moveEnd(brush, end, -step);
    case 'ArrowRight':
    case 'ArrowUp':
      return moveEnd(brush, end, step);
    case 'PageUp':
      return panRange(brush, -spanOf(brush));
    case 'PageDown':
      return panRange(brush, spanOf(brush));
    case 'Home':
      return moveEnd(brush, end, window.from - brush[end]);
    case 'End':
      return moveEnd(brush, end, window.to - brush[end]);
    default:
      return null;
  }
}

function clamp(moment: number, window: TimeRange): number {
  return Math.min(window.to, Math.max(window.from, moment));
}
