import { z } from 'zod';
import { incidentThingSchema, personSchema } from './incident.ts';

const reason = z.string().trim().min(1).max(4_000);
/** Until when, from the fact on. */
const minutes = z.int().min(1).max(10_080);

/** A task is a named person, an action and minutes; "understood" makes it theirs. */
export const taskFacts = {
  'task.assigned': z.strictObject({
    incident: incidentThingSchema,
    person: personSchema,
    action: z.string().trim().min(1).max(2_000),
    minutes,
    /** The decision that it carries out. */
    decision: z.string().max(1_024).optional(),
  }),
  /** `byVoice`: somebody else heard the person say it. */
  'task.understood': z.strictObject({
    byVoice: z.boolean(),
    /** Whose task it was then: whoever got it meanwhile has understood nothing yet. */
    person: personSchema.optional(),
  }),
  'task.extended': z.strictObject({ minutes, reason }),
  'task.reassigned': z.strictObject({ person: personSchema, minutes, reason }),
  'task.reported': z.strictObject({ text: z.string().trim().min(1).max(4_000) }),
  'task.done': z.strictObject({ result: z.string().max(4_000) }),
  'task.dropped': z.strictObject({ reason }),
};
