import { expect, test } from 'vitest';
import type { Command } from '../../shared/commands/command.ts';
import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import { timelineCsv } from '../../shared/bundle/timeline-text.ts';
import { openTestRoom } from '../testing/room.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;
const EVERYTHING = { groups: [], text: '', pinnedOnly: false };

test('E6 a moved note stands in the window where it was placed last, and where it was as the room knew it', () => {
  let now = T0;
  const room = openTestRoom(() => now);
  const run = (command: Command): string => {
    const answer = room.run(command);
    if (!answer.done) throw new Error(answer.code);
    room.settle();
    return answer.thing;
  };
  const read = (from: number, to: number, position: Position = { mode: 'live' }) => {
    const query = { position, from, to, limit: 100, filter: EVERYTHING };
    const { entries, total } = room.timeline(query);
    expect(total).toBe(entries.length);
    return entries.filter(({ kind }) => kind.startsWith('note.'));
  };
  const note = run({ name: 'note.write', text: 'restarted db-7' });
  now = T0 + MINUTE;
  run({ name: 'note.write', text: 'another' });
  now = T0 + 2 * MINUTE;
  run({ name: 'note.move', note, at: T0 - 30 * MINUTE, reason: 'read from the graph' });

  const written = (entries: readonly TimelineEntry[]) =>
    entries.filter(({ kind }) => kind === 'note.written').map(({ body, at }) => [body['text'], at]);
  expect(written(read(T0 - 60 * MINUTE, T0 - 10 * MINUTE))).toEqual([
    ['restarted db-7', T0 - 30 * MINUTE],
  ]);
  expect(written(read(T0 - MINUTE, T0 + 5 * MINUTE))).toEqual([['another', T0 + MINUTE]]);
  expect(written(read(T0 - 60 * MINUTE, T0 + 5 * MINUTE))).toEqual([
    ['restarted db-7', T0 - 30 * MINUTE],
    ['another', T0 + MINUTE],
  ]);
  expect(read(T0 - 60 * MINUTE, T0)[0]).toMatchObject({ movedFrom: T0 });
  // Before it was moved the room knew it where it stood then.
  const known: Position = { mode: 'known', moment: T0 + 90_000 };
  expect(written(read(T0 - 60 * MINUTE, T0 + 5 * MINUTE, known))).toEqual([
    ['restarted db-7', T0],
    ['another', T0 + MINUTE],
  ]);
});

test('E5 what an import brought is in the timeline until it is taken back, then in none of its readings', () => {
  let now = T0;
  const room = openTestRoom(() => now);
  const run = (command: Command): string => {
    const answer = room.run(command);
    if (!answer.done) throw new Error(answer.code);
    room.settle();
    return answer.thing;
  };
  const texts = (position: Position = { mode: 'live' }): unknown[] => {
    const filter = EVERYTHING;
    const query = { position, from: T0 - 60 * MINUTE, to: T0 + 60 * MINUTE, limit: 100, filter };
    const { entries, total } = room.timeline(query);
    expect(total).toBe(entries.length);
    return entries.filter(({ kind }) => kind === 'note.imported').map(({ body }) => body['text']);
  };
  const ofImport = run({
    name: 'import.keep',
    kind: 'chat',
    origin: '#ops',
    lines: 2,
    from: T0 - 20 * MINUTE,
    to: T0 - 10 * MINUTE,
    notes: [
      { at: T0 - 20 * MINUTE, who: 'ada', text: 'pool is full' },
      { at: T0 - 10 * MINUTE, who: 'bo', text: 'ok' },
    ],
  });
  expect(texts()).toEqual(['pool is full', 'ok']);
  const stored = room.journal.facts.range(0, room.journal.facts.lastSeq(), 100);
  expect(room.entriesOf(stored)).toHaveLength(3);
  now = T0 + MINUTE;
  run({ name: 'import.withdraw', import: ofImport, reason: 'wrong day' });
  expect(texts()).toEqual([]);
  expect(room.entriesOf(stored)).toHaveLength(1);
  // Under review of the moment before, it was still there.
  expect(texts({ mode: 'known', moment: T0 + 30_000 })).toEqual(['pool is full', 'ok']);
});

test('E5 a log that desks apart imported is shown once, and as long as one of the imports stands', () => {
  const ada = openTestRoom(() => T0, {}, 'ada');
  const maya = openTestRoom(() => T0);
  const run = (room: Room, command: Command): string => {
    const answer = room.run(command);
    if (!answer.done) throw new Error(answer.code);
    room.settle();
    return answer.thing;
  };
  const keep: Command = {
    name: 'import.keep',
    kind: 'chat',
    origin: '#ops',
    lines: 1,
    from: T0 - MINUTE,
    to: T0 - MINUTE,
    notes: [{ at: T0 - MINUTE, who: 'bo', text: 'pool is full' }],
  };
  const ofAda = run(ada, keep);
  const ofMaya = run(maya, keep);
  const factsOf = (room: Room) => room.journal.facts.range(0, room.journal.facts.lastSeq(), 100);
  maya.receive(factsOf(ada).map(({ fact }) => fact));
  maya.settle();
  const shown = (): number[] => {
    const window = { from: T0 - 60 * MINUTE, to: T0 + 60 * MINUTE };
    const query = {
      ...window,
      position: { mode: 'live' } as const,
      limit: 100,
      filter: EVERYTHING,
    };
    const lines = maya.timeline(query).entries.filter(({ kind }) => kind === 'note.imported');
    const entries = maya.entriesOf(factsOf(maya)).filter(({ kind }) => kind === 'note.imported');
    const drawn = [
      ...(maya.lanes({ ...window, by: 'source', columns: 60, most: 10 }).events?.at ?? []),
    ];
    const facts = factsOf(maya).map(({ fact }) => fact);
    const text = timelineCsv(facts, { title: '', exportedAt: T0, language: 'en' });
    return [
      lines.length,
      entries.length,
      drawn.filter((at) => at === T0 - MINUTE).length,
      text.split('pool is full').length - 1,
    ];
  };
  expect(shown()).toEqual([1, 1, 1, 1]);
  run(maya, { name: 'import.withdraw', import: ofMaya, reason: 'twice' });
  expect(shown()).toEqual([1, 1, 1, 1]);
  // It is here still: to keep it again adds nothing.
  expect(maya.run(keep)).toEqual({ done: false, code: 'nothing-changed' });
  run(maya, { name: 'import.withdraw', import: ofAda, reason: 'wrong day' });
  expect(shown()).toEqual([0, 0, 0, 0]);
});
