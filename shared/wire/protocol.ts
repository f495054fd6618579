import { z } from 'zod';
import { ATTACHMENT_LIMITS } from '../facts/attachment.ts';
import { PROBLEM_CODES } from '../facts/problem-code.ts';

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
 * | `hours` | client | hours.ask | hours (or refused, as the two below) |
 * | `ids` | client | ids.ask | ids |
 * | `want` | client | want | wanted |
 * | `blob` | client | blob.ask | blob (refused when it is no question) |
 * | `lack` | client | lack.ask | lack (or refused, as the two below) |
 * | `give` | client | give | given |
 * | `take` | client | take | taken |
 * | `pulse` | gateway | pulse | – |
 * | `farewell` | gateway, before it stops | farewell | – |
 *
 * The difference exchange (law W9) makes a desktop and the gateway hold the same facts where no
 * cursor tells what they hold: after another epoch, a salvage, a loss. The desktop asks for the
 * gateway's hours, narrows an hour that differs by the first hex digits of its ids, wants what it
 * lacks and pushes what the gateway lacks. An hour that is equal costs its one line.
 *
 * Version 2 brought the exchange, tips, and batches as lines; version 3 attachments: their bytes go to
 * the gateway before the facts that name them, in pieces, and any desktop that holds some fills a
 * gateway that lacks them. A gateway still speaks versions 1 and 2.
 */
export const PROTOCOL_VERSIONS = [1, 2, 3] as const;
/** From this version on: difference exchange, tips in the hello, batches as lines. */
export const EXCHANGE_PROTOCOL = 2;
/** From this version on: attachments. */
export const ATTACHMENT_PROTOCOL = 3;

const sequence = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** Whole hours since the Unix epoch (UTC). */
const hour = z.int().min(0).max(3_000_000_000);
/** The first hex digits of an id. */
const prefix = z.string().regex(/^[0-9a-f]{0,8}$/);
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
  /** From version 2 on. How many facts the client has, whatever brought them. */
  facts: sequence.optional(),
  /** The client's ranges of this epoch do not yet tell what it holds: it has still to compare. */
  uncompared: z.boolean().optional(),
  /** Sequences that it holds, and which fact each was: a history that was exchanged shows. */
  tips: z
    .array(z.tuple([z.int().min(1), digest]))
    .max(100)
    .optional(),
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
  /** From version 2 on. When the room heard the fact of `first`; null when there is none. */
  firstHeardAt: z.int().nullable().optional(),
  /**
   * The client is asked to compare: `now`, in place of being sent what its ranges lack up to
   * `last`; or `after` all of that was sent.
   */
  compare: z.enum(['now', 'after']).optional(),
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
 * current state rests on, out of order, and move no range; tail and gap carry every fact that there
 * is from…to, in order. Up to version 1 facts come as an array; from version 2 on as lines, each the
 * JSON of one fact as the gateway keeps it: neither side reads it more often than it must.
 */
const batchHead = {
  epoch: z.string(),
  part: z.enum(['heads', 'tail', 'gap']),
  from: sequence,
  to: sequence,
};
export const batchSchema = z.union([
  z.strictObject({ ...batchHead, lines: z.string() }),
  z.strictObject({ ...batchHead, facts: z.array(z.unknown()).max(5_000) }),
]);
export type Batch = z.infer<typeof batchSchema>;

export const receiptSchema = z.strictObject({
  epoch: z.string(),
  from: sequence,
  to: sequence,
});
export type Receipt = z.infer<typeof receiptSchema>;

/**
 * Client → gateway: facts that the token's person wrote. Answered by `pushed`. In an exchange (from
 * version 2 on) also what machines said, and what others wrote and this room's gateway witnessed.
 */
export const pushSchema = z.strictObject({
  facts: z.array(z.unknown()).min(1).max(1_000),
  exchange: z.boolean().optional(),
});

export const pushedSchema = z.strictObject({
  epoch: z.string(),
  /** Ids that are in the gateway's journal now, new or not. */
  stored: z.array(z.string()),
  refused: z.array(
    z.strictObject({
      id: z.string(),
      /** From version 2 on: what is wrong, from a closed list; the reason is for people. */
      code: z.enum(PROBLEM_CODES).optional(),
      reason: z.string(),
    }),
  ),
});
export type Pushed = z.infer<typeof pushedSchema>;

/** Client → gateway: the hours before `before` (null: from the newest). Answered by `hours`. */
export const hoursAskSchema = z.strictObject({
  epoch: z.string(),
  /** Every fact up to this sequence is to be counted; those after it come as the tail. */
  upTo: sequence,
  before: hour.nullable(),
});
export const hoursSchema = z.strictObject({
  epoch: z.string(),
  /** The newest first: hour, facts in it, SHA-256 over its ids (32 bytes each) in ascending order. */
  hours: z.array(z.tuple([hour, sequence, digest])).max(1_000),
  /** The next page's `before`; null at the end. */
  next: hour.nullable(),
});
export type Hours = z.infer<typeof hoursSchema>;

/** Client → gateway: the ids of an hour that begin so. Answered by `ids`. */
export const idsAskSchema = z.strictObject({
  epoch: z.string(),
  upTo: sequence,
  hour,
  prefix,
  /** So many ids are told; more are told as parts. */
  most: z.int().min(0).max(5_000),
});
export const idsSchema = z.strictObject({
  epoch: z.string(),
  ids: z.array(digest).max(5_000).nullable(),
  /** One for each next hex digit that occurs: prefix, facts, SHA-256 as in `hours`. */
  parts: z
    .array(z.tuple([prefix, sequence, digest]))
    .max(16)
    .nullable(),
});
export type Ids = z.infer<typeof idsSchema>;

/** Client → gateway: facts by their ids. Answered by `wanted`. */
export const wantSchema = z.strictObject({
  epoch: z.string(),
  ids: z.array(digest).min(1).max(1_000),
});
export const wantedSchema = z.strictObject({
  epoch: z.string(),
  /** The JSON of each fact that is there, a line each, in the order asked. */
  lines: z.string(),
  /** Some were left out to keep the answer short: they are to be asked for again. */
  cut: z.boolean(),
});
export type Wanted = z.infer<typeof wantedSchema>;

/** Client → gateway: the bytes of a digest (a runbook's text). Answered by `blob`. */
export const blobAskSchema = z.strictObject({ digest });
export const blobSchema = z.strictObject({
  digest: z.string(),
  text: z.string().max(1_000_000).nullable(),
});
export type Blob = z.infer<typeof blobSchema>;

/** Client → gateway: which of these attachments it has not. Answered by `lack`. */
export const lackAskSchema = z.strictObject({ digests: z.array(digest).min(1).max(500) });
export const lackSchema = z.strictObject({ lacking: z.array(digest).max(500) });
export type Lack = z.infer<typeof lackSchema>;

/** Bytes that one piece of an attachment may have; on a slow line there are fewer in it. */
export const PIECE_BYTES = 65_536;
const piece = z.base64().max(87_384);
const attachmentSize = z.int().min(1).max(ATTACHMENT_LIMITS.bytes);

/**
 * Client (of a person) → gateway: a piece of an attachment, from the first byte on, one after the
 * other; a piece at 0 begins anew. Answered by `given`.
 */
export const giveSchema = z.strictObject({
  digest,
  size: attachmentSize,
  offset: z.int().min(0),
  bytes: piece,
});
export const givenSchema = z.strictObject({
  digest,
  /** `go-on` from `next`; `kept`: it is synced there; `full` and `wrong` are the end of it. */
  outcome: z.enum(['go-on', 'kept', 'full', 'wrong']),
  next: z.int().min(0),
});
export type Given = z.infer<typeof givenSchema>;

/** Client → gateway: a piece of an attachment, of so many bytes at most. Answered by `taken`. */
export const takeSchema = z.strictObject({
  digest,
  offset: z.int().min(0),
  most: z.int().min(1).max(PIECE_BYTES).optional(),
});
export const takenSchema = z.strictObject({
  digest,
  /** Of all of it; null: it is not there. */
  size: attachmentSize.nullable(),
  bytes: piece,
});
export type Taken = z.infer<typeof takenSchema>;

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
export const RECEIPT_TIMEOUT_MS = 20_000;

export const HEARTBEAT_MS = 5_000;
/** Facts in one batch, and batches that may be under way without a receipt. */
export const BATCH_FACTS = 800;
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
  'hours.ask': hoursAskSchema,
  hours: hoursSchema,
  'ids.ask': idsAskSchema,
  ids: idsSchema,
  want: wantSchema,
  wanted: wantedSchema,
  'blob.ask': blobAskSchema,
  blob: blobSchema,
  'lack.ask': lackAskSchema,
  lack: lackSchema,
  give: giveSchema,
  given: givenSchema,
  take: takeSchema,
  taken: takenSchema,
  pulse: pulseSchema,
  farewell: farewellSchema,
};
