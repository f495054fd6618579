import type { Contact, Shift } from '../facts/contacts.ts';
import { tableLines } from '../kit/table.ts';
import {
  MOST_CHARACTERS,
  MOST_CONTACTS,
  MOST_SHIFTS,
  type PeopleProblem,
  type PeopleReading,
  type ReadingContext,
} from './reading.ts';

const COLUMNS = {
  person: ['person', 'name', 'full name', '姓名', '人员'],
  team: ['team', 'group', '团队', '小组'],
  role: ['role', 'title', '角色', '职务'],
  phone: ['phone', 'mobile', 'telephone', 'tel', '电话', '手机'],
  mail: ['mail', 'email', 'e-mail', '邮箱', '邮件'],
  chat: ['chat', 'slack', 'teams', '聊天', '即时通讯'],
  from: ['from', 'start', '开始'],
  to: ['to', 'end', '结束'],
} as const;
type Column = keyof typeof COLUMNS;

/**
 * People as a table with a heading line: `person` (or `name`), and where they are known `team`,
 * `role`, `phone`, `mail`, `chat`, and `from` and `to` (ISO 8601 with a zone) for a shift. One line a
 * person, or a line a shift.
 */
export function readContactTable(text: string, context: ReadingContext): PeopleReading {
  const [heading, ...rest] = tableLines(text);
  const problems: PeopleProblem[] = [];
  const contacts = new Map<string, Contact>();
  const shifts: Shift[] = [];
  const done = (): PeopleReading => ({
    format: 'table',
    contacts: [...contacts.values()],
    shifts: shifts.sort((left, right) => left.from - right.from),
    problems,
  });
  const places = placesOf(heading?.cells ?? []);
  if (heading === undefined || !places.has('person')) {
    problems.push({ line: heading?.line ?? 1, code: 'no-heading', detail: '' });
    return done();
  }
  for (const { line, cells } of rest) {
    const cell = (column: Column): string => (cells[places.get(column) ?? -1] ?? '').trim();
    const refuse = (code: PeopleProblem['code'], detail = ''): void =>
      void problems.push({ line, code, detail: detail.slice(0, MOST_CHARACTERS) });
    const person = cell('person');
    const long = (Object.keys(COLUMNS) as Column[]).find(
      (column) => cell(column).length > MOST_CHARACTERS,
    );
    if (person === '') refuse('no-person');
    else if (long !== undefined) refuse('too-long-cell', cell(long));
    else {
      const team = cell('team') || context.team;
      const known = contacts.get(`${person}\n${team}`);
      // A line for each shift need not say everything again.
      const tell = (column: 'role' | 'phone' | 'mail' | 'chat'): string =>
        cell(column) || (known?.[column] ?? '');
      contacts.set(`${person}\n${team}`, {
        person,
        team,
        role: tell('role'),
        phone: tell('phone'),
        mail: tell('mail'),
        chat: tell('chat'),
      });
      const shift = shiftOf(cell('from'), cell('to'));
      if (typeof shift === 'string') refuse(shift, `${cell('from')} ${cell('to')}`);
      else if (shift !== null) shifts.push({ person, team, ...shift });
    }
    if (contacts.size > MOST_CONTACTS || shifts.length > MOST_SHIFTS) {
      refuse('too-many');
      break;
    }
  }
  if (rest.length === 0) problems.push({ line: heading.line, code: 'empty', detail: '' });
  return done();
}

function placesOf(titles: readonly string[]): Map<Column, number> {
  const places = new Map<Column, number>();
  titles.forEach((title, place) => {
    const word = title.trim().toLowerCase();
    for (const [column, names] of Object.entries(COLUMNS)) {
      if ((names as readonly string[]).includes(word)) places.set(column as Column, place);
    }
  });
  return places;
}

/** A moment without a zone would be somebody else's hour. */
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function shiftOf(
  from: string,
  to: string,
): { from: number; to: number } | null | 'half-a-shift' | 'bad-moment' | 'ends-before-start' {
  if (from === '' && to === '') return null;
  if (from === '' || to === '') return 'half-a-shift';
  const [begins, ends] = [Date.parse(from), Date.parse(to)];
  if (!WITH_ZONE.test(from) || !WITH_ZONE.test(to)) return 'bad-moment';
  if (Number.isNaN(begins) || Number.isNaN(ends)) return 'bad-moment';
  return ends > begins ? { from: begins, to: ends } : 'ends-before-start';
}
