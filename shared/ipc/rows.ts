import { z } from 'zod';
import { alertSeveritySchema } from '../facts/alert.ts';
import { changeKindSchema, changeStatusSchema } from '../facts/change.ts';
import { incidentSeveritySchema } from '../facts/incident.ts';
import { stepOutcomeSchema } from '../facts/run.ts';
import { edgeStrengthSchema, nodeKindSchema } from '../facts/topology.ts';

/** What the core tells a window, one schema a table. `key` names the row; times are ms. */

const text = z.string();
const maybeText = z.string().nullable();
const moment = z.number();
const maybeMoment = z.number().nullable();
const texts = z.record(z.string(), z.string());

export const alertStatusSchema = z.enum(['firing', 'resolved', 'unknown']);
/** Whether what a person wrote has reached the gateway; `none` where there is nothing to send. */
export const sentSchema = z.enum(['none', 'pending', 'sent', 'refused']);

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
  summary: text,
  startsAt: moment,
  endsAt: maybeMoment,
  labels: texts,
  annotations: texts,
  sources: z.array(z.strictObject({ source: text, status: alertStatusSchema })),
  disputed: z.boolean(),
  clockAhead: z.boolean(),
  acknowledged: z.strictObject({ by: text, at: moment, comment: maybeText }).nullable(),
  /** null while a source that speaks of it is heard; else when the newest of them last was. */
  asOf: maybeMoment,
});
export type AlertRow = z.infer<typeof alertRowSchema>;

export const serviceConditionSchema = z.enum(['critical', 'warning', 'info', 'healthy', 'unknown']);

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
});
export type NodeRow = z.infer<typeof nodeRowSchema>;

export const edgeRowSchema = z.strictObject({
  key: text,
  from: text,
  to: text,
  protocol: maybeText,
  strength: edgeStrengthSchema,
  sources: z.array(text),
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
  facts: z.number(),
  quarantined: z.number(),
  lastProblem: z.strictObject({ at: moment, place: text, reason: text, excerpt: text }).nullable(),
});
export type SourceRow = z.infer<typeof sourceRowSchema>;

export const incidentRowSchema = z.strictObject({
  key: text,
  title: text,
  severity: incidentSeveritySchema,
  commander: text,
  claims: z.array(text),
  services: z.array(text),
  status: z.enum(['active', 'resolved']),
  declaredAt: moment,
  declaredBy: text,
  resolvedAt: maybeMoment,
  resolvedBy: maybeText,
  sent: sentSchema,
});
export type IncidentRow = z.infer<typeof incidentRowSchema>;

export const runRowSchema = z.strictObject({
  key: text,
  runbook: text,
  title: text,
  digest: text,
  incident: maybeText,
  alert: maybeText,
  startedAt: moment,
  startedBy: text,
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
  origin: z.enum(['gateway', 'folder', 'built-in']),
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
  nodes: nodeRowSchema,
  edges: edgeRowSchema,
  changes: changeRowSchema,
  sources: sourceRowSchema,
  incidents: incidentRowSchema,
  runs: runRowSchema,
  runbooks: runbookRowSchema,
  status: statusRowSchema,
};
export type TableName = keyof typeof tables;
export interface RowOf {
  alerts: AlertRow;
  nodes: NodeRow;
  edges: EdgeRow;
  changes: ChangeRow;
  sources: SourceRow;
  incidents: IncidentRow;
  runs: RunRow;
  runbooks: RunbookRow;
  status: StatusRow;
}
export const tableNameSchema = z.enum([
  'alerts',
  'nodes',
  'edges',
  'changes',
  'sources',
  'incidents',
  'runs',
  'runbooks',
  'status',
]);
