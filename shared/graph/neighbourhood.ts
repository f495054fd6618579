import { at, type CallGraph } from './call-graph.ts';

export interface Reach {
  /** How many calls against the direction: who calls it. */
  readonly up: number;
  /** How many calls along the direction: what it calls. */
  readonly down: number;
}

/**
 * The services around `starts` by number of calls: 0 for a start, 1, 2, … for what it calls,
 * -1, -2, … for who calls it. Upward and downward are walked apart, so a neighbour's other callers
 * are not drawn in; who is in both (a cycle) gets the nearer number, the downward one on a tie.
 */
export function neighbourhood(
  graph: CallGraph,
  starts: Iterable<string>,
  reach: Reach,
): Map<string, number> {
  const first: number[] = [];
  for (const name of starts) {
    const index = graph.indexOf.get(name);
    if (index !== undefined) first.push(index);
  }
  const down = distances(first, reach.down, graph.calleeStart, graph.callees);
  const up = distances(first, reach.up, graph.callerStart, graph.callers);
  const found = new Map<string, number>();
  for (const [index, distance] of down) found.set(graph.names[index] as string, distance);
  for (const [index, distance] of up) {
    const name = graph.names[index] as string;
    const other = found.get(name);
    if (other === undefined || distance < other) found.set(name, distance === 0 ? 0 : -distance);
  }
  return found;
}

/** The names that `name` calls, in order of name. */
export function calleesOf(graph: CallGraph, name: string): string[] {
  return namesAt(graph, graph.calleeStart, graph.callees, name);
}

/** The names that call `name`, in order of name. */
export function callersOf(graph: CallGraph, name: string): string[] {
  return namesAt(graph, graph.callerStart, graph.callers, name);
}

function namesAt(graph: CallGraph, start: Int32Array, ends: Int32Array, name: string): string[] {
  const index = graph.indexOf.get(name);
  if (index === undefined) return [];
  const found: string[] = [];
  for (let place = at(start, index); place < at(start, index + 1); place++) {
    found.push(graph.names[at(ends, place)] as string);
  }
  return found;
}

function distances(
  starts: readonly number[],
  limit: number,
  start: Int32Array,
  ends: Int32Array,
): Map<number, number> {
  const found = new Map<number, number>();
  for (const index of starts) found.set(index, 0);
  let border = [...found.keys()];
  for (let distance = 1; distance <= limit && border.length > 0; distance++) {
    const next: number[] = [];
    for (const index of border) {
      for (let place = at(start, index); place < at(start, index + 1); place++) {
        const neighbour = at(ends, place);
        if (found.has(neighbour)) continue;
        found.set(neighbour, distance);
        next.push(neighbour);
      }
    }
    border = next;
  }
  return found;
}
