import { z } from 'zod';
import { incidentThingSchema } from './incident.ts';

export const followUpStateSchema = z.enum(['open', 'doing', 'done', 'dropped']);
export type FollowUpState = z.infer<typeof followUpStateSchema>;
export const followUpAimSchema = z.enum(['prevent', 'detect', 'mitigate', 'process']);

const text = z.string().trim().min(1).max(2_000);
const owner = z.string().max(200);
/** The day by which it is to be done (ms since the epoch); null: no day was named. */
const dueAt = z.int().min(0).nullable();

/** What is to be done so that it does not come again: with an owner, a day, and a state. */
export const followUpFacts = {
  'follow-up.opened': z.strictObject({
    incident: incidentThingSchema,
    text,
    owner,
    dueAt,
    aim: followUpAimSchema,
  }),
  /** What is absent stays as it was. */
  'follow-up.changed': z.strictObject({
    text: text.optional(),
    owner: owner.optional(),
    dueAt: dueAt.optional(),
    aim: followUpAimSchema.optional(),
    state: followUpStateSchema.optional(),
    reason: z.string().max(4_000).optional(),
  }),
};
