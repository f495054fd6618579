import { z } from 'zod';
import { matcherSchema } from './matcher.ts';

const described = {
  matchers: z.array(matcherSchema).min(1).max(100),
  startsAt: z.int(),
  endsAt: z.int(),
  comment: z.string().max(4_000),
};

export const silenceFacts = {
  /** A person's: alerts that fit every matcher ask for no eyes between the two moments. */
  'silence.created': z.strictObject({
    ...described,
    /** `maintenance` was planned: what it hides is expected, not accepted. */
    purpose: z.enum(['silence', 'maintenance']),
  }),
  /** A person ended it before its time. */
  'silence.expired': z.strictObject({ comment: z.string().max(4_000).optional() }),
  /** What an Alertmanager says of a silence of its own. */
  'silence.listed': z.strictObject({
    ...described,
    silenceId: z.string().min(1).max(200),
    createdBy: z.string().max(200),
    state: z.enum(['active', 'pending', 'expired']),
  }),
};

export function silenceThing(id: string): string {
  return `silence:${id}`;
}
