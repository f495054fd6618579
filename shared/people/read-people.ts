import { readContactTable } from './contact-table.ts';
import { readOnCallCalendar } from './on-call-calendar.ts';
import { MOST_PROBLEMS, MOST_TEXT, type PeopleReading, type ReadingContext } from './reading.ts';

/**
 * Reads people and their shifts from an iCalendar (RFC 5545) or from a table, whichever the text is.
 * Never throws; what is not understood is named by its line (law H1).
 */
export function readPeople(text: string, context: ReadingContext): PeopleReading {
  const format = /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text) ? 'calendar' : 'table';
  const refuse = (code: 'empty' | 'too-long'): PeopleReading => ({
    format,
    contacts: [],
    shifts: [],
    problems: [{ line: 1, code, detail: '' }],
  });
  if (text.length > MOST_TEXT) return refuse('too-long');
  if (text.trim() === '') return refuse('empty');
  const read =
    format === 'calendar' ? readOnCallCalendar(text, context) : readContactTable(text, context);
  const problems = [...read.problems].sort((left, right) => left.line - right.line);
  // Half a list is worse than none: whoever is missing from it would be looked for in vain.
  return problems.length === 0
    ? read
    : { format, contacts: [], shifts: [], problems: problems.slice(0, MOST_PROBLEMS) };
}
