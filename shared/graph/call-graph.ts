/** Calls between services as index arrays, so that walking 15,000 edges allocates nothing. */
export interface CallGraph {
  /** Sorted by code unit, without repeats: the index of a name is the node's number everywhere. */
  readonly names: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Callees of node n: `callees[calleeStart[n] … calleeStart[n + 1])`, ascending. */
  readonly calleeStart: Int32Array;
  readonly callees: Int32Array;
  readonly callerStart: Int32Array;
  readonly callers: Int32Array;
}

export interface Call {
  readonly from: string;
  readonly to: string;
}

/**
 * The graph of the named nodes and the calls between them. Repeated names and calls count once;
 * a call of a service to itself and a call with an unknown end are left out: neither can be placed
 * or walked. The result does not depend on the order of either list.
 */
export function buildCallGraph(names: Iterable<string>, calls: Iterable<Call>): CallGraph {
  const sorted = [...new Set(names)].toSorted(byCodeUnit);
  const indexOf = new Map<string, number>();
  sorted.forEach((name, index) => indexOf.set(name, index));
  const count = sorted.length;
  const pairs: number[] = [];
  for (const call of calls) {
    const from = indexOf.get(call.from);
    const to = indexOf.get(call.to);
    // count² stays far below 2^53, so one number can stand for a pair.
    if (from !== undefined && to !== undefined && from !== to) pairs.push(from * count + to);
  }
  const unique = Float64Array.from(new Set(pairs)).toSorted();
  const calleeStart = new Int32Array(count + 1);
  const callerStart = new Int32Array(count + 1);
  const callees = new Int32Array(unique.length);
  const callers = new Int32Array(unique.length);
  for (const pair of unique) {
    const to = pair % count;
    add(calleeStart, (pair - to) / count + 1);
    add(callerStart, to + 1);
  }
  for (let node = 0; node < count; node++) {
    calleeStart[node + 1] = at(calleeStart, node + 1) + at(calleeStart, node);
    callerStart[node + 1] = at(callerStart, node + 1) + at(callerStart, node);
  }
  const nextCaller = callerStart.slice();
  unique.forEach((pair, place) => {
    const to = pair % count;
    const from = (pair - to) / count;
    callees[place] = to;
    callers[at(nextCaller, to)] = from;
    add(nextCaller, to);
  });
  return { names: sorted, indexOf, calleeStart, callees, callerStart, callers };
}

/** Order of strings by code unit: the same in every locale. */
export function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Reads an element that is known to exist. */
export function at(array: ArrayLike<number>, index: number): number {
  return array[index] as number;
}

function add(array: Int32Array, index: number): void {
  array[index] = at(array, index) + 1;
}
