import type { CanvasTokens, ColorName } from '../theme/tokens.ts';
import { xOf, type TimeRange } from './time-range.ts';

/** How many entries fall into each of equal parts of a window. */
export interface Density {
  readonly critical: Uint32Array;
  readonly warning: Uint32Array;
  readonly other: Uint32Array;
  readonly people: Uint32Array;
  readonly changes: Uint32Array;
}

export interface DensitySeries {
  readonly range: TimeRange;
  readonly density: Density;
}

export interface DensityPicture {
  readonly width: number;
  readonly height: number;
  /** Height of the lane of marks above the bars. */
  readonly marks: number;
  /** What the strip shows. */
  readonly window: TimeRange;
  /** Everything that is there now. */
  readonly all: DensitySeries | null;
  /** What belongs to the moment under review; null where that is everything before it. */
  readonly shown: DensitySeries | null;
  /** The moment under review: what comes after it is drawn as a shadow. */
  readonly moment: number | null;
}

const STACK: readonly (readonly [keyof Density, ColorName])[] = [
  ['critical', 'critical'],
  ['warning', 'warning'],
  ['other', 'unknown'],
];
const SHADOW_ALPHA = 0.28;

/** Draws bars and marks; the canvas is opaque and wholly repainted. */
export function drawDensity(
  context: CanvasRenderingContext2D,
  picture: DensityPicture,
  tokens: CanvasTokens,
): void {
  const { width, height, moment, window } = picture;
  context.fillStyle = tokens.colors['surface'];
  context.fillRect(0, 0, width, height);
  const { all } = picture;
  if (!all) return;
  const most = mostOf(all.density);
  const edge = moment === null ? width : Math.min(width, Math.max(0, xOf(window, width, moment)));
  if (moment !== null) {
    context.save();
    context.globalAlpha = SHADOW_ALPHA;
    drawSeries(context, picture, all, most, tokens);
    context.restore();
    // Before the moment the shadow stays only where the room did not know of it yet.
    if (picture.shown === null) {
      context.fillStyle = tokens.colors['surface'];
      context.fillRect(0, 0, edge, height);
    }
  }
  context.save();
  context.beginPath();
  context.rect(0, 0, edge, height);
  context.clip();
  drawSeries(context, picture, picture.shown ?? all, most, tokens);
  context.restore();
}

/** The largest total of a part: what the highest bar stands for. */
export function mostOf(density: Density): number {
  let most = 0;
  for (let index = 0; index < density.critical.length; index += 1) {
    most = Math.max(most, totalAt(density, index));
  }
  return most;
}

/** Height of a bar: the root of its share, so that one entry is seen beside a storm. */
export function barHeight(total: number, most: number, height: number): number {
  if (total === 0 || most === 0) return 0;
  return Math.max(2, Math.sqrt(total / most) * height);
}

/** The counts of the part that a moment lies in; null outside. */
export function countsAt(
  series: DensitySeries,
  at: number,
): Readonly<Record<keyof Density, number>> | null {
  const { density, range } = series;
  const parts = density.critical.length;
  const index = Math.floor(((at - range.from) / (range.to - range.from)) * parts);
  if (index < 0 || index >= parts) return null;
  return {
    critical: density.critical[index] ?? 0,
    warning: density.warning[index] ?? 0,
    other: density.other[index] ?? 0,
    people: density.people[index] ?? 0,
    changes: density.changes[index] ?? 0,
  };
}

function totalAt(density: Density, index: number): number {
  return (
    (density.critical[index] ?? 0) + (density.warning[index] ?? 0) + (density.other[index] ?? 0)
  );
}

function drawSeries(
  context: CanvasRenderingContext2D,
  picture: DensityPicture,
  series: DensitySeries,
  most: number,
  tokens: CanvasTokens,
): void {
  const { width, window, height, marks } = picture;
  const { density, range } = series;
  const parts = density.critical.length;
  const partMs = (range.to - range.from) / parts;
  const partWidth = xOf(window, width, window.from + partMs);
  const barWidth = Math.max(1, partWidth - (partWidth > 3 ? 1 : 0));
  const room = height - marks;
  const lastMark = { people: Number.NEGATIVE_INFINITY, changes: Number.NEGATIVE_INFINITY };
  for (let index = 0; index < parts; index += 1) {
    const left = xOf(window, width, range.from + index * partMs);
    if (left > width || left + partWidth < 0) continue;
    const total = totalAt(density, index);
    const tall = barHeight(total, most, room);
    let bottom = height;
    for (const [name, color] of STACK) {
      const count = density[name][index] ?? 0;
      if (count === 0) continue;
      const part = Math.max(1, (count / total) * tall);
      context.fillStyle = tokens.colors[color];
      context.fillRect(left, bottom - part, barWidth, part);
      bottom -= part;
    }
    const middle = left + partWidth / 2;
    for (const name of ['people', 'changes'] as const) {
      if ((density[name][index] ?? 0) === 0 || middle - lastMark[name] < marks * 0.5) continue;
      lastMark[name] = middle;
      drawMark(context, name, middle, marks, tokens);
    }
  }
}

/** A disc for what people wrote, a diamond for a change: the shapes of their rows. */
function drawMark(
  context: CanvasRenderingContext2D,
  name: 'people' | 'changes',
  x: number,
  lane: number,
  tokens: CanvasTokens,
): void {
  const size = lane * 0.22;
  const y = name === 'people' ? lane * 0.75 : lane * 0.28;
  context.fillStyle = tokens.colors[name === 'people' ? 'people' : 'change'];
  context.beginPath();
  if (name === 'people') context.arc(x, y, size, 0, 2 * Math.PI);
  else {
    context.moveTo(x, y - size * 1.3);
    context.lineTo(x + size * 1.3, y);
    context.lineTo(x, y + size * 1.3);
    context.lineTo(x - size * 1.3, y);
  }
  context.fill();
}
