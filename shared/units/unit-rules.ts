import { fail, ok, type Result } from '../kit/result.ts';
import type { UnitRules } from '../facts/units.ts';
import { shardText } from './shard.ts';

/** Which unit serves which shards, checked; and who owns a shard at a moment. */

/** What is wrong with a set of rules, by the name of what is wrong. */
export type UnitProblem =
  | { readonly code: 'gap' | 'overlap'; readonly shards: string; readonly units: readonly string[] }
  | { readonly code: 'shard-range'; readonly name: string; readonly shards: string }
  | { readonly code: 'weights'; readonly name: string; readonly sum: number }
  | { readonly code: 'unit-name' | 'cell-name' | 'repeated-name'; readonly name: string }
  | { readonly code: 'no-shards' | 'has-shards' | 'no-cells'; readonly name: string }
  | { readonly code: 'same-recovery' | 'unknown-recovery'; readonly name: string }
  | { readonly code: 'no-replicas' | 'repeated-centre'; readonly shards: string }
  | { readonly code: 'lease'; readonly shards: string; readonly name: string };

const UNIT_NAME = /^[RGC]Z[A-Z0-9]{1,8}$/;
const CELL_NAME = /^[RGC]Z[A-Z0-9]{1,14}$/;

/** The rules if nothing is wrong with them, else everything that is: all of it, in a fixed order. */
export function checkUnitRules(rules: UnitRules): Result<UnitRules, readonly UnitProblem[]> {
  const problems: UnitProblem[] = [];
  const { shardCount } = rules;
  const text = (shard: number): string => shardText(shard, shardCount);
  const names = new Set<string>();
  const note = (name: string): void => {
    if (names.has(name)) problems.push({ code: 'repeated-name', name });
    names.add(name);
  };
  const owners: string[][] = Array.from({ length: shardCount }, () => []);
  for (const unit of rules.units) {
    note(unit.name);
    if (!UNIT_NAME.test(unit.name)) problems.push({ code: 'unit-name', name: unit.name });
    const serves = kindOf(unit.name) === 'R';
    if (serves && unit.shards.length === 0) problems.push({ code: 'no-shards', name: unit.name });
    if (!serves && unit.shards.length > 0) problems.push({ code: 'has-shards', name: unit.name });
    for (const [from, to] of unit.shards) {
      if (from > to || to >= shardCount) {
        problems.push({ code: 'shard-range', name: unit.name, shards: `${from}-${to}` });
        continue;
      }
      if (serves) for (let shard = from; shard <= to; shard++) owners[shard]?.push(unit.name);
    }
    if (unit.cells.length === 0) problems.push({ code: 'no-cells', name: unit.name });
    for (const cell of unit.cells) {
      note(cell.name);
      if (!CELL_NAME.test(cell.name)) problems.push({ code: 'cell-name', name: cell.name });
    }
    const sum = round(unit.cells.reduce((total, { weight }) => total + weight, 0));
    if (unit.cells.length > 0 && sum !== 100) {
      problems.push({ code: 'weights', name: unit.name, sum });
    }
    if (unit.sameCity !== null && unit.sameCity === unit.remote) {
      problems.push({ code: 'same-recovery', name: unit.name });
    }
  }
  const units = new Set(rules.units.map(({ name }) => name));
  for (const { name, sameCity, remote } of rules.units) {
    if ([sameCity, remote].some((other) => other !== null && !units.has(other))) {
      problems.push({ code: 'unknown-recovery', name });
    }
  }
  // A gap or an overlap is told as one range for as long as it is the same one.
  let start = 0;
  for (let shard = 1; shard <= shardCount; shard++) {
    const [before, here] = [owners[start], owners[shard]];
    if (here !== undefined && before?.join(' ') === here.join(' ')) continue;
    const of = before ?? [];
    if (of.length !== 1) {
      const shards = start === shard - 1 ? text(start) : `${text(start)}-${text(shard - 1)}`;
      problems.push({ code: of.length === 0 ? 'gap' : 'overlap', shards, units: of });
    }
    start = shard;
  }
  for (const { shards, centres } of rules.replicas) {
    const range = rangesText(shards, shardCount);
    if (centres.length === 0) problems.push({ code: 'no-replicas', shards: range });
    if (new Set(centres).size < centres.length) {
      problems.push({ code: 'repeated-centre', shards: range });
    }
  }
  for (const { shards, to, startsAt, endsAt } of rules.leases) {
    const isOdd = endsAt <= startsAt || !units.has(to) || kindOf(to) !== 'R';
    if (isOdd) problems.push({ code: 'lease', shards: rangesText([shards], shardCount), name: to });
  }
  return problems.length > 0 ? fail(problems) : ok(rules);
}

/** A problem in one English line, as headless commands print it. */
export function problemText(problem: UnitProblem): string {
  switch (problem.code) {
    case 'gap':
      return `gap: ${problem.shards}`;
    case 'overlap':
      return `overlap: ${problem.shards}`;
    case 'weights':
      return `weights sum to ${problem.sum}, not 100`;
    case 'unit-name':
      return 'zone name must start with RZ, 3-10 upper-case letters or digits';
    case 'cell-name':
      return `${problem.name}: a cell is named like its unit with a letter behind it`;
    case 'repeated-name':
      return `${problem.name} is there twice`;
    case 'shard-range':
      return `${problem.name}: ${problem.shards} are no shards`;
    case 'no-shards':
      return `${problem.name} serves no shard`;
    case 'has-shards':
      return `${problem.name} is no R zone and cannot serve shards`;
    case 'no-cells':
      return `${problem.name} has no cell`;
    case 'same-recovery':
      return `${problem.name}: recovery in the city and remote must differ`;
    case 'unknown-recovery':
      return `${problem.name}: recovery in a unit that is not there`;
    case 'no-replicas':
      return `${problem.shards}: no centre holds a replica`;
    case 'repeated-centre':
      return `${problem.shards}: one centre holds two replicas`;
    case 'lease':
      return `${problem.shards}: a lease ends after it begins, to an R zone that is there (${problem.name})`;
  }
}

/** R serves users, G is what cannot be split, C is a copy of it near the users. */
export function kindOf(unit: string): 'R' | 'G' | 'C' {
  return unit.startsWith('GZ') ? 'G' : unit.startsWith('CZ') ? 'C' : 'R';
}

/** `00-19,37`. */
export function rangesText(
  ranges: readonly (readonly [number, number])[],
  shardCount: number,
): string {
  return ranges
    .map(([from, to]) =>
      from === to
        ? shardText(from, shardCount)
        : `${shardText(from, shardCount)}-${shardText(to, shardCount)}`,
    )
    .join(',');
}

/** `00-19,37` as ranges; null where it is no such text. */
export function readRanges(text: string): [number, number][] | null {
  const ranges: [number, number][] = [];
  for (const part of text.split(/[,;\s]+/)) {
    if (part === '') continue;
    const read = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (read === null) return null;
    ranges.push([Number(read[1]), Number(read[2] ?? read[1])]);
  }
  return ranges;
}

/**
 * The unit that owns each shard at a moment: an active lease gives its shards away.
 * Of valid rules; of others the first unit that names a shard, -1 where none does.
 * @returns for each shard the place of its unit in `rules.units`
 */
export function shardOwners(rules: UnitRules, now: number): Int32Array {
  const owners = new Int32Array(rules.shardCount).fill(-1);
  rules.units.forEach((unit, place) => {
    if (kindOf(unit.name) !== 'R') return;
    for (const [from, to] of unit.shards) {
      for (let shard = from; shard <= Math.min(to, rules.shardCount - 1); shard++) {
        if (owners[shard] === -1) owners[shard] = place;
      }
    }
  });
  for (const lease of rules.leases) {
    if (now < lease.startsAt || now >= lease.endsAt) continue;
    const place = rules.units.findIndex(({ name }) => name === lease.to);
    const [from, to] = lease.shards;
    for (let shard = from; shard <= Math.min(to, rules.shardCount - 1); shard++) {
      owners[shard] = place;
    }
  }
  return owners;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
