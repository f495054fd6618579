import { expect, test } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { CATALOGUE_VERSION, catalogue } from './catalogue.ts';
import { factSchema } from './fact.ts';

/**
 * The facts of each catalogue version, as a hash of their JSON Schemas: journals outlive versions.
 * Whoever changes a schema raises CATALOGUE_VERSION, says how older facts are read, and pins the
 * new hash. Before the first release the hash may be pinned anew.
 */
const PINNED: Readonly<Record<number, string>> = {
  1: 'a8df8c8cb0fbcc44f630940f35a0433aa780e7eca645435c1236b63f4b78ad9d',
  // Kinds were added; those of version 1 are as they were, and version 1 stores and skips the new.
  2: '0dae652a8d99a8abaf1a35a033fcd5004dfbbf0798b3d2f74aa49085c340c7ac',
  // Units, and what a source no longer mentions; a change may name its city and shard. Facts of
  // version 2 are read as they were.
  3: 'e564605a96ac96c4f3550fa5ac7c310756943ab4cdb11ef53647f49773fdcdf0',
  // What is said and done while an incident is led; a step of a run may carry evidence;
  // people publish runbooks at desks; actions of a signed catalogue. Facts of version 3 are read as
  // they were.
  4: '41ae4ca880564f0d7bcce839694f1444391c4d47e955a41705de9025fa44567a',
};

test('W6 the facts are those that the catalogue version stands for', () => {
  const schemas = Object.fromEntries(
    Object.entries({ ...catalogue, envelope: factSchema }).map(([kind, schema]) => [
      kind,
      z.toJSONSchema(schema, { io: 'input' }),
    ]),
  );
  expect({ [CATALOGUE_VERSION]: sha256Hex(canonicalJson(schemas)) }).toEqual({
    [CATALOGUE_VERSION]: PINNED[CATALOGUE_VERSION],
  });
});
