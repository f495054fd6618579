import { z } from 'zod';
import { incidentThingSchema } from './incident.ts';

export const POST_MORTEM_SECTIONS = [
  'summary',
  'impact',
  'timeline',
  'factors',
  'well',
  'badly',
  'lucky',
  'phases',
  'lessons',
] as const;
export const postMortemSectionSchema = z.enum(POST_MORTEM_SECTIONS);
export type PostMortemSection = z.infer<typeof postMortemSectionSchema>;

const text = z.string().max(60_000);

/**
 * What was learned, in Markdown by sections. A statement cites facts as `[fact:<id>]` with the first
 * 12 or more digits of the id.
 */
export const postMortemFacts = {
  'post-mortem.drafted': z.strictObject({
    incident: incidentThingSchema,
    language: z.enum(['en', 'zh-CN']),
    sections: z.array(z.strictObject({ section: postMortemSectionSchema, text })).max(20),
  }),
  'post-mortem.edited': z.strictObject({
    section: postMortemSectionSchema,
    /** What the writer saw and replaces: its `standingDigest` (SHA-256). */
    replaces: z.string().regex(/^[0-9a-f]{64}$/),
    text,
  }),
  'post-mortem.status-changed': z.strictObject({ status: z.enum(['draft', 'review', 'final']) }),
};

export function postMortemThing(incident: string): string {
  return `post-mortem:${incident.slice('incident:'.length)}`;
}
