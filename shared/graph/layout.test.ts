import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCallGraph, type Call } from './call-graph.ts';
import { stronglyConnected } from './cycles.ts';
import { layOut, pitch, SHELF, type Layout, type LayoutNode } from './layout.ts';
import { seededRandom } from '../kit/random.ts';

interface Graph {
  nodes: LayoutNode[];
  calls: Call[];
}

const groups = ['az-1', 'az-2', 'Ω', null];
const graphs: fc.Arbitrary<Graph> = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 40 })
  .chain((names) =>
    fc.record({
      nodes: fc.tuple(
        ...names.map((name) =>
          fc.record({ name: fc.constant(name), group: fc.constantFrom(...groups) }),
        ),
      ),
      calls:
        names.length === 0
          ? fc.constant([])
          : fc.array(
              fc.record({
                from: fc.constantFrom(...names, 'nobody'),
                to: fc.constantFrom(...names, 'nobody'),
              }),
              { maxLength: 90 },
            ),
    }),
  );

describe('layout', () => {
  test('G1 the order of nodes and calls, and repeats, change nothing', () => {
    fc.assert(
      fc.property(
        graphs.chain((graph) =>
          fc.tuple(
            fc.constant(graph),
            fc.shuffledSubarray(graph.nodes, { minLength: graph.nodes.length }),
            fc.shuffledSubarray(graph.calls, { minLength: graph.calls.length }),
          ),
        ),
        ([graph, nodes, calls]) => {
          const one = layOut(graph);
          const other = layOut({ nodes: [...nodes, ...nodes], calls: [...calls, ...calls] });
          expect(other).toEqual(one);
        },
      ),
    );
  });

  test('G2 no two services overlap, fresh or with memory', () => {
    fc.assert(
      fc.property(graphs, graphs, (first, second) => {
        const before = layOut(first);
        expectApart(before);
        expectApart(layOut({ ...second, previous: before }));
        expectApart(
          layOut({
            nodes: [...first.nodes, ...second.nodes],
            calls: [...first.calls, ...second.calls],
            previous: before,
          }),
        );
      }),
    );
  });

  test('G3 a caller stands above its callee outside cycles, fresh or with memory', () => {
    fc.assert(
      fc.property(graphs, graphs, (first, second) => {
        const before = layOut(first);
        expectDownward(first, before);
        expectDownward(second, layOut({ ...second, previous: before }));
      }),
    );
  });

  test('G3 the services of a cycle share a layer', () => {
    const layout = layOut({
      nodes: ['a', 'b', 'c', 'd'].map((name) => ({ name, group: null })),
      calls: [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
        { from: 'c', to: 'b' },
        { from: 'c', to: 'd' },
      ],
    });
    expect([...layout.layer]).toEqual([0, 1, 1, 2]);
  });

  test('G4 adding an isolated service moves nothing else', () => {
    fc.assert(
      fc.property(graphs, fc.constantFrom(...groups, 'new group'), (graph, group) => {
        const before = layOut(graph);
        const after = layOut({
          nodes: [...graph.nodes, { name: 'isolated', group }],
          calls: graph.calls,
          previous: before,
        });
        expect(positions(after, 'isolated')).toEqual(positions(before));
      }),
    );
  });

  test('G4 removing a service moves nothing else, and the same graph again moves nothing', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const before = layOut(graph);
        const gone = graph.nodes[0]?.name;
        const after = layOut({
          nodes: graph.nodes.filter((node) => node.name !== gone),
          calls: graph.calls.filter((call) => call.from !== gone && call.to !== gone),
          previous: before,
        });
        const again = layOut({ ...graph, previous: before });
        expect(positions(again)).toEqual(positions(before));
        const kept = positions(before, gone);
        const layerIn = (layout: Layout, name: string) => layout.layer[layout.names.indexOf(name)];
        // A neighbour that lost its last call goes to the shelf, and rows may close up below.
        const standing = after.names.filter((name) => layerIn(after, name) !== SHELF);
        // A cycle that was broken takes layers of its own, and its band may become narrower.
        if (standing.some((name) => layerIn(after, name) !== layerIn(before, name))) return;
        const places = positions(after);
        for (const name of standing) expect(places.get(name)?.[0]).toBe(kept.get(name)?.[0]);
      }),
    );
  });

  test('G4 a new caller above the entrance moves nothing below it', () => {
    const nodes = ['shop', 'cart', 'stock'].map((name) => ({ name, group: 'az-1' }));
    const calls = [
      { from: 'shop', to: 'cart' },
      { from: 'cart', to: 'stock' },
    ];
    const before = layOut({ nodes, calls });
    const after = layOut({
      nodes: [...nodes, { name: 'edge', group: 'az-1' }],
      calls: [...calls, { from: 'edge', to: 'shop' }],
      previous: before,
    });
    expect(positions(after, 'edge')).toEqual(positions(before));
    expect(after.layer[after.names.indexOf('edge')]).toBe(-1);
  });

  test('G2 groups stand side by side and hold their services', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const layout = layOut(graph);
        layout.bands.forEach((band, index) => {
          expect(band.left).toBeGreaterThanOrEqual(layout.bands[index - 1]?.right ?? 0);
        });
        layout.names.forEach((_, index) => {
          const band = layout.bands[layout.band[index] ?? -1];
          expect(layout.x[index]).toBeGreaterThan(band?.left ?? Infinity);
          expect(layout.x[index]).toBeLessThan(band?.right ?? -Infinity);
        });
      }),
    );
  });

  test('G1 5,000 services and 15,000 calls are laid out the same in any order', () => {
    const graph = bigGraph(5_000, 15_000);
    const turned = { nodes: [...graph.nodes].reverse(), calls: [...graph.calls].reverse() };
    expect(positions(layOut(turned))).toEqual(positions(layOut(graph)));
  });

  test('G2 a chain and a cycle of 20,000 services do not exhaust the stack', () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) => ({
      name: `s${index}`,
      group: null,
    }));
    const calls = nodes.slice(1).map((node, index) => ({ from: `s${index}`, to: node.name }));
    expect(new Set(layOut({ nodes, calls }).layer).size).toBe(20_000);
    const cycle = [...calls, { from: 's19999', to: 's0' }];
    expect(new Set(layOut({ nodes, calls: cycle }).layer).size).toBe(1);
  });
});

function positions(layout: Layout, except?: string): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  layout.names.forEach((name, index) => {
    if (name !== except) found.set(name, [layout.x[index] ?? NaN, layout.y[index] ?? NaN]);
  });
  return found;
}

function expectApart(layout: Layout): void {
  const seen = new Set<string>();
  layout.names.forEach((_, index) => {
    const column = Math.round(((layout.x[index] ?? NaN) / pitch.column) * 1_000);
    const key = `${column} ${layout.y[index]}`;
    expect(seen.has(key)).toBe(false);
    seen.add(key);
  });
  const points = layout.names.map((_, index) => [layout.x[index] ?? 0, layout.y[index] ?? 0]);
  for (const [x = 0, y = 0] of points) {
    const near = points.filter(
      ([ox = 0, oy = 0]) => Math.abs(ox - x) < pitch.column - 1 && Math.abs(oy - y) < pitch.row - 1,
    );
    expect(near.length).toBe(1);
  }
}

function expectDownward(graph: Graph, layout: Layout): void {
  const calls = buildCallGraph(
    graph.nodes.map((node) => node.name),
    graph.calls,
  );
  const components = stronglyConnected(calls);
  for (const call of graph.calls) {
    const from = calls.indexOf.get(call.from);
    const to = calls.indexOf.get(call.to);
    if (from === undefined || to === undefined) continue;
    if (components.of[from] === components.of[to]) continue;
    expect(layout.y[from]).toBeLessThan(layout.y[to] ?? NaN);
  }
}

function bigGraph(services: number, edges: number): Graph {
  const random = seededRandom(7);
  const name = (index: number): string => `service-${index}`;
  const nodes = Array.from({ length: services }, (_, index) => ({
    name: name(index),
    group: `az-${index % 4}`,
  }));
  const calls = Array.from({ length: edges }, () => {
    const from = Math.floor(random() * (services - 1));
    const reach = 1 + Math.floor(random() * Math.min(400, services - 1 - from));
    return { from: name(from), to: name(from + reach) };
  });
  return { nodes, calls };
}
