import type { CanvasTokens } from '../theme/tokens.ts';
import { drawLanes, type LaneLook, type LanePicture } from './lanes.ts';
import { createShiftedPicture } from './shifted-picture.ts';
import { xOf, type TimeRange } from './time-range.ts';

/** The lanes' canvas: what the core answered, and over it the moment under review and the chosen entry. */
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

const VEIL_ALPHA = 0.72;

export function createLaneSurface(canvas: HTMLCanvasElement): LaneSurface {
  const shifted = createShiftedPicture(canvas);
  return {
    draw({ current, height, look, moment, picture, tokens, width, window }) {
      const context = shifted.draw({
        width,
        height,
        window,
        of: picture?.range ?? null,
        key: [picture, look.knownAt, look.showsHeard, look.groups.join()],
        paint: (kept, size) => {
          if (picture !== null) drawLanes(kept, size, picture, look, tokens);
        },
        tokens,
      });
      if (context === null) return;
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
