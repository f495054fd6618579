import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCommandRoom, type CommandRoom } from '../testing/command-room.ts';
import { timelineCsv } from '../bundle/timeline-text.ts';
import { readChatLog } from './chat-log.ts';
import { exists, isZone, momentIn } from './civil-time.ts';
import type { LogReading } from './log-reading.ts';
import { readTimesketch, timesketchKind } from './timesketch.ts';

const BERLIN = { day: '2026-03-01', zone: 'Europe/Berlin', latest: Date.UTC(2027, 0, 1) };

function said({ messages }: LogReading): string[] {
  return messages.map(
    ({ line, at, who, text }) => `${line} ${new Date(at).toISOString()} <${who}> ${text}`,
  );
}

test('E5 lines that begin with a time, with and without day, name and continuation', () => {
  const reading = readChatLog(
    [
      'pasted from #ops',
      '[14:32] ada: restarted db-7',
      '[14:33:10] <bo> ok',
      '  and more',
      '',
      '[23:59] Ada Lovelace: see https://x.y/z',
      '[00:01] https://x.y is down',
      '2026-03-05 14:32:10 ren restarted db-8',
      '2026-03-05T14:32:11Z bo: ok',
      '2026-03-05 14:32:12.500 +08:00 <ren> hi',
      '06.03.2026, 9:05 - ada: morning',
    ].join('\r\n'),
    BERLIN,
  );
  expect(said(reading)).toEqual([
    '2 2026-03-01T13:32:00.000Z <ada> restarted db-7',
    '3 2026-03-01T13:33:10.000Z <bo> ok\n  and more',
    '6 2026-03-01T22:59:00.000Z <Ada Lovelace> see https://x.y/z',
    // After midnight: more than twelve hours back is the next day.
    '7 2026-03-01T23:01:00.000Z <> https://x.y is down',
    '8 2026-03-05T13:32:10.000Z <ren> restarted db-8',
    '9 2026-03-05T14:32:11.000Z <bo> ok',
    '10 2026-03-05T06:32:12.500Z <ren> hi',
    '11 2026-03-06T08:05:00.000Z <ada> morning',
  ]);
  expect(reading.problems).toEqual([{ line: 1, code: 'no-time' }]);
});

test('E5 names and times on lines of their own, as Slack copies them, and lines of days', () => {
  const reading = readChatLog(
    [
      'Ada Lovelace  2:32 PM',
      'the pool is full',
      'we have to be through by 15:30',
      'see graph',
      'Bo [2:35 PM]',
      'ok',
      '--- 2026-03-02 ---',
      'bo 09:00',
      'morning',
      '12:30 AM',
      'midnight',
    ].join('\n'),
    { ...BERLIN, zone: 'UTC' },
  );
  expect(said(reading)).toEqual([
    '1 2026-03-01T14:32:00.000Z <Ada Lovelace> the pool is full\nwe have to be through by 15:30\nsee graph',
    '5 2026-03-01T14:35:00.000Z <Bo> ok',
    '8 2026-03-02T09:00:00.000Z <bo> morning',
    '10 2026-03-02T00:30:00.000Z <> midnight',
  ]);
});

test('E5 what cannot be is named by its line, and stops nothing beside it', () => {
  const reading = readChatLog(
    [
      '[25:10] ada: x',
      '[10:00] ada: fine',
      '2026-02-31 10:00 ada: x',
      '2026-03-29 02:30 ada: spring',
      '2036-01-01 10:00 ada: later',
      '[11:00] ada:',
      '13:61 PM bo: x',
    ].join('\n'),
    BERLIN,
  );
  expect(reading.problems).toEqual([
    { line: 1, code: 'no-such-time' },
    { line: 3, code: 'no-such-day' },
    { line: 4, code: 'skipped-hour' },
    { line: 5, code: 'in-the-future' },
    { line: 6, code: 'no-text' },
    { line: 7, code: 'no-such-time' },
  ]);
  expect(said(reading)).toEqual([
    '2 2026-03-01T09:00:00.000Z <ada> fine',
    '4 2026-03-29T01:30:00.000Z <ada> spring',
  ]);
});

test('E5 any text gives messages and problems of its lines, within the limits', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '[14:32] ada: x',
      '2026-03-01 ',
      'Bo  2:35 PM',
      '\n',
      '\r',
      ': ',
      '[',
      '"',
      ',',
      '{',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const text = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.constantFrom('2026-03-01', '', 'x', '2026-02-31'), (log, day) => {
      const lines = log.split(/\r\n|\r|\n/u).length;
      const readings = [
        readChatLog(log, { ...BERLIN, day }),
        readTimesketch(log, 'csv', BERLIN.latest),
        readTimesketch(log, 'jsonl', BERLIN.latest),
        readTimesketch(`message,datetime,timestamp_desc\n${log}`, 'csv', BERLIN.latest),
      ];
      timesketchKind(log);
      for (const { messages, problems } of readings) {
        for (const { line } of [...messages, ...problems]) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
        }
        for (const { at, text: words, who } of messages) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(BERLIN.latest);
          expect(words.trim()).not.toBe('');
          expect(words.length).toBeLessThanOrEqual(20_000);
          expect(who.length).toBeLessThanOrEqual(200);
        }
      }
    }),
    { numRuns: 1_500 },
  );
});

test('E5 what is far too long is bounded', () => {
  const many = Array.from({ length: 6_000 }, (_, line) => `[10:00] a: ${line}`).join('\n');
  const reading = readChatLog(many, BERLIN);
  expect(reading.messages).toHaveLength(5_000);
  expect(reading.problems).toEqual([{ line: 5_001, code: 'too-many' }]);
  const long = readChatLog(`[10:00] a: ${'x'.repeat(30_000)}`, BERLIN);
  expect(long.messages[0]?.text).toHaveLength(20_000);
  expect(long.problems).toEqual([{ line: 1, code: 'too-long' }]);
  expect(readChatLog('x'.repeat(4_000_001), BERLIN).problems).toEqual([
    { line: 1, code: 'too-large' },
  ]);
});

test('a wall clock’s time is a moment of its zone, also where the clocks change', () => {
  const time = (hour: number, minute = 0) => ({ hour, minute, second: 0, millisecond: 0 });
  const autumn = { year: 2026, month: 10, day: 25 };
  expect(momentIn('Europe/Berlin', { ...autumn, ...time(2, 30) })).toEqual({
    // It came twice: the first stands.
    at: Date.UTC(2026, 9, 25, 0, 30),
    isSkipped: false,
  });
  const spring = { year: 2026, month: 3, day: 29 };
  expect(momentIn('Europe/Berlin', { ...spring, ...time(2, 30) })).toEqual({
    at: Date.UTC(2026, 2, 29, 1, 30),
    isSkipped: true,
  });
  expect(isZone('Nowhere/None')).toBe(false);
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1970, 0, 3), max: Date.UTC(2040, 0, 1) }),
      fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe'),
      (moment, zone) => {
        const parts = new Intl.DateTimeFormat('en-US', {
          timeZone: zone,
          hourCycle: 'h23',
          year: 'numeric',
          month: 'numeric',
          day: 'numeric',
          hour: 'numeric',
          minute: 'numeric',
          second: 'numeric',
        }).formatToParts(moment);
        const part = (type: string): number =>
          Number(parts.find((known) => known.type === type)?.value);
        const civil = {
          year: part('year'),
          month: part('month'),
          day: part('day'),
          hour: part('hour'),
          minute: part('minute'),
          second: part('second'),
          millisecond: moment % 1_000,
        };
        expect(exists(civil)).toBe(true);
        const { at, isSkipped } = momentIn(zone, civil);
        expect(isSkipped).toBe(false);
        // The same, or the first of two.
        expect([0, 1_800_000, 3_600_000]).toContain(moment - at);
      },
    ),
  );
});

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures', 'timeline');

test.runIf(existsSync(FIXTURES))(
  'E5 Timesketch’s own examples are read alike from both formats',
  () => {
    const read = (kind: 'csv' | 'jsonl'): LogReading => {
      const text = readFileSync(join(FIXTURES, `timesketch-sigma_events.${kind}`), 'utf8');
      expect(timesketchKind(text)).toBe(kind);
      return readTimesketch(text, kind, BERLIN.latest);
    };
    const csv = read('csv');
    expect(csv.problems).toEqual([]);
    expect(csv.messages).toHaveLength(4);
    expect(csv.messages[0]).toMatchObject({
      at: Date.UTC(2015, 6, 24, 19, 1, 1),
      text: 'A message · Write time',
    });
    const without = ({ messages }: LogReading) => messages.map(({ at, text }) => ({ at, text }));
    expect(without(read('jsonl'))).toEqual(without(csv));
  },
);

test('E5 Timesketch’s two formats: what lacks something is named by line', () => {
  const csv = [
    '"message","datetime","timestamp_desc","user"',
    '"two\nlines, and a ""quote""","2026-03-01T10:00:00+01:00","Login","ada"',
    'x,yesterday,Login,bo',
    '',
    '"never closed,2026-03-01T10:00:00Z,Login,bo',
  ].join('\n');
  const reading = readTimesketch(csv, 'csv', BERLIN.latest);
  expect(said(reading)).toEqual([
    '2 2026-03-01T09:00:00.000Z <ada> two\nlines, and a "quote" · Login',
  ]);
  expect(reading.problems).toEqual([
    { line: 4, code: 'no-such-time' },
    { line: 6, code: 'open-quote' },
  ]);
  const jsonl = readTimesketch(
    '{"message":"m","timestamp":1437764461000000,"timestamp_desc":""}\n[1]\n{"message":7}',
    'jsonl',
    BERLIN.latest,
  );
  expect(said(jsonl)).toEqual(['1 2015-07-24T19:01:01.000Z <> m']);
  expect(jsonl.problems).toEqual([
    { line: 2, code: 'not-json' },
    { line: 3, code: 'no-such-time' },
  ]);
  expect(readTimesketch('a,b\n1,2', 'csv', BERLIN.latest).problems).toEqual([
    { line: 1, code: 'no-columns' },
  ]);
  expect(timesketchKind('a,b\n1,2')).toBeNull();
});

const T0 = Date.UTC(2026, 2, 1, 15);
const NOTES = [
  { at: T0 - 60_000, who: 'ada', text: 'restarted db-7' },
  { at: T0 - 30_000, who: 'bo', text: 'ok' },
];
const wish = {
  name: 'import.keep' as const,
  kind: 'chat' as const,
  origin: '#ops',
  lines: 2,
  from: T0 - 60_000,
  to: T0 - 30_000,
  notes: NOTES,
};

function kinds(room: CommandRoom): string[] {
  return room.facts.map(({ kind }) => kind);
}

test('E5 the same lines kept again add nothing, until their import is taken back', () => {
  const room = createCommandRoom();
  expect(room.run(wish, 'maya', T0)).toBeNull();
  expect(kinds(room)).toEqual(['import.kept', 'note.imported', 'note.imported']);
  expect(room.run(wish, 'ren', T0 + 1)).toBe('nothing-changed');
  const [first] = room.things('import');
  const more = [...NOTES, { at: T0 - 10_000, who: '', text: 'third' }];
  expect(room.run({ ...wish, goesOn: first ?? '', notes: more }, 'maya', T0 + 2)).toBeNull();
  expect(kinds(room).slice(3)).toEqual(['note.imported']);

  const undo = { name: 'import.withdraw' as const, import: first ?? '', reason: 'wrong day' };
  expect(room.run(undo, 'maya', T0 + 3)).toBeNull();
  expect(room.run(undo, 'maya', T0 + 4)).toBe('nothing-changed');
  expect(room.run({ ...wish, goesOn: first ?? '' }, 'maya', T0 + 5)).toBe('nothing-changed');
  expect(room.run(wish, 'maya', T0 + 6)).toBeNull();
  expect(room.run(wish, 'maya', T0 + 7)).toBe('nothing-changed');
  expect(room.things('import')).toHaveLength(2);
});

test('E5 an import into the future, or from its end to its beginning, is refused whole', () => {
  const room = createCommandRoom();
  const late = { ...wish, notes: [...NOTES, { at: T0 + 3_600_000, who: '', text: 'x' }] };
  expect(room.run(late, 'maya', T0)).toBe('in-the-future');
  expect(room.run({ ...wish, from: T0, to: T0 - 1 }, 'maya', T0)).toBe('ends-before-start');
  expect(room.facts).toEqual([]);
});

test('E6 a note that was moved and corrected keeps every former word and place', () => {
  const room = createCommandRoom();
  expect(room.run({ name: 'note.write', text: 'restarted db-7' }, 'maya', T0)).toBeNull();
  const [note = ''] = room.things('note');
  const move = (at: number, now: number) =>
    room.run({ name: 'note.move', note, at, reason: 'read from the graph' }, 'ren', now);
  expect(move(T0, T0 + 1)).toBe('nothing-changed');
  expect(move(T0 + 600_000, T0 + 1)).toBe('in-the-future');
  expect(move(T0 - 367 * 86_400_000, T0 + 1)).toBe('too-long-ago');
  expect(move(T0 - 300_000, T0 + 1)).toBeNull();
  expect(
    room.run({ name: 'note.correct', note, text: 'restarted db-8' }, 'maya', T0 + 2),
  ).toBeNull();
  expect(move(T0 - 200_000, T0 + 3)).toBeNull();
  expect(room.read('note', note)).toMatchObject({
    text: 'restarted db-8',
    at: T0 - 200_000,
    moves: [
      { from: T0, to: T0 - 300_000, by: 'ren' },
      { from: T0 - 300_000, to: T0 - 200_000, by: 'ren' },
    ],
    history: [{ text: 'restarted db-7' }],
  });
  expect(room.run({ name: 'note.move', note: 'note:none', at: 1, reason: 'x' }, 'maya', T0)).toBe(
    'unknown-thing',
  );
});

test('E5 E6 the exported text has imported and moved notes in their places, and none that was taken back', () => {
  const room = createCommandRoom();
  room.run({ name: 'note.write', text: 'moved note' }, 'maya', T0);
  const [note = ''] = room.things('note');
  room.run(wish, 'maya', T0 + 1);
  room.run({ name: 'note.move', note, at: T0 - 45_000, reason: 'x' }, 'maya', T0 + 2);
  const texts = (): string[] =>
    timelineCsv(room.facts, { title: '', exportedAt: T0, language: 'en' })
      .split('\r\n')
      .flatMap(
        (line) => /^(restarted db-7|moved note|ok),.*,(ada|bo|maya),/u.exec(line)?.[1] ?? [],
      );
  expect(texts()).toEqual(['restarted db-7', 'moved note', 'ok']);
  const [ofImport = ''] = room.things('import');
  room.run({ name: 'import.withdraw', import: ofImport, reason: 'x' }, 'maya', T0 + 3);
  expect(texts()).toEqual(['moved note']);
});

test('E1 a fact names no attachment that is not kept here, and none twice', () => {
  const room = createCommandRoom();
  const add = {
    name: 'attachment.add' as const,
    of: 'incident:one',
    file: 'panel.png',
    type: 'image/png' as const,
    size: 9,
    sha256: 'a'.repeat(64),
  };
  expect(room.run(add, 'maya', T0)).toBeNull();
  expect(room.run(add, 'ren', T0 + 1)).toBe('nothing-changed');
  const withdraw = {
    name: 'attachment.withdraw' as const,
    of: 'incident:one',
    sha256: 'a'.repeat(64),
    reason: 'shows a password',
  };
  expect(room.run(withdraw, 'ren', T0 + 2)).toBeNull();
  expect(room.run(withdraw, 'ren', T0 + 3)).toBe('nothing-changed');
  expect(room.read('attachment', 'attachment:incident:one')?.items[0]?.withdrawn).toMatchObject({
    by: 'ren',
    reason: 'shows a password',
  });
  expect(room.run(add, 'maya', T0 + 4)).toBeNull();
  expect(room.read('attachment', 'attachment:incident:one')?.items[0]?.withdrawn).toBeNull();
});
