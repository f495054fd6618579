import { z } from 'zod';
import { audienceSchema, incidentThingSchema } from './incident.ts';

export const updateChannelSchema = z.enum(['copy', 'mail', 'webhook']);
export type UpdateChannel = z.infer<typeof updateChannelSchema>;

/** A status update: what an audience was told, and by which ways it left. */
export const updateFacts = {
  'update.published': z.strictObject({
    incident: incidentThingSchema,
    audience: audienceSchema,
    text: z.string().trim().min(1).max(20_000),
    channels: z.array(updateChannelSchema).max(3),
    /** The name of the webhook that it is to go to; the writer's desk sends it. */
    webhook: z.string().min(1).max(200).optional(),
  }),
  /** What became of it on one way: it is tried again until it was taken or given up. */
  'update.delivered': z.strictObject({
    channel: updateChannelSchema,
    taken: z.boolean(),
    detail: z.string().max(1_000),
  }),
};
