import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Where the window stood, in device-independent pixels of the desktop. */
export interface WindowBounds {
  x?: number | undefined;
  y?: number | undefined;
  width: number;
  height: number;
  maximized: boolean;
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const defaultBounds: WindowBounds = { width: 1440, height: 900, maximized: false };

/**
 * Reads where the window stood. A broken file, or a place that no screen shows any more, costs
 * only the place.
 */
export function readBounds(path: string, screens: readonly Area[]): WindowBounds {
  let bounds: WindowBounds;
  try {
    bounds = boundsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return defaultBounds;
  }
  const { x, y, width, height, maximized } = bounds;
  const visible =
    x !== undefined && y !== undefined && screens.some((area) => showsTitle(area, x, y, width));
  return visible ? bounds : { width, height, maximized };
}

export function writeBounds(path: string, bounds: WindowBounds): void {
  writeFileSync(`${path}.new`, JSON.stringify(bounds), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

const boundsSchema = z.strictObject({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(640).max(20_000),
  height: z.int().min(400).max(20_000),
  maximized: z.boolean(),
});

/** Enough of the title bar to take the window by. */
function showsTitle(area: Area, x: number, y: number, width: number): boolean {
  const overlap = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return overlap >= 100 && y >= area.y && y < area.y + area.height - 30;
}
