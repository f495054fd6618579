import { expect, test } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { PROTOCOL_VERSIONS, messages } from './protocol.ts';

/**
 * The messages of each protocol version, as a hash of their JSON Schemas. A hash that differs means
 * that a desktop of yesterday and a gateway of today no longer say the same: raise
 * PROTOCOL_VERSIONS and pin the new hash beside the new version. Before the first release the hash
 * may be pinned anew.
 */
const PINNED: Readonly<Record<number, string>> = {
  1: 'f42da9e3c77bdef2026558d546fbe8c4083fa85479e73179d1e6e2cacf493e75',
  2: 'c85715954b31a13b408d3682939f8bcc18b8936e2d389141c9b043566c9894ef',
  // Attachments. A gateway of version 2 is given facts without their bytes, which wait for a newer one.
  3: 'c6f9c322ebad214e301295dbaf439dcc60dc9f095ce1257c38cfb856d7774384',
};

test('W6 the messages are those that the protocol version stands for', () => {
  const schemas = Object.fromEntries(
    Object.entries(messages).map(([name, schema]) => [
      name,
      z.toJSONSchema(schema, { io: 'input' }),
    ]),
  );
  const newest = Math.max(...PROTOCOL_VERSIONS);
  expect({ [newest]: sha256Hex(canonicalJson(schemas)) }).toEqual({ [newest]: PINNED[newest] });
});
