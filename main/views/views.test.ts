import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { effectiveAt, sealFact, type Fact } from '../../shared/facts/fact.ts';
import { foldThing } from '../../shared/projections/fold.ts';
import { factSet, shuffledWithRepeats } from '../../shared/testing/arbitrary-facts.ts';
import { openJournal } from '../journal/journal.ts';
import { scratchFolder } from '../testing/scratch.ts';
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

/** All that can be read from views, wherever their points happen to lie. */
function dump(views: Views): unknown {
  const read = (sql: string): unknown[] => views.database.prepare(sql).all();
  const statesOf = (states: ReadonlyMap<string, { state: unknown }>): unknown =>
    Object.fromEntries([...states].map(([thing, { state }]) => [thing, state]).sort());
  return {
    current: statesOf(views.current),
    past: [0, 7, 19, 33, 60].map((minute) => statesOf(views.at(T0 + minute * 60_000))),
    minutes: read('SELECT * FROM minute_count ORDER BY minute'),
    sources: read('SELECT * FROM source_count ORDER BY source'),
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
    { numRuns: 20 },
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

function withFile(path: string, act: (file: Sqlite.Database) => void): void {
  const file = new Sqlite(path);
  act(file);
  file.close();
}
