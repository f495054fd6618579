/** Pictures that were drawn once, side by side in one texture. */

export interface Part {
  /** In pixels of the atlas. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Atlas {
  readonly side: number;
  /**
   * The picture of this name, drawn when it is asked for first; null where it does not fit into any
   * atlas. @param width in pixels, as is the height
   */
  part(
    name: string,
    width: number,
    height: number,
    draw: (context: OffscreenCanvasRenderingContext2D) => void,
  ): Part | null;
  clear(): void;
}

/**
 * Shelves of equal height, filled from the left. A full atlas forgets everything: what is in sight is
 * drawn again, which costs one slow frame in some thousand.
 * @param upload puts a drawn part into the texture
 * @param beforeClear what was placed by now is to be painted before it is gone
 */
export function createAtlas(
  side: number,
  upload: (part: Part, pixels: OffscreenCanvas) => void,
  beforeClear: () => void,
): Atlas {
  const parts = new Map<string, Part>();
  let shelves: { y: number; height: number; x: number }[] = [];
  let bottom = 0;
  const scratch = new OffscreenCanvas(256, 64);

  const find = (width: number, height: number): { x: number; y: number } | null => {
    const shelf = shelves.find(
      (one) => one.height >= height && one.height <= height * 1.5 + 4 && one.x + width <= side,
    );
    if (shelf !== undefined) {
      const x = shelf.x;
      shelf.x += width;
      return { x, y: shelf.y };
    }
    if (bottom + height > side || width > side) return null;
    const y = bottom;
    shelves.push({ y, height, x: width });
    bottom += height;
    return { x: 0, y };
  };
  const clear = (): void => {
    parts.clear();
    shelves = [];
    bottom = 0;
  };
  return {
    side,
    clear,
    part(name, width, height, draw) {
      const known = parts.get(name);
      if (known !== undefined) return known;
      // One pixel around each, so that none bleeds into its neighbour.
      let place = find(width + 2, height + 2);
      if (place === null) {
        beforeClear();
        clear();
        place = find(width + 2, height + 2);
        if (place === null) return null;
      }
      if (scratch.width < width || scratch.height < height) {
        scratch.width = Math.max(scratch.width, width);
        scratch.height = Math.max(scratch.height, height);
      }
      const context = scratch.getContext('2d', { willReadFrequently: true });
      if (context === null) return null;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
      context.globalAlpha = 1;
      draw(context);
      const part = { x: place.x + 1, y: place.y + 1, width, height };
      upload(part, scratch);
      parts.set(name, part);
      return part;
    },
  };
}
