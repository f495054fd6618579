import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseQuickNote } from './quick-note.ts';
import { zoneAt } from '../../kit/zone.ts';

const before = process.env['TZ'];
beforeEach(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterEach(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

const local = (text: string): number => Date.parse(text);
const note = (text: string, at: string | null, hint: string | null = null) => ({
  kind: 'note',
  text,
  at: at === null ? null : local(at),
  hint,
});

describe('quick note', () => {
  const now = Date.parse('2026-03-01T15:00:00+01:00');

  test('plain text and text after ">" are notes of now', () => {
    expect(parseQuickNote('restarted db-7', now)).toEqual(note('restarted db-7', null));
    expect(parseQuickNote('>  restarted db-7 ', now)).toEqual(note('restarted db-7', null));
    expect(parseQuickNote('   ', now)).toEqual({ kind: 'empty' });
    expect(parseQuickNote('>', now)).toEqual({ kind: 'problem', problem: 'no-text', at: null });
  });

  test('a time in front says where it belongs', () => {
    const at = '2026-03-01T14:32:00+01:00';
    expect(parseQuickNote('14:32 restarted db-7', now)).toEqual(note('restarted db-7', at));
    expect(parseQuickNote('> 14:32 restarted db-7', now)).toEqual(note('restarted db-7', at));
    expect(parseQuickNote('>14:32:10, restarted', now)).toEqual(
      note('restarted', '2026-03-01T14:32:10+01:00'),
    );
    expect(parseQuickNote('9:05 first page', now)).toEqual(
      note('first page', '2026-03-01T09:05:00+01:00'),
    );
    expect(parseQuickNote('14：32 重启了 db-7', now)).toEqual(note('重启了 db-7', at));
  });

  test('a time ahead by more than two minutes is of yesterday', () => {
    expect(parseQuickNote('23:50 paged', now)).toEqual(note('paged', '2026-02-28T23:50:00+01:00'));
    expect(parseQuickNote('15:02 x', now)).toEqual(note('x', '2026-03-01T15:02:00+01:00'));
    expect(parseQuickNote('15:02:01 x', now)).toEqual(note('x', '2026-02-28T15:02:01+01:00'));
    const midnight = Date.parse('2026-03-01T00:03:00+01:00');
    expect(parseQuickNote('23:58 x', midnight)).toEqual(note('x', '2026-02-28T23:58:00+01:00'));
    // Half a minute before midnight, 00:00 is the one that this day began with.
    const late = Date.parse('2026-02-28T23:59:30+01:00');
    expect(parseQuickNote('00:00 x', late)).toEqual(note('x', '2026-02-28T00:00:00+01:00'));
  });

  test('days by name and by date', () => {
    const evening = note('paged', '2026-02-28T23:50:00+01:00');
    expect(parseQuickNote('yesterday 23:50 paged', now)).toEqual(evening);
    expect(parseQuickNote('昨天23:50 paged', now)).toEqual(evening);
    expect(parseQuickNote('02-28 23:50 paged', now)).toEqual(evening);
    expect(parseQuickNote('2026-02-28T23:50 paged', now)).toEqual(evening);
    expect(parseQuickNote('12-24 20:00 paged', now)).toEqual(
      note('paged', '2025-12-24T20:00:00+01:00'),
    );
    expect(parseQuickNote('yesterday we deployed', now)).toEqual(
      note('yesterday we deployed', null),
    );
    expect(parseQuickNote('today 23:50 later', now)).toMatchObject({
      kind: 'problem',
      problem: 'in-the-future',
    });
    expect(parseQuickNote('2024-02-28 23:50 old', now)).toMatchObject({
      kind: 'problem',
      problem: 'too-long-ago',
    });
    expect(parseQuickNote('02-30 10:00 x', now)).toEqual(note('02-30 10:00 x', null, 'not-a-time'));
  });

  test('how long ago', () => {
    expect(parseQuickNote('-5m restarted', now)).toEqual(
      note('restarted', '2026-03-01T14:55:00+01:00'),
    );
    expect(parseQuickNote('> -1h30m cut over', now)).toEqual(
      note('cut over', '2026-03-01T13:30:00+01:00'),
    );
    expect(parseQuickNote('-90s x', now)).toEqual(note('x', '2026-03-01T14:58:30+01:00'));
    expect(parseQuickNote('-10min x', now)).toEqual(note('x', '2026-03-01T14:50:00+01:00'));
    expect(parseQuickNote('-1d x', now)).toEqual(note('x', '2026-02-28T15:00:00+01:00'));
    expect(parseQuickNote('-5 nodes left', now)).toEqual(note('-5 nodes left', null));
    expect(parseQuickNote('- 5m is no age', now)).toEqual(note('- 5m is no age', null));
    expect(parseQuickNote('-400d x', now)).toMatchObject({ problem: 'too-long-ago' });
  });

  test('a time without text is not a note yet, and what is no time stays in the text', () => {
    expect(parseQuickNote('14:32', now)).toEqual({
      kind: 'problem',
      problem: 'no-text',
      at: local('2026-03-01T14:32:00+01:00'),
    });
    expect(parseQuickNote('-5m', now)).toMatchObject({ kind: 'problem', problem: 'no-text' });
    expect(parseQuickNote('25:10 error', now)).toEqual(note('25:10 error', null, 'not-a-time'));
    expect(parseQuickNote('14:61 error', now)).toEqual(note('14:61 error', null, 'not-a-time'));
    expect(parseQuickNote('10:1 ratio', now)).toEqual(note('10:1 ratio', null));
    expect(parseQuickNote('14:32restarted', now)).toEqual(note('14:32restarted', null));
    expect(parseQuickNote('x'.repeat(20_001), now)).toMatchObject({ problem: 'too-long' });
  });

  test('the night in which the clocks go forward: a time that did not exist is told', () => {
    const after = Date.parse('2026-03-29T09:00:00+02:00');
    expect(parseQuickNote('02:30 x', after)).toEqual(
      note('x', '2026-03-29T03:30:00+02:00', 'skipped-hour'),
    );
    expect(parseQuickNote('01:59 x', after)).toEqual(note('x', '2026-03-29T01:59:00+01:00'));
    // Yesterday is a day on the calendar, not twenty-four hours.
    expect(parseQuickNote('yesterday 09:00 x', after)).toEqual(
      note('x', '2026-03-28T09:00:00+01:00'),
    );
  });

  test('the night in which the clocks go back: the later of two that has passed', () => {
    const after = Date.parse('2026-10-25T09:00:00+01:00');
    expect(parseQuickNote('02:30 x', after)).toEqual(
      note('x', '2026-10-25T02:30:00+01:00', 'repeated-hour'),
    );
    const between = Date.parse('2026-10-25T02:40:00+02:00');
    expect(parseQuickNote('02:30 x', between)).toEqual(
      note('x', '2026-10-25T02:30:00+02:00', 'repeated-hour'),
    );
  });

  test('a time is read in the zone that is shown, or in UTC where it says so', () => {
    const at = '2026-03-01T13:32:00Z';
    expect(parseQuickNote('13:32 restarted db-7', now, 'utc')).toEqual(note('restarted db-7', at));
    expect(parseQuickNote('13:32Z restarted db-7', now)).toEqual(note('restarted db-7', at));
    expect(parseQuickNote('13:32 UTC restarted db-7', now)).toEqual(note('restarted db-7', at));
    expect(parseQuickNote('14:30 x', now, 'utc')).toEqual(note('x', '2026-02-28T14:30:00Z'));
    expect(parseQuickNote('yesterday 23:50 x', now, 'utc')).toEqual(
      note('x', '2026-02-28T23:50:00Z'),
    );
    // The hour that the local clocks skip is an hour like others in UTC.
    const after = Date.parse('2026-03-29T09:00:00+02:00');
    expect(parseQuickNote('02:30 x', after, 'utc')).toEqual(note('x', '2026-03-29T02:30:00Z'));
  });

  test('the zone is named with its offset at that moment', () => {
    expect(zoneAt(now)).toContain('UTC+01:00');
    expect(zoneAt(Date.parse('2026-07-01T00:00:00Z'))).toContain('UTC+02:00');
    process.env['TZ'] = 'America/St_Johns';
    expect(zoneAt(now)).toContain('UTC−03:30');
    process.env['TZ'] = 'UTC';
    expect(zoneAt(now)).toBe('UTC');
  });
});
