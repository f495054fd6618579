import { z } from 'zod';

/** What was read: a chat's log as it was copied, or a file of Timesketch. */
export const importKindSchema = z.enum(['chat', 'timesketch']);
export type ImportKind = z.infer<typeof importKindSchema>;

const moment = z.int().min(0);

export const importFacts = {
  /** Lines of another record were taken over; each is a note of its own (`note.imported`). */
  'import.kept': z.strictObject({
    kind: importKindSchema,
    /** The channel or the file. */
    name: z.string().trim().min(1).max(200),
    /** Lines that were read, known before or not. */
    lines: z.int().min(1),
    /** The first and the last moment among them. */
    from: moment,
    to: moment,
    incident: z.string().max(1_024).optional(),
  }),
  /** It was the wrong log, or the wrong day: what it brought is no longer shown. */
  'import.withdrawn': z.strictObject({ reason: z.string().trim().min(1).max(4_000) }),
};
