import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunbookRow, RunRow } from '../../shared/ipc/rows.ts';
import type { Command } from '../../shared/commands/command.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_000_000;
const POOL = '---\nalerts: [PoolFull]\nservices: [ledger]\n---\n# Pool\n\n## Look\n\n## Widen it\n';

function find(room: Room, key: string): RunbookRow | undefined {
  return rowsOf<RunbookRow>(room, 'runbooks').find((known) => known.key === key);
}

function row(room: Room, key: string): RunbookRow {
  const found = find(room, key);
  if (!found) throw new Error(`no ${key}`);
  return found;
}

function publish(room: Room, text: string, replaces: readonly string[] = []): string {
  const command: Command = {
    name: 'runbook.publish',
    fileName: 'pool.md',
    text,
    replaces: [...replaces],
  };
  const answer = room.run(command);
  return answer.done ? 'done' : answer.code;
}

function factsOf(room: Room): Fact[] {
  return room.journal.facts.range(0, 1_000, 1_000).map(({ fact }) => fact);
}

test('R7 a text that is published at a desk is in the library at once, held and without a network', () => {
  const room = openTestRoom(() => T0);
  expect(publish(room, POOL)).toBe('done');
  expect(row(room, 'room:pool.md')).toMatchObject({
    title: 'Pool',
    origin: 'room',
    held: true,
    writtenBy: 'maya',
    apart: [],
    digest: sha256Hex(POOL),
  });
  expect(room.library.text(sha256Hex(POOL))?.text).toBe(POOL);
  // It is on the timeline by itself, without the text: a window reads thousands of entries at once.
  const [entry] = room.history('runbook:pool.md', 10).entries;
  expect([entry?.kind, entry?.body]).toEqual([
    'runbook.written',
    { fileName: 'pool.md', replaces: [] },
  ]);
});

test('R7 what a writer did not see is not replaced, the same text again is no version', () => {
  const room = openTestRoom(() => T0);
  publish(room, POOL);
  const { replaces } = row(room, 'room:pool.md');
  expect(publish(room, `${POOL}\n## More\n`)).toBe('text-changed');
  expect(publish(room, POOL, replaces)).toBe('nothing-changed');
  expect(publish(room, `${POOL}\n## More\n`, replaces)).toBe('done');
  expect(row(room, 'room:pool.md')).toMatchObject({ steps: 3, apart: [] });
});

test.each([
  ['../pool.md', POOL, 'runbook-name'],
  ['pool', POOL, 'runbook-name'],
  ['a\u202Eb.md', POOL, 'runbook-name'],
  ['pool.md', '\u0001'.repeat(60_000), 'runbook-too-large'],
])(
  'R7 a name that is a path, or a text that no feed would carry, is refused %#',
  (fileName, text, code) => {
    const room = openTestRoom(() => T0);
    expect(room.run({ name: 'runbook.publish', fileName, text, replaces: [] })).toEqual({
      done: false,
      code,
    });
  },
);

test('R7 texts that were written apart stand side by side on every desk until one replaces both', () => {
  const one = openTestRoom(() => T0);
  const other = openTestRoom(() => T0 + 1_000);
  publish(one, POOL);
  publish(other, `${POOL}\n## Ask the vendor\n`);
  const both = [...factsOf(one), ...factsOf(other)];
  one.receive(both);
  other.receive(both.toReversed());
  const [here, there] = [row(one, 'room:pool.md'), row(other, 'room:pool.md')];
  expect(here).toEqual(there);
  expect(here).toMatchObject({ steps: 3, apart: [{ digest: sha256Hex(POOL), by: 'maya' }] });
  expect(publish(one, `${POOL}\n## Both\n`, here.replaces)).toBe('done');
  expect(row(one, 'room:pool.md')).toMatchObject({ apart: [] });
});

test('R7 whatever order texts arrive in, the library is the same', () => {
  const writer = openTestRoom(() => T0);
  publish(writer, POOL);
  publish(writer, `${POOL}\n## B\n`, row(writer, 'room:pool.md').replaces);
  publish(writer, `${POOL}\n## C\n`, row(writer, 'room:pool.md').replaces);
  const facts = factsOf(writer);
  const expected = row(writer, 'room:pool.md');
  fc.assert(
    fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (order) => {
      const reader = openTestRoom(() => T0);
      for (const fact of order) reader.receive([fact]);
      expect(row(reader, 'room:pool.md')).toEqual(expected);
    }),
    { numRuns: 6 },
  );
});

test('R7 over the gateway’s text a person writes; what the gateway then publishes stands beside it', () => {
  const room = openTestRoom(() => T0);
  const published = (text: string, at: number): Fact => {
    room.journal.saveBlob(sha256Hex(text), 'pool.md', text);
    return sealFact({
      kind: 'runbook.published',
      v: 1,
      thing: 'runbook:pool.md',
      at,
      heardAt: at,
      source: 'gateway',
      body: { fileName: 'pool.md', digest: sha256Hex(text), size: text.length },
    });
  };
  room.receive([published(POOL, T0)]);
  const before = row(room, 'gateway:pool.md');
  expect(publish(room, `${POOL}\n## B\n`, before.replaces)).toBe('done');
  expect(find(room, 'gateway:pool.md')).toBeUndefined();
  room.receive([published(`${POOL}\n## Other\n`, T0 + 5_000)]);
  expect(find(room, 'gateway:pool.md')).toBeDefined();
  expect(row(room, 'room:pool.md').replaces).toHaveLength(2);
  // The team's folder takes the room's text over: it is one again.
  room.receive([published(`${POOL}\n## B\n`, T0 + 9_000)]);
  expect(find(room, 'room:pool.md')).toBeUndefined();
  expect(row(room, 'gateway:pool.md')).toMatchObject({ steps: 3 });
});

test('R2 a run keeps the text that it began with when the runbook is replaced and retired', () => {
  const room = openTestRoom(() => T0);
  publish(room, POOL);
  const { digest, replaces } = row(room, 'room:pool.md');
  const started = room.run({ name: 'run.start', runbook: 'pool', title: 'Pool', digest });
  expect(started.done).toBe(true);
  publish(room, '# Pool\n\n## Other\n', replaces);
  const newest = row(room, 'room:pool.md');
  room.run({
    name: 'runbook.retire',
    fileName: 'pool.md',
    replaces: newest.replaces,
    reason: 'old',
  });
  expect(find(room, 'room:pool.md')).toBeUndefined();
  expect(room.library.text(digest)?.text).toBe(POOL);
});

test('R5 a step out of its turn is refused without a reason, and taken with one', () => {
  const room = openTestRoom(() => T0);
  publish(room, POOL);
  const { digest } = row(room, 'room:pool.md');
  const started = room.run({ name: 'run.start', runbook: 'pool', title: 'Pool', digest });
  if (!started.done) throw new Error(started.code);
  const step = {
    name: 'run.record-step',
    run: started.thing,
    step: 'widen-it',
    title: 'Widen it',
    outcome: 'done',
  } as const;
  expect(room.run(step)).toEqual({ done: false, code: 'out-of-turn' });
  expect(room.run({ ...step, reason: ' ' })).toEqual({ done: false, code: 'out-of-turn' });
  expect(room.run({ ...step, reason: 'the pool is empty already' }).done).toBe(true);
  expect(rowsOf<RunRow>(room, 'runs')[0]?.steps[0]?.reason).toBe('the pool is empty already');
});

test('a search finds words of the text, and coverage names alerts that no runbook serves', () => {
  const room = openTestRoom(() => T0);
  publish(room, POOL);
  row(room, 'room:pool.md');
  expect(room.library.search('POOLFULL ledger')).toEqual([
    { key: 'room:pool.md', line: 'Pool · pool.md · pool · PoolFull · ledger' },
  ]);
  expect(room.library.search('widen')).toEqual([{ key: 'room:pool.md', line: '## Widen it' }]);
  expect(room.library.search('nothing like it')).toEqual([]);
  const fired = (fingerprint: string, name: string, service: string): Fact =>
    sealFact({
      kind: 'alert.fired',
      v: 1,
      thing: `alert:${fingerprint}`,
      at: T0,
      heardAt: T0,
      source: 'am',
      body: {
        fingerprint,
        name,
        severity: 'critical',
        service,
        labels: { alertname: name, service },
        annotations: {},
        startsAt: T0,
      },
    });
  room.receive([
    fired('aa', 'PoolFull', 'ledger'),
    fired('bb', 'Mystery', 'ledger'),
    fired('cc', 'Mystery', 'cart'),
  ]);
  room.settle();
  expect(room.runbookCoverage(3_600_000).alerts).toMatchObject([
    { name: 'Mystery', open: 2, services: ['ledger', 'cart'], runbooks: [] },
    { name: 'PoolFull', open: 1, runbooks: ['room:pool.md'] },
  ]);
  expect(room.matchRunbook({ service: 'ledger' }).matches).toEqual([
    { digest: sha256Hex(POOL), key: 'room:pool.md', reason: 'open-alert' },
  ]);
  expect(room.matchRunbook({ alert: 'alert:bb' }).matches).toMatchObject([
    { key: 'room:pool.md', reason: 'service-listed' },
  ]);
});
