import { expect, test } from 'vitest';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { foldThing } from './fold.ts';
import type { TaskState } from './task.ts';

const THING = 'task:one';

function fact(kind: string, at: number, body: object): Fact {
  return sealFact({
    kind,
    v: 1,
    thing: THING,
    at,
    heardAt: at,
    source: PEOPLE,
    author: { person: 'maya', replica: 'laptop', counter: at, hlc: nextHlc(null, at) },
    body: body as Fact['body'],
  });
}
const given = [
  fact('task.assigned', 1, {
    incident: 'incident:one',
    person: 'ada',
    action: 'restart db-7',
    minutes: 10,
  }),
  fact('task.reassigned', 2, { person: 'ren', minutes: 10, reason: 'away' }),
];
const understoodAt = (body: object): number | null | undefined =>
  (
    foldThing(THING, [...given, fact('task.understood', 3, { byVoice: true, ...body })])?.state as
      | TaskState
      | undefined
  )?.understoodAt;

test('C5 what one person understood is not understood by who has the task meanwhile', () => {
  expect(understoodAt({ person: 'ada' })).toBeNull();
  expect(understoodAt({ person: 'ren' })).toBe(3);
  // Said by an older version: of whoever has it.
  expect(understoodAt({})).toBe(3);
});
