import { z } from 'zod';
import { incidentThingSchema } from './incident.ts';

const reason = z.string().trim().min(1).max(4_000);

/** What may have caused it, with what speaks for and against. */
export const hypothesisFacts = {
  'hypothesis.stated': z.strictObject({
    incident: incidentThingSchema,
    text: z.string().trim().min(1).max(2_000),
    /** The service that it accuses. */
    service: z.string().min(1).max(300).optional(),
  }),
  'hypothesis.supported': z.strictObject({
    /** False: it speaks against. */
    supports: z.boolean(),
    text: z.string().trim().min(1).max(4_000),
    /** Facts that show it. */
    cites: z.array(z.string().length(64)).max(50),
  }),
  /** Confirmed, it is where the fault was located. */
  'hypothesis.judged': z.strictObject({
    verdict: z.enum(['open', 'confirmed', 'rejected']),
    reason,
  }),
};
