import type { Rectangle } from '../../../shared/graph/spatial-index.ts';
import type { Size } from './viewport.ts';

export interface Occupancy {
  isFree(area: Rectangle): boolean;
  take(area: Rectangle): void;
}

/** A coarse raster of what is already written on. */
export function createOccupancy(size: Size): Occupancy {
  const cellX = 8;
  const cellY = 4;
  const columns = Math.ceil(size.width / cellX) + 1;
  const rows = Math.ceil(size.height / cellY) + 1;
  const cells = new Uint8Array(columns * rows);
  const first = (low: number, cell: number): number => Math.max(0, Math.floor(low / cell));
  const last = (high: number, cell: number, count: number): number =>
    Math.min(count - 1, Math.floor((high - 0.01) / cell));
  return {
    isFree({ left, top, right, bottom }) {
      const lastRow = last(bottom, cellY, rows);
      const lastColumn = last(right, cellX, columns);
      const firstColumn = first(left, cellX);
      for (let row = first(top, cellY); row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          if (cells[row * columns + column] === 1) return false;
        }
      }
      return true;
    },
    take({ left, top, right, bottom }) {
      const lastRow = last(bottom, cellY, rows);
      const firstColumn = first(left, cellX);
      const lastColumn = last(right, cellX, columns);
      if (firstColumn > lastColumn) return;
      for (let row = first(top, cellY); row <= lastRow; row++) {
        cells.fill(1, row * columns + firstColumn, row * columns + lastColumn + 1);
      }
    },
  };
}
