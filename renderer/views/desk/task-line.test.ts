import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  completePerson,
  isWholeTask,
  LONGEST_MINUTES,
  matchingPeople,
  readTaskLine,
  typedPerson,
  writeTaskLine,
} from './task-line.ts';

test('who, what and how long are read from one line', () => {
  expect(readTaskLine('@ada restart db-7 10m')).toEqual({
    person: 'ada',
    action: 'restart db-7',
    minutes: 10,
    hasMinutes: true,
  });
  expect(readTaskLine('@ada drain unit 7 1h30m')).toMatchObject({
    action: 'drain unit 7',
    minutes: 90,
  });
  expect(readTaskLine('@陈晨 重启 db-7 5分钟')).toMatchObject({
    person: '陈晨',
    action: '重启 db-7',
    minutes: 5,
  });
  expect(readTaskLine('@ada wait 2 h')).toMatchObject({ action: 'wait', minutes: 120 });
});

test('without minutes ten are meant, and a number that belongs to the action stays in it', () => {
  expect(readTaskLine('@ada scale to 40')).toMatchObject({
    action: 'scale to 40',
    minutes: 10,
    hasMinutes: false,
  });
  expect(readTaskLine('@ada check p95')).toMatchObject({ action: 'check p95', hasMinutes: false });
  expect(readTaskLine('@ada restart node7m')).toMatchObject({ action: 'restart node7m' });
});

test('a name of several words is read whole where it is known or quoted', () => {
  const known = ['Ada', 'Ada Lovelace'];
  expect(readTaskLine('@Ada Lovelace restart db-7', known).person).toBe('Ada Lovelace');
  expect(readTaskLine('@ada lovelace restart db-7', known)).toMatchObject({
    person: 'Ada Lovelace',
    action: 'restart db-7',
  });
  expect(readTaskLine('@Adam restart', known)).toMatchObject({ person: 'Adam' });
  expect(readTaskLine('@"Grace Hopper" restart')).toMatchObject({
    person: 'Grace Hopper',
    action: 'restart',
  });
  expect(readTaskLine('@Ada: restart', known)).toMatchObject({ person: 'Ada', action: 'restart' });
});

test('half a line is no task', () => {
  for (const text of ['', '@', '@ada', '@ada 10m', 'restart db-7 10m', '@"']) {
    expect(isWholeTask(readTaskLine(text))).toBe(false);
  }
});

test('people are offered while their name is typed, and no longer', () => {
  expect(typedPerson('@a')).toBe('a');
  expect(typedPerson('@"Ada L')).toBe('Ada L');
  expect(typedPerson('@"Ada" r')).toBeNull();
  expect(typedPerson('restart')).toBeNull();
  expect(matchingPeople('a', ['Grace', 'Ada', 'Bob'])).toEqual(['Ada', 'Grace']);
  // Whoever is on call is known first.
  expect(matchingPeople('a', ['Art', 'Ada', 'Bob'])).toEqual(['Art', 'Ada']);
  expect(completePerson('Ada Lovelace')).toBe('@"Ada Lovelace" ');
});

test('O4 any text is read without an error, within the limits of a task', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: 'binary' })),
      fc.array(fc.string({ minLength: 1 })),
      (text, known) => {
        const line = readTaskLine(text, known);
        expect(line.minutes).toBeGreaterThanOrEqual(1);
        expect(line.minutes).toBeLessThanOrEqual(LONGEST_MINUTES);
        expect(line.action).toBe(line.action.trim());
      },
    ),
  );
});

test('O4 what is written as a line is read as the same task', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9._\u4E00-\u9FA5-]{1,12}$/u);
  const words = fc.array(word, { minLength: 1, maxLength: 5 }).map((list) => list.join(' '));
  fc.assert(
    fc.property(
      words,
      words,
      fc.integer({ min: 1, max: LONGEST_MINUTES }),
      (person, action, minutes) => {
        const line = readTaskLine(writeTaskLine({ person, action, minutes }), []);
        // An action that itself ends in an hour count takes the minutes as one time with it.
        fc.pre(!/(?:^|\s)\d{1,4}\s*(?:h|小时)$/iu.test(action));
        expect(line).toEqual({ person, action, minutes, hasMinutes: true });
      },
    ),
  );
});
