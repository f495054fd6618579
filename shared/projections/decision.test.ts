import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import type { DecisionState } from './decision.ts';
import { foldThing } from './fold.ts';

const THING = 'decision:one';

function fact(kind: string, at: number, body: object, person = 'maya'): Fact {
  return sealFact({
    kind,
    v: 1,
    thing: THING,
    at,
    heardAt: at,
    source: PEOPLE,
    author: { person, replica: person, counter: at, hlc: nextHlc(null, at) },
    body: body as Fact['body'],
  });
}
const start = [
  fact('decision.proposed', 1, {
    incident: 'incident:one',
    action: 'fail over',
    risk: 'high',
    danger: '',
    expected: '',
    undo: '',
  }),
  fact('decision.polled', 2, {}),
];
const taken = (at: number, proceed: boolean, executor: string | null): Fact =>
  fact('decision.taken', at, { proceed, reason: '', executor, overrules: [] });
const stateOf = (...facts: Fact[]): DecisionState =>
  foldThing(THING, [...start, ...facts])?.state as DecisionState;

test('O3 what went ahead stays what it is, whatever desks apart say of it, in every order', () => {
  const word = fc.constantFrom(
    'withdraw' as const,
    'reject' as const,
    'ren' as const,
    'lu' as const,
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const state = stateOf(
        ...words.map((said, index) => {
          const at = 10 + index;
          if (said === 'withdraw') return fact('decision.withdrawn', at, { reason: 'older view' });
          return taken(at, said !== 'reject', said === 'reject' ? null : said);
        }),
      );
      const first = words.find((said) => said === 'ren' || said === 'lu');
      if (first === undefined) expect(state.status).not.toBe('proceeding');
      else expect(state).toMatchObject({ status: 'proceeding', executor: first });
    }),
  );
});

test('an answer says who recorded it', () => {
  const { answers } = stateOf(
    fact('decision.answered', 3, { person: 'lu', objection: 'none', reason: '' }, 'ren'),
  );
  expect(answers).toEqual([{ person: 'lu', by: 'ren', objection: 'none', reason: '', at: 3 }]);
});
