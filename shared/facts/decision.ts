import { z } from 'zod';
import { incidentThingSchema, personSchema } from './incident.ts';

const reason = z.string().trim().min(1).max(4_000);
const text = z.string().max(4_000);

export const riskSchema = z.enum(['low', 'medium', 'high']);
export type Risk = z.infer<typeof riskSchema>;

/**
 * "Polled for X. No strong objections. Proceeding. Y executes." A decision begins as a candidate
 * action with its risk.
 */
export const decisionFacts = {
  'decision.proposed': z.strictObject({
    incident: incidentThingSchema,
    action: z.string().trim().min(1).max(2_000),
    risk: riskSchema,
    /** What may go wrong. */
    danger: text,
    /** What it should bring. */
    expected: text,
    /** The way back. */
    undo: text,
  }),
  /** "Are there any strong objections?" */
  'decision.polled': z.strictObject({}),
  /** One person's answer to the poll: the newest of each counts. */
  'decision.answered': z.strictObject({
    /** Who answered, where somebody else heard it by voice. */
    person: personSchema,
    objection: z.enum(['none', 'minor', 'strong']),
    reason: text,
  }),
  'decision.taken': z.strictObject({
    proceed: z.boolean(),
    reason: text,
    /** Who executes. */
    executor: personSchema.nullable(),
    /** Whose strong objections were heard and overruled. */
    overrules: z.array(personSchema).max(200),
  }),
  'decision.verified': z.strictObject({
    outcome: z.enum(['improved', 'unchanged', 'worse']),
    text,
  }),
  'decision.withdrawn': z.strictObject({ reason }),
};
