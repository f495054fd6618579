import { at, byCodeUnit, type CallGraph } from '../graph/call-graph.ts';
import { stronglyConnected } from '../graph/cycles.ts';
import { severityRank, type NoiseAlert } from './noise-alert.ts';

/**
 * Folds services that suffer under the one that they suffer from. A service with open alerts leans on
 * a callee with open alerts, directly or over one service that says nothing, when the callee did not
 * begin clearly later. What leans on nothing is an origin; whatever leans belongs to the gravest origin
 * that it can reach. Services in a cycle have one origin among them. A service whose alerts name
 * several units suffers in each of them by itself, and leans within its unit where it can.
 */
export interface Folding {
  /** The sufferer under whose alerts these belong; the same one for an origin. */
  originOf(sufferer: Sufferer): Sufferer;
  /** Services from this one to its origin's, each calling the next. */
  pathFrom(sufferer: Sufferer): string[];
}

/** A service with open alerts that name one unit, or none. */
export interface Sufferer {
  readonly service: string;
  readonly unit: string | null;
  /** What tells most of it first. */
  readonly alerts: readonly NoiseAlert[];
}

/** A caller may notice before its callee does: clocks and evaluation intervals differ (ms). */
const MAY_NOTICE_EARLIER_MS = 2 * 60_000;
/** What began so much before is another story (ms). */
const SAME_STORY_MS = 30 * 60_000;

/**
 * @param suffering all of one episode
 * @param calls without calls that are weak
 */
export function foldAlong(suffering: readonly Sufferer[], calls: CallGraph): Folding {
  const sufferers = suffering.toSorted(inOrder);
  const numberOf = new Map(sufferers.map((sufferer, number) => [sufferer, number]));
  const node = sufferers.map(({ service }) => calls.indexOf.get(service) ?? -1);
  const rank = sufferers.map(({ alerts }) => severityRank(alerts[0]?.severity ?? 'info'));
  const onset = sufferers.map(({ alerts }) => Math.min(...alerts.map(({ startsAt }) => startsAt)));
  /** Sufferers and the gravest rank of each service. */
  const atNode = new Map<number, number[]>();
  const rankAt = new Map<number, number>();
  for (const [number, place] of node.entries()) {
    if (place < 0) continue;
    atNode.set(place, [...(atNode.get(place) ?? []), number]);
    rankAt.set(place, Math.max(rankAt.get(place) ?? 0, rank[number] ?? 0));
  }

  // Something slight explains something graver only where most of its callers suffer as much: a
  // callee that is the cause is felt by all who call it, one with an unrelated alert is not.
  const explains = (to: number, felt: number): boolean => {
    if ((rank[to] ?? 0) >= felt) return true;
    const callers = callersOf(calls, node[to] ?? -1);
    const suffer = callers.filter((caller) => (rankAt.get(caller) ?? -1) >= felt).length;
    return suffer >= 2 && suffer * 2 >= callers.length;
  };
  /** Per sufferer: what it leans on, and over which silent service (-1: directly). */
  const leans: Lean[][] = sufferers.map(({ unit }, from) => {
    const found: Lean[] = [];
    const lean = (callee: number, over: number): boolean => {
      const there = atNode.get(callee);
      if (there === undefined || callee === node[from]) return false;
      for (const to of there) {
        const lead = (onset[from] ?? 0) - (onset[to] ?? 0);
        const fits = lead >= -MAY_NOTICE_EARLIER_MS && lead <= SAME_STORY_MS;
        if (fits && explains(to, rank[from] ?? 0)) found.push({ to, over });
      }
      return true;
    };
    const silent = [...calleesOf(calls, node[from] ?? -1)].filter((callee) => !lean(callee, -1));
    if (found.length === 0) {
      // Nothing that it calls tells why: whatever they call may.
      for (const between of silent) {
        for (const callee of calleesOf(calls, between)) lean(callee, between);
      }
    }
    const gravest = Math.max(...found.map(({ to }) => rank[to] ?? 0));
    const within = found.filter(
      ({ to }) => unit !== null && sufferers[to]?.unit === unit && rank[to] === gravest,
    );
    return within.length > 0 ? within : found;
  });
  const leaners = sufferers.map(() => 0);
  for (const { to } of leans.flat()) leaners[to] = (leaners[to] ?? 0) + 1;

  const components = stronglyConnected(asGraph(leans));
  const members: number[][] = Array.from({ length: components.count }, () => []);
  for (const number of sufferers.keys()) members[at(components.of, number)]?.push(number);
  const better = (left: number, right: number): number =>
    (rank[right] ?? 0) - (rank[left] ?? 0) ||
    (leaners[right] ?? 0) - (leaners[left] ?? 0) ||
    (onset[left] ?? 0) - (onset[right] ?? 0) ||
    left - right;
  const origin: number[] = [];
  // A callee's component has a lower number than its caller's: origins are known before they are needed.
  for (let component = 0; component < components.count; component += 1) {
    const inside = members[component] ?? [];
    const reachable = inside.flatMap((number) =>
      (leans[number] ?? [])
        .filter(({ to }) => at(components.of, to) !== component)
        .map(({ to }) => origin[to] as number),
    );
    const best = (reachable.length > 0 ? reachable : inside).toSorted(better)[0] as number;
    for (const number of inside) origin[number] = best;
  }

  // From each origin back over those that belong to it: the shortest way there is the one they found.
  const next: Lean[] = [];
  const back: number[][] = sufferers.map(() => []);
  leans.forEach((list, from) => {
    for (const { to } of list) if (origin[to] === origin[from]) back[to]?.push(from);
  });
  const queue = [...sufferers.keys()].filter((number) => origin[number] === number);
  const reached = new Set(queue);
  for (let place = 0; place < queue.length; place += 1) {
    const to = queue[place] as number;
    for (const from of back[to] ?? []) {
      if (reached.has(from)) continue;
      reached.add(from);
      next[from] = leans[from]?.find((lean) => lean.to === to) ?? { to, over: -1 };
      queue.push(from);
    }
  }

  return {
    originOf(sufferer) {
      const number = numberOf.get(sufferer);
      return sufferers[origin[number ?? -1] ?? -1] ?? sufferer;
    },
    pathFrom(sufferer) {
      const path = [sufferer.service];
      for (let lean = next[numberOf.get(sufferer) ?? -1]; lean; lean = next[lean.to]) {
        if (lean.over >= 0) path.push(calls.names[lean.over] ?? '');
        path.push(sufferers[lean.to]?.service ?? '');
      }
      return path;
    },
  };
}

interface Lean {
  readonly to: number;
  readonly over: number;
}

function inOrder(left: Sufferer, right: Sufferer): number {
  return (
    byCodeUnit(left.service, right.service) ||
    byCodeUnit(left.unit ?? '', right.unit ?? '') ||
    byCodeUnit(left.alerts[0]?.key ?? '', right.alerts[0]?.key ?? '')
  );
}

function calleesOf(calls: CallGraph, node: number): Int32Array {
  return node < 0
    ? new Int32Array(0)
    : calls.callees.subarray(at(calls.calleeStart, node), at(calls.calleeStart, node + 1));
}

function callersOf(calls: CallGraph, node: number): Int32Array {
  return node < 0
    ? new Int32Array(0)
    : calls.callers.subarray(at(calls.callerStart, node), at(calls.callerStart, node + 1));
}

/** The leaning as a graph of numbers; nobody asks it for names or callers. */
function asGraph(leans: readonly (readonly Lean[])[]): CallGraph {
  const calleeStart = new Int32Array(leans.length + 1);
  const callees: number[] = [];
  leans.forEach((list, from) => {
    for (const { to } of list) callees.push(to);
    calleeStart[from + 1] = callees.length;
  });
  return {
    names: leans.map((_, number) => String(number)),
    indexOf: new Map(),
    calleeStart,
    callees: Int32Array.from(callees),
    callerStart: new Int32Array(leans.length + 1),
    callers: new Int32Array(0),
  };
}
