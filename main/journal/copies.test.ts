import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { BackupError, backUp, restore } from './backup.ts';
import { checkFolder } from './check-folder.ts';
import { COPY_EVERY_MS, openCopies, thinned, type Copies } from './copies.ts';
import { openJournal, type Journal, type JournalLimits } from './journal.ts';

const T0 = 1_760_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function facts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${(from + index) % 7}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
}

interface Kept {
  readonly journal: Journal;
  readonly copies: Copies;
  readonly folder: string;
  readonly clock: { now: number; free: number };
  /** Works until nothing is due. */
  run(): void;
}

function kept(limits: Partial<JournalLimits> = {}): Kept {
  const journal = openJournal({ folder: scratchFolder(), limits });
  const folder = join(scratchFolder(), 'copies');
  const clock = { now: T0, free: 10e9 };
  const copies = openCopies({
    journal,
    folder,
    now: () => clock.now,
    freeBytes: () => clock.free,
  });
  onTestFinished(() => {
    copies.close();
    journal.close();
  });
  return {
    journal,
    copies,
    folder,
    clock,
    run: () => {
      while (copies.step(50));
    },
  };
}

const newId = (): string => Math.random().toString(16).slice(2);

function restored(source: string, at: number | null = null): Journal {
  const journalFolder = scratchFolder();
  restore({ source, journalFolder, at, newId });
  const journal = openJournal({ folder: journalFolder });
  onTestFinished(() => journal.close());
  return journal;
}

function hashes(journal: Journal): string[] {
  return journal
    .databases()
    .flatMap(
      (database) =>
        database.prepare('SELECT hex(row_hash) FROM fact ORDER BY seq').pluck().all() as string[],
    );
}

test('J12 points are kept 5 minutes apart for an hour, hours for a day, days for a week', () => {
  let points: number[] = [];
  const end = T0 + 9 * DAY;
  for (let now = T0; now <= end; now += COPY_EVERY_MS) {
    points.push(now);
    const gone = new Set(thinned(points, now));
    points = points.filter((at) => !gone.has(at));
  }
  const ages = points.map((at) => end - at);
  const within = (from: number, to: number): number[] =>
    ages.filter((age) => age >= from && age < to);
  expect(within(0, HOUR)).toHaveLength(12);
  // Whatever moment of the past is asked for, a point lies as near as was promised.
  for (let age = 0; age <= 7 * DAY; age += 20 * MINUTE) {
    const nearest = Math.min(...ages.filter((one) => one >= age)) - age;
    expect(nearest, `age ${age / HOUR} h`).toBeLessThanOrEqual(
      age < HOUR ? COPY_EVERY_MS : age < DAY ? HOUR : DAY,
    );
  }
  expect(ages.length).toBeLessThanOrEqual(12 + 26 + 9);
  expect(Math.max(...ages)).toBeLessThanOrEqual(8 * DAY + HOUR);
});

test('J12 a point gives back the facts up to its seq and the small tables as they were', () => {
  const { journal, clock, folder, run } = kept();
  const note = (id: string) =>
    ({ kind: 'note.written', thing: `note:${id}`, at: clock.now, body: { text: id } }) as const;
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e', part: 'tail', from: 1, to: 9, facts: facts(1, 9) },
    T0,
  );
  const [sent] = journal.appendOwn('maya', [note('sent'), note('unsent')], clock.now);
  journal.recordReceipts('e', [sent?.fact.id ?? ''], [], clock.now);
  run();
  const before = hashes(journal);
  clock.now += COPY_EVERY_MS;
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e', part: 'tail', from: 10, to: 20, facts: facts(10, 20) },
    clock.now,
  );
  journal.appendOwn('maya', [note('late')], clock.now);
  run();
  const now = restored(folder);
  expect(hashes(now)).toEqual(hashes(journal));
  expect(now.outbox('e', 9).map(({ body }) => body['text'])).toEqual(['unsent', 'late']);
  const then = restored(folder, T0 + MINUTE);
  expect(hashes(then)).toEqual(before);
  expect(then.feedPlace('gateway')).toMatchObject({ epoch: 'e', holds: [[1, 9]] });
  expect(then.outbox('e', 9).map(({ body }) => body['text'])).toEqual(['unsent']);
  expect(then.replica).not.toBe(journal.replica);
  expect(then.id).not.toBe(journal.id);
  // No seq that was ever given is given again, and nobody's counter either.
  const [next] = then.appendOwn('maya', [note('next')], clock.now);
  expect(next?.seq).toBe(journal.facts.lastSeq() + 1);
  expect(next?.fact.author).toMatchObject({ replica: then.replica, counter: 3 });
  expect(then.facts.damaged()).toEqual([]);
  // … and what was gone back behind is not looked for.
  expect(checkFolder(then.folder, { rows: true })).toMatchObject([{ checked: 12, damage: null }]);
  expect(() => then.database.exec('DELETE FROM fact')).toThrow(/never removed/);
});

test('J12 after a restore the copies begin anew, and one mirror of what was known before is kept', () => {
  const { journal, clock, folder, run } = kept();
  for (const from of [1, 11, 21]) {
    journal.appendForeign(facts(from, from + 9), T0);
    run();
    clock.now += COPY_EVERY_MS;
  }
  const then = restored(folder, T0);
  then.appendForeign(facts(50, 54), T0);
  const copies = openCopies({ journal: then, folder, now: () => clock.now, freeBytes: () => 1e12 });
  for (let turn = 0; turn < 3; turn += 1) {
    while (copies.step(50));
    clock.now += COPY_EVERY_MS;
  }
  copies.close();
  const former = `former-${journal.id}.sqlite`;
  expect(readdirSync(folder).sort()).toEqual(['a.sqlite', 'b.sqlite', former]);
  expect(copies.state().points.map(({ lastSeq }) => lastSeq)).toEqual([35, 35, 35]);
  expect(hashes(restored(folder))).toEqual(hashes(then));
  expect(restored(join(folder, former)).facts.lastSeq()).toBe(30);
});

test('J12 with full files: each is copied once, and every point can be gone back to', () => {
  const { journal, clock, folder, run } = kept({ facts: 20 });
  const states: { at: number; hashes: string[] }[] = [];
  for (let from = 1; from <= 70; from += 10) {
    journal.appendForeign(facts(from, from + 9), clock.now);
    if (journal.isFull()) while (!journal.seal(5));
    run();
    states.push({ at: clock.now, hashes: hashes(journal) });
    clock.now += COPY_EVERY_MS;
  }
  expect(readdirSync(folder).sort()).toEqual([
    'a.sqlite',
    'b.sqlite',
    'journal-0001.sqlite',
    'journal-0002.sqlite',
    'journal-0003.sqlite',
  ]);
  for (const { at, hashes: expected } of states) {
    const then = restored(folder, at);
    expect(hashes(then)).toEqual(expected);
    expect(then.facts.firstSeq()).toBe(1);
    then.appendForeign(facts(100, 101), T0);
    expect(then.facts.lastSeq()).toBeGreaterThan(70);
  }
});

test('J12 damage never reaches a copy, and where one mirror is damaged the other one serves', () => {
  const { journal, copies, clock, folder, run } = kept();
  journal.appendForeign(facts(1, 50), T0);
  run();
  clock.now += COPY_EVERY_MS;
  run();
  const whole = hashes(journal);
  // The journal: a row is changed outside, after it was stored and before it is copied.
  journal.appendForeign(facts(51, 60), T0);
  journal.database.exec('DROP TRIGGER fact_is_never_changed');
  journal.database.exec('UPDATE fact SET heard_at = heard_at + 1 WHERE seq = 55');
  clock.now += COPY_EVERY_MS;
  run();
  expect(copies.state().problem).toMatch(/fact 55 of the journal is damaged/);
  expect(copies.state().points).toHaveLength(2);
  // A mirror: the newest point's.
  const [name = 'a.sqlite'] = copies
    .state()
    .points.slice(-1)
    .map(({ file }) => file);
  const mirror = new Sqlite(join(folder, name));
  mirror.exec('DROP TRIGGER fact_is_never_changed');
  mirror.exec('UPDATE fact SET seen_at = seen_at + 1 WHERE seq = 7');
  mirror.close();
  expect(hashes(restored(folder))).toEqual(whole);
  // … and one that is no database any more.
  writeFileSync(join(folder, name), 'gone');
  expect(hashes(restored(folder))).toEqual(whole);
});

test('J12 a mirror that is damaged is found within a day and made anew', () => {
  const { journal, copies, clock, folder, run } = kept();
  journal.appendForeign(facts(1, 50), T0);
  run();
  clock.now += COPY_EVERY_MS;
  run();
  const mirror = new Sqlite(join(folder, 'a.sqlite'));
  mirror.exec('DROP TRIGGER fact_is_never_changed');
  mirror.exec('UPDATE fact SET seen_at = seen_at + 1 WHERE seq = 7');
  mirror.close();
  clock.now += DAY;
  run();
  expect(copies.state().problem).toMatch(/a\.sqlite was damaged and is made anew/);
  expect(existsSync(join(folder, 'a.sqlite'))).toBe(false);
  for (let turn = 0; turn < 2; turn += 1) {
    clock.now += COPY_EVERY_MS;
    run();
  }
  expect(copies.state().problem).toBeNull();
  expect(existsSync(join(folder, 'a.sqlite'))).toBe(true);
  expect(hashes(restored(folder))).toEqual(hashes(journal));
});

test('J12 where little space is left, copies say so and take none of it', () => {
  const { journal, copies, clock, folder, run } = kept();
  journal.appendForeign(facts(1, 50), T0);
  clock.free = 200 * 1024 * 1024;
  run();
  expect(copies.state()).toMatchObject({ points: [], bytes: 0 });
  expect(copies.state().problem).toMatch(/200 MB are free/);
  expect(existsSync(folder)).toBe(false);
  clock.free = 10e9;
  clock.now += COPY_EVERY_MS;
  run();
  expect(copies.state()).toMatchObject({ problem: null, points: [{ lastSeq: 50 }] });
});

test('J12 a backup that was changed is refused, and leaves nothing', async () => {
  const { journal } = kept({ facts: 20 });
  journal.appendForeign(facts(1, 30), T0);
  while (!journal.seal(5));
  journal.appendForeign(facts(31, 40), T0);
  const { path, facts: count } = await backUp(journal, scratchFolder(), () => T0);
  expect(count).toBe(40);
  expect(hashes(restored(path))).toEqual(hashes(journal));
  for (const name of ['journal-0001.sqlite', 'journal-0002.sqlite', 'manifest.json']) {
    const copy = join(scratchFolder(), 'backup');
    cpSync(path, copy, { recursive: true });
    const bytes = readFileSync(join(copy, name));
    // Wherever the text stands: also in places that no row uses any more.
    const text = name === 'manifest.json' ? 'holdfast' : 'A3 on pay';
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      bytes[at] = (bytes[at] ?? 0) ^ 4;
    }
    rmSync(join(copy, name));
    writeFileSync(join(copy, name), bytes);
    const journalFolder = join(scratchFolder(), 'live');
    mkdirSync(journalFolder);
    expect(() => restore({ source: copy, journalFolder, at: null, newId }), name).toThrow(
      BackupError,
    );
    expect(readdirSync(journalFolder), name).toEqual([]);
  }
  expect(() => restored(scratchFolder())).toThrow(/neither a backup nor/);
});

test('J12 together the copies take no more than three times the journal', () => {
  const { journal, copies, clock, run } = kept({ facts: 2_000 });
  for (let from = 1; from <= 5_000; from += 500) {
    journal.appendForeign(facts(from, from + 499), clock.now);
    if (journal.isFull()) while (!journal.seal(50));
    run();
    clock.now += COPY_EVERY_MS;
  }
  const bytes = journal.files().reduce((sum, { path }) => sum + statSync(path).size, 0);
  expect(copies.state().bytes).toBeLessThanOrEqual(3 * bytes);
});
