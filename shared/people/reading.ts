import { z } from 'zod';
import { contactSchema, shiftSchema } from '../facts/contacts.ts';

/** Why a line of a contact file was not understood; the i18n catalogue has a sentence for each. */
export const PEOPLE_PROBLEMS = [
  'empty',
  'too-long',
  'no-heading',
  'no-person',
  'too-long-cell',
  'bad-moment',
  'ends-before-start',
  'half-a-shift',
  'not-a-line',
  'not-closed',
  'no-start',
  'no-end',
  'bad-duration',
  'bad-rule',
  'unsupported-rule',
  'endless-rule',
  'unknown-zone',
  'too-many',
] as const;
export const peopleProblemSchema = z.strictObject({
  /** From 1. */
  line: z.int(),
  code: z.enum(PEOPLE_PROBLEMS),
  /** What was found there. */
  detail: z.string(),
});
export type PeopleProblem = z.infer<typeof peopleProblemSchema>;

/** What a file tells of people. Where there is a problem nothing of it may be kept (law H1). */
export const peopleReadingSchema = z.strictObject({
  format: z.enum(['calendar', 'table']),
  contacts: z.array(contactSchema),
  /** Sorted by beginning. */
  shifts: z.array(shiftSchema),
  problems: z.array(peopleProblemSchema),
});
export type PeopleReading = z.infer<typeof peopleReadingSchema>;

/** What a file does not say itself. */
export interface ReadingContext {
  /** Now (ms since the epoch): shifts are written out from a day before it. */
  readonly now: number;
  /** The team of who is named without one; the file's own name of the calendar goes before it. */
  readonly team: string;
  /** The zone of times that name none, as IANA names it. */
  readonly zone: string;
}

/** How far recurring shifts are written out: after it, the schedule is no longer known. */
export const HORIZON_MS = 35 * 86_400_000;
export const BEFORE_MS = 86_400_000;
/** As many as a fact may hold. */
export const MOST_CONTACTS = 2_000;
export const MOST_SHIFTS = 5_000;
/** What a name, a number or an address may be long. */
export const MOST_CHARACTERS = 200;
export const MOST_PROBLEMS = 200;
/** Longer files are refused unread. */
export const MOST_TEXT = 4_000_000;
