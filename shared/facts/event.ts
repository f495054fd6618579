import { z } from 'zod';
import { alertSeveritySchema } from './alert.ts';

/** Something that happened once, as a machine tells it: neither an alert that ends nor a change. */
export const eventFacts = {
  'event.reported': z.strictObject({
    /** The source's own id; where it counts one event up, the id stays. */
    eventId: z.string().min(1).max(500),
    /** What kind of event, in the source's own words: `Warning BackOff`, `dev.cdevents.incident.detected`. */
    type: z.string().min(1).max(300),
    title: z.string().min(1).max(1_000),
    detail: z.string().max(8_192).optional(),
    severity: alertSeveritySchema,
    services: z.array(z.string().min(1).max(300)).max(500),
    unit: z.string().max(100).optional(),
    cell: z.string().max(100).optional(),
    url: z.string().max(2_000).optional(),
    /** How often it happened so far, where the source counts. */
    count: z.int().min(1).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
};
