import type { UnitRules } from '../facts/units.ts';
import { rangesText } from './unit-rules.ts';

/**
 * What is left when centres are lost. A shard is writable while more than half of its replicas are
 * reachable from one another (majority of a consensus group, as OceanBase's 2+2+1 in three cities).
 */

export interface LossReading {
  /** Shards that keep a majority. */
  readonly kept: number;
  readonly lost: number;
  /** Shards that can no longer be written, as ranges; '' for none. */
  readonly lostShards: string;
  /** Shards whose replicas are not stated: nothing can be said of them. */
  readonly unknown: number;
  /** Units that serve nothing any more: every cell stands in a lost centre. */
  readonly unitsDown: readonly string[];
  /** Units that lost some of their cells, with the weight that is left (percent). */
  readonly unitsHurt: readonly { readonly unit: string; readonly weight: number }[];
}

/** What would be left without these centres. Nothing is done: it is asked before anybody acts. */
export function loseCentres(rules: UnitRules, lost: ReadonlySet<string>): LossReading {
  const survives = new Int8Array(rules.shardCount).fill(-1);
  for (const { shards, centres } of rules.replicas) {
    const left = centres.filter((centre) => !lost.has(centre)).length;
    const isWritable = left * 2 > centres.length;
    for (const [from, to] of shards) {
      survives.fill(isWritable ? 1 : 0, from, Math.min(to + 1, rules.shardCount));
    }
  }
  const ranges: [number, number][] = [];
  let [kept, unknown] = [0, 0];
  survives.forEach((state, shard) => {
    if (state === 1) kept += 1;
    else if (state === -1) unknown += 1;
    else {
      const last = ranges.at(-1);
      if (last?.[1] === shard - 1) last[1] = shard;
      else ranges.push([shard, shard]);
    }
  });
  const unitsDown: string[] = [];
  const unitsHurt: { unit: string; weight: number }[] = [];
  for (const { name, cells } of rules.units) {
    const left = cells.filter(({ centre }) => !lost.has(centre));
    if (left.length === cells.length) continue;
    if (left.length === 0) unitsDown.push(name);
    else unitsHurt.push({ unit: name, weight: left.reduce((sum, { weight }) => sum + weight, 0) });
  }
  return {
    kept,
    lost: rules.shardCount - kept - unknown,
    lostShards: rangesText(ranges, rules.shardCount),
    unknown,
    unitsDown,
    unitsHurt,
  };
}

/** More centres than this have more sets than anybody reads. */
export const MOST_CENTRES_FOR_SETS = 10;

export interface LossSet {
  readonly centres: readonly string[];
  readonly survives: boolean;
}

/** Every set of centres that could be lost, the small ones first; survives: no shard loses its majority. */
export function lossSets(rules: UnitRules): LossSet[] {
  const centres = centresOf(rules).slice(0, MOST_CENTRES_FOR_SETS);
  const sets: LossSet[] = [];
  for (let mask = 1; mask < 2 ** centres.length; mask++) {
    const lost = centres.filter((_, place) => (mask & (1 << place)) !== 0);
    sets.push({ centres: lost, survives: loseCentres(rules, new Set(lost)).lost === 0 });
  }
  return sets.sort((left, right) => left.centres.length - right.centres.length);
}

/** Every centre that holds a cell or a replica, by city and name. */
export function centresOf(rules: UnitRules): string[] {
  const cityOf = new Map<string, string>();
  for (const { cells } of rules.units) {
    for (const { centre, city } of cells) cityOf.set(centre, city);
  }
  for (const { centres } of rules.replicas) {
    for (const centre of centres) if (!cityOf.has(centre)) cityOf.set(centre, '');
  }
  const place = (centre: string): string => `${cityOf.get(centre) || '\uffff'}\n${centre}`;
  return [...cityOf.keys()].sort((left, right) => (place(left) < place(right) ? -1 : 1));
}
