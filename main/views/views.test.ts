import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { effectiveAt, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { foldThing } from '../../shared/projections/fold.ts';
import { factSet, shuffledWithRepeats } from '../../shared/testing/arbitrary-facts.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { LANE_KINDS } from './lane-values.ts';
import { openViews, type Views } from './views.ts';

const T0 = 1_760_000_000_000;

function heard(number: number): Fact {
  return sealFact({
    kind: 'source.heard',
    v: 1,
    thing: `source:s${number % 7}`,
    at: T0 + number * 60_000,
    heardAt: T0 + number * 60_000,
    source: `s${number % 7}`,
    body: { speaks: 'alertmanager', intervalMs: 60_000 },
  });
}

function byThing(one: readonly [string, unknown], other: readonly [string, unknown]): number {
  return one[0] < other[0] ? -1 : 1;
}

/** All that can be read from views, wherever their points happen to lie. */
function dump(views: Views): unknown {
  const read = (sql: string): unknown[] => views.database.prepare(sql).all();
  const statesOf = (states: ReadonlyMap<string, { state: unknown }>): unknown =>
    Object.fromEntries(
      [...states].map(([thing, { state }]) => [thing, state] as const).sort(byThing),
    );
  return {
    current: statesOf(views.current),
    past: [0, 7, 19, 33, 60].map((minute) => statesOf(views.at(T0 + minute * 60_000))),
    minutes: read('SELECT * FROM minute_count ORDER BY minute'),
    sources: read('SELECT * FROM source_count ORDER BY source'),
    lanes: LANE_KINDS.map((kind) =>
      views.lanes({ kind, from: T0 - 3_600_000, to: T0 + 3_600_000, columns: 100, most: 9 }),
    ),
    extent: views.extent(),
  };
}

function catchUpAll(views: Views, slice: number): void {
  while (views.catchUp(slice).more);
}

test('P1, P2 views fed in any order and cut equal views fed at once, and every past moment is right', () => {
  const cases = factSet({ maxLength: 25 }).chain((facts) =>
    fc.tuple(
      shuffledWithRepeats(facts),
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.integer({ min: -1, max: 41 }), { minLength: 3, maxLength: 3 }),
    ),
  );
  fc.assert(
    fc.property(cases, ([arrival, slice, steps]) => {
      const folder = scratchFolder();
      const journal = openJournal({ folder });
      const views = openViews(folder, journal);
      try {
        for (const fact of arrival) {
          journal.appendForeign([fact], T0);
          views.catchUp(slice);
        }
        catchUpAll(views, slice);
        for (const step of steps) {
          const moment = T0 + step * 15_000;
          const expected = new Map<string, unknown>();
          for (const [thing, facts] of Map.groupBy(arrival, (fact) => fact.thing)) {
            const past = facts.filter((fact) => effectiveAt(fact) <= moment);
            const unique = [...new Map(past.map((fact) => [fact.id, fact])).values()];
            const folded = foldThing(thing, unique);
            if (folded) expected.set(thing, folded.state);
          }
          const got = new Map([...views.at(moment)].map(([thing, { state }]) => [thing, state]));
          expect(Object.fromEntries(got)).toEqual(Object.fromEntries(expected));
        }
      } finally {
        views.close();
        journal.close();
      }
    }),
    { numRuns: 10 },
  );
});

test('J6 killed between the journal commit and the views commit, the views catch up by themselves', () => {
  const folder = scratchFolder();
  const script = `
    import { openJournal } from ${JSON.stringify(join(import.meta.dirname, '../journal/journal.ts'))};
    import { openViews } from ${JSON.stringify(join(import.meta.dirname, 'views.ts'))};
    import { sealFact } from ${JSON.stringify(join(import.meta.dirname, '../../shared/facts/fact.ts'))};
    const heard = (n) => sealFact({ kind: 'source.heard', v: 1, thing: 'source:s' + (n % 7),
      at: ${T0} + n * 60000, heardAt: ${T0} + n * 60000, source: 's' + (n % 7),
      body: { speaks: 'alertmanager', intervalMs: 60000 } });
    const journal = openJournal({ folder: ${JSON.stringify(folder)} });
    const views = openViews(${JSON.stringify(folder)}, journal);
    for (let n = 0; n < 100; n += 1) journal.appendForeign([heard(n)], ${T0});
    while (views.catchUp(30).more);
    journal.appendForeign(Array.from({ length: 50 }, (_, n) => heard(100 + n)), ${T0});
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  expect(child.signal).toBe('SIGKILL');
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const views = openViews(folder, journal);
  onTestFinished(() => views.close());
  expect([journal.facts.lastSeq(), views.reflected()]).toEqual([150, 100]);
  catchUpAll(views, 1_000);
  const other = scratchFolder();
  const fresh = openViews(other, journal);
  onTestFinished(() => fresh.close());
  catchUpAll(fresh, 1_000);
  expect(dump(views)).toEqual(dump(fresh));
});

test('J6 views that are missing, foreign, ahead, old or broken are made anew', () => {
  const folder = scratchFolder();
  const path = join(folder, 'views.sqlite');
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  journal.appendForeign(
    Array.from({ length: 20 }, (_, number) => heard(number)),
    T0,
  );
  const first = openViews(folder, journal);
  catchUpAll(first, 100);
  const right = dump(first);
  first.close();
  const spoil: (() => void)[] = [
    () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    },
    () => withFile(path, (file) => file.exec("UPDATE meta SET value = 'x' WHERE key = 'name'")),
    () => withFile(path, (file) => file.exec("UPDATE meta SET value = '99' WHERE key = 'seq'")),
    () => withFile(path, (file) => file.pragma('user_version = 9999')),
    () => withFile(path, (file) => file.exec('DROP TABLE meta')),
  ];
  for (const damage of spoil) {
    damage();
    const again = openViews(folder, journal);
    catchUpAll(again, 100);
    expect(dump(again)).toEqual(right);
    again.close();
  }
});

test('P1 facts of one thing that come newest first are folded anew once a slice, not once a fact', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const beats = Array.from({ length: 5_000 }, (_, number) => heard(number * 7));
  journal.appendForeign([...beats].reverse(), T0);
  const views = openViews(folder, journal);
  onTestFinished(() => views.close());
  // Folding anew for every late fact took minutes here: far over this test's time.
  catchUpAll(views, 500);
  const other = openViews(scratchFolder(), journal);
  onTestFinished(() => other.close());
  catchUpAll(other, 5_000);
  expect(dump(views)).toEqual(dump(other));
});

test('J6 zeroed pages in the views cost only the views', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  journal.appendForeign(
    Array.from({ length: 2_000 }, (_, number) => heard(number)),
    T0,
  );
  const first = openViews(folder, journal);
  catchUpAll(first, 500);
  const right = dump(first);
  first.close();
  const path = join(folder, 'views.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0, 4_096, 4_096 * 6);
  writeFileSync(path, bytes);
  const again = openViews(folder, journal);
  onTestFinished(() => again.close());
  catchUpAll(again, 500);
  expect(dump(again)).toEqual(right);
});

const VERSIONS = { old: 90, next: 91 };

/** A journal of sources that were heard, with views of a former version beside it. */
function formerViews(facts: number): { folder: string; journal: Journal } {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  journal.appendForeign(
    Array.from({ length: facts }, (_, number) => heard(number)),
    T0,
  );
  const former = openViews(folder, journal, { version: VERSIONS.old });
  catchUpAll(former, 1_000);
  former.close();
  return { folder, journal };
}

function fromScratch(journal: Journal): unknown {
  const views = openViews(scratchFolder(), journal);
  catchUpAll(views, 1_000);
  const all = dump(views);
  views.close();
  return all;
}

function statesOf(views: Views): Record<string, unknown> {
  return Object.fromEntries(
    [...views.current].map(([thing, { state }]) => [thing, state] as const).sort(byThing),
  );
}

test('J6 after an upgrade the current states are there at once, follow live, and give way to new views', () => {
  const { folder, journal } = formerViews(1_000);
  let views = openViews(folder, journal, { version: VERSIONS.next });
  for (let round = 0; views.reflected() < journal.facts.lastSeq(); round += 1) {
    // At once as new as the journal, and said to be behind until the past is there as well.
    const number = 2_000 + round;
    journal.appendForeign([heard(number)], T0);
    expect(views.catchUp(90).facts.at(-1)?.seq).toBe(journal.facts.lastSeq());
    expect(views.current.get(`source:s${number % 7}`)?.state).toMatchObject({
      lastMinute: T0 + number * 60_000,
    });
    expect(views.current.size).toBe(7);
    expect(views.reflected()).toBeLessThan(journal.facts.lastSeq());
    views.catchUp(90);
    if (round % 3 === 2) {
      // Ended in between: the next start begins with the same states and goes on.
      views.close();
      views = openViews(folder, journal, { version: VERSIONS.next });
      expect(views.current.size).toBe(7);
    }
    if (round > 100) throw new Error('the new views are never ready');
  }
  expect(dump(views)).toEqual(fromScratch(journal));
  expect(existsSync(join(folder, 'views-next.sqlite'))).toBe(false);
  views.close();
  const again = openViews(folder, journal, { version: VERSIONS.next });
  onTestFinished(() => again.close());
  expect(again.reflected()).toBe(journal.facts.lastSeq());
});

test('J6 views whose heads cannot be read show nothing until they are built: the control of the upgrade', () => {
  const { folder, journal } = formerViews(100);
  withFile(join(folder, 'views.sqlite'), (file) => file.exec('DROP TABLE head'));
  const views = openViews(folder, journal, { version: VERSIONS.next });
  onTestFinished(() => views.close());
  expect(views.current.size).toBe(0);
  catchUpAll(views, 1_000);
  expect(dump(views)).toEqual(fromScratch(journal));
});

test('J6 killed while new views are built or take their place, every start has the current states', () => {
  const { folder, journal } = formerViews(400);
  const path = join(folder, 'views.sqlite');
  const expected = statesOf(openAndClose(folder, journal, VERSIONS.old));
  const next = join(folder, 'views-next.sqlite');
  for (const cut of ['building', 'torn', 'old removed']) {
    const views = openViews(folder, journal, { version: VERSIONS.next });
    views.catchUp(100);
    expect(existsSync(next)).toBe(true);
    views.close();
    if (cut === 'old removed') {
      // Only ever done with complete ones.
      const complete = openViews(folder, journal, { version: VERSIONS.next });
      catchUpAll(complete, 1_000);
      complete.close();
      renameSync(path, next);
    }
    if (cut === 'torn') writeFileSync(next, 'torn');
    expect(statesOf(openAndClose(folder, journal, VERSIONS.next))).toEqual(expected);
    if (cut === 'old removed') {
      // Back to a former version, as a person may go: nothing is lost either.
      expect(statesOf(openAndClose(folder, journal, VERSIONS.old))).toEqual(expected);
    }
  }
  const views = openViews(folder, journal, { version: VERSIONS.next });
  onTestFinished(() => views.close());
  catchUpAll(views, 1_000);
  expect(dump(views)).toEqual(fromScratch(journal));
});

function openAndClose(folder: string, journal: Journal, version: number): Views {
  const views = openViews(folder, journal, { version });
  views.close();
  return views;
}

test('P1 a backlog that comes heads first is right at once, said to be behind, and then equal to all else', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const beats = Array.from({ length: 3_000 }, (_, number) => heard(number));
  journal.appendForeign(beats.slice(-7), T0);
  const views = openViews(folder, journal);
  onTestFinished(() => views.close());
  catchUpAll(views, 100);
  const current = statesOf(views);
  journal.appendForeign(beats.slice(0, -7), T0);
  let behind = 0;
  while (views.catchUp(200).more) {
    expect(statesOf(views)).toEqual(current);
    if (views.reflected() < journal.facts.lastSeq()) behind += 1;
  }
  expect(behind).toBeGreaterThan(10);
  expect(views.reflected()).toBe(journal.facts.lastSeq());
  expect(dump(views)).toEqual(fromScratch(journal));
});

test('J6 a transaction that fails leaves the views as they were, and the next takes it all', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const views = openViews(folder, journal);
  onTestFinished(() => views.close());
  journal.appendForeign([heard(1)], T0);
  catchUpAll(views, 100);
  journal.appendForeign([heard(2), heard(9)], T0);
  views.database.exec(
    "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.meta BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  expect(() => views.catchUp(100)).toThrow('full');
  expect(views.reflected()).toBe(1);
  views.database.exec('DROP TRIGGER full');
  catchUpAll(views, 100);
  expect(dump(views)).toEqual(fromScratch(journal));
  views.close();
  const again = openViews(folder, journal);
  onTestFinished(() => again.close());
  expect(dump(again)).toEqual(fromScratch(journal));
});

function withFile(path: string, act: (file: Sqlite.Database) => void): void {
  const file = new Sqlite(path);
  act(file);
  file.close();
}
