import { z } from 'zod';

export const sourceFacts = {
  /** One a source and minute: it was heard. Its `at` is the minute's start; a re-send adds none. */
  'source.heard': z.strictObject({
    /** What the source speaks: `alertmanager`, `topology`, `change`. */
    speaks: z.string().min(1).max(50),
    /** How often it is expected to be heard. */
    intervalMs: z.int().min(1_000),
  }),
  /** Something that a source sent and that went to quarantine. */
  'source.problem': z.strictObject({
    place: z.string().max(500),
    reason: z.string().max(1_000),
    excerpt: z.string().max(500),
  }),
  /** How complete a minute was: `at` is its start. Told only where what is expected is known. */
  'source.counted': z.strictObject({
    expected: z.int().min(1),
    received: z.int().min(0),
    /** How late the newest of it came (ms). */
    lagMs: z.int().min(0).optional(),
  }),
};

export function sourceThing(source: string): string {
  return `source:${source}`;
}
