import type { CanvasTokens } from '../theme/tokens.ts';
import { spanOf, xOf, type TimeRange } from './time-range.ts';

/**
 * A picture over time that is drawn once, as wide as there is anything of it, and then only shifted:
 * while the window moves a frame costs about what an empty canvas costs.
 */
export interface ShiftedPicture {
  /** @returns the canvas to draw over the picture, in CSS pixels; null where nothing can be drawn */
  draw(frame: ShiftedFrame): CanvasRenderingContext2D | null;
}

export interface ShiftedFrame {
  readonly width: number;
  readonly height: number;
  readonly window: TimeRange;
  /** Of what time there is a picture; null: there is none. */
  readonly of: TimeRange | null;
  /** What the picture depends on beside its scale: it is drawn anew when one of these is another. */
  readonly key: readonly unknown[];
  readonly paint: (
    context: CanvasRenderingContext2D,
    size: { readonly width: number; readonly height: number; readonly range: TimeRange },
  ) => void;
  readonly tokens: CanvasTokens;
}

/** How much wider than the window the picture is at most: beyond it nothing would be seen. */
const MOST_WINDOWS = 3;

interface Drawn {
  readonly key: readonly unknown[];
  readonly range: TimeRange;
}

export function createShiftedPicture(canvas: HTMLCanvasElement): ShiftedPicture {
  const context = canvas.getContext('2d', { alpha: false });
  const kept = document.createElement('canvas');
  const keptContext = kept.getContext('2d', { alpha: false });
  let drawn: Drawn | null = null;

  function keep(frame: ShiftedFrame, all: TimeRange, ratio: number): Drawn | null {
    const { height, paint, tokens, width, window } = frame;
    const perMs = width / spanOf(window);
    const key = [...frame.key, perMs, height, tokens, ratio];
    const isKept =
      drawn !== null &&
      key.length === drawn.key.length &&
      key.every((part, index) => part === drawn?.key[index]);
    if (isKept && drawn !== null && covers(drawn.range, window, all)) return drawn;
    const aside = ((MOST_WINDOWS - 1) / 2) * spanOf(window);
    const range = {
      from: Math.max(all.from, window.from - aside),
      to: Math.min(all.to, window.to + aside),
    };
    const wide = spanOf(range) * perMs;
    if (!(wide >= 1) || keptContext === null) return null;
    kept.width = Math.ceil(wide * ratio);
    kept.height = Math.round(height * ratio);
    keptContext.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(keptContext, { width: wide, height, range });
    drawn = { key, range };
    return drawn;
  }

  return {
    draw(frame) {
      const { height, tokens, width, window } = frame;
      if (context === null || width <= 0 || height <= 0) return null;
      const ratio = globalThis.devicePixelRatio || 1;
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide || canvas.height !== high) {
        canvas.width = wide;
        canvas.height = high;
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = tokens.colors['surface'];
      context.fillRect(0, 0, wide, high);
      const stretch = frame.of === null ? null : keep(frame, frame.of, ratio);
      // Whole pixels: what is shifted by parts of one would blur.
      if (stretch !== null) {
        context.drawImage(kept, Math.round(xOf(window, width, stretch.range.from) * ratio), 0);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return context;
    },
  };
}

/** Whether a stretch holds all of the window that there is anything of. */
function covers(stretch: TimeRange, window: TimeRange, all: TimeRange): boolean {
  return (
    stretch.from <= Math.max(window.from, all.from) && stretch.to >= Math.min(window.to, all.to)
  );
}
