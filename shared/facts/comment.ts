import { z } from 'zod';

export const commentFacts = {
  /** What somebody says of an entry of the timeline, whoever or whatever made it. */
  'comment.written': z.strictObject({
    /** The id of the fact. */
    entry: z.string().regex(/^[0-9a-f]{64}$/),
    text: z.string().trim().min(1).max(20_000),
  }),
};

/** The thing that gathers what is said of one entry. */
export function commentThing(entry: string): string {
  return `comment:${entry}`;
}
