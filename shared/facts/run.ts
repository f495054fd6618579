import { z } from 'zod';

export const stepOutcomeSchema = z.enum(['done', 'skipped', 'failed', 'answered']);
export type StepOutcome = z.infer<typeof stepOutcomeSchema>;

/** A fact goes over the wire whole: a text is published up to so many UTF-16 code units. */
export const MAX_WRITTEN_LENGTH = 180_000;

/** One name without folders, as a file may bear it on every system. */
const writtenFileName = z
  .string()
  .max(200)
  .regex(/^[^\s.\\/:*?"<>|\p{C}][^\\/:*?"<>|\p{C}]*\.md$/u);

const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const runFacts = {
  'run.started': z.strictObject({
    runbook: z.string().min(1).max(300),
    title: z.string().min(1).max(500),
    /** SHA-256 of the Markdown that this run is pinned to. */
    digest,
    incident: z.string().optional(),
    alert: z.string().optional(),
  }),
  'run.step-recorded': z.strictObject({
    step: z.string().min(1).max(300),
    title: z.string().max(500),
    outcome: stepOutcomeSchema,
    answer: z.string().max(500).optional(),
    note: z.string().max(20_000).optional(),
    /** What the runbook said should be seen. */
    expected: z.string().max(4_000).optional(),
    /** What was kept of what was seen: attachments, by digest. */
    evidence: z.array(digest).max(20).optional(),
    /** Why it was recorded out of its turn. */
    reason: z.string().max(4_000).optional(),
    /** The execution that this is the outcome of. */
    execution: z.string().max(1_024).optional(),
  }),
  /** Somebody else goes on with it. */
  'run.handed-over': z.strictObject({
    to: z.string().trim().min(1).max(200),
    comment: z.string().max(4_000),
  }),
  'run.finished': z.strictObject({ outcome: z.enum(['completed', 'abandoned']) }),
  /** The gateway's library holds this text; the bytes travel by digest. */
  'runbook.published': z.strictObject({
    fileName: z.string().min(1).max(300),
    digest,
    size: z.int().min(0),
  }),
  'runbook.withdrawn': z.strictObject({ fileName: z.string().min(1).max(300) }),
  /** A person published this text at a desk: it travels whole, so that every desk holds it offline. */
  'runbook.written': z.strictObject({
    fileName: writtenFileName,
    text: z.string().min(1).max(MAX_WRITTEN_LENGTH),
    /** The facts whose texts the writer saw and replaces: of the gateway or of people. */
    replaces: z.array(digest).max(20),
    comment: z.string().max(4_000).optional(),
  }),
  /** A person took what was written at desks out of the library; runs keep the text they began with. */
  'runbook.retired': z.strictObject({
    fileName: writtenFileName,
    replaces: z.array(digest).min(1).max(20),
    reason: z.string().trim().min(1).max(4_000),
  }),
};
