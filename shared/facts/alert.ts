import { z } from 'zod';
import { noiseStageSchema } from './noise.ts';

export const alertSeveritySchema = z.enum(['critical', 'warning', 'info']);
export type AlertSeverity = z.infer<typeof alertSeveritySchema>;

const labelsSchema = z.record(z.string(), z.string());

const described = {
  /** Alertmanager's fingerprint of the labels: 16 hex digits. */
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string().min(1),
  severity: alertSeveritySchema,
  service: z.string().min(1).optional(),
  labels: labelsSchema,
  annotations: labelsSchema,
};

export const alertFacts = {
  'alert.fired': z.strictObject({
    ...described,
    startsAt: z.int(),
    generatorUrl: z.string().optional(),
    /** A pushed alert is known only so long unless it is sent again (ms since the epoch). */
    leaseUntil: z.int().optional(),
  }),
  'alert.resolved': z.strictObject({ ...described, startsAt: z.int(), endsAt: z.int() }),
  'alert.acknowledged': z.strictObject({ comment: z.string().max(4_000).optional() }),
  'alert.unacknowledged': z.strictObject({ comment: z.string().max(4_000).optional() }),
  /** What an Alertmanager says of its own silences and inhibitions; all empty: it is not suppressed. */
  'alert.suppressed': z.strictObject({
    fingerprint: described.fingerprint,
    silencedBy: z.array(z.string().max(200)).max(100),
    inhibitedBy: z.array(z.string().max(200)).max(100),
    mutedBy: z.array(z.string().max(200)).max(100),
  }),
  /** Who is to look after it; null: nobody any more. */
  'alert.assigned': z.strictObject({
    to: z.string().min(1).max(200).nullable(),
    comment: z.string().max(4_000).optional(),
  }),
  /** A person undoes what one stage of the noise pipeline does to this alert … */
  'alert.released': z.strictObject({
    stage: noiseStageSchema,
    comment: z.string().max(4_000).optional(),
  }),
  /** … and lets the stage have it again. */
  'alert.unreleased': z.strictObject({ stage: noiseStageSchema }),
};
