import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSpatialIndex } from './spatial-index.ts';

const point = fc.tuple(
  fc.integer({ min: -500, max: 500 }),
  fc.oneof(fc.constant(0), fc.integer({ min: -5_000, max: 5_000 })),
);

test('G2 the nearest point is the one that looking at every point finds', () => {
  fc.assert(
    fc.property(fc.array(point), point, fc.nat({ max: 700 }), (points, [px, py], distance) => {
      const index = buildSpatialIndex(
        points.map(([x]) => x),
        points.map(([, y]) => y),
      );
      let best = -1;
      let bestSquare = distance * distance;
      points.forEach(([x, y], place) => {
        const square = (x - px) ** 2 + (y - py) ** 2;
        if (square < bestSquare || (square === bestSquare && best === -1)) {
          best = place;
          bestSquare = square;
        }
      });
      expect(index.nearest(px, py, distance)).toBe(best);
    }),
  );
});

test('G2 a window holds exactly the points inside it', () => {
  fc.assert(
    fc.property(fc.array(point), point, point, (points, [ax, ay], [bx, by]) => {
      const index = buildSpatialIndex(
        points.map(([x]) => x),
        points.map(([, y]) => y),
      );
      const area = {
        left: Math.min(ax, bx),
        right: Math.max(ax, bx),
        top: Math.min(ay, by),
        bottom: Math.max(ay, by),
      };
      const found: number[] = [];
      index.within(area, (place) => found.push(place));
      const expected = points.flatMap(([x, y], place) =>
        x >= area.left && x <= area.right && y >= area.top && y <= area.bottom ? [place] : [],
      );
      expect(found.toSorted((left, right) => left - right)).toEqual(expected);
    }),
  );
});
