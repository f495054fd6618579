import { z } from 'zod';

/**
 * Actions of the signed catalogue, from the proposal to what came of it. Each execution is a thing of
 * its own; what may be run is fixed by the digest of its first fact.
 */

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const reason = z.string().trim().min(1).max(4_000);

/** `reads` changes nothing; `changes` needs an approval; `dangerous` needs other persons'. */
export const actionEffectSchema = z.enum(['reads', 'changes', 'dangerous']);

/** One executable with exactly these arguments; there is no shell between. */
const commandCallSchema = z.strictObject({
  kind: z.literal('command'),
  /** An absolute path. */
  executable: z.string().min(1).max(1_000),
  /** SHA-256 of the executable's bytes; null where the catalogue does not name it. */
  sha256: digest.nullable(),
  argv: z.array(z.string().max(4_000)).max(100),
  /** Variables that it is given of the desk's own, by name; all others are kept from it. */
  environment: z.array(z.string().max(100)).max(50),
  workingFolder: z.string().min(1).max(1_000),
});

/** One request to one address; redirects are not followed. */
const httpCallSchema = z.strictObject({
  kind: z.literal('http'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.string().min(1).max(8_000),
  /** `{env:NAME}` in a value stands for a secret that only the executing desk reads. */
  headers: z
    .array(z.strictObject({ name: z.string().max(100), value: z.string().max(1_000) }))
    .max(20),
  body: z.string().max(20_000).nullable(),
});

export const actionCallSchema = z.discriminatedUnion('kind', [commandCallSchema, httpCallSchema]);
export type ActionCall = z.infer<typeof actionCallSchema>;

export const actionParametersSchema = z.record(z.string().max(64), z.string().max(1_000));

/** Everything that an approval speaks of. */
export const actionPlanSchema = z.strictObject({
  /** SHA-256 of the catalogue that it was made from. */
  catalogue: digest,
  entry: z.string().min(1).max(64),
  title: z.string().min(1).max(200),
  /** What it does, for whoever approves it. */
  does: z.string().max(2_000),
  parameters: actionParametersSchema,
  effect: actionEffectSchema,
  /** How many approvals it needs. */
  approvals: z.int().min(1).max(3),
  call: actionCallSchema,
  timeoutMs: z.int().min(1),
  outputBytes: z.int().min(1),
  /** What shows beforehand what it would do, and changes nothing. */
  dryRun: actionCallSchema.nullable(),
  /** What shows afterwards that it worked, and changes nothing. */
  verify: actionCallSchema.nullable(),
  /** What takes it back: another entry of the same catalogue, with an approval of its own. */
  wayBack: z
    .strictObject({ entry: z.string().min(1).max(64), parameters: actionParametersSchema })
    .nullable(),
});
export type ActionPlan = z.infer<typeof actionPlanSchema>;

/** How a call ended. `unknown`: it was begun and nobody saw its end; it may have run. */
const callOutcomeSchema = z.enum([
  'exited',
  'signalled',
  'timed-out',
  'stopped',
  'not-started',
  'unknown',
]);

export const callResultSchema = z.strictObject({
  outcome: callOutcomeSchema,
  /** The exit code of a command or the status of an answer; null where there is none. */
  code: z.int().nullable(),
  signal: z.string().max(20).nullable(),
  /** Why it did not start or was stopped, in the system's words. */
  reason: z.string().max(1_000),
  /** What it said, the middle left out where it said more. */
  output: z.string().max(20_000),
  /** How much it said in all, and the SHA-256 of what was taken of it. */
  outputBytes: z.int().min(0),
  outputSha256: digest.nullable(),
  /** It said more than it was allowed to. */
  isCut: z.boolean(),
  lastedMs: z.int().min(0),
});
export type CallResult = z.infer<typeof callResultSchema>;

/** Whose execution it is; for the timeline, which reads one fact at a time. */
const of = { title: z.string().max(200), digest };

export const executionFacts = {
  'execution.proposed': z.strictObject({
    plan: actionPlanSchema,
    /** SHA-256 over plan, replica and thing: what is approved. */
    digest,
    /** The one journal at whose desk it may be run. */
    replica: z.string().min(1).max(64),
    /** It needs no person to approve it: runbook and catalogue both say so. */
    automatic: z.boolean(),
    run: z.string().max(1_024).optional(),
    step: z.string().max(300).optional(),
    incident: z.string().max(1_024).optional(),
    /** The execution that it takes back. */
    takesBack: z.string().max(1_024).optional(),
  }),
  'execution.rehearsed': z.strictObject({ ...of, result: callResultSchema }),
  'execution.approved': z.strictObject({ ...of, replica: z.string().min(1).max(64) }),
  'execution.withdrawn': z.strictObject({ ...of, reason }),
  /** Consumes the approvals; stored before anything is begun. */
  'execution.started': z.strictObject({
    ...of,
    /** The facts of the approvals that are used up; none where it runs by itself. */
    approvals: z.array(digest).max(10),
  }),
  'execution.ended': z.strictObject({ ...of, result: callResultSchema }),
  'execution.verified': z.strictObject({ ...of, passed: z.boolean(), result: callResultSchema }),
};
