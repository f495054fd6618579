import type { CanvasTokens } from '../theme/tokens.ts';
import { drawLanes, type LaneLook, type LanePicture } from './lanes.ts';
import { spanOf, xOf, type TimeRange } from './time-range.ts';

/**
 * The lanes' canvas. What the core answered is drawn once, wider than the window; a window that
 * moves only shifts that picture, so that a frame costs about what an empty canvas costs.
 */
export interface LaneSurface {
  draw(frame: LaneFrame): void;
}

export interface LaneFrame {
  readonly width: number;
  readonly height: number;
  readonly window: TimeRange;
  readonly picture: LanePicture | null;
  readonly look: LaneLook;
  /** The moment under review: what comes after it lies under a veil. */
  readonly moment: number | null;
  /** The entry that is chosen. */
  readonly current: { readonly at: number; readonly lane: number } | null;
  readonly tokens: CanvasTokens;
}

/** How much wider than the window the picture is at most: beyond it nothing would be seen. */
const MOST_WINDOWS = 3;
const VEIL_ALPHA = 0.72;

export function createLaneSurface(canvas: HTMLCanvasElement): LaneSurface {
  const context = canvas.getContext('2d', { alpha: false });
  const kept = document.createElement('canvas');
  const keptContext = kept.getContext('2d', { alpha: false });
  let drawn: { key: readonly unknown[]; range: TimeRange; width: number } | null = null;

  function keep(frame: LaneFrame, picture: LanePicture, ratio: number): typeof drawn {
    const { height, look, tokens, width, window } = frame;
    const perMs = width / spanOf(window);
    const key = [
      picture,
      perMs,
      height,
      look.knownAt,
      look.showsHeard,
      look.groups.join(),
      tokens,
      ratio,
    ];
    const isKept = drawn !== null && key.every((part, index) => part === drawn?.key[index]);
    if (isKept && drawn !== null && covers(drawn.range, window, picture.range)) return drawn;
    const half = (MOST_WINDOWS - 1) / 2;
    const range = {
      from: Math.max(picture.range.from, window.from - half * spanOf(window)),
      to: Math.min(picture.range.to, window.to + half * spanOf(window)),
    };
    const wide = spanOf(range) * perMs;
    if (!(wide >= 1) || keptContext === null) return null;
    kept.width = Math.ceil(wide * ratio);
    kept.height = Math.round(height * ratio);
    keptContext.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLanes(keptContext, { width: wide, height, range }, picture, look, tokens);
    drawn = { key, range, width: wide };
    return drawn;
  }

  return {
    draw(frame) {
      const { current, height, look, moment, picture, tokens, width, window } = frame;
      if (context === null || width <= 0 || height <= 0) return;
      const ratio = globalThis.devicePixelRatio || 1;
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide || canvas.height !== high) {
        canvas.width = wide;
        canvas.height = high;
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = tokens.colors['surface'];
      context.fillRect(0, 0, wide, high);
      const stretch = picture === null ? null : keep(frame, picture, ratio);
      if (stretch !== null) {
        // Whole pixels: what is shifted by parts of one would blur.
        context.drawImage(kept, Math.round(xOf(window, width, stretch.range.from) * ratio), 0);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (moment !== null) {
        const edge = Math.min(width, Math.max(0, xOf(window, width, moment)));
        context.globalAlpha = VEIL_ALPHA;
        context.fillStyle = tokens.colors['surface'];
        context.fillRect(edge, 0, width - edge, height);
        context.globalAlpha = 1;
        context.fillStyle = tokens.colors['review'];
        context.fillRect(edge - 1, 0, 2, height);
      }
      if (current !== null) {
        const x = xOf(window, width, current.at);
        context.strokeStyle = tokens.colors['focus'];
        context.lineWidth = 2;
        context.beginPath();
        context.arc(
          x,
          (current.lane + 0.5) * look.laneHeight,
          look.laneHeight * 0.42,
          0,
          2 * Math.PI,
        );
        context.stroke();
      }
    },
  };
}

/** Whether a stretch holds all of the window that there is anything of. */
function covers(stretch: TimeRange, window: TimeRange, all: TimeRange): boolean {
  return (
    stretch.from <= Math.max(window.from, all.from) && stretch.to >= Math.min(window.to, all.to)
  );
}
