import { z } from 'zod';

/**
 * Which moment a reader looks at: live; what had *happened* by a moment; or what the room *knew* by
 * it (facts by the time at which they were heard).
 */
export const positionSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('live') }),
  z.strictObject({ mode: z.literal('happened'), moment: z.int() }),
  z.strictObject({ mode: z.literal('known'), moment: z.int() }),
]);
export type Position = z.infer<typeof positionSchema>;
export const LIVE: Position = { mode: 'live' };
