import type { CanvasTokens, ColorName } from '../../theme/tokens.ts';
import type { Geometry, Scene } from './scene.ts';
import type { Size, Viewport } from './viewport.ts';

/** Everything that one painting shows. */
export interface Picture {
  readonly scene: Scene;
  readonly view: Viewport;
  readonly size: Size;
  readonly ratio: number;
  readonly tokens: CanvasTokens;
  /** Nodes by index, or -1. */
  readonly selected: number;
  readonly hovered: number;
  /** True while the view moves: what costs much may be shown from the last still picture. */
  readonly moving: boolean;
  readonly words: PictureWords;
}

/** Texts in the person's language; asked for while painting. */
export interface PictureWords {
  /** What a node is called: a service's name, or a group's with how many it holds. */
  title(node: number): string;
  /** A condition in few words with its count or age: "Critical · 3 firing", "Unknown · 4 min". */
  status(node: number): string;
  /** What was measured of a call, or how many calls an edge stands for; '' for nothing. */
  traffic(edge: number): string;
  readonly noGroup: string;
  services(count: number): string;
}

export interface EdgeStyle {
  readonly color: ColorName;
  readonly width: number;
  readonly arrows: boolean;
  /** From 0 to 1. */
  readonly alpha: number;
}

export interface TextLine {
  readonly text: string;
  readonly font: string;
  readonly color: ColorName;
}

/** Lines of text under one another, in the middle of a plate if there is one. */
export interface TextBlock {
  readonly lines: readonly TextLine[];
  readonly lineHeight: number;
  readonly width: number;
  /** What is behind the text; null: nothing. */
  readonly plate: ColorName | null;
  readonly align: 'center' | 'left';
}

/** The bands' rectangles as a view shows them, in CSS pixels. */
export type BandsAt = (view: Viewport) => readonly {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}[];

/** What a map is painted on: a 2D canvas, or a graphics card. Lengths are CSS pixels. */
export interface Surface {
  /** Clears; everything is painted in the order in which it is asked for. */
  begin(picture: Picture): void;
  rect(x: number, y: number, width: number, height: number, color: ColorName, alpha?: number): void;
  /** A condition's shape around a point. */
  glyph(x: number, y: number, condition: number, last: number, radius: number, alpha: number): void;
  ring(x: number, y: number, radius: number, look: RingLook): void;
  text(left: number, top: number, block: TextBlock, alpha: number): void;
  edges(edges: ArrayLike<number>, style: EdgeStyle): void;
  /**
   * What all else stands on: bands, and all edges that the scene draws, in one style.
   * @returns true where an older picture was shown instead of an exact one
   */
  ground(style: EdgeStyle, bandsAt: BandsAt): boolean;
  end(): void;
}

/** Rings around a shape: chosen, pointed at, hit by an outage, put somewhere by hand. */
export const RINGS = [
  'selected',
  'hovered',
  'marked',
  'group',
  'undeclared',
  'unlisted',
  'failed',
  'sync',
  'async',
  'weak',
  'pinned',
] as const;
export type RingLook = (typeof RINGS)[number];

interface Ring {
  readonly color: ColorName;
  readonly width: number;
  readonly dash: readonly number[];
  readonly shape: 'circle' | 'corners' | 'square' | 'pin';
}

const ring = (
  color: ColorName,
  width: number,
  dash: readonly number[] = [],
  shape: Ring['shape'] = 'circle',
): Ring => ({ color, width, dash, shape });

export const RING_LOOKS: Readonly<Record<RingLook, Ring>> = {
  selected: ring('accent', 2.5),
  hovered: ring('text', 1.5),
  marked: ring('accent', 1.5, [3, 2]),
  group: ring('text-soft', 1.2, [], 'square'),
  undeclared: ring('text-soft', 1.2, [], 'corners'),
  unlisted: ring('unknown', 1.4, [4, 4], 'square'),
  failed: ring('text', 3),
  sync: ring('change', 3),
  async: ring('change', 2.4, [6, 3]),
  weak: ring('change', 1.6, [1.5, 3]),
  pinned: ring('text-soft', 1.4, [], 'pin'),
};

/** Draws a ring around (0, 0): the same for either surface. */
export function drawRing(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  tokens: CanvasTokens,
  look: RingLook,
  radius: number,
): void {
  const { color, width, dash, shape } = RING_LOOKS[look];
  context.strokeStyle = tokens.colors[color];
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.beginPath();
  switch (shape) {
    case 'circle':
      context.arc(0, 0, radius, 0, Math.PI * 2);
      break;
    case 'square':
      context.rect(-radius, -radius, radius * 2, radius * 2);
      break;
    case 'corners': {
      const arm = radius * 0.55;
      for (const [x, y] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        context.moveTo(x * arm, y * radius);
        context.lineTo(x * radius, y * radius);
        context.lineTo(x * radius, y * arm);
      }
      break;
    }
    case 'pin':
      // A needle at the upper right: its head, and the stem that leads to the shape.
      context.arc(radius, -radius, 2.5, 0, Math.PI * 2);
      context.moveTo(radius - 1.8, -radius + 1.8);
      context.lineTo(radius * 0.62, -radius * 0.62);
      break;
  }
  context.stroke();
  context.setLineDash([]);
}

/** How far a ring reaches from its middle. */
export function ringReach(look: RingLook, radius: number): number {
  const { width, shape } = RING_LOOKS[look];
  return radius + (shape === 'pin' ? 3 : 0) + width;
}

/** The bands, each with its border. */
export function paintBands(surface: Pick<Surface, 'rect'>, bands: ReturnType<BandsAt>): void {
  for (const { x, y, width, height } of bands) {
    surface.rect(x, y, width, height, 'surface');
    frame(surface, x, y, width, height, 'line');
  }
}

/** A rectangle's border, inside of it. */
export function frame(
  surface: Pick<Surface, 'rect'>,
  left: number,
  top: number,
  width: number,
  height: number,
  color: 'line' | 'line-strong',
): void {
  surface.rect(left, top, width, 1, color);
  surface.rect(left, top + height - 1, width, 1, color);
  surface.rect(left, top, 1, height, color);
  surface.rect(left + width - 1, top, 1, height, color);
}

/** Below this scale an edge is a thin straight line: its bend could not be seen. */
export const BEND_SCALE = 0.16;
export const DASH_SCALE = 0.3;
/** Dashes are dear, and among so many edges nobody could tell them apart. */
export const MOST_DASHED = 2_500;
/** With fewer edges than this, drawing them costs less than copying a kept picture. */
export const EDGES_TO_KEEP = 700;
/** How much larger than the window a kept picture is, on each side. */
const KEPT_MARGIN = 0.15;

/** What a kept picture of the edges was drawn for; it is of use as long as these are the same. */
export interface KeptFor {
  readonly geometry: Geometry;
  readonly drawnVersion: number;
  readonly showWeak: boolean;
  readonly tokens: CanvasTokens;
  readonly ratio: number;
  readonly size: Size;
  readonly view: Viewport;
  readonly style: EdgeStyle;
}

export function keptFor(picture: Picture, style: EdgeStyle): KeptFor {
  const { scene, view, size, ratio, tokens } = picture;
  return {
    geometry: scene.geometry,
    drawnVersion: scene.drawnVersion,
    showWeak: scene.showWeak,
    tokens,
    ratio,
    size,
    view,
    style,
  };
}

/**
 * Where a kept picture is to be put so that it shows what is wanted; null where it must be drawn anew.
 * While the view moves, one of another scale will do.
 */
export function placeKept(
  kept: KeptFor | null,
  wanted: KeptFor,
  moving: boolean,
): { left: number; top: number; width: number; height: number; exact: boolean } | null {
  if (
    kept === null ||
    kept.geometry !== wanted.geometry ||
    kept.drawnVersion !== wanted.drawnVersion ||
    kept.showWeak !== wanted.showWeak ||
    kept.tokens !== wanted.tokens ||
    kept.ratio !== wanted.ratio ||
    kept.size.width !== wanted.size.width ||
    kept.size.height !== wanted.size.height ||
    kept.style.color !== wanted.style.color
  ) {
    return null;
  }
  const { size, view } = wanted;
  const zoom = view.scale / kept.view.scale;
  const left = view.x - kept.view.x * zoom - marginOf(size.width) * zoom;
  const top = view.y - kept.view.y * zoom - marginOf(size.height) * zoom;
  const width = (size.width + 2 * marginOf(size.width)) * zoom;
  const height = (size.height + 2 * marginOf(size.height)) * zoom;
  const covers = left <= 0 && top <= 0 && left + width >= size.width && top + height >= size.height;
  const exact = zoom === 1 && covers;
  if (!exact && !(moving && zoom > 0.4 && zoom < 2.5)) return null;
  return { left, top, width, height, exact };
}

export function marginOf(length: number): number {
  return Math.round(length * KEPT_MARGIN);
}
