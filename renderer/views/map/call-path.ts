import { at } from '../../../shared/graph/call-graph.ts';
import { WEAK, type Scene } from './scene.ts';

/**
 * The shortest way of calls between two nodes, along the direction of calls from one of them to the
 * other; empty where none leads either way. Only what is shown is walked.
 * @returns edges in the order in which they are called
 */
export function callPath(scene: Scene, one: number, other: number): number[] {
  return walk(scene, one, other) ?? walk(scene, other, one) ?? [];
}

function walk(scene: Scene, from: number, to: number): number[] | null {
  const { edgeStart, edgesOf, edgeFrom, edgeTo, edgeStrength } = scene.geometry;
  const by = new Map<number, number>([[from, -1]]);
  let border = [from];
  while (border.length > 0 && !by.has(to)) {
    const next: number[] = [];
    for (const node of border) {
      for (let place = at(edgeStart, node); place < at(edgeStart, node + 1); place++) {
        const edge = at(edgesOf, place);
        if (at(edgeFrom, edge) !== node) continue;
        const callee = at(edgeTo, edge);
        if (by.has(callee) || scene.drawn[callee] === 0) continue;
        if (!scene.showWeak && at(edgeStrength, edge) === WEAK) continue;
        by.set(callee, edge);
        next.push(callee);
      }
    }
    border = next;
  }
  if (!by.has(to)) return null;
  const path: number[] = [];
  for (let node = to; node !== from;) {
    const edge = by.get(node) ?? -1;
    path.unshift(edge);
    node = at(edgeFrom, edge);
  }
  return path;
}
