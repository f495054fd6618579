import { z } from 'zod';

export const incidentSeveritySchema = z.enum(['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4', 'SEV-5']);
export type IncidentSeverity = z.infer<typeof incidentSeveritySchema>;

/** Where an incident stands. The first three are open, the others over. */
export const INCIDENT_PHASES = [
  'triage',
  'active',
  'mitigated',
  'resolved',
  'closed',
  'cancelled',
  'duplicate',
] as const;
export const incidentPhaseSchema = z.enum(INCIDENT_PHASES);
export type IncidentPhase = z.infer<typeof incidentPhaseSchema>;

export const incidentTypeSchema = z.enum([
  'availability',
  'latency',
  'capacity',
  'data',
  'funds',
  'security',
  'dependency',
  'other',
]);
export type IncidentType = z.infer<typeof incidentTypeSchema>;

/** Roles beside the commander, one person each. Leaders of teams are named with their team. */
export const INCIDENT_ROLES = ['deputy', 'scribe', 'communications', 'liaison'] as const;
export const incidentRoleSchema = z.enum(INCIDENT_ROLES);
export type IncidentRole = z.infer<typeof incidentRoleSchema>;

/** Who a status update is for. */
export const AUDIENCES = ['internal', 'executive', 'public'] as const;
export const audienceSchema = z.enum(AUDIENCES);
export type Audience = z.infer<typeof audienceSchema>;

/** The moments of an incident, in the order in which they should come. */
export const CLOCK_POINTS = [
  'effect',
  'detected',
  'responded',
  'located',
  'acted',
  'recovered',
  'verified',
] as const;
export const clockPointSchema = z.enum(CLOCK_POINTS);
export type ClockPoint = z.infer<typeof clockPointSchema>;

const reason = z.string().trim().min(1).max(4_000);
export const personSchema = z.string().trim().min(1).max(200);
export const servicesSchema = z.array(z.string().min(1).max(300)).max(1_000);
const units = z.array(z.string().min(1).max(300)).max(1_000);
const impact = z.string().max(4_000);
export const incidentThingSchema = z.string().startsWith('incident:').max(1_024);
const team = z.string().trim().min(1).max(100);

export const incidentFacts = {
  'incident.declared': z.strictObject({
    title: z.string().trim().min(1).max(300),
    severity: incidentSeveritySchema,
    commander: personSchema,
    services: servicesSchema,
    units: units.optional(),
    type: incidentTypeSchema.optional(),
    impact: impact.optional(),
    /** Absent: active. */
    phase: z.enum(['triage', 'active']).optional(),
    /** The thing (an alert, a group of alerts, a service) that it was declared from. */
    origin: z.string().max(1_024).optional(),
    /** It is a part of this one, which has a commander of its own. */
    parent: incidentThingSchema.optional(),
    /** What it speaks of was a part of this one until now. */
    splitFrom: incidentThingSchema.optional(),
  }),
  'incident.renamed': z.strictObject({ title: z.string().trim().min(1).max(300) }),
  'incident.severity-changed': z.strictObject({ severity: incidentSeveritySchema, reason }),
  'incident.commander-changed': z.strictObject({
    /**
     * Whom the writer held to be in command, sorted: one, or all who contest it. Two who replace
     * the same one contest it.
     */
    replaces: z.array(z.string().min(1).max(200)).min(1).max(1_000),
    commander: personSchema,
  }),
  /** What is absent stays as it was. */
  'incident.scope-changed': z.strictObject({
    type: incidentTypeSchema.optional(),
    impact: impact.optional(),
    services: servicesSchema.optional(),
    units: units.optional(),
    reason: z.string().max(4_000).optional(),
  }),
  'incident.phase-changed': z.strictObject({
    phase: z.enum(['active', 'mitigated', 'closed', 'cancelled']),
    reason: z.string().max(4_000),
  }),
  'incident.resolved': z.strictObject({ summary: z.string().max(4_000) }),
  'incident.reopened': z.strictObject({ reason }),
  'incident.marked-duplicate': z.strictObject({
    of: incidentThingSchema,
    /** True: it was merged; what was open in it is open in the other now. */
    carries: z.boolean(),
    reason: z.string().max(4_000),
  }),
  'incident.parent-changed': z.strictObject({ parent: incidentThingSchema.nullable(), reason }),
  /** null: nobody has the role. */
  'incident.role-assigned': z.strictObject({
    role: incidentRoleSchema,
    person: personSchema.nullable(),
  }),
  'incident.team-formed': z.strictObject({
    team,
    lead: personSchema,
    members: z.array(personSchema).max(200),
    mission: z.string().max(1_000),
  }),
  'incident.team-dissolved': z.strictObject({ team }),
  /** Where people meet: an address, a number, a name. */
  'incident.channels-set': z.strictObject({
    bridge: z.string().max(500),
    chat: z.string().max(500),
  }),
  /** "Do you wish to take command?", with all that the next one must know. */
  'incident.command-offered': z.strictObject({
    offer: z.string().min(1).max(100),
    to: personSchema,
    pack: z.string().max(50_000),
  }),
  'incident.command-answered': z.strictObject({
    offer: z.string().min(1).max(100),
    accepted: z.boolean(),
    reason: z.string().max(4_000),
  }),
  'incident.sized-up': z.strictObject({
    symptoms: z.string().trim().min(1).max(4_000),
    scope: z.string().max(4_000),
    trend: z.enum(['escalating', 'flapping', 'static', 'recovering', 'unknown']),
  }),
  /** How often an audience is to hear (ms); null: no more. */
  'incident.cadence-set': z.strictObject({
    audience: audienceSchema,
    everyMs: z.int().min(60_000).max(86_400_000).nullable(),
  }),
  /** What the end of the call leaves: who goes on with what. */
  'incident.signed-off': z.strictObject({
    remaining: z.string().max(4_000),
    watch: z.string().max(4_000),
    next: z.string().max(4_000),
  }),
  /** By what the effect is measured: the share of failed calls, or the latency, of one service. */
  'incident.measure-set': z.strictObject({
    service: z.string().min(1).max(300),
    signal: z.enum(['errors', 'latency']),
    /** Above it a sample is bad: a share (0 to 1) of failed calls, or milliseconds. */
    limit: z.number().min(0),
    /** Good for so long before it counts as recovered (ms). */
    goodMs: z.int().min(60_000).max(3_600_000),
  }),
  /** A person places a point of the clock: by a fact, or from memory (then `evidence` is null). */
  'incident.point-marked': z.strictObject({
    point: clockPointSchema,
    /** null takes the mark back. */
    at: z.int().min(0).nullable(),
    evidence: z.string().length(64).nullable(),
    reason,
  }),
};
