import { at } from './call-graph.ts';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A grid over points that do not move: what is near a pointer, what is inside a window. */
export interface SpatialIndex {
  /** The nearest point within `distance` (by straight line), lowest index on a tie, else -1. */
  nearest(x: number, y: number, distance: number): number;
  /** Calls `found` with every point inside the rectangle, borders included; in no stated order. */
  within(area: Rectangle, found: (index: number) => void): void;
}

/** Grids beyond this many cells gain nothing and cost memory. */
const MOST_CELLS = 262_144;

export function buildSpatialIndex(x: ArrayLike<number>, y: ArrayLike<number>): SpatialIndex {
  const count = x.length;
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let index = 0; index < count; index++) {
    left = Math.min(left, at(x, index));
    right = Math.max(right, at(x, index));
    top = Math.min(top, at(y, index));
    bottom = Math.max(bottom, at(y, index));
  }
  if (count === 0) left = top = right = bottom = 0;
  const width = Math.max(right - left, 1e-9);
  const height = Math.max(bottom - top, 1e-9);
  // About two points a cell; a long thin cloud gets long thin rows of cells.
  const wanted = Math.min(MOST_CELLS, Math.max(1, count / 2));
  const size = Math.max(Math.sqrt((width * height) / wanted), Math.max(width, height) / 4_096);
  const columns = Math.max(1, Math.ceil(width / size));
  const rows = Math.max(1, Math.ceil(height / size));
  const columnOf = (value: number): number => clamp(Math.floor((value - left) / size), columns);
  const rowOf = (value: number): number => clamp(Math.floor((value - top) / size), rows);

  const start = new Int32Array(columns * rows + 1);
  const cellOf = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const cell = rowOf(at(y, index)) * columns + columnOf(at(x, index));
    cellOf[index] = cell;
    start[cell + 1] = at(start, cell + 1) + 1;
  }
  for (let cell = 0; cell < columns * rows; cell++) {
    start[cell + 1] = at(start, cell + 1) + at(start, cell);
  }
  const points = new Int32Array(count);
  const next = start.slice();
  for (let index = 0; index < count; index++) {
    const cell = at(cellOf, index);
    points[at(next, cell)] = index;
    next[cell] = at(next, cell) + 1;
  }

  const within = (area: Rectangle, found: (index: number) => void): void => {
    if (area.right < left || area.left > right || area.bottom < top || area.top > bottom) return;
    const lastRow = rowOf(area.bottom);
    const lastColumn = columnOf(area.right);
    for (let row = rowOf(area.top); row <= lastRow; row++) {
      for (let column = columnOf(area.left); column <= lastColumn; column++) {
        const cell = row * columns + column;
        for (let place = at(start, cell); place < at(start, cell + 1); place++) {
          const index = at(points, place);
          const px = at(x, index);
          const py = at(y, index);
          if (px >= area.left && px <= area.right && py >= area.top && py <= area.bottom) {
            found(index);
          }
        }
      }
    }
  };

  return {
    within,
    nearest(px, py, distance) {
      let best = -1;
      let bestSquare = distance * distance;
      const area = {
        left: px - distance,
        right: px + distance,
        top: py - distance,
        bottom: py + distance,
      };
      within(area, (index) => {
        const dx = at(x, index) - px;
        const dy = at(y, index) - py;
        const square = dx * dx + dy * dy;
        if (square < bestSquare || (square === bestSquare && (best === -1 || index < best))) {
          best = index;
          bestSquare = square;
        }
      });
      return best;
    },
  };
}

function clamp(value: number, count: number): number {
  return value < 0 ? 0 : value >= count ? count - 1 : value;
}
