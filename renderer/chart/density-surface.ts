import type { CanvasTokens } from '../theme/tokens.ts';
import { drawDensity, type DensityPicture } from './density.ts';
import { createShiftedPicture } from './shifted-picture.ts';

/** The strip's canvas: drawn when what it shows changes, shifted while the window moves. */
export interface DensitySurface {
  draw(picture: DensityPicture, tokens: CanvasTokens): void;
}

export function createDensitySurface(canvas: HTMLCanvasElement): DensitySurface {
  const shifted = createShiftedPicture(canvas);
  return {
    draw(picture, tokens) {
      const { all, height, moment, marks, shown, width, window } = picture;
      shifted.draw({
        width,
        height,
        window,
        of: all?.range ?? null,
        key: [all, shown, moment, marks],
        paint: (context, size) =>
          drawDensity(
            context,
            { ...picture, width: size.width, height: size.height, window: size.range },
            tokens,
          ),
        tokens,
      });
    },
  };
}
