import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldThing } from '../../shared/projections/fold.ts';
import { factSet } from '../../shared/testing/arbitrary-facts.ts';
import { openJournal } from '../journal/journal.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openViews } from '../views/views.ts';
import { statesKnownAt } from './known-states.ts';

const T0 = 1_760_000_000_000;

test('P3 what was known at a moment is folded from what was heard by then, early, late or on time', () => {
  const cases = fc.tuple(
    fc.array(factSet({ maxLength: 30 }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.integer({ min: -20, max: 80 }), { minLength: 8, maxLength: 8 }),
  );
  fc.assert(
    fc.property(cases, ([sets, steps]) => {
      const facts = sets.flat();
      const folder = scratchFolder();
      const journal = openJournal({ folder });
      const views = openViews(folder, journal);
      try {
        journal.appendForeign(facts, T0);
        while (views.catchUp(1_000).more);
        for (const step of steps) {
          const moment = T0 + step * 15_000;
          const heard = journal.facts
            .range(0, journal.facts.lastSeq(), facts.length)
            .map(({ fact }) => fact)
            .filter(({ heardAt }) => heardAt <= moment);
          const expected = [...Map.groupBy(heard, ({ thing }) => thing)].flatMap(([thing, own]) => {
            const folded = foldThing(thing, own);
            return folded === null ? [] : [[thing, folded.state] as const];
          });
          const known = [...statesKnownAt(journal, views, moment)];
          expect(Object.fromEntries(known.map(([thing, { state }]) => [thing, state]))).toEqual(
            Object.fromEntries(expected),
          );
        }
      } finally {
        views.close();
        journal.close();
      }
    }),
    { numRuns: 25 },
  );
});
