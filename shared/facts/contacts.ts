import { z } from 'zod';
import { personSchema } from './incident.ts';

const short = z.string().max(300);

export const contactSchema = z.strictObject({
  person: personSchema,
  team: short,
  role: short,
  phone: short,
  mail: short,
  chat: short,
});
export type Contact = z.infer<typeof contactSchema>;

export const shiftSchema = z.strictObject({
  person: personSchema,
  team: short,
  /** Begins and ends (ms since the epoch). */
  from: z.int(),
  to: z.int(),
});
export type Shift = z.infer<typeof shiftSchema>;

/** People as one file told of them: the newest import of a name replaces what it told before. */
export const contactsFacts = {
  'contacts.imported': z.strictObject({
    origin: z.string().min(1).max(200),
    contacts: z.array(contactSchema).max(2_000),
    shifts: z.array(shiftSchema).max(5_000),
    /** Its shifts stand in for those that other lists tell of the same team, as long as they last. */
    overrides: z.boolean().optional(),
  }),
};

export function contactsThing(origin: string): string {
  return `contacts:${origin}`;
}
