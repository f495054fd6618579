import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3';
import { at, buildCallGraph } from '../../../shared/graph/call-graph.ts';
import { pitch, type Layout, type LayoutInput } from '../../../shared/graph/layout.ts';

/** Beyond so many services a force layout is a ball of wool, and slow. */
export const MOST_IN_FORCE = 400;
const STEPS = 220;

interface Body {
  index?: number;
  x: number;
  y: number;
}

/**
 * Services around one another as their calls pull them, on the places of a grid so that none covers
 * another and every name has room. Deterministic: the simulation's random numbers are seeded and it
 * begins with the earlier places, or with a spiral in order of name.
 */
export function layOutByForce(input: LayoutInput): Layout {
  const graph = buildCallGraph(
    input.nodes.map(({ name }) => name),
    input.calls,
  );
  const count = graph.names.length;
  const before = new Map<string, number>();
  input.previous?.names.forEach((name, index) => before.set(name, index));
  const bodies: Body[] = graph.names.map((name, index) => {
    const known = before.get(name);
    if (known !== undefined && input.previous) {
      return { x: at(input.previous.x, known), y: at(input.previous.y, known) };
    }
    const angle = index * GOLDEN_ANGLE;
    const radius = pitch.column * 0.6 * Math.sqrt(index + 0.5);
    return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
  });
  const links: { source: number; target: number }[] = [];
  for (let node = 0; node < count; node++) {
    for (
      let place = at(graph.calleeStart, node);
      place < at(graph.calleeStart, node + 1);
      place++
    ) {
      links.push({ source: node, target: at(graph.callees, place) });
    }
  }
  const isKept = bodies.length > 0 && graph.names.every((name) => before.has(name));
  const simulation = forceSimulation(bodies)
    .force('link', forceLink(links).distance(pitch.column * 1.1))
    .force('charge', forceManyBody().strength(-1_400).distanceMax(1_600))
    .force('apart', forceCollide(pitch.column * 0.55))
    .force('x', forceX(0).strength(0.03))
    // Screens are wide.
    .force('y', forceY(0).strength(0.06))
    .stop();
  if (!isKept) simulation.tick(STEPS);
  const { column, row } = onGrid(bodies);
  const x = Float32Array.from(column, (place) => place * pitch.column);
  const y = Float32Array.from(row, (place) => place * (pitch.row + pitch.layerGap / 2));
  const half = { x: pitch.column / 2 + pitch.bandPadding, y: pitch.row / 2 + pitch.bandPadding };
  return {
    names: graph.names,
    x,
    y,
    band: new Int32Array(count).fill(-1),
    layer: new Int32Array(count),
    column,
    row,
    bands: [],
    bounds: {
      left: x.reduce((low, one) => Math.min(low, one), 0) - half.x,
      right: x.reduce((high, one) => Math.max(high, one), 0) + half.x,
      top: y.reduce((low, one) => Math.min(low, one), 0) - half.y,
      bottom: y.reduce((high, one) => Math.max(high, one), 0) + half.y,
    },
    fresh: !isKept,
  };
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Each on the free place nearest to where it came to rest, in order of name. */
function onGrid(bodies: readonly Body[]): { column: Int32Array; row: Int32Array } {
  const column = new Int32Array(bodies.length);
  const row = new Int32Array(bodies.length);
  const taken = new Set<string>();
  bodies.forEach((body, index) => {
    const wishX = body.x / pitch.column;
    const wishY = body.y / (pitch.row + pitch.layerGap / 2);
    let best: { x: number; y: number; cost: number } | null = null;
    for (let ring = 0; best === null || ring * ring * 0.25 < best.cost; ring++) {
      for (let dx = -ring; dx <= ring; dx++) {
        for (let dy = -ring; dy <= ring; dy++) {
          if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue;
          const [x, y] = [Math.round(wishX) + dx, Math.round(wishY) + dy];
          if (taken.has(`${x},${y}`)) continue;
          const cost = (x - wishX) ** 2 + (y - wishY) ** 2;
          if (best === null || cost < best.cost) best = { x, y, cost };
        }
      }
    }
    taken.add(`${best.x},${best.y}`);
    column[index] = best.x;
    row[index] = best.y;
  });
  return { column, row };
}
