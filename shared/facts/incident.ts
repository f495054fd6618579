import { z } from 'zod';

export const incidentSeveritySchema = z.enum(['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4', 'SEV-5']);
export type IncidentSeverity = z.infer<typeof incidentSeveritySchema>;

const reason = z.string().trim().min(1).max(4_000);

export const incidentFacts = {
  'incident.declared': z.strictObject({
    title: z.string().trim().min(1).max(300),
    severity: incidentSeveritySchema,
    commander: z.string().trim().min(1).max(200),
    services: z.array(z.string().min(1).max(300)).max(1_000),
  }),
  'incident.renamed': z.strictObject({ title: z.string().trim().min(1).max(300) }),
  'incident.severity-changed': z.strictObject({ severity: incidentSeveritySchema, reason }),
  'incident.commander-changed': z.strictObject({
    /**
     * Whom the writer held to be in command, sorted: one, or all who contest it. Two who replace
     * the same one contest it.
     */
    replaces: z.array(z.string().min(1).max(200)).min(1).max(1_000),
    commander: z.string().trim().min(1).max(200),
  }),
  'incident.resolved': z.strictObject({ summary: z.string().max(4_000) }),
  'incident.reopened': z.strictObject({ reason }),
};
