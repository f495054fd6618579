import { expect, test } from 'vitest';
import { buildCallGraph } from './call-graph.ts';
import { calleesOf, callersOf, neighbourhood } from './neighbourhood.ts';

const graph = buildCallGraph(
  ['edge', 'shop', 'cart', 'stock', 'mail', 'other'],
  [
    { from: 'edge', to: 'shop' },
    { from: 'shop', to: 'cart' },
    { from: 'cart', to: 'stock' },
    { from: 'other', to: 'stock' },
    { from: 'stock', to: 'shop' },
    { from: 'shop', to: 'shop' },
    { from: 'shop', to: 'nobody' },
  ],
);

test('G3 callers and callees are named in order; itself and unknown ends are left out', () => {
  expect(callersOf(graph, 'stock')).toEqual(['cart', 'other']);
  expect(callersOf(graph, 'shop')).toEqual(['edge', 'stock']);
  expect(calleesOf(graph, 'shop')).toEqual(['cart']);
  expect(calleesOf(graph, 'nobody')).toEqual([]);
});

test('G3 a neighbourhood counts calls up and down, the nearer way round a cycle', () => {
  expect([...neighbourhood(graph, ['cart'], { up: 1, down: 1 })]).toEqual([
    ['cart', 0],
    ['stock', 1],
    ['shop', -1],
  ]);
  expect(neighbourhood(graph, ['cart'], { up: 2, down: 9 })).toEqual(
    new Map([
      ['cart', 0],
      ['stock', 1],
      ['shop', -1],
      ['edge', -2],
    ]),
  );
  expect(neighbourhood(graph, ['nobody'], { up: 9, down: 9 }).size).toBe(0);
});

test('G3 walking up does not draw in the other callees of a caller', () => {
  expect([...neighbourhood(graph, ['mail'], { up: 5, down: 5 }).keys()]).toEqual(['mail']);
  expect(neighbourhood(graph, ['other'], { up: 3, down: 1 })).toEqual(
    new Map([
      ['other', 0],
      ['stock', 1],
    ]),
  );
});
