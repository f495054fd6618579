import type { UnitRules } from '../../../shared/facts/units.ts';
import type { AlertRow, ChangeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { kindOf, rangesText } from '../../../shared/units/unit-rules.ts';

/** What is the matter in each unit: pure, over the rows of the desk. */

export type Condition = NodeRow['condition'];

export interface UnitReading {
  readonly key: string;
  readonly name: string;
  readonly kind: 'R' | 'G' | 'C';
  /** The unit as the rules have it; null: only services, alerts or changes name it. */
  readonly unit: UnitRules['units'][number] | null;
  /** `00-19,37`; '' for none. */
  readonly shards: string;
  readonly shardCount: number;
  readonly condition: Condition;
  readonly services: number;
  readonly bad: number;
  readonly firing: number;
  readonly unknown: number;
  /** Changes that are under way. */
  readonly changes: number;
}

const WORST_FIRST: readonly Condition[] = ['critical', 'warning', 'unknown', 'info', 'healthy'];

/**
 * Every unit of the rules, and every other that something names: the worst first, among equals in
 * order of name. A unit of which nothing is known to be bad is healthy only where a service of it is.
 */
export function readUnits(
  rules: UnitRules | null,
  nodes: readonly NodeRow[],
  alerts: readonly AlertRow[],
  changes: readonly ChangeRow[],
): UnitReading[] {
  const readings = new Map<string, { -readonly [Key in keyof UnitReading]: UnitReading[Key] }>();
  const of = (name: string) => {
    const known = readings.get(name);
    if (known !== undefined) return known;
    const unit = rules?.units.find((one) => one.name === name) ?? null;
    const made = {
      key: name,
      name,
      kind: kindOf(name),
      unit,
      shards: unit === null ? '' : rangesText(unit.shards, rules?.shardCount ?? 100),
      shardCount: unit?.shards.reduce((sum, [from, to]) => sum + to - from + 1, 0) ?? 0,
      condition: 'unknown' as Condition,
      services: 0,
      bad: 0,
      firing: 0,
      unknown: 0,
      changes: 0,
    };
    readings.set(name, made);
    return made;
  };
  for (const { name } of rules?.units ?? []) of(name);
  for (const node of nodes) {
    if (node.unit === null) continue;
    const reading = of(node.unit);
    const isFirst = reading.services === 0;
    reading.services += 1;
    if (node.condition === 'critical' || node.condition === 'warning') reading.bad += 1;
    reading.condition = isFirst ? node.condition : worse(reading.condition, node.condition);
  }
  for (const alert of alerts) {
    if (alert.unit === null || alert.status === 'resolved') continue;
    const reading = of(alert.unit);
    if (alert.status === 'firing') {
      reading.firing += 1;
      reading.condition = worse(reading.condition, alert.severity);
    } else reading.unknown += 1;
  }
  for (const change of changes) {
    if (change.unit !== null && change.status === 'started') of(change.unit).changes += 1;
  }
  return [...readings.values()].sort(
    (left, right) =>
      WORST_FIRST.indexOf(left.condition) - WORST_FIRST.indexOf(right.condition) ||
      (left.name < right.name ? -1 : 1),
  );
}

function worse(left: Condition, right: Condition): Condition {
  return WORST_FIRST.indexOf(left) <= WORST_FIRST.indexOf(right) ? left : right;
}

/** A run of shards with one owner, in order. */
export interface ShardRun {
  readonly from: number;
  readonly to: number;
  /** Place of the owner in the rules' units; -1: nobody. */
  readonly owner: number;
}

export function shardRuns(owners: Int32Array): ShardRun[] {
  const runs: ShardRun[] = [];
  let start = 0;
  for (let shard = 1; shard <= owners.length; shard++) {
    if (shard < owners.length && owners[shard] === owners[start]) continue;
    runs.push({ from: start, to: shard - 1, owner: owners[start] ?? -1 });
    start = shard;
  }
  return runs;
}

/** Is it one unit or all? How many units that serve users are bad, and how many there are. */
export function spreadOf(readings: readonly UnitReading[]): { bad: number; all: number } {
  const serving = readings.filter(({ kind }) => kind === 'R');
  return {
    bad: serving.filter(({ condition }) => condition === 'critical' || condition === 'warning')
      .length,
    all: serving.length,
  };
}
