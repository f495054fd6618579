import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contactsFacts } from '../facts/contacts.ts';
import { directoryOf, onCallAt, onCallNow, peopleInOrder } from './directory.ts';
import { readPeople } from './read-people.ts';
import type { ReadingContext } from './reading.ts';
import { momentOfWall, zoneOf } from './zones.ts';

const NOW = Date.UTC(2026, 2, 25, 12); // four days before the clocks of Berlin change
const HOUR = 3_600_000;
const context: ReadingContext = { now: NOW, team: 'payments', zone: 'UTC' };

function calendar(...lines: string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n');
}
function event(...lines: string[]): string[] {
  return ['BEGIN:VEVENT', 'UID:a', ...lines, 'END:VEVENT'];
}
function times(text: string): string[] {
  const { shifts, problems } = readPeople(text, context);
  expect(problems).toEqual([]);
  return shifts.map(
    ({ from, to, person }) =>
      `${new Date(from).toISOString().slice(5, 16)} ${(to - from) / HOUR} h ${person}`,
  );
}

test('H2 a shift keeps its hour on the wall when the clocks change, and hands over without a gap', () => {
  const text = calendar(
    'X-WR-CALNAME:Payments',
    ...event(
      'DTSTART;TZID=Europe/Berlin:20260301T090000',
      'DTEND;TZID=Europe/Berlin:20260302T090000',
      'RRULE:FREQ=WEEKLY;BYDAY=SA,SU;WKST=MO',
      'SUMMARY:On Call - Ada Lovelace - Payments primary',
      'ATTENDEE;CN="Lovelace, Ada":mailto:ada@example.org',
    ),
  );
  expect(times(text).slice(0, 3)).toEqual([
    '03-28T08:00 23 h Ada Lovelace',
    '03-29T07:00 24 h Ada Lovelace',
    '04-04T07:00 24 h Ada Lovelace',
  ]);
  const read = readPeople(text, context);
  expect(read.contacts).toEqual([
    {
      person: 'Ada Lovelace',
      team: 'Payments primary',
      role: '',
      phone: '',
      mail: 'ada@example.org',
      chat: '',
    },
  ]);
});

test('H2 a zone that only the calendar defines is read from it', () => {
  const zone = [
    'BEGIN:VTIMEZONE',
    'TZID:Office',
    'BEGIN:DAYLIGHT',
    'DTSTART:20200329T020000',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'END:DAYLIGHT',
    'BEGIN:STANDARD',
    'DTSTART:20191027T030000',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
    'END:VTIMEZONE',
  ];
  const rule = ['DTSTART;TZID=Office:20260320T090000', 'DURATION:P1D', 'RRULE:FREQ=DAILY'];
  expect(times(calendar(...zone, ...event(...rule, 'SUMMARY:ada'))).slice(3, 7)).toEqual([
    '03-27T08:00 24 h ada',
    '03-28T08:00 23 h ada',
    '03-29T07:00 24 h ada',
    '03-30T07:00 24 h ada',
  ]);
  expect(readPeople(calendar(...event(...rule, 'SUMMARY:ada')), context).problems).toEqual([
    { line: 5, code: 'unknown-zone', detail: 'Office' },
  ]);
});

test('H2 an hour that the clock skips or shows twice is read as RFC 5545 has it', () => {
  const berlin = zoneOf('Europe/Berlin');
  if (berlin === null) throw new Error('the zone is known');
  const utc = (wall: number): string => new Date(momentOfWall(wall, berlin)).toISOString();
  expect(utc(Date.UTC(2026, 2, 29, 2, 30))).toBe('2026-03-29T01:30:00.000Z');
  expect(utc(Date.UTC(2026, 9, 25, 2, 30))).toBe('2026-10-25T00:30:00.000Z');
  expect(utc(Date.UTC(2026, 9, 25, 3, 30))).toBe('2026-10-25T02:30:00.000Z');
});

test('H2 excluded, moved and cancelled occurrences are honoured; counts and ends hold', () => {
  const daily = ['DTSTART:20260325T000000Z', 'DTEND:20260325T080000Z', 'SUMMARY:[L1] ada'];
  expect(
    times(
      calendar(
        ...event(...daily, 'RRULE:FREQ=DAILY;COUNT=5', 'EXDATE:20260326T000000Z'),
        ...event(
          'RECURRENCE-ID:20260327T000000Z',
          'DTSTART:20260327T040000Z',
          'DTEND:20260327T080000Z',
          'SUMMARY:grace',
        ),
        ...event(
          'RECURRENCE-ID:20260328T000000Z',
          'DTSTART:20260328T000000Z',
          'DURATION:PT8H',
          'STATUS:CANCELLED',
        ),
      ),
    ),
  ).toEqual(['03-25T00:00 8 h ada', '03-27T04:00 4 h grace', '03-29T00:00 8 h ada']);
  const until = ['RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260329T000000Z'];
  expect(times(calendar(...event(...daily, ...until)))).toHaveLength(3);
  const month = ['RRULE:FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1'];
  expect(times(calendar(...event(...daily, ...month)))).toEqual([
    '03-25T00:00 8 h ada',
    '03-27T00:00 8 h ada',
    '04-24T00:00 8 h ada',
  ]);
});

test('H2 the days of a weekly rule are those of a calendar counted by hand', () => {
  const day = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 6 }),
      fc.uniqueArray(day, { minLength: 1, maxLength: 7 }),
      (back, interval, days) => {
        const start = Date.UTC(2026, 2, 25) - back * 24 * HOUR;
        const stamp = new Date(start).toISOString().replaceAll(/[-:]|\.\d+/g, '');
        const names = days.map((one) => ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][one]).join();
        const rule = `RRULE:FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${names};WKST=MO`;
        const text = calendar(...event(`DTSTART:${stamp}`, 'DURATION:PT8H', rule, 'SUMMARY:ada'));
        const monday = (at: number): number =>
          at - ((new Date(at).getUTCDay() + 6) % 7) * 24 * HOUR;
        const wanted: number[] = [];
        for (let at = start; at <= NOW + 35 * 24 * HOUR; at += 24 * HOUR) {
          const weeks = Math.round((monday(at) - monday(start)) / (7 * 24 * HOUR));
          const fits = weeks % interval === 0 && days.includes(new Date(at).getUTCDay());
          if ((at === start || fits) && at + 8 * HOUR > NOW - 24 * HOUR) wanted.push(at);
        }
        expect(readPeople(text, context).shifts.map(({ from }) => from)).toEqual(wanted);
      },
    ),
    { numRuns: 200 },
  );
});

test('H1 a table of people is read by its headings, in both languages; a shift names its zone', () => {
  expect(
    readPeople(
      'name;team;phone;email;from;to\n"Lovelace, Ada";db;+49 30 1;ada@example.org;2026-03-25T08:00:00Z;2026-03-25T20:00:00+02:00\n',
      context,
    ),
  ).toEqual({
    format: 'table',
    contacts: [
      {
        person: 'Lovelace, Ada',
        team: 'db',
        role: '',
        phone: '+49 30 1',
        mail: 'ada@example.org',
        chat: '',
      },
    ],
    shifts: [
      {
        person: 'Lovelace, Ada',
        team: 'db',
        from: Date.UTC(2026, 2, 25, 8),
        to: Date.UTC(2026, 2, 25, 18),
      },
    ],
    problems: [],
  });
  expect(readPeople('姓名,电话\n李梅,138\n', context).contacts[0]).toMatchObject({
    person: '李梅',
    phone: '138',
    team: 'payments',
  });
});

test('H1 what cannot be read is named by its line', () => {
  const codes = (text: string): string[] =>
    readPeople(text, context).problems.map(({ line, code }) => `${line} ${code}`);
  expect(codes('a,b\n1,2')).toEqual(['1 no-heading']);
  expect(
    codes('name,from,to\nada,2026-03-25 08:00,2026-03-25 20:00\n,,\nbo,2026-03-25T08:00Z,'),
  ).toEqual(['2 bad-moment', '4 half-a-shift']);
  expect(codes('name,phone\n,123')).toEqual(['2 no-person']);
  const start = ['DTSTART:20260325T000000Z', 'SUMMARY:ada'];
  expect(codes(calendar(...event(...start)))).toEqual(['3 no-end']);
  expect(codes(calendar(...event(...start, 'DTEND:20260324T000000Z')))).toEqual([
    '7 ends-before-start',
  ]);
  expect(codes(calendar(...event(...start, 'DURATION:PT1H', 'RRULE:FREQ=SECONDLY')))).toEqual([
    '8 unsupported-rule',
  ]);
  expect(codes(calendar(...event(...start, 'DURATION:1 hour')))).toEqual(['7 bad-duration']);
  expect(codes(calendar('BEGIN:VEVENT', '=?', 'DTSTART:tomorrow'))).toEqual([
    '1 not-closed',
    '3 not-closed',
    '4 not-a-line',
    '5 bad-moment',
    '6 not-closed',
  ]);
  expect(codes(calendar())).toEqual(['1 empty']);
  expect(codes(' '.repeat(4_000_001))).toEqual(['1 too-long']);
});

test('H1 rules that would be walked through without end are refused, however many there are', () => {
  const endless = 'RRULE:FREQ=HOURLY;COUNT=999999;BYMONTH=2;BYMONTHDAY=31';
  const one = event('DTSTART:19000101T000000Z', 'DURATION:PT1H', endless, 'SUMMARY:ada');
  const many = Array.from({ length: 20_000 }, () => one.join('\r\n')).join('\r\n');
  // Without the bound this would not end today.
  const { problems } = readPeople(calendar(many), context);
  expect(problems[0]).toMatchObject({ line: 7, code: 'endless-rule' });
  expect(problems).toHaveLength(200);
});

test('H1 single dates without end are refused, and as many as there may be are read', () => {
  const dated = (name: string, count: number) =>
    calendar(
      ...event(
        'DTSTART:20260325T000000Z',
        'DURATION:PT1H',
        `${name}:${'20260326,'.repeat(count - 1)}20260326`,
        'SUMMARY:ada',
      ),
    );
  expect(readPeople(dated('RDATE', 250_000), context).problems).toEqual([]);
  for (const name of ['RDATE', 'EXDATE']) {
    expect(readPeople(dated(name, 400_000), context).problems).toMatchObject([
      { line: 7, code: 'too-many' },
    ]);
  }
});

test('H1 no text makes the reader throw, and what it takes over fits the fact', () => {
  const piece = fc.constantFrom(
    'BEGIN:VEVENT',
    'END:VEVENT',
    'BEGIN:VTIMEZONE',
    'END:VTIMEZONE',
    'BEGIN:STANDARD',
    'UID:a',
    'TZID:X',
    'DTSTART:20260325T000000Z',
    'DTSTART;TZID=X:20260325T000000',
    'DTEND:20260326T000000Z',
    'DURATION:P99999D',
    'DURATION:PT1S',
    'RRULE:FREQ=HOURLY',
    'RRULE:FREQ=YEARLY;INTERVAL=999999',
    'RRULE:FREQ=HOURLY;COUNT=999999;BYMONTH=2;BYMONTHDAY=31',
    'RRULE:FREQ=MONTHLY;BYDAY=5SU,-5MO;BYHOUR=1,2,3;BYMINUTE=0,1',
    'EXDATE:20260325T000000Z',
    'RECURRENCE-ID:20260325T000000Z',
    'RDATE:19000101T000000Z,20260401',
    'SUMMARY:ada\\nb',
    'ATTENDEE;CN="a;b:c":mailto:x@y.z',
    'X;=',
    'A;B="',
    ' folded',
    '\tmore',
    'SUMMARY:\u202Egpj',
    'TZOFFSETFROM:+9999',
    'TZOFFSETTO:-0030',
    'DTSTART:19700101T000000',
    'X-WR-TIMEZONE:No/Where',
  );
  const hostile = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => calendar(...pieces)),
    fc.array(piece, { maxLength: 12 }).map((pieces) => calendar(...event(...pieces))),
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ maxLength: 200 }).map((text) => `BEGIN:VCALENDAR\n${text}`),
    fc
      .string({ unit: fc.constantFrom(...Array.from(',;"\n\r\tnameabc0T:Z')), maxLength: 200 })
      .map((text) => `name,from,to,phone\n${text}`),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const { contacts, shifts, problems } = readPeople(text, context);
      for (const { line } of problems) expect(line).toBeGreaterThan(0);
      if (problems.length > 0) expect([contacts, shifts]).toEqual([[], []]);
      expect(
        contactsFacts['contacts.imported'].safeParse({ origin: 'x', contacts, shifts }).success,
      ).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('H3 who is on call follows from what the files say at that moment; the newest file goes first', () => {
  const shift = (person: string, from: number, to: number, team = 'db') => ({
    person,
    team,
    from: NOW + from * HOUR,
    to: NOW + to * HOUR,
  });
  const contact = (person: string, phone: string, mail = '') => ({
    person,
    team: 'db',
    role: '',
    phone,
    mail,
    chat: '',
  });
  const imports = [
    {
      origin: 'rota.ics',
      importedAt: NOW - 3,
      contacts: [contact('Ada', '', 'ada@example.org')],
      shifts: [
        shift('Ada', -1, 1),
        shift('Ada', 1, 2),
        shift('Bo', 2, 4),
        shift('Cy', 6, 8),
        shift('Cy', -9, -8, 'old'),
      ],
      overrides: false,
    },
    {
      origin: 'book.csv',
      importedAt: NOW - 1,
      contacts: [contact('ada ', '110')],
      shifts: [],
      overrides: false,
    },
  ];
  expect(onCallAt(imports, NOW)).toMatchObject([
    {
      team: 'db',
      now: [{ person: 'Ada' }],
      until: NOW + 2 * HOUR,
      next: [{ person: 'Bo' }],
      knownUntil: NOW + 8 * HOUR,
    },
    { team: 'old', now: [], next: [], knownUntil: NOW - 8 * HOUR, importedAt: NOW - 3 },
  ]);
  // A shift begins with its first moment and is over with its last; a gap is told.
  const told = (at: number, list = imports): string => {
    const [team] = onCallAt(list, NOW + at * HOUR);
    const names = (shifts: readonly { person: string }[]) =>
      shifts.map(({ person }) => person).join();
    return `${names(team?.now ?? [])} > ${names(team?.next ?? [])} ${((team?.until ?? NOW) - NOW) / HOUR}`;
  };
  expect([told(2), told(4), told(7)]).toEqual(['Bo >  4', ' > Cy 6', 'Cy >  0']);
  // What stands in for others wins while it lasts.
  const override = {
    origin: 'overrides.ics',
    importedAt: NOW - 9,
    contacts: [],
    overrides: true,
    shifts: [shift('Di', 3, 5)],
  };
  const all = [override, ...imports];
  expect([told(2, all), told(3, all), told(5, all)]).toEqual(['Bo > Di 3', 'Di >  5', ' > Cy 6']);
  for (const at of [-9, 0, 2, 3, 5, 7, 8]) {
    const now = NOW + at * HOUR;
    const teams = onCallAt(all, now).flatMap((team) => team.now.map(({ person }) => person));
    expect(onCallNow(all, now).sort()).toEqual(teams.sort());
  }
  expect(directoryOf(imports)).toMatchObject([
    { person: 'ada ', phone: '110', mail: 'ada@example.org', importedAt: NOW - 1 },
  ]);
});

test('whoever is on call comes first, written as the room knows them, and nobody comes twice', () => {
  expect(peopleInOrder(['maya', 'Cy', '', 'Ada', 'ada ', 'bo'], ['CY', 'zoe', 'ADA'])).toEqual([
    'Ada',
    'Cy',
    'zoe',
    'bo',
    'maya',
  ]);
});
