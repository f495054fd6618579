import { z } from 'zod';

/**
 * The feed between a gateway and its desktops, over Socket.IO events. Socket.IO itself delivers at
 * most once: every guarantee is made here, by epoch, sequence and receipt.
 *
 * | event (namespace `/feed`) | from | message | acknowledged with |
 * | --- | --- | --- | --- |
 * | connect | client | `auth: { token }` | refusal in connect_error's `data` |
 * | `hello` | client, once a connection | hello | welcome or refused |
 * | `batch` | gateway | batch | receipt, after the commit |
 * | `push` | client | push | pushed (refused when it is no push) |
 * | `blob` | client | blob.ask | blob (refused when it is no question) |
 * | `pulse` | gateway | pulse | – |
 * | `farewell` | gateway, before it stops | farewell | – |
 */
export const PROTOCOL_VERSIONS = [1] as const;

const sequence = z.int().min(0);
/** Sequences from…to, both held. */
export const rangeSchema = z.tuple([z.int().min(1), z.int().min(1)]);
export type Range = z.infer<typeof rangeSchema>;

/** Where the feed lives on the gateway's server. */
export const FEED_NAMESPACE = '/feed';

/** Client → gateway, answered by `welcome` or `refused`. */
export const helloSchema = z.strictObject({
  protocols: z.array(z.int()).min(1).max(20),
  /** The epoch that `holds` counts in; null at the first contact. */
  epoch: z.string().max(100).nullable(),
  holds: z.array(rangeSchema).max(10_000),
  replica: z.string().min(1).max(64),
});
export type Hello = z.infer<typeof helloSchema>;

export const welcomeSchema = z.strictObject({
  kind: z.literal('welcome'),
  protocol: z.int(),
  room: z.string(),
  epoch: z.string(),
  /** The epoch is not the one the client named: its ranges count for nothing. */
  epochChanged: z.boolean(),
  /** First and last sequence that the gateway has; 0 when empty. */
  first: sequence,
  last: sequence,
  /** Ranges that the client lacks and the gateway no longer has. */
  lost: z.array(rangeSchema),
  /** The gateway's clock, to estimate the skew. */
  now: z.int(),
  /** The person that the token speaks for; null for a token that only reads. */
  person: z.string().nullable(),
});
export type Welcome = z.infer<typeof welcomeSchema>;

export const refusedSchema = z.strictObject({
  kind: z.literal('refused'),
  /** `token` and `protocol` ask for a person; the others may be tried again. */
  code: z.enum(['protocol', 'token', 'hello', 'room', 'busy', 'message']),
  reason: z.string(),
});
export type Refused = z.infer<typeof refusedSchema>;

/**
 * Gateway → client, acknowledged by a receipt after the client's commit. Heads carry facts that the
 * current state rests on, out of order, and move no range; tail and gap carry every sequence of
 * from…to, in order.
 */
export const batchSchema = z.strictObject({
  epoch: z.string(),
  part: z.enum(['heads', 'tail', 'gap']),
  from: sequence,
  to: sequence,
  facts: z.array(z.unknown()).max(5_000),
});
export type Batch = z.infer<typeof batchSchema>;

export const receiptSchema = z.strictObject({
  epoch: z.string(),
  from: sequence,
  to: sequence,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Client → gateway: facts that people wrote here. Answered by `pushed`. */
export const pushSchema = z.strictObject({ facts: z.array(z.unknown()).min(1).max(1_000) });

export const pushedSchema = z.strictObject({
  epoch: z.string(),
  /** Ids that are in the gateway's journal now, new or not. */
  stored: z.array(z.string()),
  refused: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
});
export type Pushed = z.infer<typeof pushedSchema>;

/** Client → gateway: the bytes of a digest (a runbook's text). Answered by `blob`. */
export const blobAskSchema = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/) });
export const blobSchema = z.strictObject({
  digest: z.string(),
  text: z.string().max(1_000_000).nullable(),
});
export type Blob = z.infer<typeof blobSchema>;

/** Gateway → client, at least every HEARTBEAT_MS: silence is not health. */
export const pulseSchema = z.strictObject({ now: z.int(), last: sequence });
export type Pulse = z.infer<typeof pulseSchema>;

/** Gateway → client, before it stops in good order: what follows is not a fault of the network. */
export const farewellSchema = z.strictObject({ reason: z.string(), now: z.int() });
export type Farewell = z.infer<typeof farewellSchema>;

/** A larger message ends the connection: pushes are cut to fit (UTF-8 bytes of its JSON). */
export const MAX_MESSAGE_BYTES = 8_388_608;
/** A fact larger than this (UTF-16 code units of its JSON) is refused by id. */
export const MAX_FACT_LENGTH = 262_144;
/** Without a receipt for so long the gateway ends the connection: the client begins anew. */
export const RECEIPT_TIMEOUT_MS = 30_000;

export const HEARTBEAT_MS = 5_000;
/** Facts in one batch, and batches that may be under way without a receipt. */
export const BATCH_FACTS = 500;
export const WINDOW_BATCHES = 4;
/** From so many missing facts on, heads are sent first. */
export const HEADS_FROM = 2_000;

export const messages = {
  hello: helloSchema,
  welcome: welcomeSchema,
  refused: refusedSchema,
  batch: batchSchema,
  receipt: receiptSchema,
  push: pushSchema,
  pushed: pushedSchema,
  'blob.ask': blobAskSchema,
  blob: blobSchema,
  pulse: pulseSchema,
  farewell: farewellSchema,
};
