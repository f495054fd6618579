import { z } from 'zod';
import type { Layout } from '../../../shared/graph/layout.ts';
import { ARRANGEMENTS, type Arrangement } from './map-query.ts';

/** Where somebody put services, by name: x and y in the map's own units. */
export type Pins = Readonly<Record<string, readonly [number, number]>>;

const pinsSchema = z.partialRecord(
  z.enum(ARRANGEMENTS),
  z.record(z.string(), z.tuple([z.number(), z.number()])),
);
type KeptPins = z.infer<typeof pinsSchema>;

export function readPins(kept: unknown): KeptPins {
  const read = pinsSchema.safeParse(kept);
  return read.success ? read.data : {};
}

/** Columns of zones and columns of units have places of their own. */
export function pinsOf(kept: KeptPins, arrangement: Arrangement): Pins {
  return kept[arrangement] ?? {};
}

/** The layout with pinned services where they were put; nothing else moves. */
export function movedTo(layout: Layout, pins: Pins): Layout {
  if (Object.keys(pins).length === 0) return layout;
  const x = layout.x.slice();
  const y = layout.y.slice();
  let { left, right, top, bottom } = layout.bounds;
  layout.names.forEach((name, node) => {
    if (!Object.hasOwn(pins, name)) return;
    const [pinnedX, pinnedY] = pins[name] as readonly [number, number];
    x[node] = pinnedX;
    y[node] = pinnedY;
    left = Math.min(left, pinnedX - MARGIN);
    right = Math.max(right, pinnedX + MARGIN);
    top = Math.min(top, pinnedY - MARGIN);
    bottom = Math.max(bottom, pinnedY + MARGIN);
  });
  return { ...layout, x, y, bounds: { left, right, top, bottom } };
}

const MARGIN = 70;
