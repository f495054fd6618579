import type { UnitRules } from '../facts/units.ts';
import { shardOf, shardText } from './shard.ts';
import { shardOwners } from './unit-rules.ts';

/** Where something stands; null: nothing that is known tells it. */
export interface UnitPlace {
  readonly unit: string | null;
  readonly cell: string | null;
  readonly city: string | null;
  readonly shard: string | null;
}

/** Answers questions of place over one set of rules. */
export interface Places {
  /** The unit, at a moment, that owns a shard. */
  unitOfShard(shard: number, now: number): string | null;
  /** Fills in what follows from what is stated: a cell has a unit and a city, a shard has an owner. */
  complete(stated: UnitPlace, now: number): UnitPlace;
  /** Shard, unit, and the cells (with city and weight) that serve an id. */
  route(id: string, now: number): { shard: number; unit: string | null } | null;
}

const NO_RULES: Places = {
  unitOfShard: () => null,
  complete: (stated) => stated,
  route: () => null,
};

export function placesOf(rules: UnitRules | null): Places {
  if (rules === null) return NO_RULES;
  const { units, shardCount, shardFunction, leases } = rules;
  const unitOfCell = new Map<string, string>();
  const cityOfCell = new Map<string, string>();
  const cityOfUnit = new Map<string, string | null>();
  for (const { name, cells } of units) {
    for (const cell of cells) {
      unitOfCell.set(cell.name, name);
      cityOfCell.set(cell.name, cell.city);
      const known = cityOfUnit.get(name);
      // A unit that stands in two cities is in none of them alone.
      cityOfUnit.set(name, known === undefined || known === cell.city ? cell.city : null);
    }
  }
  const borders = leases.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
  let owners = shardOwners(rules, -Infinity);
  let readAt = -Infinity;
  const ownersAt = (now: number): Int32Array => {
    // Only a lease that begins or ends between the two moments changes anything.
    if (borders.some((border) => border > readAt !== border > now))
      owners = shardOwners(rules, now);
    readAt = now;
    return owners;
  };
  const unitOfShard = (shard: number, now: number): string | null =>
    units[ownersAt(now)[shard] ?? -1]?.name ?? null;
  return {
    unitOfShard,
    complete(stated, now) {
      const number = stated.shard === null ? Number.NaN : Number(stated.shard);
      const isShard = Number.isInteger(number) && number >= 0 && number < shardCount;
      const owner = isShard ? unitOfShard(number, now) : null;
      const unit = stated.unit ?? foundIn(unitOfCell, stated.cell) ?? owner;
      const city = stated.city ?? foundIn(cityOfCell, stated.cell) ?? foundIn(cityOfUnit, unit);
      return {
        unit,
        cell: stated.cell,
        city,
        shard: isShard ? shardText(number, shardCount) : stated.shard,
      };
    },
    route(id, now) {
      const shard = shardOf(id, shardFunction, shardCount);
      return shard === null ? null : { shard, unit: unitOfShard(shard, now) };
    },
  };
}

function foundIn(names: ReadonlyMap<string, string | null>, name: string | null): string | null {
  return name === null ? null : (names.get(name) ?? null);
}
