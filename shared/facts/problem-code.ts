import type { z } from 'zod';

/**
 * What is wrong with something that came from outside, for programs; the reason beside it is for
 * people. A closed list: senders, metrics and tests may rely on it. Codes are added, never renamed.
 */
export const PROBLEM_CODES = [
  /** Bytes that are no UTF-8 text. */
  'not-utf8',
  /** Text that is no JSON (RFC 8259). */
  'not-json',
  /** Nested deeper than is read. */
  'too-deep',
  /** Another type than the format has there. */
  'wrong-type',
  /** What the format demands is not there. */
  'missing',
  /** Of the right type, and not a value that the format has. */
  'wrong-value',
  /** A version of the format that is not understood. */
  'wrong-version',
  /** Not a time, or none that anyone means. */
  'wrong-time',
  /** A time ahead of the receiver's clock. */
  'clock-ahead',
  /** Too long, or too many. */
  'too-large',
  /** A name that is reserved or may not be used. */
  'forbidden-name',
  /** Two things that were said do not go together. */
  'contradiction',
  /** The id does not follow from the content. */
  'wrong-id',
  /** Not written by whom it says, or not by who may write it. */
  'wrong-author',
  /** Understood, and something beside it was left out or not sent. */
  'incomplete',
  /** Stands for further problems that were not told one by one. */
  'more',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** The code of what a schema found first. */
export function codeOfIssue(issue: z.core.$ZodIssue | undefined): ProblemCode {
  switch (issue?.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.endsWith('received undefined')
        ? 'missing'
        : 'wrong-type';
    case 'too_big':
      return 'too-large';
    case 'invalid_union':
      return 'wrong-type';
    default:
      return 'wrong-value';
  }
}
