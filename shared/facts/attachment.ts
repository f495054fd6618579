import { z } from 'zod';

/**
 * What may be kept as evidence. Only pictures that are decoded and never run, and plain text: an SVG
 * or a page of HTML is a program.
 */
export const attachmentTypeSchema = z.enum([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'text/plain',
]);
export type AttachmentType = z.infer<typeof attachmentTypeSchema>;

export const ATTACHMENT_LIMITS = {
  /** Bytes of one attachment (5 MiB): a screenshot of a large screen fits, a film does not. */
  bytes: 5 * 1024 * 1024,
  /** Width times height of a picture: what is drawn takes four bytes a pixel, however well it packs. */
  pixels: 50_000_000,
  /** Attachments of one thing or entry. */
  each: 50,
} as const;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** The entry (a fact's id) or the thing that it is evidence of. */
const of = z.string().min(3).max(1_000);

export const attachmentFacts = {
  /** Something that was seen: the bytes travel beside, by their SHA-256. */
  'attachment.added': z.strictObject({
    of,
    /** The step of the run that it was kept at. */
    step: z.string().min(1).max(300).optional(),
    name: z.string().trim().min(1).max(200),
    type: attachmentTypeSchema,
    /** Bytes. */
    size: z.int().min(1).max(ATTACHMENT_LIMITS.bytes),
    sha256: digest,
    caption: z.string().trim().min(1).max(2_000).optional(),
  }),
  /** It should not have been kept, or shows something else: no longer shown, said by whom and why. */
  'attachment.withdrawn': z.strictObject({
    of,
    sha256: digest,
    reason: z.string().trim().min(1).max(4_000),
  }),
};

/** The thing that gathers what is attached to one entry or thing. */
export function attachmentThing(ofWhat: string): string {
  return `attachment:${ofWhat}`;
}
