import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { factSet, shuffledWithRepeats } from '../../shared/testing/arbitrary-facts.ts';
import { LANE_KINDS, laneValues, type LaneKind } from './lane-values.ts';
import { LANE_TABLES_SQL, openLanes, type LaneColumns, type Lanes } from './lanes.ts';
import { GROUPS, GROUP_COLUMN, timelineGroup } from './timeline-group.ts';

const T0 = 1_760_000_000_000;
const HOUR = 3_600_000;
const WIDE = { from: T0 - 4 * HOUR, to: T0 + 4 * HOUR };

function lanesOf(facts: readonly Fact[], slice: number, mostRows = 1_000): Lanes {
  const database = new Sqlite(':memory:');
  database.exec(LANE_TABLES_SQL);
  const lanes = openLanes(database, { mostRows });
  const stored = facts.map((fact, index): StoredFact => ({ seq: index + 1, seenAt: T0, fact }));
  for (let from = 0; from < stored.length; from += slice) {
    lanes.take(stored.slice(from, from + slice));
  }
  return lanes;
}

/** `lane column group` → count, of what is not nothing. */
function told(read: LaneColumns): Record<string, number> {
  const told: Record<string, number> = {};
  for (const [place, { is, value }] of read.lanes.entries()) {
    for (let column = 0; column < read.columns; column += 1) {
      for (const [group, name] of GROUPS.entries()) {
        const count = read.counts[(place * read.columns + column) * GROUPS.length + group] ?? 0;
        if (count > 0) told[`${is} ${value} ${read.from + column * read.columnMs} ${name}`] = count;
      }
    }
  }
  return told;
}

function expected(
  facts: readonly Fact[],
  kind: LaneKind,
  columnMs: number,
): Record<string, number> {
  const told: Record<string, number> = {};
  for (const fact of facts) {
    const group = timelineGroup(fact);
    if (group === null) continue;
    const start = Math.floor(effectiveAt(fact) / columnMs) * columnMs;
    for (const value of laneValues(fact, kind)) {
      const name = `${value === '' ? 'none' : 'named'} ${value} ${start} ${group}`;
      told[name] = (told[name] ?? 0) + 1;
    }
  }
  return told;
}

function noteOf(person: string, at: number): StoredFact {
  return {
    seq: 1,
    seenAt: at,
    fact: {
      id: `${person} ${at}`,
      kind: 'note.written',
      v: 1,
      thing: `note:${person}`,
      at,
      heardAt: at,
      source: 'desk',
      author: { person, replica: 'r', counter: 1, hlc: 'h' },
      body: { text: 'x' },
    } as unknown as Fact,
  };
}

const cases = factSet({ maxLength: 40 }).chain((facts) =>
  fc.record({
    facts: fc.constant(facts),
    arrival: shuffledWithRepeats(facts),
    slice: fc.integer({ min: 1, max: 9 }),
    kind: fc.constantFrom(...LANE_KINDS),
    mostRows: fc.constantFrom(0, 1_000),
  }),
);

test('P1 lanes taken in any order and cut hold what the facts say, by minutes and by quarters of an hour', () => {
  fc.assert(
    fc.property(cases, ({ facts, arrival, slice, kind, mostRows }) => {
      // The journal gives every fact once, in the order in which it came.
      const once = [...new Map(arrival.map((fact) => [fact.id, fact])).values()];
      const lanes = lanesOf(once, slice, mostRows);
      const read = lanes.read({ kind, ...WIDE, columns: 480, most: 100 });
      const hasRows = Object.keys(expected(facts, kind, 1)).length > 0;
      expect(read.columnMs).toBe(mostRows === 0 && hasRows ? 15 * 60_000 : 60_000);
      expect(told(read)).toEqual(expected(facts, kind, read.columnMs));
    }),
    { numRuns: 200 },
  );
});

test('P1 whichever lanes have a place of their own, the rest is counted with the others', () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 0, max: 3 }), ({ facts, slice, kind }, most) => {
      const lanes = lanesOf(facts, slice);
      const few = lanes.read({ kind, ...WIDE, columns: 13, most });
      const all = lanes.read({ kind, ...WIDE, columns: 13, most: 100 });
      expect(few.lanes.filter(({ is }) => is === 'named').length).toBeLessThanOrEqual(most);
      const sum = ({ counts }: LaneColumns): number =>
        counts.reduce((total, one) => total + one, 0);
      expect(sum(few)).toBe(sum(all));
      expect(few.lanes.reduce((total, { count }) => total + count, 0)).toBe(sum(all));
      for (const [place, { count }] of few.lanes.entries()) {
        const each = few.columns * GROUPS.length;
        const own = few.counts.slice(place * each, (place + 1) * each);
        expect(own.reduce((total, one) => total + one, 0)).toBe(count);
      }
      const shown = few.lanes.filter(({ is }) => is !== 'others');
      for (const head of shown) expect(all.lanes).toContainEqual(head);
    }),
    { numRuns: 100 },
  );
});

test('folded lanes are the sum of those folded into them', () => {
  fc.assert(
    fc.property(cases, ({ facts, slice }) => {
      const lanes = lanesOf(facts, slice);
      const read = (foldedInto?: (value: string) => string): LaneColumns =>
        lanes.read({
          kind: 'service',
          ...WIDE,
          columns: 7,
          most: 100,
          ...(foldedInto && { foldedInto }),
        });
      const folded = read(() => 'unit');
      const whole = read();
      const total = (one: LaneColumns, group: keyof typeof GROUP_COLUMN): number =>
        one.counts.reduce(
          (sum, count, index) =>
            index % GROUPS.length === GROUP_COLUMN[group] ? sum + count : sum,
          0,
        );
      for (const group of GROUPS) expect(total(folded, group)).toBe(total(whole, group));
      expect(folded.lanes.length).toBe(whole.lanes.length === 0 ? 0 : 1);
    }),
    { numRuns: 50 },
  );
});

test('of a quarter of an hour there is one row a lane, however many minutes it had', () => {
  const database = new Sqlite(':memory:');
  database.exec(LANE_TABLES_SQL);
  const start = Math.floor(T0 / (15 * 60_000)) * 15 * 60_000;
  const facts = Array.from({ length: 14 }, (_, minute) => noteOf('Ada', start + minute * 60_000));
  openLanes(database).take(facts);
  const rows = (table: string): unknown =>
    database.prepare(`SELECT count(*) FROM ${table} WHERE kind = 1`).pluck().get();
  expect([rows('lane_minute'), rows('lane_quarter')]).toEqual([14, 1]);
});

test('what was rolled back does not leave a lane behind', () => {
  const database = new Sqlite(':memory:');
  database.exec(LANE_TABLES_SQL);
  const lanes = openLanes(database);
  expect(() =>
    database.transaction(() => {
      lanes.take([noteOf('Ada', T0)]);
      throw new Error('cut off');
    })(),
  ).toThrow('cut off');
  lanes.take([noteOf('Lin', T0), noteOf('Ada', T0)]);
  // As after the next start: what stands in the file, not what is remembered.
  const { lanes: heads } = openLanes(database).read({
    kind: 'person',
    ...WIDE,
    columns: 4,
    most: 5,
  });
  expect(heads.map(({ value, count }) => [value, count])).toEqual([
    ['Ada', 1],
    ['Lin', 1],
  ]);
});
