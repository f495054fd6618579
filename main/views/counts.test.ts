import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { catalogue } from '../../shared/facts/catalogue.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { minuteOf } from '../../shared/kit/time.ts';
import { factSet } from '../../shared/testing/arbitrary-facts.ts';
import { isTimelineKind } from '../rooms/timeline.ts';
import { COUNT_TABLES_SQL, openCounts, type Clock, type SourceSum } from './counts.ts';
import { isTimelineEntry, timelineGroup } from './timeline-group.ts';

const T0 = 1_760_000_000_000;
const LAG_MS = 700;

/** Each is seen as long after it was heard, so that among several at one moment none differs. */
function storedOf(facts: readonly Fact[]): StoredFact[] {
  return facts.map((fact, index) => ({ seq: index + 1, seenAt: fact.heardAt + LAG_MS, fact }));
}

function sums(facts: readonly Fact[], moment: (fact: Fact) => number): Record<string, SourceSum> {
  return Object.fromEntries(
    [...Map.groupBy(facts, ({ source }) => source)].map(([source, own]) => [
      source,
      { facts: own.length, lastHeardAt: Math.max(...own.map(moment)), lagMs: LAG_MS },
    ]),
  );
}

test('P1 counts taken in any cut are those of all facts: per minute, per source, and at every minute', () => {
  const cases = fc.tuple(
    fc.array(factSet({ maxLength: 30 }), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 0, max: 12 }),
  );
  fc.assert(
    fc.property(cases, ([sets, slice, minutes]) => {
      const facts = sets.flat();
      const database = new Sqlite(':memory:');
      database.exec(COUNT_TABLES_SQL);
      const counts = openCounts(database);
      const stored = storedOf(facts);
      for (let from = 0; from < stored.length; from += slice) {
        counts.take(stored.slice(from, from + slice));
      }
      for (const [source, sum] of Object.entries(sums(facts, ({ heardAt }) => heardAt))) {
        expect(counts.source(source)).toEqual(sum);
      }
      const minute = minuteOf(T0 + minutes * 60_000);
      const clocks: Record<Clock, (fact: Fact) => number> = {
        at: effectiveAt,
        heard: ({ heardAt }) => heardAt,
      };
      for (const clock of ['at', 'heard'] as const) {
        const before = facts.filter((fact) => clocks[clock](fact) < minute);
        expect(Object.fromEntries(counts.sourcesBefore(clock, minute))).toEqual(
          sums(before, clocks[clock]),
        );
      }
      const entries = facts.filter(({ kind }) => isTimelineEntry(kind)).map(effectiveAt);
      expect(counts.extent()).toEqual(
        entries.length === 0
          ? { from: null, to: null }
          : { from: Math.min(...entries), to: Math.max(...entries) },
      );
      const groups = facts.map(timelineGroup).filter((group) => group !== null);
      const series = counts.density(T0 - 10 ** 9, T0 + 10 ** 9, 7);
      for (const [group, column] of Object.entries(series)) {
        const total = column.reduce((sum, count) => sum + count, 0);
        expect(total).toBe(groups.filter((one) => one === group).length);
      }
    }),
    { numRuns: 200 },
  );
});

test('the timeline reaches as far as the entries that it shows', () => {
  for (const kind of [...Object.keys(catalogue), 'weather.changed']) {
    expect([kind, isTimelineEntry(kind)]).toEqual([kind, isTimelineKind(kind)]);
  }
});
