import { z } from 'zod';
import { commandSchema } from '../commands/command.ts';
import { parameterSchema } from '../actions/parameters.ts';
import {
  actionEffectSchema,
  actionParametersSchema,
  actionPlanSchema,
} from '../facts/execution.ts';
import { ATTACHMENT_PROBLEMS } from '../attachments/sniff.ts';
import { ATTACHMENT_LIMITS, attachmentTypeSchema } from '../facts/attachment.ts';
import { authorSchema } from '../facts/fact.ts';
import { inhibitRuleSchema } from '../facts/noise.ts';
import { unitRulesSchema } from '../facts/units.ts';
import { peopleReadingSchema } from '../people/reading.ts';
import { runbookProblemSchema, runbookSchema } from '../runbooks/format.ts';
import { positionSchema } from './position.ts';
import { sentSchema, tableNameSchema } from './rows.ts';

/**
 * Everything that may be asked of the core, as `area.verb`: the schema of the question and of the
 * answer. A channel that is not here does not exist. `audience: 'shell'` keeps a request from
 * windows: only the main process, after a dialog or the key store, may send it.
 */

const empty = z.strictObject({});
const rangeFields = { from: z.number(), to: z.number() };

export const sessionSchema = z.strictObject({
  /** Name of the person at this desk; null until asked. */
  person: z.string().nullable(),
  language: z.enum(['en', 'zh-CN']),
  theme: z.enum(['dark', 'light', 'contrast']),
  /** The gateway that was last connected to; null before the first. */
  gateway: z.string().nullable(),
  /** False: the token is kept in memory for this run only. */
  tokenKept: z.boolean(),
  /** A folder of local runbooks. */
  runbookFolder: z.string().nullable(),
  /** The room that the window should show. */
  room: z.enum(['none', 'live', 'demo', 'bundle']),
  /** Layout of panels and other small view settings, opaque to the core. */
  layout: z.record(z.string(), z.json()),
  /** Unsaved text by field, so that a restart loses none. */
  drafts: z.record(z.string(), z.string()),
  /** What this desk asks itself while the gateway is silent: `<format>:<name>=<address>` each. */
  directSources: z.array(z.string()),
  /** Where this desk may send status updates: `<name>=<address>` each. */
  webhooks: z.array(z.string()),
});
export type Session = z.infer<typeof sessionSchema>;

export const timelineEntrySchema = z.strictObject({
  /** The fact's id. */
  id: z.string(),
  seq: z.number(),
  kind: z.string(),
  thing: z.string(),
  at: z.number(),
  heardAt: z.number(),
  seenAt: z.number(),
  source: z.string(),
  author: authorSchema.nullable(),
  body: z.record(z.string(), z.json()),
  /** The text as it stands now where the entry is a note that was corrected. */
  currentText: z.string().nullable(),
  /** Where the entry stood before it was moved (ms); null: it was not. */
  movedFrom: z.number().nullable(),
  pinned: z.boolean(),
  sent: sentSchema,
  clockAhead: z.boolean(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

/** By what the timeline puts its entries into lanes. */
export const laneKindSchema = z.enum(['source', 'person', 'service', 'unit']);
export type LaneKindName = z.infer<typeof laneKindSchema>;

export const timelineFilterSchema = z.strictObject({
  /** Entry groups to show; empty: all. */
  groups: z.array(z.enum(['alerts', 'changes', 'people', 'runbooks', 'sources', 'topology'])),
  text: z.string().max(500),
  pinnedOnly: z.boolean(),
  /** Only what stands in one lane; the empty value: what names nothing of the kind. */
  lane: z.strictObject({ by: laneKindSchema, value: z.string().max(200) }).optional(),
});
export type TimelineFilter = z.infer<typeof timelineFilterSchema>;

export const recordSchema = z.strictObject({
  folder: z.string(),
  /** Oldest first; the last one is being written. */
  files: z.array(
    z.strictObject({
      name: z.string(),
      sealed: z.boolean(),
      facts: z.number(),
      bytes: z.number(),
      firstSeq: z.number(),
      lastSeq: z.number(),
    }),
  ),
  /** The check of every row's hash, in idle moments, over and over. */
  check: z.strictObject({
    running: z.boolean(),
    checked: z.number(),
    total: z.number(),
    /** When every row was last found whole or not; null before the first pass. */
    completedAt: z.number().nullable(),
    /** Sequences in this journal whose row does not fit its hash: the first thousand. */
    damaged: z.array(z.number()),
  }),
  copies: z.strictObject({
    folder: z.string(),
    /** Why the last copy failed (the system's own words); null when it did not. */
    problem: z.string().nullable(),
    bytes: z.number(),
    /** Oldest first. */
    points: z.array(z.strictObject({ at: z.number(), lastSeq: z.number(), file: z.string() })),
  }),
  /** Set where this journal was saved from a damaged file. */
  salvage: z
    .strictObject({
      at: z.number(),
      reason: z.string(),
      kept: z.number(),
      /** Facts that the damaged file is known to have held and that were not found; null: unknown. */
      missing: z.number().nullable(),
      /** Where the damaged files were put aside. */
      aside: z.string(),
      /** The report, as a person reads it. */
      report: z.string(),
    })
    .nullable(),
  /** The newest of what was not understood, newest first. */
  quarantine: z.array(
    z.strictObject({
      at: z.number(),
      source: z.string(),
      place: z.string(),
      reason: z.string(),
      excerpt: z.string(),
    }),
  ),
});
export type RecordOf = z.infer<typeof recordSchema>;

const rowsSchema = z.array(z.record(z.string(), z.unknown()));

export const contract = {
  'session.read': { audience: 'window', ask: empty, answer: sessionSchema },
  'session.write': {
    audience: 'window',
    ask: z.strictObject({
      person: z.string().trim().min(1).max(200).optional(),
      language: sessionSchema.shape.language.optional(),
      theme: sessionSchema.shape.theme.optional(),
      layout: z.record(z.string().max(100), z.json()).optional(),
      drafts: z.record(z.string().max(200), z.string().max(400_000)).optional(),
    }),
    answer: sessionSchema,
  },
  /** Connects the live room to a gateway. The token is never answered back. */
  'room.connect': {
    audience: 'shell',
    ask: z.strictObject({
      address: z.string().max(2_000),
      token: z.string().max(2_000),
      tokenKept: z.boolean(),
    }),
    answer: z.strictObject({ session: sessionSchema }),
  },
  /**
   * Takes what a source would have sent from a file: the format is recognised, and what the room
   * knows already adds nothing.
   */
  'file.import': {
    audience: 'window',
    ask: z.strictObject({ name: z.string().max(255), text: z.string().max(16_000_000) }),
    answer: z.strictObject({
      format: z.string(),
      source: z.string(),
      accepted: z.number(),
      duplicates: z.number(),
      problems: z.array(z.strictObject({ place: z.string(), reason: z.string() })).max(100),
      problemCount: z.number(),
    }),
  },
  /** Which sources this desk asks itself while the gateway is silent. */
  'direct.set': {
    audience: 'shell',
    ask: z.strictObject({ sources: z.array(z.string().max(2_000)).max(50) }),
    answer: z.strictObject({ session: sessionSchema }),
  },
  /** Where this desk may send status updates. */
  'webhooks.set': {
    audience: 'shell',
    ask: z.strictObject({ webhooks: z.array(z.string().max(2_000)).max(20) }),
    answer: z.strictObject({ session: sessionSchema }),
  },
  /** Tries now what waits for its webhook. */
  'updates.send': { audience: 'window', ask: empty, answer: empty },
  /** Works without a gateway: opens the live room as it is on this desk. */
  'room.open': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({ session: sessionSchema }),
  },
  'room.disconnect': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({ session: sessionSchema }),
  },
  /** Opens the built-in demo: the recorded outage is played into a room of its own. */
  'demo.open': {
    audience: 'window',
    ask: z.strictObject({ speed: z.number().min(1).max(10_000) }),
    answer: z.strictObject({ session: sessionSchema }),
  },
  'bundle.open': {
    audience: 'shell',
    ask: z.strictObject({ path: z.string() }),
    answer: z.strictObject({ session: sessionSchema, facts: z.number() }),
  },
  /** Leaves a demo or a bundle and goes back to the live room. */
  'bundle.close': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({ session: sessionSchema }),
  },
  'runbooks.use-folder': {
    audience: 'shell',
    ask: z.strictObject({ path: z.string().nullable() }),
    answer: z.strictObject({ session: sessionSchema }),
  },
  'table.read': {
    audience: 'window',
    ask: z.strictObject({ table: tableNameSchema, position: positionSchema }),
    answer: z.strictObject({ rows: rowsSchema, asOf: z.number() }),
  },
  /** Rows now, then an event `rows` whenever some change, at most ten times a second. */
  'subscription.open': {
    audience: 'window',
    ask: z.strictObject({
      id: z.string().max(100),
      table: tableNameSchema,
      position: positionSchema,
    }),
    answer: z.strictObject({ rows: rowsSchema, asOf: z.number() }),
  },
  'subscription.close': {
    audience: 'window',
    ask: z.strictObject({ id: z.string().max(100) }),
    answer: empty,
  },
  /** Entries of a window in time, newest last; at most `limit`, the newest ones. */
  'timeline.read': {
    audience: 'window',
    ask: z.strictObject({
      position: positionSchema,
      ...rangeFields,
      limit: z.int().min(1).max(5_000),
      filter: timelineFilterSchema,
    }),
    answer: z.strictObject({ entries: z.array(timelineEntrySchema), total: z.number() }),
  },
  /** How many entries fall into each of `buckets` equal parts of the window, by group. */
  'timeline.density': {
    audience: 'window',
    ask: z.strictObject({
      position: positionSchema,
      ...rangeFields,
      buckets: z.int().min(1).max(4_000),
    }),
    answer: z.strictObject({
      critical: z.instanceof(Uint32Array),
      warning: z.instanceof(Uint32Array),
      other: z.instanceof(Uint32Array),
      people: z.instanceof(Uint32Array),
      changes: z.instanceof(Uint32Array),
    }),
  },
  /**
   * The same in lanes: counts a column from rollups, and where the window holds few enough entries,
   * every one of them. The columns are those of the core, a little wider than the window.
   */
  'timeline.lanes': {
    audience: 'window',
    ask: z.strictObject({
      ...rangeFields,
      by: laneKindSchema,
      /** How many columns at most, about. */
      columns: z.int().min(1).max(4_000),
      /** How many lanes have a place of their own: the busiest. */
      most: z.int().min(1).max(50),
    }),
    answer: z.strictObject({
      ...rangeFields,
      columns: z.number(),
      columnMs: z.number(),
      lanes: z.array(
        z.strictObject({
          is: z.enum(['named', 'none', 'others']),
          /** Of the others: how many they are. */
          value: z.string(),
          count: z.number(),
        }),
      ),
      /** `(lane * columns + column) * 5 + group`: critical, warning, other, people, changes. */
      counts: z.instanceof(Uint32Array),
      /** Every entry by its time, null where there are too many; one of several lanes stands in each. */
      events: z
        .strictObject({
          seq: z.instanceof(Float64Array),
          at: z.instanceof(Float64Array),
          heardAt: z.instanceof(Float64Array),
          lane: z.instanceof(Uint8Array),
          group: z.instanceof(Uint8Array),
          pinned: z.instanceof(Uint8Array),
        })
        .nullable(),
    }),
  },
  /** One entry by its place in this journal; null where there is none. */
  'timeline.entry': {
    audience: 'window',
    ask: z.strictObject({ seq: z.int().min(0) }),
    answer: z.strictObject({ entry: timelineEntrySchema.nullable() }),
  },
  /** First and last moment of anything in the room; null when it is empty. */
  'timeline.extent': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({ from: z.number().nullable(), to: z.number().nullable() }),
  },
  'thing.history': {
    audience: 'window',
    ask: z.strictObject({ thing: z.string().max(1024), limit: z.int().min(1).max(5_000) }),
    answer: z.strictObject({ entries: z.array(timelineEntrySchema) }),
  },
  /** Facts by the first digits of their ids, as texts cite them; what is not held is left out. */
  'fact.read': {
    audience: 'window',
    ask: z.strictObject({ ids: z.array(z.string().regex(/^[0-9a-f]{12,64}$/)).max(500) }),
    answer: z.strictObject({ entries: z.array(timelineEntrySchema) }),
  },
  'command.run': {
    audience: 'window',
    ask: z.strictObject({ command: commandSchema }),
    answer: z.discriminatedUnion('done', [
      z.strictObject({ done: z.literal(true), facts: z.array(z.string()), thing: z.string() }),
      z.strictObject({ done: z.literal(false), code: z.string() }),
    ]),
  },
  /** Keeps bytes as evidence, synced: a command may then name them. */
  'attachment.keep': {
    audience: 'window',
    ask: z.strictObject({
      bytes: z
        .instanceof(Uint8Array)
        .refine(({ length }) => length <= ATTACHMENT_LIMITS.bytes, 'too large'),
    }),
    answer: z.discriminatedUnion('kept', [
      z.strictObject({
        kept: z.literal(true),
        sha256: z.string(),
        type: attachmentTypeSchema,
        size: z.number(),
      }),
      z.strictObject({ kept: z.literal(false), problem: z.enum(ATTACHMENT_PROBLEMS) }),
    ]),
  },
  /** The bytes of an attachment, checked against their digest; null: they are not here (any more). */
  'attachment.read': {
    audience: 'window',
    ask: z.strictObject({ digest: z.string().length(64) }),
    answer: z.strictObject({ bytes: z.instanceof(Uint8Array).nullable() }),
  },
  /** Reads the inhibition rules of an Alertmanager configuration; nothing is stored. */
  'noise.read-config': {
    audience: 'window',
    ask: z.strictObject({ text: z.string().max(1_000_000) }),
    answer: z.strictObject({
      rules: z.array(inhibitRuleSchema),
      /** Labels by which its route groups. */
      groupBy: z.array(z.string()),
      problems: z.array(z.strictObject({ line: z.number(), reason: z.string() })),
    }),
  },
  /** Reads units from JSON or a table; nothing is stored. What is wrong with them is named. */
  'units.read': {
    audience: 'window',
    ask: z.strictObject({
      origin: z.string().max(300),
      text: z.string().max(4_000_000),
      shardFunction: unitRulesSchema.shape.shardFunction,
      shardCount: unitRulesSchema.shape.shardCount,
    }),
    answer: z.strictObject({
      rules: unitRulesSchema.nullable(),
      problems: z.array(z.strictObject({ line: z.number(), reason: z.string() })).max(200),
    }),
  },
  /** Reads people and shifts from a calendar or a table; nothing is stored. */
  'people.read': {
    audience: 'window',
    ask: z.strictObject({
      text: z.string().max(4_000_001),
      /** The team of who is named without one. */
      team: z.string().max(100),
      /** The zone of times that name none. */
      zone: z.string().max(100),
    }),
    answer: peopleReadingSchema,
  },
  'runbook.read': {
    audience: 'window',
    ask: z.strictObject({ digest: z.string().length(64) }),
    answer: z.strictObject({
      fileName: z.string(),
      text: z.string().nullable(),
      /** Parsed in the core: the window's bundle carries no Markdown parser. */
      runbook: runbookSchema.nullable(),
      problems: z.array(runbookProblemSchema),
    }),
  },
  /** Reads a text that is being written; nothing is stored. */
  'runbook.check': {
    audience: 'window',
    ask: z.strictObject({ fileName: z.string().max(300), text: z.string().max(300_000) }),
    answer: z.strictObject({ runbook: runbookSchema, problems: z.array(runbookProblemSchema) }),
  },
  /** Makes runbooks of a file of this or another tool; nothing is stored. */
  'runbook.convert': {
    audience: 'window',
    ask: z.strictObject({ fileName: z.string().max(1_000), text: z.string().max(1_000_000) }),
    answer: z.strictObject({
      format: z.enum(['markdown', 'runme', 'orquesta', 'rundeck', 'unknown']),
      runbooks: z.array(
        z.strictObject({
          fileName: z.string(),
          text: z.string(),
          problems: z.array(runbookProblemSchema),
        }),
      ),
      /** What was not carried over, by the lines of the file. */
      problems: z.array(runbookProblemSchema),
    }),
  },
  /** Runbooks whose text, title or names have every word, with the first line that has one. */
  'runbook.search': {
    audience: 'window',
    ask: z.strictObject({ query: z.string().max(300) }),
    answer: z.strictObject({
      found: z.array(z.strictObject({ key: z.string(), line: z.string() })),
    }),
  },
  /** Alerts that are open or were within so long, by name, and whether a runbook serves them. */
  'runbook.coverage': {
    audience: 'window',
    ask: z.strictObject({ sinceMs: z.int().min(0) }),
    answer: z.strictObject({
      alerts: z.array(
        z.strictObject({
          name: z.string(),
          severity: z.enum(['critical', 'warning', 'info']),
          services: z.array(z.string()),
          open: z.number(),
          count: z.number(),
          lastAt: z.number(),
          /** The keys of the runbooks that serve it, best first. */
          runbooks: z.array(z.string()),
        }),
      ),
    }),
  },
  /** Runbooks that serve an alert or a service, best first, with the reason as a code. */
  'runbook.match': {
    audience: 'window',
    ask: z.union([
      z.strictObject({ alert: z.string().max(1024) }),
      z.strictObject({ service: z.string().max(1024) }),
    ]),
    answer: z.strictObject({
      matches: z.array(z.strictObject({ digest: z.string(), key: z.string(), reason: z.string() })),
    }),
  },
  /** The signed catalogue of actions that this desk has, or why it has none. */
  'actions.read': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({
      state: z.enum(['ready', 'refused']),
      /** Why there is none (a code of the i18n catalogue), and the detail in plain words. */
      problem: z.string().nullable(),
      detail: z.string(),
      /** Where it is to be installed. */
      folder: z.string(),
      version: z.number().nullable(),
      signedBy: z.string().nullable(),
      expiresAt: z.number().nullable(),
      /** This desk, as proposals name it. */
      replica: z.string(),
      entries: z.array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          does: z.string(),
          effect: actionEffectSchema,
          automatic: z.boolean(),
          parameters: z.record(z.string(), parameterSchema),
        }),
      ),
    }),
  },
  /** What exactly would be run; nothing is stored. */
  'actions.plan': {
    audience: 'window',
    ask: z.strictObject({ entry: z.string().max(64), parameters: actionParametersSchema }),
    answer: z.strictObject({
      plan: actionPlanSchema.nullable(),
      /** Why there is none, and the parameter that is to blame. */
      problem: z.string().nullable(),
      parameter: z.string().nullable(),
    }),
  },
  /** What an execution that runs here says so far; null where it does not. */
  'actions.output': {
    audience: 'window',
    ask: z.strictObject({ execution: z.string().max(1_024) }),
    answer: z.strictObject({ output: z.string().nullable() }),
  },
  'export.write': {
    audience: 'shell',
    ask: z.strictObject({
      format: z.enum(['bundle', 'markdown', 'csv']),
      path: z.string(),
      /** null: the whole room. */
      incident: z.string().max(1024).nullable(),
      language: sessionSchema.shape.language,
    }),
    answer: z.strictObject({ path: z.string(), facts: z.number(), bytes: z.number() }),
  },
  /** Newest facts that hold all the words (each as a prefix), newest first. */
  'search.read': {
    audience: 'window',
    ask: z.strictObject({
      text: z.string().trim().min(1).max(500),
      /** Only facts with a smaller seq: the next page. */
      before: z.int().min(1).nullable(),
      limit: z.int().min(1).max(500),
    }),
    answer: z.strictObject({
      entries: z.array(timelineEntrySchema),
      /** Facts in the index, and in the journal: while they differ, hits may be missing. */
      indexed: z.number(),
      facts: z.number(),
    }),
  },
  /** The state of the record itself: its files, checks and copies. */
  'record.read': { audience: 'window', ask: empty, answer: recordSchema },
  /** Starts a check of every row now; its progress is in `record.read`. */
  'record.check': { audience: 'window', ask: empty, answer: empty },
  /** Takes a rolling copy now instead of at its time. */
  'record.copy': { audience: 'window', ask: empty, answer: empty },
  /** Writes a whole backup of the live room's journal into a new folder there. */
  'record.backup': {
    audience: 'shell',
    ask: z.strictObject({ folder: z.string() }),
    answer: z.strictObject({ path: z.string(), facts: z.number(), bytes: z.number() }),
  },
  /** Opens a sealed file, a copy or a backup of a journal, read-only, as a room of its own. */
  'journal.open': {
    audience: 'shell',
    ask: z.strictObject({ path: z.string() }),
    answer: z.strictObject({ session: sessionSchema, facts: z.number() }),
  },
  /** For diagnosis: which process this is and what it runs on. */
  'core.describe': {
    audience: 'window',
    ask: empty,
    answer: z.strictObject({
      version: z.string(),
      node: z.string(),
      sqlite: z.string().nullable(),
      process: z.string(),
      journal: z.string().nullable(),
    }),
  },
} as const satisfies Record<
  string,
  { audience: 'window' | 'shell'; ask: z.ZodType; answer: z.ZodType }
>;

export type RequestName = keyof typeof contract;
export type Ask<Name extends RequestName> = z.input<(typeof contract)[Name]['ask']>;
export type Asked<Name extends RequestName> = z.output<(typeof contract)[Name]['ask']>;
export type Answer<Name extends RequestName> = z.output<(typeof contract)[Name]['answer']>;

/** What the core tells without being asked. */
export const events = {
  rows: z.strictObject({
    id: z.string(),
    upserts: rowsSchema,
    removes: z.array(z.string()),
    asOf: z.number(),
  }),
  /** The timeline has more entries (positions that are not live do not get it). */
  'timeline.grew': z.strictObject({ from: z.number(), to: z.number(), count: z.number() }),
  /** Another room is on the desk: everything that was read is void. */
  'session.changed': z.strictObject({ session: sessionSchema }),
} as const;
export type EventName = keyof typeof events;
export type EventOf<Name extends EventName> = z.output<(typeof events)[Name]>;

/** An error that crosses the port: a code to translate, and the plain reason. */
export const errorSchema = z.strictObject({
  code: z.enum([
    'unknown-request',
    'invalid-question',
    'invalid-answer',
    'forbidden',
    'failed',
    'read-only',
    'no-room',
    'not-found',
    'bundle-damaged',
    'disk',
    /** Another process has this desk's journal open. */
    'in-use',
    /** An action runs at this desk: it would be ended with the room. */
    'action-runs',
  ]),
  message: z.string(),
});
export type PortError = z.infer<typeof errorSchema>;

/** One message over the port, either way. */
export const frameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ask'),
    id: z.int(),
    name: z.string(),
    body: z.unknown(),
  }),
  z.strictObject({ type: z.literal('answer'), id: z.int(), body: z.unknown() }),
  z.strictObject({ type: z.literal('error'), id: z.int(), error: errorSchema }),
  z.strictObject({ type: z.literal('event'), name: z.string(), body: z.unknown() }),
]);
export type Frame = z.infer<typeof frameSchema>;
