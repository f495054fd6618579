import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { ForeignFileError, openDatabase } from '../../gateway/journal/database.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { JOURNAL_APPLICATION_ID, isDiskError, openJournal, type Journal } from './journal.ts';
import { journalMigrations } from './migrations.ts';

const T0 = 1_760_000_000_000;

function someFact(number: number, over: Partial<Fact> = {}): Fact {
  return sealFact({
    kind: 'source.heard',
    v: 1,
    thing: 'source:am',
    at: T0 + number * 60_000,
    heardAt: T0 + number * 60_000,
    source: 'am',
    body: { speaks: 'alertmanager', intervalMs: 60_000 },
    ...over,
  });
}

function journalIn(folder: string): Journal {
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  return journal;
}

test('J1 a fact is never changed and never removed', () => {
  const journal = journalIn(scratchFolder());
  journal.appendForeign([someFact(1)], T0);
  expect(() => journal.database.exec("UPDATE fact SET kind = 'x'")).toThrow(/never changed/);
  expect(() => journal.database.exec('DELETE FROM fact')).toThrow(/never removed/);
  expect(() => journal.database.exec('INSERT OR REPLACE INTO fact SELECT * FROM fact')).toThrow(
    /never removed|UNIQUE/,
  );
});

test('J2 facts and the cursor move in one transaction', () => {
  const journal = journalIn(scratchFolder());
  const batch = { feed: 'gateway', epoch: 'e1', part: 'tail' as const };
  journal.appendFromFeed({ ...batch, from: 1, to: 2, facts: [someFact(1), someFact(2)] }, T0);
  expect(journal.feedPlace('gateway')).toMatchObject({ epoch: 'e1', holds: [[1, 2]] });
  // The second fact cannot be stored: the first one and the cursor must not move either.
  const broken = { ...someFact(4), heardAt: 'never' as unknown as number };
  expect(() =>
    journal.appendFromFeed({ ...batch, from: 3, to: 4, facts: [someFact(3), broken] }, T0),
  ).toThrow();
  expect(journal.feedPlace('gateway').holds).toEqual([[1, 2]]);
  expect(journal.facts.lastSeq()).toBe(2);
  journal.appendFromFeed({ ...batch, from: 3, to: 4, facts: [someFact(3), someFact(4)] }, T0);
  expect(journal.feedPlace('gateway').holds).toEqual([[1, 4]]);
  expect(journal.facts.lastSeq()).toBe(4);
});

test('J2 heads move no range, and another epoch begins anew', () => {
  const journal = journalIn(scratchFolder());
  journal.appendFromFeed(
    { feed: 'g', epoch: 'e1', part: 'heads', from: 5, to: 5, facts: [someFact(5)] },
    T0,
  );
  expect(journal.feedPlace('g')).toMatchObject({ epoch: 'e1', holds: [] });
  journal.appendFromFeed({ feed: 'g', epoch: 'e1', part: 'gap', from: 1, to: 3, facts: [] }, T0);
  journal.appendFromFeed({ feed: 'g', epoch: 'e2', part: 'tail', from: 9, to: 9, facts: [] }, T0);
  expect(journal.feedPlace('g')).toMatchObject({ epoch: 'e2', holds: [[9, 9]] });
});

test('J3 the journal commits with synchronous=FULL in WAL mode', () => {
  const journal = journalIn(scratchFolder());
  expect(journal.database.pragma('synchronous', { simple: true })).toBe(2);
  expect(journal.database.pragma('journal_mode', { simple: true })).toBe('wal');
  // The negative control: without our pragma, this build's WAL default is NORMAL.
  const bare = new Sqlite(join(scratchFolder(), 'bare.sqlite'));
  onTestFinished(() => void bare.close());
  bare.pragma('journal_mode = WAL');
  bare.exec('CREATE TABLE t (a)');
  expect(bare.pragma('compile_options')).toContainEqual({
    compile_options: 'DEFAULT_WAL_SYNCHRONOUS=1',
  });
});

test('J4 a repeat of an id changes nothing, and leaves no hole in the sequence', () => {
  const journal = journalIn(scratchFolder());
  journal.appendForeign([someFact(1), someFact(1)], T0);
  const again = journal.appendForeign([{ ...someFact(1), heardAt: T0 + 5 }, someFact(2)], T0);
  expect(again.map(({ seq }) => seq)).toEqual([2]);
  expect(journal.facts.range(0, 99, 99).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(journal.facts.byId(someFact(1).id)?.fact.heardAt).toBe(someFact(1).heardAt);
});

test('J5 a fact of an unknown kind is stored as it came', () => {
  const journal = journalIn(scratchFolder());
  const future = someFact(1, { kind: 'teleport.engaged', v: 7, thing: 'teleport:1' });
  journal.appendForeign([future], T0);
  expect(journal.facts.byId(future.id)?.fact).toEqual(future);
});

test('J7 a row that was changed outside is found by its hash', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  journal.appendForeign([someFact(1), someFact(2), someFact(3)], T0);
  expect(journal.facts.damaged()).toEqual([]);
  journal.close();
  const outside = new Sqlite(join(folder, 'journal-0001.sqlite'));
  outside.exec('DROP TRIGGER fact_is_never_changed');
  outside.prepare('UPDATE fact SET heard_at = heard_at + 1 WHERE seq = 2').run();
  expect(outside.pragma('integrity_check', { simple: true })).toBe('ok');
  outside.close();
  const again = journalIn(folder);
  expect(again.facts.damaged()).toEqual([{ seq: 2 }]);
});

test('J8 a file of a newer version or of another program is refused and left untouched', () => {
  const folder = scratchFolder();
  openJournal({ folder }).close();
  const path = join(folder, 'journal-0001.sqlite');
  const newer = new Sqlite(path);
  newer.pragma('user_version = 9999');
  newer.close();
  expect(() => openJournal({ folder })).toThrow(ForeignFileError);
  expect(() => openJournal({ folder })).toThrow(/newer version.*left untouched/);
  const other = scratchFolder();
  const foreign = new Sqlite(join(other, 'journal-0001.sqlite'));
  foreign.exec('CREATE TABLE shopping (item)');
  foreign.close();
  expect(() => openJournal({ folder: other })).toThrow(/not a file of this kind/);
  const garbage = scratchFolder();
  writeFileSync(join(garbage, 'journal-0001.sqlite'), 'this is no database, it is a shopping list');
  expect(() => openJournal({ folder: garbage })).toThrow(/not a database/);
});

test('J9 a migration that is cut off leaves the old schema or the new one', () => {
  const path = join(scratchFolder(), 'half.sqlite');
  const options = { path, applicationId: JOURNAL_APPLICATION_ID, synchronous: 'FULL' as const };
  openDatabase({ ...options, migrations: journalMigrations }).close();
  const broken = { number: 9000, sql: 'CREATE TABLE half (a) STRICT; CREATE TABLE half (a);' };
  expect(() => openDatabase({ ...options, migrations: [...journalMigrations, broken] })).toThrow();
  const after = openDatabase({ ...options, migrations: journalMigrations });
  onTestFinished(() => void after.close());
  expect(after.pragma('user_version', { simple: true })).toBe(journalMigrations.at(-1)?.number);
  expect(after.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
});

test('C3 what a person wrote waits in the outbox until an epoch has it, in order', () => {
  const journal = journalIn(scratchFolder());
  const note = (text: string, id: string) =>
    ({ kind: 'note.written', thing: `note:${id}`, at: T0, body: { text } }) as const;
  journal.appendOwn('maya', [note('one', 'a'), note('two', 'b')], T0);
  journal.appendOwn('maya', [note('three', 'c')], T0 - 5_000);
  const waiting = journal.outbox('e1', 10);
  expect(waiting.map((fact) => fact.body['text'])).toEqual(['one', 'two', 'three']);
  expect(waiting.map((fact) => fact.author?.counter)).toEqual([1, 2, 3]);
  // The clock went back; the hybrid clock did not.
  const clocks = waiting.map((fact) => fact.author?.hlc ?? '');
  expect([...clocks].sort()).toEqual(clocks);
  const [first, second] = waiting;
  journal.recordReceipts('e1', [first?.id ?? ''], [{ id: second?.id ?? '', reason: 'no' }], T0);
  expect(journal.outbox('e1', 10).map((fact) => fact.body['text'])).toEqual(['three']);
  expect(journal.sentState(first?.id ?? '', 'e1')).toBe('sent');
  expect(journal.sentState(second?.id ?? '', 'e1')).toBe('refused');
  // A restored gateway has another epoch and lacks them: they are to be sent to it as well.
  expect(journal.outboxSize('e2')).toBe(3);
});

test('C3 what comes back over the feed counts as a receipt', () => {
  const journal = journalIn(scratchFolder());
  const [own] = journal.appendOwn(
    'maya',
    [{ kind: 'note.written', thing: 'note:a', at: T0, body: { text: 'x' } }],
    T0,
  );
  if (!own) throw new Error('nothing was written');
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e1', part: 'tail', from: 1, to: 1, facts: [own.fact] },
    T0,
  );
  expect(journal.outboxSize('e1')).toBe(0);
  expect(journal.facts.lastSeq()).toBe(1);
});

test('J2 gaps, what is passed over for them, and the epoch move in one transaction', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  const batch = { feed: 'gateway', epoch: 'e1', part: 'tail' as const, facts: [] };
  journal.appendFromFeed({ ...batch, from: 1, to: 2 }, T0);
  const loss = { from: null, to: null, feed: 'gateway', epoch: 'e2', formerEpoch: 'e1' };
  journal.database.exec(
    "CREATE TEMP TRIGGER full BEFORE UPDATE ON feed_cursor BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  expect(() => journal.recordLoss({ ...loss, lost: [[1, 40]] }, T0)).toThrow(/full/);
  expect(journal.gaps('gateway')).toEqual([]);
  expect(journal.feedPlace('gateway')).toMatchObject({ epoch: 'e1', holds: [[1, 2]] });
  journal.database.exec('DROP TRIGGER full');
  journal.recordLoss({ ...loss, lost: [[1, 40]] }, T0);
  // Told again by a gateway that did not hear of the commit: kept once, as it was first told.
  journal.recordLoss({ ...loss, lost: [[1, 40]] }, T0 + 1);
  journal.close();
  const again = journalIn(folder);
  expect(again.feedPlace('gateway')).toMatchObject({ epoch: 'e2', holds: [[1, 40]] });
  expect(again.gaps('gateway')).toMatchObject([
    { kind: 'epoch', at: T0, detail: 'e1 → e2' },
    { kind: 'retention', at: T0, detail: '1–40' },
  ]);
  expect(again.gaps('another')).toEqual([]);
});

test('J2 what was not understood is parked with its batch or not at all', () => {
  const journal = journalIn(scratchFolder());
  const batch = { feed: 'gateway', epoch: 'e1', part: 'tail' as const, from: 1, to: 2 };
  const parked = [
    { source: 'feed', place: 'tail[1]', code: 'missing' as const, reason: 'no', excerpt: '{}' },
  ];
  const broken = { ...someFact(1), heardAt: 'never' as unknown as number };
  expect(() => journal.appendFromFeed({ ...batch, facts: [broken], parked }, T0)).toThrow();
  expect(journal.quarantineSize()).toBe(0);
  journal.appendFromFeed({ ...batch, facts: [someFact(1)], parked }, T0);
  expect(journal.quarantineSize()).toBe(1);
  expect(journal.feedPlace('gateway').holds).toEqual([[1, 2]]);
});

test('J9 a journal from before the gaps keeps all that it had', () => {
  const folder = scratchFolder();
  const before = openDatabase({
    path: join(folder, 'journal-0001.sqlite'),
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations.filter(({ number }) => number <= 20),
    synchronous: 'FULL',
  });
  before.exec(`INSERT INTO meta VALUES ('journal', 'j'), ('replica', 'r');
    INSERT INTO feed_cursor VALUES ('gateway', 'e1', '[[1,7]]')`);
  before.close();
  const journal = journalIn(folder);
  expect([journal.id, journal.replica]).toEqual(['j', 'r']);
  expect(journal.feedPlace('gateway')).toMatchObject({ epoch: 'e1', holds: [[1, 7]] });
  expect(journal.gaps('gateway')).toEqual([]);
  expect([journal.skewMs(), journal.meta('room')]).toEqual([null, null]);
});

test('J8 what a disk says is told from what a program says', () => {
  const journal = journalIn(scratchFolder());
  journal.checkWritable();
  journal.database.pragma('query_only = 1');
  const faultOf = (run: () => void): unknown => {
    try {
      run();
      return null;
    } catch (error) {
      return error;
    }
  };
  expect(isDiskError(faultOf(() => journal.checkWritable()))).toBe(true);
  expect(isDiskError(faultOf(() => journal.database.exec('SELECT')))).toBe(false);
  expect(isDiskError(new Error('SQLITE_FULL'))).toBe(false);
});
