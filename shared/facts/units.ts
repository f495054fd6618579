import { z } from 'zod';

/** First and last shard, both included. */
const shardRange = z.tuple([z.int().min(0).max(9_999), z.int().min(0).max(9_999)]);
const name = z.string().min(1).max(100);

export const unitRulesSchema = z.strictObject({
  /** Where the rules came from, such as a file's name. */
  origin: z.string().max(300),
  shardCount: z.int().min(1).max(10_000),
  /** How an id becomes a shard (shared/units/shard.ts). */
  shardFunction: z.enum([
    'last-digits',
    'before-last-digit',
    'second-characters',
    'first-digit',
    'java-hash',
  ]),
  units: z
    .array(
      z.strictObject({
        /** RZ… serves users, GZ… is global, CZ… is a copy of the global one near a city's users. */
        name,
        shards: z.array(shardRange).max(10_000),
        cells: z
          .array(
            z.strictObject({
              name,
              /** The data centre that it stands in. */
              centre: name,
              city: name,
              /** Share of the unit's traffic in percent; those of a unit add up to 100. */
              weight: z.number().min(0).max(100),
            }),
          )
          .max(1_000),
        /** Where its users are served: at home, in the city's other unit, or far away. */
        drState: z.enum(['normal', 'same-city', 'remote']),
        /** The units that take over in the same city and far away. */
        sameCity: name.nullable(),
        remote: name.nullable(),
      }),
    )
    .max(2_000),
  /** Which centres hold a replica of which shards. */
  replicas: z
    .array(
      z.strictObject({ shards: z.array(shardRange).max(10_000), centres: z.array(name).max(50) }),
    )
    .max(10_000),
  /** Shards that another unit serves for a while (traffic and data). */
  leases: z
    .array(z.strictObject({ shards: shardRange, to: name, startsAt: z.int(), endsAt: z.int() }))
    .max(1_000),
});
export type UnitRules = z.infer<typeof unitRulesSchema>;

export const unitFacts = {
  /** The room's units, cells and shards, whole: the newest holds. */
  'units.configured': unitRulesSchema,
};

export const UNITS_THING = 'units:room';
