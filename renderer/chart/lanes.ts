import type { CanvasTokens, ColorName } from '../theme/tokens.ts';
import { xOf, type TimeRange } from './time-range.ts';

/** Entries in lanes, over one axis of time: bars of counts, or every entry by itself. */
export interface LanePicture {
  /** What the columns cover. */
  readonly range: TimeRange;
  readonly columns: number;
  readonly lanes: number;
  /** `(lane * columns + column) * 5 + group`. */
  readonly counts: Uint32Array;
  /** Every entry; null where there are too many. */
  readonly events: LaneEvents | null;
}

export interface LaneEvents {
  readonly seq: Float64Array;
  readonly at: Float64Array;
  readonly heardAt: Float64Array;
  readonly lane: Uint8Array;
  readonly group: Uint8Array;
  readonly pinned: Uint8Array;
}

export interface LaneLook {
  /** Height of one lane, and of the canvas that they share, in pixels. */
  readonly laneHeight: number;
  /** Whether the way from when it happened to when it was heard is drawn. */
  readonly showsHeard: boolean;
  /** What the room had not heard by this moment is drawn as a shadow; null: nothing is. */
  readonly knownAt: number | null;
  /** Which of the five groups are drawn. */
  readonly groups: readonly boolean[];
}

export const LANE_GROUPS = ['critical', 'warning', 'other', 'people', 'changes'] as const;
const COLORS: readonly ColorName[] = ['critical', 'warning', 'unknown', 'people', 'change'];
const GROUP_COUNT = LANE_GROUPS.length;
const SHADOW_ALPHA = 0.28;
/** Bars leave this much of their lane free, so that lanes stay apart (px). */
const GAP = 2;

/**
 * Draws a stretch of time over the whole width: background, lines between lanes, and what stands in
 * them. Everything that does not change while the window moves; `drawLaneFrame` shifts it.
 */
export function drawLanes(
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number; readonly range: TimeRange },
  picture: LanePicture,
  look: LaneLook,
  tokens: CanvasTokens,
): void {
  const { width, height } = size;
  context.fillStyle = tokens.colors['surface'];
  context.fillRect(0, 0, width, height);
  context.fillStyle = tokens.colors['line'];
  for (let lane = 1; lane <= picture.lanes; lane += 1) {
    context.fillRect(0, lane * look.laneHeight - 1, width, 1);
  }
  if (picture.events === null) drawBars(context, size, picture, look, tokens);
  else drawEvents(context, size, picture.events, look, tokens);
}

/** The largest count of a column of a lane, over all lanes: what the highest bar stands for. */
export function mostInLanes(
  picture: Pick<LanePicture, 'counts' | 'lanes' | 'columns'>,
  groups: readonly boolean[],
): number {
  let most = 0;
  for (let cell = 0; cell < picture.lanes * picture.columns; cell += 1) {
    most = Math.max(most, totalOf(picture.counts, cell, groups));
  }
  return most;
}

/** Counts of a lane in the column that a moment lies in; null outside. */
export function laneCountsAt(
  picture: LanePicture,
  lane: number,
  at: number,
): readonly number[] | null {
  const { range, columns, counts } = picture;
  const column = Math.floor(((at - range.from) / (range.to - range.from)) * columns);
  if (column < 0 || column >= columns || lane < 0 || lane >= picture.lanes) return null;
  const first = (lane * columns + column) * GROUP_COUNT;
  return Array.from({ length: GROUP_COUNT }, (_, group) => counts[first + group] ?? 0);
}

/** The entry that stands nearest to a point, none farther away than `reach` pixels; -1: none. */
export function eventNear(
  events: LaneEvents,
  window: TimeRange,
  size: { readonly width: number; readonly laneHeight: number },
  point: { readonly x: number; readonly y: number },
  reach: number,
): number {
  const lane = Math.floor(point.y / size.laneHeight);
  let nearest = -1;
  let least = reach;
  for (let index = 0; index < events.at.length; index += 1) {
    if (events.lane[index] !== lane) continue;
    const away = Math.abs(xOf(window, size.width, events.at[index] ?? 0) - point.x);
    if (away > least) continue;
    least = away;
    nearest = index;
  }
  return nearest;
}

function totalOf(counts: Uint32Array, cell: number, groups: readonly boolean[]): number {
  let total = 0;
  for (let group = 0; group < GROUP_COUNT; group += 1) {
    if (groups[group] === true) total += counts[cell * GROUP_COUNT + group] ?? 0;
  }
  return total;
}

function drawBars(
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly range: TimeRange },
  picture: LanePicture,
  look: LaneLook,
  tokens: CanvasTokens,
): void {
  const { columns, counts, range } = picture;
  const most = mostInLanes(picture, look.groups);
  if (most === 0) return;
  const room = look.laneHeight - GAP;
  const columnMs = (range.to - range.from) / columns;
  const left = xOf(size.range, size.width, range.from);
  const wide = xOf(size.range, size.width, range.from + columnMs) - left;
  const barWidth = Math.max(1, Math.floor(wide) - (wide > 4 ? 1 : 0));
  // One colour after the other: the canvas changes its colour five times, not for every bar.
  const filled = new Float32Array(picture.lanes * columns);
  for (let group = 0; group < GROUP_COUNT; group += 1) {
    if (look.groups[group] !== true) continue;
    context.fillStyle = tokens.colors[COLORS[group] ?? 'unknown'];
    for (let lane = 0; lane < picture.lanes; lane += 1) {
      const bottom = (lane + 1) * look.laneHeight - 1;
      for (let column = 0; column < columns; column += 1) {
        const cell = lane * columns + column;
        const count = counts[cell * GROUP_COUNT + group] ?? 0;
        if (count === 0) continue;
        const total = totalOf(counts, cell, look.groups);
        // The root of its share: one entry is seen beside a storm.
        const tall = Math.max(2, Math.sqrt(total / most) * room);
        const below = filled[cell] ?? 0;
        const part = Math.min(Math.max(1, (count / total) * tall), room + 1 - below);
        context.fillRect(Math.round(left + column * wide), bottom - below - part, barWidth, part);
        filled[cell] = below + part;
      }
    }
  }
}

function drawEvents(
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly range: TimeRange },
  events: LaneEvents,
  look: LaneLook,
  tokens: CanvasTokens,
): void {
  const radius = look.laneHeight * 0.22;
  const yOf = (index: number): number => ((events.lane[index] ?? 0) + 0.5) * look.laneHeight - 0.5;
  if (look.showsHeard) {
    context.fillStyle = tokens.colors['text-faint'];
    for (let index = 0; index < events.at.length; index += 1) {
      if (look.groups[events.group[index] ?? 0] !== true) continue;
      const from = xOf(size.range, size.width, events.at[index] ?? 0);
      const to = xOf(size.range, size.width, events.heardAt[index] ?? 0);
      if (to - from < 1) continue;
      const y = Math.round(yOf(index));
      context.fillRect(from, y, to - from, 1);
      context.fillRect(to, y - radius, 1, 2 * radius);
    }
  }
  for (let index = 0; index < events.at.length; index += 1) {
    const group = events.group[index] ?? 0;
    if (look.groups[group] !== true) continue;
    const x = xOf(size.range, size.width, events.at[index] ?? 0);
    const isShadow = look.knownAt !== null && (events.heardAt[index] ?? 0) > look.knownAt;
    context.globalAlpha = isShadow ? SHADOW_ALPHA : 1;
    drawEvent(context, group, x, yOf(index), radius, tokens);
    if (events.pinned[index] === 1) {
      context.strokeStyle = tokens.colors['accent'];
      context.lineWidth = 1.5;
      context.strokeRect(x - radius * 1.6, yOf(index) - radius * 1.6, radius * 3.2, radius * 3.2);
    }
  }
  context.globalAlpha = 1;
}

/** The shapes of their rows: octagon, triangle, ring, disc, diamond; the shape alone tells them apart. */
function drawEvent(
  context: CanvasRenderingContext2D,
  group: number,
  x: number,
  y: number,
  radius: number,
  tokens: CanvasTokens,
): void {
  const color = tokens.colors[COLORS[group] ?? 'unknown'];
  context.fillStyle = color;
  context.beginPath();
  switch (LANE_GROUPS[group]) {
    case 'critical': {
      const cut = radius * 0.45;
      context.moveTo(x - radius + cut, y - radius);
      context.lineTo(x + radius - cut, y - radius);
      context.lineTo(x + radius, y - radius + cut);
      context.lineTo(x + radius, y + radius - cut);
      context.lineTo(x + radius - cut, y + radius);
      context.lineTo(x - radius + cut, y + radius);
      context.lineTo(x - radius, y + radius - cut);
      context.lineTo(x - radius, y - radius + cut);
      context.fill();
      return;
    }
    case 'warning':
      context.moveTo(x, y - radius * 1.1);
      context.lineTo(x + radius * 1.15, y + radius);
      context.lineTo(x - radius * 1.15, y + radius);
      context.fill();
      return;
    case 'people':
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'changes':
      context.moveTo(x, y - radius * 1.25);
      context.lineTo(x + radius * 1.25, y);
      context.lineTo(x, y + radius * 1.25);
      context.lineTo(x - radius * 1.25, y);
      context.fill();
      return;
    default:
      context.strokeStyle = color;
      context.lineWidth = 1.5;
      context.arc(x, y, radius * 0.8, 0, 2 * Math.PI);
      context.stroke();
  }
}
