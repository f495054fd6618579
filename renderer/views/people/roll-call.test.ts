import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RollCallRow } from '../../../shared/ipc/rows.ts';
import {
  calledRows,
  currentCall,
  readExpected,
  suggestExpected,
  teamCounts,
  writeExpected,
} from './roll-call.ts';

const T0 = Date.UTC(2026, 2, 1);

test('H8 what is written of who is expected is read again as it was', () => {
  const name = fc.stringMatching(/^[A-Za-z李梅'-][A-Za-z李梅 .'-]{0,20}$/).map((one) => one.trim());
  const people = fc.uniqueArray(fc.record({ person: name, team: name }), {
    selector: ({ person }) => person.toLowerCase(),
    maxLength: 20,
  });
  fc.assert(
    fc.property(people, (expected) => {
      expect(readExpected(writeExpected(expected))).toEqual({ expected, twice: null });
    }),
  );
  expect(readExpected('Ada (db)\n\n  bo \nADA\n李梅（支付）')).toEqual({
    expected: [
      { person: 'ADA', team: '' },
      { person: 'bo', team: '' },
      { person: '李梅', team: '支付' },
    ],
    twice: 'ADA',
  });
});

test('H8 expected are those on call and those with a part in the incident, each once', () => {
  const shift = { person: 'Ada', team: 'db', from: T0, to: T0 + 1 };
  const onCall = {
    team: 'db',
    now: [shift],
    until: null,
    next: [],
    knownUntil: T0 + 1,
    importedAt: T0,
  };
  const team = { team: 'edge', lead: 'Cy', members: ['Bo'], mission: '' };
  expect(
    suggestExpected({ commander: 'Maya', roles: { scribe: 'ada' }, teams: [team] }, [onCall]),
  ).toEqual([
    { person: 'Maya', team: '' },
    { person: 'Ada', team: 'db' },
    { person: 'Cy', team: 'edge' },
    { person: 'Bo', team: 'edge' },
  ]);
});

test('H8 the newest call of the incident counts; no answer is no absence', () => {
  const person = (name: string, present: boolean | null, team = 'db') => ({
    person: name,
    team,
    expected: true,
    present,
    comment: '',
    at: null,
  });
  const call = (key: string, startedAt: number, incident = 'incident:1'): RollCallRow => ({
    key,
    incident,
    startedAt,
    startedBy: 'Maya',
    people: [person('Ada', true), person('Bo', null), person('Cy', false), person('Di', true, 'a')],
    sent: 'none',
  });
  const calls = [call('a', T0), call('b', T0 + 1), call('c', T0 + 2, 'incident:2')];
  expect(currentCall(calls, 'incident:1')?.key).toBe('b');
  expect(currentCall(calls, undefined)).toBeNull();
  const rows = calledRows(call('a', T0));
  expect(rows.map(({ key, answer }) => `${key} ${answer}`)).toEqual([
    'Di present',
    'Bo unknown',
    'Cy absent',
    'Ada present',
  ]);
  expect(teamCounts(rows)).toEqual([
    { team: 'a', present: 1, all: 1 },
    { team: 'db', present: 1, all: 3 },
  ]);
});
