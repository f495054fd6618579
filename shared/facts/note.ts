import { z } from 'zod';

export const noteFacts = {
  'note.written': z.strictObject({
    text: z.string().trim().min(1).max(20_000),
    incident: z.string().optional(),
  }),
  /** A correction never removes: the note shows the newest text, its history the others. */
  'note.corrected': z.strictObject({
    /** The text that the writer saw and replaces. */
    replaces: z.string(),
    text: z.string().trim().min(1).max(20_000),
  }),
  'entry.pinned': z.strictObject({ entry: z.string() }),
  'entry.unpinned': z.strictObject({ entry: z.string() }),
};
