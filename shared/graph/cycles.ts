import { at, type CallGraph } from './call-graph.ts';

/** Which cycle each node belongs to; a node outside cycles is a component of its own. */
export interface Components {
  readonly count: number;
  /**
   * Component of each node. Numbered against the calls: a caller's component has a higher number
   * than its callee's, so counting down walks callers first.
   */
  readonly of: Int32Array;
}

/**
 * Strongly connected components (R. Tarjan, "Depth-first search and linear graph algorithms", 1972)
 * without recursion: a chain of any length does not exhaust the stack.
 */
export function stronglyConnected(graph: CallGraph): Components {
  const count = graph.names.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const of = new Int32Array(count).fill(-1);
  const open = new Int32Array(count);
  const path = new Int32Array(count);
  const next = graph.calleeStart.slice();
  let openCount = 0;
  let seen = 0;
  let components = 0;
  for (let root = 0; root < count; root++) {
    if (at(order, root) !== -1) continue;
    let depth = 0;
    path[0] = root;
    order[root] = low[root] = seen++;
    open[openCount++] = root;
    while (depth >= 0) {
      const node = at(path, depth);
      const place = at(next, node);
      if (place < at(graph.calleeStart, node + 1)) {
        next[node] = place + 1;
        const callee = at(graph.callees, place);
        if (at(order, callee) === -1) {
          order[callee] = low[callee] = seen++;
          open[openCount++] = callee;
          path[++depth] = callee;
        } else if (at(of, callee) === -1) {
          low[node] = Math.min(at(low, node), at(order, callee));
        }
        continue;
      }
      if (at(low, node) === at(order, node)) {
        let member: number;
        do {
          member = at(open, --openCount);
          of[member] = components;
        } while (member !== node);
        components++;
      }
      depth--;
      if (depth >= 0) {
        const parent = at(path, depth);
        low[parent] = Math.min(at(low, parent), at(low, node));
      }
    }
  }
  return { count: components, of };
}
