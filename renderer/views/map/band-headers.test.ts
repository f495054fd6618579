import { expect, test } from 'vitest';
import { headerSpans } from './band-headers.ts';

test('a heading is as wide as the part of its band that is in sight', () => {
  const bands = [
    { left: -200, right: -10 },
    { left: -5, right: 100 },
    { left: 110, right: 400 },
    { left: 410, right: 500 },
  ];
  expect(headerSpans(bands, [40, 40, 40, 40], 300)).toEqual([
    null,
    { left: 0, right: 100 },
    { left: 110, right: 300 },
    null,
  ]);
});

test('a heading takes the free room beside a band that is too narrow for its words', () => {
  const bands = [
    { left: 10, right: 50 },
    { left: 100, right: 200 },
    { left: 210, right: 250 },
  ];
  expect(headerSpans(bands, [80, 50, 70], 300)).toEqual([
    { left: 10, right: 90 },
    { left: 100, right: 200 },
    { left: 210, right: 280 },
  ]);
  // At the edge of the canvas it grows to the other side, never over its neighbour.
  expect(headerSpans(bands, [80, 50, 70], 260).at(-1)).toEqual({ left: 203, right: 260 });
});
