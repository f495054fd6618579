import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../shared/kit/random.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { createIdFilter } from './id-filter.ts';
import { openJournal, type Journal, type JournalOptions } from './journal.ts';
import { openJournalFileReadOnly, sealOf } from './journal-files.ts';

const T0 = 1_760_000_000_000;

function facts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${(from + index) % 7}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
}

function opened(options: JournalOptions): Journal {
  const journal = openJournal(options);
  onTestFinished(() => journal.close());
  return journal;
}

/** A journal of three files and a bit, and beside it the same facts in one file. */
function rowAndOne(): { row: Journal; one: Journal } {
  const row = opened({ folder: scratchFolder(), limits: { facts: 20 } });
  const one = opened({ folder: scratchFolder() });
  for (let from = 1; from <= 70; from += 10) {
    for (const journal of [row, one]) journal.appendForeign(facts(from, from + 9), T0 + from);
    if (row.isFull()) while (!row.seal(0));
  }
  return { row, one };
}

test('J11 a row of files reads like one file: order, ids, things, extents and pages of ids', () => {
  const { row, one } = rowAndOne();
  expect(row.files().map(({ name, sealed, facts: count }) => [name, sealed, count])).toEqual([
    ['journal-0001.sqlite', true, 20],
    ['journal-0002.sqlite', true, 20],
    ['journal-0003.sqlite', true, 20],
    ['journal-0004.sqlite', false, 10],
  ]);
  const [left, right] = [row.facts, one.facts];
  expect([left.firstSeq(), left.lastSeq()]).toEqual([1, 70]);
  const random = seededRandom(11);
  for (let round = 0; round < 200; round += 1) {
    const after = Math.floor(random() * 75) - 2;
    const upTo = after + Math.floor(random() * 60);
    const limit = 1 + Math.floor(random() * 40);
    expect(left.range(after, upTo, limit)).toEqual(right.range(after, upTo, limit));
  }
  for (const fact of facts(1, 75)) {
    expect(left.byId(fact.id)).toEqual(right.byId(fact.id));
    expect(left.has(fact.id)).toBe(right.has(fact.id));
    expect(
      left
        .ofThing(fact.thing)
        .map(({ seq }) => seq)
        .sort((one, other) => one - other),
    ).toEqual(
      right
        .ofThing(fact.thing)
        .map(({ seq }) => seq)
        .sort((one, other) => one - other),
    );
    expect(left.newestBefore(fact.at)).toBe(right.newestBefore(fact.at));
  }
  expect(left.lastHeardAt()).toBe(right.lastHeardAt());
  const ids: string[] = [];
  for (let cursor: readonly number[] | null = null; ;) {
    const page = left.idsBetween(T0 + 5_000, T0 + 66_000, cursor, 7);
    ids.push(...page.ids.map((id) => id.toString('hex')));
    ({ cursor } = page);
    if (cursor === null) break;
  }
  const all = right.idsBetween(T0 + 5_000, T0 + 66_000, null, 1_000).ids;
  expect(ids.sort()).toEqual(all.map((id) => id.toString('hex')).sort());
  expect(left.damaged()).toEqual([]);
});

test('J11 a fact that lies in a sealed file is a duplicate, and seq goes on', () => {
  const { row } = rowAndOne();
  expect(row.appendForeign(facts(1, 70), T0)).toEqual([]);
  expect(row.appendForeign([...facts(15, 25), ...facts(71, 72)], T0).map(({ seq }) => seq)).toEqual(
    [71, 72],
  );
});

test('J11 what is not a fact goes along into the next file, the outbox with facts in sealed ones', () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  const note = (id: string) =>
    ({ kind: 'note.written', thing: `note:${id}`, at: T0, body: { text: id } }) as const;
  const [first] = journal.appendOwn('maya', [note('a'), note('b')], T0);
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e1', part: 'tail', from: 1, to: 9, facts: facts(1, 5) },
    T0,
  );
  journal.recordReceipts('e1', [first?.fact.id ?? ''], [], T0);
  journal.saveBlob('d'.repeat(64), 'x.md', '# x');
  journal.quarantine([{ source: 's', place: 'p', reason: 'r', excerpt: '{}' } as never], T0);
  journal.setMeta('room', 'ours');
  const before = [journal.id, journal.replica];
  while (!journal.seal(5));
  journal.close();
  const again = opened({ folder });
  expect([again.id, again.replica]).toEqual(before);
  expect(again.feedPlace('gateway')).toMatchObject({ epoch: 'e1', holds: [[1, 9]] });
  expect(again.outbox('e1', 10).map(({ body }) => body['text'])).toEqual(['b']);
  expect(again.blob('d'.repeat(64))?.text).toBe('# x');
  expect([again.quarantineSize(), again.meta('room')]).toEqual([1, 'ours']);
  const [next] = again.appendOwn('maya', [note('c')], T0);
  expect([next?.seq, next?.fact.author?.counter]).toEqual([8, 3]);
  expect(again.outbox('e1', 10).map(({ body }) => body['text'])).toEqual(['b', 'c']);
});

test('J11 a sealed file is at rest, closed to writing, and carries what it holds', () => {
  const { row } = rowAndOne();
  const [file] = row.files();
  if (!file) throw new Error('no file');
  expect(readdirSync(row.folder).filter((name) => name.startsWith(file.name))).toEqual([file.name]);
  expect(statSync(file.path).mode & 0o222).toBe(0);
  const database = openJournalFileReadOnly(file.path);
  onTestFinished(() => void database.close());
  expect(database.pragma('journal_mode', { simple: true })).toBe('delete');
  expect(sealOf(database)).toMatchObject({ facts: 20, firstSeq: 1, lastSeq: 20 });
  expect(() => database.exec("INSERT INTO meta VALUES ('a', 'b')")).toThrow(/readonly/);
});

test('J11 cut off at any step of a sealing, the row is the old one or the new one', () => {
  const folder = scratchFolder();
  const images: { step: string; folder: string }[] = [];
  const journal = openJournal({
    folder,
    onStep(step) {
      const image = scratchFolder();
      cpSync(folder, image, { recursive: true });
      images.push({ step, folder: image });
    },
  });
  journal.appendForeign(facts(1, 30), T0);
  journal.appendOwn(
    'maya',
    [{ kind: 'note.written', thing: 'note:a', at: T0, body: { text: 'a' } }],
    T0,
  );
  while (!journal.seal(5));
  journal.close();
  expect(images.map(({ step }) => step)).toEqual([
    'prepare',
    'mark',
    'rest',
    'rename',
    'renamed',
    'done',
  ]);
  for (const { step, folder: image } of images) {
    const names = (): string[] =>
      readdirSync(image).filter((name) => /\.sqlite(\.new)?$/.test(name));
    const isNew = names().includes('journal-0002.sqlite');
    expect(isNew, step).toBe(step === 'renamed' || step === 'done');
    const again = openJournal({ folder: image, repair: true });
    expect(again.salvage, step).toBeNull();
    expect(again.files().map(({ sealed }) => sealed)).toEqual(isNew ? [true, false] : [false]);
    expect(again.appendForeign(facts(1, 31), T0).map(({ seq }) => seq)).toEqual([32]);
    expect(again.facts.range(0, 99, 99).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 32 }, (_, index) => index + 1),
    );
    expect(again.outboxSize(null), step).toBe(1);
    expect(again.facts.damaged()).toEqual([]);
    // … and it can be sealed.
    while (!again.seal(5));
    expect(again.files().filter(({ sealed }) => sealed)).toHaveLength(isNew ? 2 : 1);
    again.close();
    expect(names().filter((name) => name.endsWith('.new'))).toEqual([]);
  }
});

test('J11 a file that others read is sealed another time, and nothing is lost by the attempt', () => {
  const folder = scratchFolder();
  const journal = opened({ folder });
  journal.appendForeign(facts(1, 5), T0);
  const reader = new Sqlite(join(folder, 'journal-0001.sqlite'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM fact').get();
  journal.database.pragma('busy_timeout = 10');
  expect(() => {
    while (!journal.seal(5));
  }).toThrow(/locked|open/);
  reader.close();
  expect(journal.appendForeign(facts(6, 6), T0).map(({ seq }) => seq)).toEqual([6]);
  while (!journal.seal(5));
  expect(journal.files().map(({ sealed, facts: count }) => [sealed, count])).toEqual([
    [true, 6],
    [false, 0],
  ]);
});

test('J11 a sealed file that is damaged or gone is saved alone, and the journal opens', () => {
  const { row } = rowAndOne();
  for (const harm of ['damage', 'removal'] as const) {
    const folder = scratchFolder();
    cpSync(row.folder, folder, { recursive: true });
    const path = join(folder, 'journal-0002.sqlite');
    if (harm === 'removal') rmSync(path);
    else {
      const outside = new Sqlite(path);
      outside.exec('DROP TRIGGER fact_is_never_changed');
      outside.prepare('UPDATE fact SET source = ? WHERE seq = 33').run('other');
      outside.close();
    }
    const journal = openJournal({ folder, repair: true });
    const lost = harm === 'removal' ? 20 : 1;
    expect(journal.salvage, harm).toMatchObject({ kept: 20 - lost, missing: lost });
    expect(journal.id).not.toBe(row.id);
    const there = journal.facts.range(0, 99, 99);
    expect(there).toHaveLength(70 - lost);
    const back = journal.appendForeign(facts(1, 70), T0);
    expect(back.map(({ seq }) => seq)).toEqual(
      Array.from({ length: lost }, (_, index) => 71 + index),
    );
    journal.close();
    // What was saved is whole: the next start finds nothing to save.
    const again = opened({ folder, repair: true });
    expect(again.salvage?.at).toBe(journal.salvage?.at);
    expect(again.id).toBe(journal.id);
    expect(again.facts.range(0, 99, 99)).toHaveLength(70);
  }
});

test('J11 the filter of ids never says no of an id that it holds', () => {
  const all = facts(1, 3_000).map(({ id }) => id as string);
  const filter = createIdFilter(all.length);
  for (const id of all) filter.add(id);
  expect(all.every((id) => filter.mayHold(id))).toBe(true);
  const others = facts(10_001, 13_000).map(({ id }) => id as string);
  expect(others.filter((id) => filter.mayHold(id)).length).toBeLessThan(30);
});
