import type { Bounds } from '../../../shared/graph/layout.ts';
import type { Rectangle } from '../../../shared/graph/spatial-index.ts';

/** Screen = world × scale + offset; the screen in CSS pixels from the canvas's corner. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Where one looks, whatever the size of the canvas: a point of the world, and the scale. */
export interface Middle {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What covers the canvas's edges (toolbar, card): a fit and a flight keep clear of it. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const SMALLEST_SCALE = 0.01;
export const LARGEST_SCALE = 3;
/** Beyond this a fit makes few services huge without telling more. */
const LARGEST_FIT = 1.25;

export const START: Viewport = { scale: 1, x: 0, y: 0 };

export function zoomAt(view: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = clampScale(view.scale * factor);
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { scale: view.scale, x: view.x + dx, y: view.y + dy };
}

export function fitTo(bounds: Bounds, size: Size, insets: Insets): Viewport {
  const width = Math.max(1, bounds.right - bounds.left);
  const height = Math.max(1, bounds.bottom - bounds.top);
  const roomX = Math.max(40, size.width - insets.left - insets.right);
  const roomY = Math.max(40, size.height - insets.top - insets.bottom);
  const scale = Math.min(LARGEST_FIT, clampScale(Math.min(roomX / width, roomY / height)));
  return {
    scale,
    x: insets.left + (roomX - width * scale) / 2 - bounds.left * scale,
    y: insets.top + (roomY - height * scale) / 2 - bounds.top * scale,
  };
}

/** Brings a point of the world to the middle of what is not covered. */
export function centreOn(
  worldX: number,
  worldY: number,
  scale: number,
  size: Size,
  insets: Insets,
): Viewport {
  const clamped = clampScale(scale);
  return {
    scale: clamped,
    x: (insets.left + size.width - insets.right) / 2 - worldX * clamped,
    y: (insets.top + size.height - insets.bottom) / 2 - worldY * clamped,
  };
}

/** The part of the world that the canvas shows, widened by `margin` CSS pixels. */
export function visibleArea(view: Viewport, size: Size, margin: number): Rectangle {
  return {
    left: (-margin - view.x) / view.scale,
    top: (-margin - view.y) / view.scale,
    right: (size.width + margin - view.x) / view.scale,
    bottom: (size.height + margin - view.y) / view.scale,
  };
}

/** Keeps a part of the map in sight: nobody gets lost by dragging. */
export function keepInSight(view: Viewport, bounds: Bounds, size: Size): Viewport {
  const keep = 80;
  const left = bounds.left * view.scale;
  const right = bounds.right * view.scale;
  const top = bounds.top * view.scale;
  const bottom = bounds.bottom * view.scale;
  return {
    scale: view.scale,
    x: Math.min(Math.max(view.x, keep - right), size.width - keep - left),
    y: Math.min(Math.max(view.y, keep - bottom), size.height - keep - top),
  };
}

/** Between two views, `part` from 0 to 1; scale by its logarithm, so that zooming looks even. */
export function between(from: Viewport, to: Viewport, part: number): Viewport {
  if (part >= 1) return to;
  const eased = 1 - (1 - part) ** 3;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  // The point that is at rest between both views stays at rest; without one, plain steps do.
  const ratio =
    Math.abs(to.scale - from.scale) < 1e-9 ? eased : (scale - from.scale) / (to.scale - from.scale);
  return {
    scale,
    x: from.x + (to.x - from.x) * ratio,
    y: from.y + (to.y - from.y) * ratio,
  };
}

function clampScale(scale: number): number {
  return Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, scale));
}
