import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { factSet } from '../../shared/testing/arbitrary-facts.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { openDesk } from '../testing/desk.ts';
import { firedFact, heardFact, nodeFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openSearchIndex, type SearchIndex } from './search.ts';
import { holdsWords, textsOf, wordsOf } from './search-words.ts';

const T0 = 1_760_000_000_000;

function noteFact(text: string, number = 1, person = 'maya'): Fact {
  return sealFact({
    kind: 'note.written',
    v: 1,
    thing: `note:n${number}`,
    at: T0 + number,
    heardAt: T0 + number,
    source: 'people',
    author: { person, replica: 'r1', counter: number, hlc: '0'.repeat(13) },
    body: { text },
  });
}

function journalWith(facts: readonly Fact[], folder = scratchFolder()): Journal {
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  journal.appendForeign(facts, T0);
  return journal;
}

function indexOf(journal: Journal, folder = scratchFolder()): SearchIndex {
  const index = openSearchIndex(folder, journal);
  onTestFinished(() => index.close());
  while (index.catchUp(1_000));
  return index;
}

async function seqsOf(index: SearchIndex, question: string, limit = 200): Promise<number[]> {
  return (await index.find(question, null, limit)).map(({ seq }) => seq);
}

/** Every word of the index with its place: what FTS5 really holds. */
function dump(folder: string): unknown[] {
  const file = new Sqlite(join(folder, 'search.sqlite'));
  try {
    const tables = file
      .prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%' ORDER BY name")
      .pluck()
      .all();
    return tables.flatMap((name) => {
      file.exec(`CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, ${String(name)}, instance)`);
      const rows = file.prepare('SELECT * FROM temp.held ORDER BY doc, offset, term').all();
      file.exec('DROP TABLE temp.held');
      return rows;
    });
  } finally {
    file.close();
  }
}

test('J6 what was said is found by words, parts of names and characters, and nothing else is', async () => {
  const journal = journalWith([
    noteFact('The ledger is slow; pay-core-7f restarted twice', 1),
    noteFact('支付核心延迟升高，请检查 pay-core-81', 2, '陈伟'),
    noteFact('Café déjà vu: ＦＵＬＬ width', 3),
    firedFact({ name: 'CoreLatencyHigh', service: 'pay-core-7f', at: T0 + 9, severity: 'warning' }),
    nodeFact('checkout-api', T0 + 10, 'hz-east-1'),
    heardFact('am', T0 + 11),
    noteFact('core', 7),
    noteFact('AND "OR" NEAR(x) * said:y -- \' ; DROP TABLE', 8),
  ]);
  const index = indexOf(journal);
  const cases: [string, number[]][] = [
    ['pay-core-7f', [4, 1]],
    ['pay-core', [4, 2, 1]],
    ['PAY-CORE-8', [2]],
    ['7f', [4, 1]],
    ['ore', []],
    ['core', [7, 4, 2, 1]],
    ['ledger slow', [1]],
    ['slow ledger', [1]],
    ['ledg maya', [1]],
    ['核心', [2]],
    ['支付核心延迟', [2]],
    ['心核', []],
    ['陈', [2]],
    ['cafe', [3]],
    ['déja full', [3]],
    ['CoreLatencyHigh', [4]],
    ['latency', [4]],
    ['high', [4]],
    ['warning', [4]],
    ['checkout hz-east', [5]],
    ['alertmanager', []],
    ['summary', []],
    ['note', []],
    ['AND', [8]],
    ['"OR" near(', [8]],
    ['said:y', [8]],
    ['drop table', [8]],
    ['--', []],
    ['"', []],
    ['*', []],
  ];
  for (const [question, expected] of cases) {
    expect([question, await seqsOf(index, question)]).toEqual([question, expected]);
  }
});

test('J6 a phrase does not reach from one text into the next', async () => {
  const journal = journalWith([
    firedFact({ name: 'ledger', service: 'slow', at: T0 }),
    noteFact('ledger-slow', 2),
  ]);
  const index = indexOf(journal);
  expect(await seqsOf(index, 'ledger-slow')).toEqual([2]);
  expect(await seqsOf(index, 'ledger slow')).toEqual([2, 1]);
});

test('J6 for any texts, questions and pages, the index answers what reading every fact answers', async () => {
  const piece = fc.constantFrom(...PIECES);
  const text = fc.oneof(
    fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 30 }),
      fc.array(text, { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 1, max: 5 }),
      async (notes, questions, page) => {
        const facts = notes.map((note, number) => noteFact(`x ${note}`, number + 1));
        const journal = fakeJournal(facts);
        const index = openSearchIndex(scratchFolder(), journal);
        onTestFinished(() => index.close());
        while (index.catchUp(page));
        for (const question of questions) {
          const words = wordsOf(question);
          const expected = facts.flatMap((fact, at) =>
            words.length > 0 && holdsWords(textsOf(fact), words) ? [at + 1] : [],
          );
          const got: number[] = [];
          for (let before: number | null = null; ; before = got.at(-1) ?? 0) {
            const found = await index.find(question, before, page);
            got.push(...found.map(({ seq }) => seq));
            if (found.length < page) break;
          }
          expect([question, got]).toEqual([question, expected.reverse()]);
        }
        index.close();
      },
    ),
    { numRuns: 20 },
  );
});

test('J6 garbage of any length is a question, and never an error or a new beginning', async () => {
  const index = indexOf(journalWith([noteFact('pay core', 1), noteFact('a b', 2)]));
  const questions = [
    'a '.repeat(250),
    'pay-'.repeat(124),
    '核'.repeat(500),
    '"'.repeat(500),
    `${'('.repeat(250)}pay${')'.repeat(200)}`,
    'pay\0core',
    'NEAR(pay core, 2)',
    '-pay',
    '^pay + core',
    '{said}: pay',
  ];
  for (const question of questions) await index.find(question, null, 200);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (question) => {
      await index.find(question, null, 10);
    }),
    { numRuns: 200 },
  );
  expect(index.reflected()).toBe(2);
  expect(await seqsOf(index, 'pay')).toEqual([1]);
});

test('J6 an index over several tables answers newest first across them', async () => {
  const count = 300_000;
  const said = (seq: number): string =>
    `common ${seq % 1_000 === 0 ? 'rare' : 'usual'} n${seq} ${seq === 3 ? 'single' : ''}`;
  const facts = (seq: number): Fact => ({
    ...SAMPLE,
    id: seq.toString(16).padStart(64, '0') as Fact['id'],
    body: { text: said(seq) },
  });
  const journal = {
    id: 'many',
    salvage: null,
    facts: {
      lastSeq: () => count,
      range: (after: number, upTo: number, limit: number): StoredFact[] =>
        Array.from({ length: Math.max(0, Math.min(limit, upTo - after)) }, (_, offset) => ({
          seq: after + offset + 1,
          seenAt: T0,
          fact: facts(after + offset + 1),
        })),
    },
  };
  const index = openSearchIndex(scratchFolder(), journal);
  onTestFinished(() => index.close());
  while (index.catchUp(2_000));
  const newest = (step: number, limit: number): number[] =>
    Array.from({ length: limit }, (_, place) => count - place * step);
  expect(await seqsOf(index, 'common')).toEqual(newest(1, 200));
  expect(await seqsOf(index, 'rare')).toEqual(newest(1_000, 200));
  expect(await seqsOf(index, 'comm rar', 100)).toEqual(newest(1_000, 100));
  expect(await seqsOf(index, 'single')).toEqual([3]);
  const before = (await index.find('common', 131_100, 200)).map(({ seq }) => seq);
  expect(before).toEqual(Array.from({ length: 200 }, (_, place) => 131_099 - place));
});

test('J6 cut off and opened again at any point, the index equals one made at once', () => {
  fc.assert(
    fc.property(
      factSet({ maxLength: 30 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { maxLength: 12 }),
      (facts, steps) => {
        const folder = scratchFolder();
        const journal = fakeJournal(facts);
        let index = openSearchIndex(folder, journal);
        for (const [limit, again] of steps) {
          index.catchUp(limit);
          if (!again) continue;
          index.close();
          const reflected = index.reflected();
          index = openSearchIndex(folder, journal);
          expect(index.reflected()).toBe(reflected);
        }
        while (index.catchUp(3));
        index.close();
        const fresh = scratchFolder();
        const whole = openSearchIndex(fresh, journal);
        while (whole.catchUp(1_000));
        whole.close();
        expect(dump(folder)).toEqual(dump(fresh));
      },
    ),
    { numRuns: 12 },
  );
});

test('J6 killed while it indexes, the index goes on where its last commit was', () => {
  const folder = scratchFolder();
  const at = (path: string): string => JSON.stringify(join(import.meta.dirname, path));
  for (const slices of [0, 1, 3, 7]) {
    const child = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      `
      import { openJournal } from ${at('../journal/journal.ts')};
      import { openSearchIndex } from ${at('search.ts')};
      import { sealFact } from ${at('../../shared/facts/fact.ts')};
      const journal = openJournal({ folder: ${JSON.stringify(folder)} });
      const note = (n) => sealFact({ kind: 'alert.odd', v: 1, thing: 'odd:' + n, at: ${T0} + n,
        heardAt: ${T0}, source: 'am', body: { text: 'pay-core ' + n } });
      journal.appendForeign(Array.from({ length: 400 }, (_, n) => note(${slices} * 400 + n)), ${T0});
      const index = openSearchIndex(${JSON.stringify(folder)}, journal);
      for (let slice = 0; slice < ${slices}; slice += 1) index.catchUp(50);
      process.kill(process.pid, 'SIGKILL');`,
    ]);
    expect([child.signal, child.stderr.toString()]).toEqual(['SIGKILL', '']);
  }
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  const index = openSearchIndex(folder, journal);
  expect([journal.facts.lastSeq(), index.reflected()]).toEqual([1_600, 550]);
  while (index.catchUp(100));
  index.close();
  const fresh = scratchFolder();
  indexOf(journal, fresh).close();
  expect(dump(folder)).toEqual(dump(fresh));
});

test('J6 an index that is missing, foreign, ahead, old, broken or of a lost history is made anew', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'search.sqlite');
  const notes = Array.from({ length: 20 }, (_, number) => noteFact(`pay-core ${number}`, number));
  const journal = journalWith(notes);
  indexOf(journal, folder).close();
  const right = dump(folder);
  expect(right.length).toBeGreaterThan(60);
  const set = (key: string, value: string) => (): void =>
    withFile(path, (file) =>
      file.prepare('UPDATE meta SET value = ? WHERE key = ?').run(value, key),
    );
  const spoil: Record<string, () => void> = {
    missing: () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    },
    foreign: set('name', 'x'),
    ahead: set('seq', '99'),
    'of a journal that was taken back and went on': set('last', 'f'.repeat(64)),
    newer: () => withFile(path, (file) => file.pragma('user_version = 9999')),
    'of another program': () => withFile(path, (file) => file.pragma('application_id = 7')),
    'without its meta': () => withFile(path, (file) => file.exec('DROP TABLE meta')),
    'no database': () => writeFileSync(path, 'something else altogether'.repeat(400)),
  };
  for (const [name, damage] of Object.entries(spoil)) {
    damage();
    const again = openSearchIndex(folder, journal);
    expect([name, again.reflected()]).toEqual([name, 0]);
    while (again.catchUp(7));
    again.close();
    expect([name, dump(folder)]).toEqual([name, right]);
  }
  const whole = indexOf(journal, folder);
  expect(whole.reflected()).toBe(20);
  expect(await seqsOf(whole, 'pay-core 1')).toHaveLength(11);
});

test('J6 an index that proves broken while it is used is made anew and answers again', async () => {
  const folder = scratchFolder();
  const notes = Array.from({ length: 3_000 }, (_, number) =>
    noteFact(`pay-core w${number}`, number),
  );
  const journal = journalWith(notes);
  indexOf(journal, folder).close();
  const path = join(folder, 'search.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0, 4_096 * 3, bytes.length);
  writeFileSync(path, bytes);
  const index = openSearchIndex(folder, journal);
  onTestFinished(() => index.close());
  await index.find('w2999', null, 10);
  while (index.catchUp(1_000));
  expect(await seqsOf(index, 'w2999')).toEqual([3_000]);
  expect(await seqsOf(index, 'w7')).toHaveLength(111);
});

test('J6 search.read answers entries of the open room and tells how far the index is', async () => {
  const desk = openDesk({ profile: scratchFolder() });
  await desk.window.ask('session.write', { person: 'maya' });
  await desk.window.ask('room.open', {});
  for (const text of ['ledger is slow', 'ledger is fine']) {
    const command = { name: 'note.write', text } as const;
    const done = await desk.window.ask('command.run', { command });
    expect(done.done).toBe(true);
  }
  const ask = (text: string, before: number | null = null) =>
    desk.window.ask('search.read', { text, before, limit: 1 });
  await expect.poll(async () => (await ask('ledger')).indexed, { timeout: 10_000 }).toBe(2);
  const first = await ask('ledger');
  expect(first).toMatchObject({ facts: 2, entries: [{ body: { text: 'ledger is fine' } }] });
  const second = await ask('ledger', first.entries[0]?.seq);
  expect(second.entries.map(({ body }) => body)).toEqual([{ text: 'ledger is slow' }]);
  expect((await ask('nothing')).entries).toEqual([]);
});

const SAMPLE = noteFact('sample');

const PIECES = `pay|core|payment|7f|核|心|é|É|-| |"|*|AND|OR|(|HighErrorRate|ÅÄ|ก|が|'|:|١٢|ﬁ|한국`
  .split('|')
  .concat('\u{20bb7}', '\ud800', '\0');

function fakeJournal(facts: readonly Fact[]): Parameters<typeof openSearchIndex>[1] {
  const stored = facts.map((fact, index) => ({ seq: index + 1, seenAt: T0, fact }));
  return {
    id: 'fake',
    salvage: null,
    facts: {
      lastSeq: () => stored.length,
      range: (after, upTo, limit) => stored.slice(after, Math.min(upTo, after + limit)),
    },
  };
}

function withFile(path: string, act: (file: Sqlite.Database) => void): void {
  const file = new Sqlite(path);
  act(file);
  file.close();
}
