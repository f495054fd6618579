import { z } from 'zod';
import { attachmentTypeSchema } from '../facts/attachment.ts';
import { importKindSchema } from '../facts/import.ts';
import { alertSeveritySchema } from '../facts/alert.ts';
import { changeKindSchema, changeStatusSchema } from '../facts/change.ts';
import { contactSchema, shiftSchema } from '../facts/contacts.ts';
import { riskSchema } from '../facts/decision.ts';
import { followUpAimSchema, followUpStateSchema } from '../facts/follow-up.ts';
import {
  audienceSchema,
  clockPointSchema,
  incidentPhaseSchema,
  incidentRoleSchema,
  incidentSeveritySchema,
  incidentTypeSchema,
} from '../facts/incident.ts';
import { actionPlanSchema, callResultSchema } from '../facts/execution.ts';
import { postMortemSectionSchema } from '../facts/post-mortem.ts';
import { updateChannelSchema } from '../facts/update.ts';
import { matcherSchema } from '../facts/matcher.ts';
import { inhibitRuleSchema, noiseStageSchema, silenceModeSchema } from '../facts/noise.ts';
import { stepOutcomeSchema } from '../facts/run.ts';
import { edgeStrengthSchema, nodeKindSchema } from '../facts/topology.ts';
import { unitRulesSchema } from '../facts/units.ts';

/** What the core tells a window, one schema a table. `key` names the row; times are ms. */

const text = z.string();
const maybeText = z.string().nullable();
const moment = z.number();
const maybeMoment = z.number().nullable();
const texts = z.record(z.string(), z.string());

export const alertStatusSchema = z.enum(['firing', 'resolved', 'unknown']);
/** Whether what a person wrote has reached the gateway; `none` where there is nothing to send. */
export const sentSchema = z.enum(['none', 'pending', 'sent', 'refused']);

/** Why an alert asks for no eyes of its own, by the stage of the noise pipeline that holds it. */
export const heldReasonSchema = z.discriminatedUnion('stage', [
  z.strictObject({
    stage: z.literal('anti-shake'),
    /** How often it came and went since. */
    edges: z.number(),
    since: moment,
    /** When it counts as calm if it stays as it is. */
    calmAt: moment,
  }),
  z.strictObject({
    stage: z.literal('silence'),
    /** The row of the silence; null where only the source's word for it is known. */
    silence: maybeText,
    by: text,
    comment: text,
    until: maybeMoment,
    purpose: z.enum(['silence', 'maintenance']),
  }),
  z.strictObject({
    stage: z.literal('inhibition'),
    /** The alert that inhibits it; null where the source does not say which. */
    by: maybeText,
    rule: text,
  }),
  z.strictObject({
    stage: z.literal('folding'),
    /** The alert that it is folded under. */
    origin: text,
    /** Services from this alert's own to the origin's, each calling the next. */
    path: z.array(text),
  }),
  z.strictObject({ stage: z.literal('grouping'), root: text }),
]);
export type HeldReason = z.infer<typeof heldReasonSchema>;

export const alertRowSchema = z.strictObject({
  key: text,
  fingerprint: text,
  name: text,
  severity: alertSeveritySchema,
  status: alertStatusSchema,
  service: maybeText,
  unit: maybeText,
  cell: maybeText,
  zone: maybeText,
  city: maybeText,
  /** As the room's rules write it: `07`. */
  shard: maybeText,
  summary: text,
  startsAt: moment,
  endsAt: maybeMoment,
  labels: texts,
  annotations: texts,
  sources: z.array(z.strictObject({ source: text, status: alertStatusSchema })),
  disputed: z.boolean(),
  clockAhead: z.boolean(),
  acknowledged: z.strictObject({ by: text, at: moment, comment: maybeText }).nullable(),
  assigned: maybeText,
  /** Why it asks for no eyes of its own; null: it does, or is over. */
  held: heldReasonSchema.nullable(),
  /** Stages that a person took back for this alert. */
  released: z.array(noiseStageSchema),
  /** Its group (a row of `groups`); null once it is over and in none. */
  group: maybeText,
  /** Set where it comes and goes: how often in the window, and the last times on (1) and off (0). */
  shaking: z
    .strictObject({ edges: z.number(), perHour: z.number(), bar: z.array(z.number()) })
    .nullable(),
  /** null while a source that speaks of it is heard; else when the newest of them last was. */
  asOf: maybeMoment,
});
export type AlertRow = z.infer<typeof alertRowSchema>;

/** Alerts that belong to one cause, as far as can be told, under the one that tells most of it. */
export const alertGroupRowSchema = z.strictObject({
  key: text,
  /** The alert (a row of `alerts`) that stands for the group. */
  root: text,
  title: text,
  service: maybeText,
  summary: text,
  severity: alertSeveritySchema,
  status: alertStatusSchema,
  startsAt: moment,
  /** When the newest of its alerts began. */
  lastAt: moment,
  /** Rows of `alerts`, the root first. */
  members: z.array(text),
  firing: z.number(),
  unknown: z.number(),
  /** Of the open ones, how many are held by a stage. */
  held: z.number(),
  unacknowledged: z.number(),
  assigned: maybeText,
  /** Everything that is open in it is held: it asks for no eyes. */
  isQuiet: z.boolean(),
  services: z.array(text),
  units: z.array(text),
  /** Notices that this group would have sent, by the room's steps of silence. */
  notices: z.number(),
  /** Whether it deserves an incident, and why (codes); the open incident that covers it. */
  candidate: z
    .strictObject({
      deserves: z.boolean(),
      reasons: z.array(z.enum(['critical', 'spread', 'units', 'lasting', 'many'])),
      coveredBy: maybeText,
    })
    .nullable(),
});
export type AlertGroupRow = z.infer<typeof alertGroupRowSchema>;

export const silenceRowSchema = z.strictObject({
  key: text,
  matchers: z.array(matcherSchema),
  startsAt: moment,
  endsAt: moment,
  createdBy: text,
  comment: text,
  purpose: z.enum(['silence', 'maintenance']),
  state: z.enum(['active', 'pending', 'expired']),
  /** Sources that list it; empty: a person of this room made it. */
  sources: z.array(text),
  /** Open alerts that it holds now. */
  alerts: z.number(),
  sent: sentSchema,
});
export type SilenceRow = z.infer<typeof silenceRowSchema>;

/** The room's rules against noise: one row. */
export const noiseRowSchema = z.strictObject({
  key: text,
  inhibitRules: z.array(inhibitRuleSchema),
  origin: text,
  groupBy: z.array(text),
  shake: z.strictObject({ mode: silenceModeSchema, calmMs: z.number() }),
  folding: z.boolean(),
  /** Who set them, and when; null: they are as they come. */
  setBy: maybeText,
  setAt: maybeMoment,
  /** What came in the last hour and what is left of it for eyes. */
  counts: z.strictObject({
    alerts: z.number(),
    held: z.record(noiseStageSchema, z.number()),
    groups: z.number(),
    quiet: z.number(),
  }),
});
export type NoiseRow = z.infer<typeof noiseRowSchema>;

export const serviceConditionSchema = z.enum(['critical', 'warning', 'info', 'healthy', 'unknown']);

/** What sources contradict one another about: the first one's word is shown. */
const disputesSchema = z.array(
  z.strictObject({
    field: text,
    says: z.array(z.strictObject({ source: text, value: text })),
  }),
);

export const nodeRowSchema = z.strictObject({
  key: text,
  name: text,
  kind: nodeKindSchema,
  unit: maybeText,
  cell: maybeText,
  zone: maybeText,
  city: maybeText,
  owner: maybeText,
  tags: texts,
  /** False where only an alert or an edge names it: no topology source declared it. */
  declared: z.boolean(),
  condition: serviceConditionSchema,
  lastSeverity: alertSeveritySchema.nullable(),
  firing: z.number(),
  unknown: z.number(),
  /** null while a source that speaks of it is heard; else when the newest of them last was. */
  asOf: maybeMoment,
  sources: z.array(text),
  disputes: disputesSchema,
  /** Since when no topology source mentions it any more; null while one does, or none ever did. */
  unlistedSince: maybeMoment,
});
export type NodeRow = z.infer<typeof nodeRowSchema>;

export const edgeRowSchema = z.strictObject({
  key: text,
  from: text,
  to: text,
  protocol: maybeText,
  strength: edgeStrengthSchema,
  sources: z.array(text),
  disputes: disputesSchema,
  unlistedSince: maybeMoment,
  /** How much is called, as it was measured last, up to `at`; null: nobody measured it. */
  traffic: z
    .strictObject({
      at: moment,
      source: text,
      requestsPerSecond: z.number().nullable(),
      errorsPerSecond: z.number().nullable(),
      latencyMs: z.number().nullable(),
      latencyP95Ms: z.number().nullable(),
    })
    .nullable(),
});
export type EdgeRow = z.infer<typeof edgeRowSchema>;

export const changeRowSchema = z.strictObject({
  key: text,
  changeId: text,
  title: text,
  kind: changeKindSchema,
  status: changeStatusSchema,
  services: z.array(text),
  unit: maybeText,
  cell: maybeText,
  city: maybeText,
  shard: maybeText,
  by: maybeText,
  url: maybeText,
  startedAt: moment,
  endedAt: maybeMoment,
  source: text,
});
export type ChangeRow = z.infer<typeof changeRowSchema>;

export const sourceRowSchema = z.strictObject({
  key: text,
  source: text,
  speaks: text,
  freshness: z.enum(['fresh', 'silent', 'never']),
  lastHeardAt: maybeMoment,
  intervalMs: z.number(),
  /** Between the room's first hearing and this journal, for its newest fact. */
  lagMs: maybeMoment,
  /** How much of what was expected in the last counted minute came (0 to 1); null: not counted. */
  completeness: maybeMoment,
  facts: z.number(),
  quarantined: z.number(),
  lastProblem: z.strictObject({ at: moment, place: text, reason: text, excerpt: text }).nullable(),
});
export type SourceRow = z.infer<typeof sourceRowSchema>;

/** The room's units, cells and shards: one row, absent until somebody set them. */
export const unitsRowSchema = z.strictObject({
  key: text,
  rules: unitRulesSchema,
  setBy: maybeText,
  setAt: maybeMoment,
  sent: sentSchema,
});
export type UnitsRow = z.infer<typeof unitsRowSchema>;

export const incidentRowSchema = z.strictObject({
  key: text,
  title: text,
  severity: incidentSeveritySchema,
  commander: text,
  claims: z.array(text),
  services: z.array(text),
  units: z.array(text),
  type: incidentTypeSchema.nullable(),
  impact: text,
  /** Whether anybody still works on it; `phase` says how far they are. */
  status: z.enum(['active', 'resolved']),
  phase: incidentPhaseSchema,
  declaredAt: moment,
  declaredBy: text,
  resolvedAt: maybeMoment,
  resolvedBy: maybeText,
  /** The thing that it was declared from. */
  origin: maybeText,
  /** Rows of `incidents`. */
  parent: maybeText,
  splitFrom: maybeText,
  duplicateOf: maybeText,
  /** It was merged: what is open in it is open in `duplicateOf`. */
  carries: z.boolean(),
  roles: z.partialRecord(incidentRoleSchema, text),
  teams: z.array(z.strictObject({ team: text, lead: text, members: z.array(text), mission: text })),
  bridge: text,
  chat: text,
  /** Offers of command, oldest first. */
  offers: z.array(
    z.strictObject({
      offer: text,
      to: text,
      by: text,
      at: moment,
      pack: text,
      /** Who was in command when it was made: it is void once that is somebody else. */
      from: z.array(text),
      answer: z.enum(['waiting', 'accepted', 'declined']),
      /** Whoever offered it may take it back: then it is declined by them. */
      answeredBy: maybeText,
      reason: text,
    }),
  ),
  sizeUp: z
    .strictObject({
      symptoms: text,
      scope: text,
      trend: z.enum(['escalating', 'flapping', 'static', 'recovering', 'unknown']),
      at: moment,
      by: text,
    })
    .nullable(),
  /** How often each audience is to hear, and since when. */
  cadence: z.partialRecord(audienceSchema, z.strictObject({ everyMs: z.number(), since: moment })),
  signedOff: z
    .strictObject({ remaining: text, watch: text, next: text, at: moment, by: text })
    .nullable(),
  measure: z
    .strictObject({
      service: text,
      signal: z.enum(['errors', 'latency']),
      limit: z.number(),
      goodMs: z.number(),
    })
    .nullable(),
  /** Points of the clock that a person placed. */
  marks: z.partialRecord(
    clockPointSchema,
    z.strictObject({ at: moment, evidence: maybeText, reason: text, by: text }),
  ),
  severities: z.array(z.strictObject({ severity: incidentSeveritySchema, at: moment })),
  phases: z.array(z.strictObject({ phase: incidentPhaseSchema, at: moment })),
  sent: sentSchema,
});
export type IncidentRow = z.infer<typeof incidentRowSchema>;

const placedPointSchema = z.strictObject({
  at: moment,
  heardAt: moment,
  /** The fact that shows it, its kind, and who says so. */
  evidence: text,
  kind: text,
  by: text,
  mark: z.enum(['none', 'by-fact', 'from-memory']),
});

/** When an incident hurt, was seen, taken up, located, acted upon, over and proven over. */
export const clockRowSchema = z.strictObject({
  key: text,
  /** A row of `incidents`. */
  incident: text,
  /** null: not known. */
  points: z.record(clockPointSchema, placedPointSchema.nullable()),
  /** How the points moved, in the order in which the room heard. */
  moves: z.array(
    z.strictObject({
      point: clockPointSchema,
      from: maybeMoment,
      to: maybeMoment,
      by: text,
      kind: text,
      at: moment,
      heardAt: moment,
    }),
  ),
  /** The newest sample of the measure, and since when it is good though not yet for long enough. */
  sampledAt: maybeMoment,
  goodSince: maybeMoment,
});
export type ClockRow = z.infer<typeof clockRowSchema>;

export const taskRowSchema = z.strictObject({
  key: text,
  incident: text,
  person: text,
  action: text,
  /** A row of `decisions`. */
  decision: maybeText,
  assignedAt: moment,
  assignedBy: text,
  /** When its present time began: assigned, extended, or given to another person. */
  begunAt: moment,
  dueAt: moment,
  understoodAt: maybeMoment,
  status: z.enum(['open', 'done', 'dropped']),
  endedAt: maybeMoment,
  result: text,
  reports: z.array(z.strictObject({ text, by: text, at: moment, factId: text })),
  extensions: z.number(),
  sent: sentSchema,
});
export type TaskRow = z.infer<typeof taskRowSchema>;

export const decisionRowSchema = z.strictObject({
  key: text,
  incident: text,
  action: text,
  risk: riskSchema,
  danger: text,
  expected: text,
  undo: text,
  proposedAt: moment,
  proposedBy: text,
  status: z.enum(['candidate', 'polled', 'proceeding', 'rejected', 'withdrawn']),
  polledAt: maybeMoment,
  answers: z.array(
    z.strictObject({
      person: text,
      /** Who recorded it: the person, or somebody who heard them. */
      by: text,
      objection: z.enum(['none', 'minor', 'strong']),
      reason: text,
      at: moment,
    }),
  ),
  takenAt: maybeMoment,
  takenBy: maybeText,
  reason: text,
  executor: maybeText,
  overrules: z.array(text),
  verified: z
    .strictObject({ outcome: z.enum(['improved', 'unchanged', 'worse']), text, at: moment })
    .nullable(),
  sent: sentSchema,
});
export type DecisionRow = z.infer<typeof decisionRowSchema>;

const canReportSchema = z.strictObject({
  condition: text,
  actions: text,
  needs: text,
  at: moment,
  by: text,
  factId: text,
});

/** What one expert or team reported last. */
export const reportRowSchema = z.strictObject({
  key: text,
  incident: text,
  from: text,
  latest: canReportSchema,
  /** Oldest first. */
  earlier: z.array(canReportSchema),
  sent: sentSchema,
});
export type ReportRow = z.infer<typeof reportRowSchema>;

export const hypothesisRowSchema = z.strictObject({
  key: text,
  incident: text,
  text,
  service: maybeText,
  statedAt: moment,
  statedBy: text,
  verdict: z.enum(['open', 'confirmed', 'rejected']),
  judgedAt: maybeMoment,
  judgedBy: maybeText,
  reason: text,
  judgement: maybeText,
  evidence: z.array(
    z.strictObject({
      supports: z.boolean(),
      text,
      cites: z.array(text),
      at: moment,
      by: text,
      factId: text,
    }),
  ),
  sent: sentSchema,
});
export type HypothesisRow = z.infer<typeof hypothesisRowSchema>;

const sendingSchema = z.strictObject({
  /** `no-webhook`: this desk knows none of that name. */
  state: z.enum(['sending', 'waiting', 'no-webhook']),
  attempts: z.number(),
  /** Why the last attempt failed, in the words of the network or of the receiver. */
  problem: maybeText,
  /** When it is tried again; null while it is being tried, or never will be. */
  nextAt: maybeMoment,
});
export type Sending = z.infer<typeof sendingSchema>;

export const updateRowSchema = z.strictObject({
  key: text,
  incident: text,
  audience: audienceSchema,
  text,
  channels: z.array(updateChannelSchema),
  webhook: maybeText,
  publishedAt: moment,
  publishedBy: text,
  replica: text,
  /** What became of it on each way; absent: it has not left yet. */
  deliveries: z.partialRecord(
    updateChannelSchema,
    z.strictObject({ taken: z.boolean(), detail: text, at: moment }),
  ),
  /** How far it is on its way to its webhook; null where this desk has nothing to send of it. */
  sending: sendingSchema.nullable(),
  sent: sentSchema,
});
export type UpdateRow = z.infer<typeof updateRowSchema>;

export const rollCallRowSchema = z.strictObject({
  key: text,
  incident: text,
  startedAt: moment,
  startedBy: text,
  people: z.array(
    z.strictObject({
      person: text,
      team: text,
      expected: z.boolean(),
      /** null: not answered yet. */
      present: z.boolean().nullable(),
      comment: text,
      at: maybeMoment,
    }),
  ),
  sent: sentSchema,
});
export type RollCallRow = z.infer<typeof rollCallRowSchema>;

/** People as one file told of them. */
export const contactsRowSchema = z.strictObject({
  key: text,
  origin: text,
  contacts: z.array(contactSchema),
  shifts: z.array(shiftSchema),
  /** Its shifts stand in for those of other lists. */
  overrides: z.boolean(),
  importedAt: moment,
  importedBy: text,
  sent: sentSchema,
});
export type ContactsRow = z.infer<typeof contactsRowSchema>;

export const followUpRowSchema = z.strictObject({
  key: text,
  incident: text,
  text,
  owner: text,
  dueAt: maybeMoment,
  aim: followUpAimSchema,
  state: followUpStateSchema,
  openedAt: moment,
  openedBy: text,
  changedAt: moment,
  reason: text,
  sent: sentSchema,
});
export type FollowUpRow = z.infer<typeof followUpRowSchema>;

const sectionTextSchema = z.strictObject({
  text,
  by: text,
  at: moment,
  /** It stands as it was drafted from facts: a newer draft may replace it. */
  isDraft: z.boolean(),
});
const placedTextSchema = z.strictObject({
  section: postMortemSectionSchema,
  ...sectionTextSchema.shape,
});

export const postMortemRowSchema = z.strictObject({
  key: text,
  incident: text,
  language: z.enum(['en', 'zh-CN']),
  draftedAt: moment,
  draftedBy: text,
  status: z.enum(['draft', 'review', 'final']),
  sections: z.partialRecord(postMortemSectionSchema, sectionTextSchema),
  conflicts: z.array(placedTextSchema),
  history: z.array(placedTextSchema),
  sent: sentSchema,
});
export type PostMortemRow = z.infer<typeof postMortemRowSchema>;

const seenResultSchema = z.strictObject({ result: callResultSchema, at: moment, factId: text });
/** An action of the catalogue, from its proposal to what came of it; `plan` is what is approved. */
export const executionRowSchema = z.strictObject({
  key: text,
  plan: actionPlanSchema,
  digest: text,
  /** The one journal at whose desk it may be run. */
  replica: text,
  automatic: z.boolean(),
  run: maybeText,
  step: maybeText,
  incident: maybeText,
  takesBack: maybeText,
  proposedAt: moment,
  proposedBy: text,
  proposedFrom: text,
  contested: z.boolean(),
  rehearsal: seenResultSchema.nullable(),
  /** All that were given; which of them count is a question of the moment. */
  approvals: z.array(
    z.strictObject({
      by: text,
      at: moment,
      from: text,
      digest: text,
      replica: text,
      factId: text,
    }),
  ),
  withdrawn: z.strictObject({ by: text, at: moment, reason: text }).nullable(),
  started: z
    .strictObject({ by: text, at: moment, approvals: z.array(text), factId: text })
    .nullable(),
  ended: seenResultSchema.nullable(),
  verified: seenResultSchema.extend({ passed: z.boolean() }).nullable(),
  sent: sentSchema,
});
export type ExecutionRow = z.infer<typeof executionRowSchema>;
/** What is attached to one entry (by its fact's id) or thing. Key: `attachment:<of>`. */
export const attachmentRowSchema = z.strictObject({
  key: text,
  of: text,
  items: z.array(
    z.strictObject({
      sha256: text,
      name: text,
      type: attachmentTypeSchema,
      size: z.number(),
      caption: maybeText,
      /** The step of the run that it was kept at. */
      step: maybeText,
      by: text,
      at: moment,
      factId: text,
      withdrawn: z.strictObject({ by: text, at: moment, reason: text }).nullable(),
      /** Whether its bytes lie at this desk; else they are still to come, or were lost. */
      held: z.boolean(),
      sent: sentSchema,
    }),
  ),
});
export type AttachmentRow = z.infer<typeof attachmentRowSchema>;
export type AttachedItem = AttachmentRow['items'][number];

/** What was said of one entry. Key: `comment:<fact id>`. */
export const commentRowSchema = z.strictObject({
  key: text,
  entry: text,
  items: z.array(z.strictObject({ text, by: text, at: moment, factId: text, sent: sentSchema })),
});
export type CommentRow = z.infer<typeof commentRowSchema>;

/** Another record's lines that were taken over. */
export const importRowSchema = z.strictObject({
  key: text,
  kind: importKindSchema,
  name: text,
  lines: z.number(),
  from: moment,
  to: moment,
  incident: maybeText,
  keptAt: moment,
  keptBy: text,
  withdrawn: z.strictObject({ by: text, at: moment, reason: text }).nullable(),
  sent: sentSchema,
});
export type ImportRow = z.infer<typeof importRowSchema>;

export const runRowSchema = z.strictObject({
  key: text,
  runbook: text,
  title: text,
  digest: text,
  incident: maybeText,
  alert: maybeText,
  startedAt: moment,
  startedBy: text,
  /** The journal at whose desk it was started. */
  startedFrom: text,
  /** Who works on it now. */
  heldBy: text,
  handOvers: z.array(z.strictObject({ from: text, to: text, comment: text, at: moment })),
  status: z.enum(['running', 'completed', 'abandoned']),
  endedAt: maybeMoment,
  steps: z.array(
    z.strictObject({
      factId: text,
      step: text,
      title: text,
      outcome: stepOutcomeSchema,
      answer: maybeText,
      note: maybeText,
      /** What the runbook said should be seen. */
      expected: maybeText,
      /** Attachments, by digest. */
      evidence: z.array(text),
      /** Why it was recorded out of its turn. */
      reason: maybeText,
      /** The execution that it is the outcome of. */
      execution: maybeText,
      at: moment,
      by: text,
      sent: sentSchema,
    }),
  ),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const runbookRowSchema = z.strictObject({
  key: text,
  fileName: text,
  id: text,
  title: text,
  /** `room`: a person published it at a desk. */
  origin: z.enum(['gateway', 'room', 'folder', 'built-in']),
  digest: text,
  alerts: z.array(text),
  services: z.array(text),
  steps: z.number(),
  problems: z.number(),
  version: maybeText,
  lastRehearsed: maybeText,
  /** When the gateway last confirmed this text, or when the file was read. */
  asOf: moment,
  /** False where the text itself has not arrived yet. */
  held: z.boolean(),
  /** The facts that a new text of this name replaces; empty for files of this desk. */
  replaces: z.array(text),
  writtenBy: maybeText,
  /** What its writer said of the change. */
  comment: maybeText,
  /** Texts that others wrote without knowing of this one, the newest first. */
  apart: z.array(z.strictObject({ digest: text, by: text, at: moment })),
});
export type RunbookRow = z.infer<typeof runbookRowSchema>;

/**
 * What a feed lost, or a history that changed. `from` and `to` are the moments between which the
 * record may lack something, for a band on the timeline; null where they are not known.
 */
export const gapSchema = z.strictObject({
  kind: z.enum(['retention', 'epoch']),
  at: moment,
  detail: text,
  from: maybeMoment,
  to: maybeMoment,
  /** When the comparison with the gateway had made both sides equal; null while it has not. */
  healedAt: maybeMoment,
});
export type GapRow = z.infer<typeof gapSchema>;

/** What the window shows of the feed, the outbox and the room: one row, key `status`. */
export const statusRowSchema = z.strictObject({
  key: z.literal('status'),
  room: z.enum(['none', 'live', 'demo', 'bundle']),
  roomTitle: text,
  feed: z.enum(['none', 'connecting', 'syncing', 'connected', 'offline', 'refused']),
  feedAddress: maybeText,
  /** Why the feed is refused or offline, a code that the i18n catalogue knows or the raw reason. */
  feedReason: maybeText,
  feedSince: moment,
  /** When the gateway was last heard. */
  heardAt: maybeMoment,
  outbox: z.number(),
  /** Facts that the gateway refused: they stay in this journal and are shown. */
  refused: z.number(),
  facts: z.number(),
  /** Ranges that the gateway no longer has, or an epoch that changed: never silent. */
  gaps: z.array(gapSchema),
  /** The room's clock minus this desk's, as the gateway last told it; null when none ever did. */
  skewMs: z.number().nullable(),
  /** Facts of the feed that are known to be missing here and still come. */
  feedBehind: z.number(),
  /** Sources that this desk asks itself, since the gateway is silent. */
  direct: z.array(text),
  /** `salvaged`: saved from a damaged file. `damaged`: rows were found whose hash does not fit. */
  record: z.enum(['whole', 'salvaged', 'damaged']),
  /** `low`: the feed waits; what people write is still kept, on the reserve. */
  space: z.enum(['enough', 'low']),
  /** Views are catching up or being rebuilt. */
  viewsBehind: z.number(),
  quarantined: z.number(),
  /** Why this desk's disk takes or gives nothing (the system's own words); null when it does. */
  disk: maybeText,
  /** Set where a bundle or demo is open: from when to when its facts happened. */
  from: maybeMoment,
  to: maybeMoment,
  /** The core's clock when it made this row. */
  now: moment,
});
export type StatusRow = z.infer<typeof statusRowSchema>;

export const tables = {
  alerts: alertRowSchema,
  groups: alertGroupRowSchema,
  silences: silenceRowSchema,
  noise: noiseRowSchema,
  nodes: nodeRowSchema,
  edges: edgeRowSchema,
  changes: changeRowSchema,
  sources: sourceRowSchema,
  units: unitsRowSchema,
  incidents: incidentRowSchema,
  clocks: clockRowSchema,
  tasks: taskRowSchema,
  decisions: decisionRowSchema,
  reports: reportRowSchema,
  hypotheses: hypothesisRowSchema,
  updates: updateRowSchema,
  rollCalls: rollCallRowSchema,
  contacts: contactsRowSchema,
  followUps: followUpRowSchema,
  postMortems: postMortemRowSchema,
  executions: executionRowSchema,
  runs: runRowSchema,
  attachments: attachmentRowSchema,
  comments: commentRowSchema,
  imports: importRowSchema,
  runbooks: runbookRowSchema,
  status: statusRowSchema,
};
export type TableName = keyof typeof tables;
export interface RowOf {
  alerts: AlertRow;
  groups: AlertGroupRow;
  silences: SilenceRow;
  noise: NoiseRow;
  nodes: NodeRow;
  edges: EdgeRow;
  changes: ChangeRow;
  sources: SourceRow;
  units: UnitsRow;
  incidents: IncidentRow;
  clocks: ClockRow;
  tasks: TaskRow;
  decisions: DecisionRow;
  reports: ReportRow;
  hypotheses: HypothesisRow;
  updates: UpdateRow;
  rollCalls: RollCallRow;
  contacts: ContactsRow;
  followUps: FollowUpRow;
  postMortems: PostMortemRow;
  executions: ExecutionRow;
  runs: RunRow;
  attachments: AttachmentRow;
  comments: CommentRow;
  imports: ImportRow;
  runbooks: RunbookRow;
  status: StatusRow;
}
export const tableNameSchema = z.enum([
  'alerts',
  'groups',
  'silences',
  'noise',
  'nodes',
  'edges',
  'changes',
  'sources',
  'units',
  'incidents',
  'clocks',
  'tasks',
  'decisions',
  'reports',
  'hypotheses',
  'updates',
  'rollCalls',
  'contacts',
  'followUps',
  'postMortems',
  'executions',
  'runs',
  'attachments',
  'comments',
  'imports',
  'runbooks',
  'status',
]);
