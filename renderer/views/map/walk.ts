import { at } from '../../../shared/graph/call-graph.ts';
import { HEALTHY, NONE, UNKNOWN, type Scene } from './scene.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** Where the keyboard begins: the worst service, among equals the one with most calls. */
export function worstOf(scene: Scene): number {
  const rank = (node: number): number => {
    const condition = at(scene.condition, node);
    if (condition !== UNKNOWN) return condition === HEALTHY ? 9 : condition;
    return at(scene.last, node) === NONE ? 8 : at(scene.last, node) + 0.5;
  };
  let best = -1;
  for (const node of scene.geometry.byDegree) {
    if (scene.drawn[node] === 1 && (best === -1 || rank(node) < rank(best))) best = node;
  }
  return best;
}

/**
 * Up leads to a caller, down to a callee (the one most straight on; a neighbour in place where no
 * call leads on); left and right to the nearest service on that side.
 */
export function stepFrom(scene: Scene, from: number, direction: Direction): number {
  const { layout, edgeStart, edgesOf, edgeFrom, edgeTo } = scene.geometry;
  const x = at(layout.x, from);
  const y = at(layout.y, from);
  if (direction === 'up' || direction === 'down') {
    let best = -1;
    for (let place = at(edgeStart, from); place < at(edgeStart, from + 1); place++) {
      const edge = at(edgesOf, place);
      const isCallee = at(edgeFrom, edge) === from;
      if (isCallee !== (direction === 'down')) continue;
      const other = isCallee ? at(edgeTo, edge) : at(edgeFrom, edge);
      if (scene.drawn[other] === 0) continue;
      const cost = (node: number): number =>
        Math.abs(at(layout.x, node) - x) + Math.abs(at(layout.y, node) - y) * 2;
      if (best === -1 || cost(other) < cost(best)) best = other;
    }
    if (best !== -1) return best;
  }
  const sideways = direction === 'left' || direction === 'right';
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  let best = -1;
  let bestCost = Infinity;
  scene.drawn.forEach((drawn, node) => {
    if (drawn === 0 || node === from) return;
    const dx = at(layout.x, node) - x;
    const dy = at(layout.y, node) - y;
    const along = (sideways ? dx : dy) * sign;
    const across = Math.abs(sideways ? dy : dx);
    if (along <= 1) return;
    const cost = along + across * 2.5;
    if (cost < bestCost) {
      best = node;
      bestCost = cost;
    }
  });
  return best;
}
