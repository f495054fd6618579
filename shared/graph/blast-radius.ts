import type { EdgeStrength } from '../facts/topology.ts';
import { at, byCodeUnit } from './call-graph.ts';

/**
 * Who is hit when something fails: everybody who calls it, directly or over others. How strongly is
 * the weakest call on the strongest way: a caller that waits for the answer (sync) is hit at once,
 * one that hands over work (async) later, one that can do without (weak) perhaps not at all.
 */

/** Strong before weak. */
export const STRENGTH_ORDER = ['sync', 'async', 'weak'] as const satisfies readonly EdgeStrength[];

/** Who calls whom, and how strongly, as index arrays. */
export interface StrengthGraph {
  /** Sorted by code unit. */
  readonly names: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Callers of node n: `callers[callerStart[n] … callerStart[n + 1])`. */
  readonly callerStart: Int32Array;
  readonly callers: Int32Array;
  /** Strength of the call of `callers`, as a place in `STRENGTH_ORDER`. */
  readonly strength: Uint8Array;
}

const STRENGTHS = STRENGTH_ORDER.length;
const RANK: Readonly<Record<EdgeStrength, number>> = { sync: 0, async: 1, weak: 2 };

export interface StrengthCall {
  readonly from: string;
  readonly to: string;
  readonly strength: EdgeStrength;
}

/** Of several calls between the same two the strongest counts; the order of the input does not. */
export function buildStrengthGraph(
  names: Iterable<string>,
  calls: Iterable<StrengthCall>,
): StrengthGraph {
  const sorted = [...new Set(names)].toSorted(byCodeUnit);
  const indexOf = new Map<string, number>();
  sorted.forEach((name, index) => indexOf.set(name, index));
  const count = sorted.length;
  // One number stands for a call and its strength, the strongest first: far below 2^53.
  const known: number[] = [];
  for (const call of calls) {
    const from = indexOf.get(call.from);
    const to = indexOf.get(call.to);
    if (from === undefined || to === undefined || from === to) continue;
    known.push((to * count + from) * STRENGTHS + RANK[call.strength]);
  }
  const all = Float64Array.from(known).sort();
  const callerStart = new Int32Array(count + 1);
  const callers = new Int32Array(all.length);
  const strength = new Uint8Array(all.length);
  let filled = 0;
  let before = -1;
  for (const one of all) {
    const rank = one % STRENGTHS;
    const pair = (one - rank) / STRENGTHS;
    if (pair === before) continue;
    before = pair;
    const from = pair % count;
    const to = (pair - from) / count;
    callers[filled] = from;
    strength[filled] = rank;
    filled += 1;
    callerStart[to + 1] = at(callerStart, to + 1) + 1;
  }
  for (let node = 0; node < count; node++) {
    callerStart[node + 1] = at(callerStart, node + 1) + at(callerStart, node);
  }
  return { names: sorted, indexOf, callerStart, callers, strength };
}

export interface Hit {
  readonly name: string;
  readonly strength: EdgeStrength;
  /** Calls from it to what failed, on the strongest way and among those the shortest. */
  readonly distance: number;
  /** From the service itself to what failed, each calling the next. */
  path(): readonly string[];
}

export interface BlastRadius {
  /** What failed, as far as it is there. */
  readonly starts: readonly string[];
  /** Everybody else who is hit: the strongest first, then the nearest, then by name. */
  readonly hits: readonly Hit[];
}

/**
 * Time grows with the calls, not with the paths: one breadth-first walk a strength, each over the
 * calls that are at least so strong.
 */
export function blastRadius(graph: StrengthGraph, failed: Iterable<string>): BlastRadius {
  const starts = [...new Set(failed)]
    .map((name) => graph.indexOf.get(name) ?? -1)
    .filter((node) => node !== -1)
    .sort((left, right) => left - right);
  const count = graph.names.length;
  const hitBy = new Uint8Array(count).fill(NOT_HIT);
  for (const node of starts) hitBy[node] = START;
  const found: { readonly node: number; readonly rank: number; readonly hit: Hit }[] = [];
  for (let weakest = 0; weakest < STRENGTH_ORDER.length; weakest++) {
    const next = new Int32Array(count).fill(-1);
    const seen = new Uint8Array(count);
    for (const node of starts) seen[node] = 1;
    let border = starts;
    for (let distance = 1; border.length > 0; distance++) {
      const reached: number[] = [];
      for (const node of border) {
        for (
          let place = at(graph.callerStart, node);
          place < at(graph.callerStart, node + 1);
          place++
        ) {
          if (at(graph.strength, place) > weakest) continue;
          const caller = at(graph.callers, place);
          if (seen[caller] === 1) continue;
          seen[caller] = 1;
          next[caller] = node;
          reached.push(caller);
          if (hitBy[caller] !== NOT_HIT) continue;
          hitBy[caller] = weakest;
          const hit = {
            name: graph.names[caller] as string,
            strength: STRENGTH_ORDER[weakest] as EdgeStrength,
            distance,
            path: () => pathFrom(graph, next, caller),
          };
          found.push({ node: caller, rank: weakest, hit });
        }
      }
      // Numbered by name: among equally near ones the path leads over the first by name.
      border = reached.sort((left, right) => left - right);
    }
  }
  // Nodes are numbered by name.
  found.sort(
    (left, right) =>
      left.rank - right.rank || left.hit.distance - right.hit.distance || left.node - right.node,
  );
  return {
    starts: starts.map((node) => graph.names[node] as string),
    hits: found.map(({ hit }) => hit),
  };
}

const NOT_HIT = 255;
const START = 254;

function pathFrom(graph: StrengthGraph, next: Int32Array, from: number): string[] {
  const path: string[] = [];
  for (let node = from; node !== -1; node = at(next, node)) path.push(graph.names[node] as string);
  return path;
}

/** How much of a group (a unit, a team, a business function) is hit. */
export interface GroupHit {
  readonly group: string;
  readonly services: number;
  /** Services of it that failed or are hit, by the worst that reaches them. */
  readonly failed: number;
  readonly sync: number;
  readonly async: number;
  readonly weak: number;
}

/**
 * What is hit of each group, and which groups are clean (`failed` and all strengths 0): the worst
 * hit first, then by name.
 * @param groupsOf the groups that a service belongs to; none where nobody stated any
 */
export function hitGroups(
  radius: BlastRadius,
  names: Iterable<string>,
  groupsOf: (name: string) => readonly string[],
): GroupHit[] {
  const how = new Map<string, 'failed' | EdgeStrength>();
  for (const hit of radius.hits) how.set(hit.name, hit.strength);
  for (const name of radius.starts) how.set(name, 'failed');
  const groups = new Map<string, { -readonly [Key in keyof GroupHit]: GroupHit[Key] }>();
  for (const name of names) {
    for (const group of groupsOf(name)) {
      const known = groups.get(group) ?? {
        group,
        services: 0,
        failed: 0,
        sync: 0,
        async: 0,
        weak: 0,
      };
      groups.set(group, known);
      known.services += 1;
      const hit = how.get(name);
      if (hit !== undefined) known[hit] += 1;
    }
  }
  const order = ['failed', ...STRENGTH_ORDER] as const;
  return [...groups.values()].sort((left, right) => {
    for (const how of order) {
      if (left[how] > 0 !== right[how] > 0) return left[how] > 0 ? -1 : 1;
    }
    return byCodeUnit(left.group, right.group);
  });
}

export function isClean(group: GroupHit): boolean {
  return group.failed + group.sync + group.async + group.weak === 0;
}
