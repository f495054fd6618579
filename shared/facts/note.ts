import { z } from 'zod';

const text = z.string().trim().min(1).max(20_000);

export const noteFacts = {
  'note.written': z.strictObject({
    text,
    incident: z.string().optional(),
  }),
  /** A correction never removes: the note shows the newest text, its history the others. */
  'note.corrected': z.strictObject({
    /** The text that the writer saw and replaces. */
    replaces: z.string(),
    text,
  }),
  /** The note stands at another moment than it was placed at; its history keeps the first. */
  'note.moved': z.strictObject({
    /** The moment that the writer saw and replaces (ms since the epoch). */
    from: z.int().min(0),
    to: z.int().min(0),
    reason: z.string().trim().min(1).max(4_000),
  }),
  /** A line of another record, placed where that record places it. */
  'note.imported': z.strictObject({
    text,
    /** Who said it there; empty where the record does not say. */
    who: z.string().max(200),
    /** The import that brought it. */
    import: z.string().min(3).max(1_024),
    /** The name of that import, so that the line says by itself where it comes from. */
    origin: z.string().max(200),
    incident: z.string().optional(),
  }),
  'entry.pinned': z.strictObject({ entry: z.string() }),
  'entry.unpinned': z.strictObject({ entry: z.string() }),
};
