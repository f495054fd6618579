import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { Position } from '../../shared/ipc/position.ts';
import {
  tables,
  type AlertRow,
  type ClockRow,
  type NodeRow,
  type SourceRow,
  type StatusRow,
  type TableName,
} from '../../shared/ipc/rows.ts';
import type { Command } from '../../shared/commands/command.ts';
import { sealFact } from '../../shared/facts/fact.ts';
import { openJournal } from '../journal/journal.ts';
import { edgeFact, firedFact, heardFact, nodeFact, resolvedFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { FACT_TABLES, SENT_TABLES, type TableChange } from './live-tables.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;

interface Stage {
  readonly room: Room;
  readonly changes: Map<TableName, TableChange>[];
  set(now: number): void;
}

function stage(folder = scratchFolder()): Stage {
  let now = T0;
  const changes: Map<TableName, TableChange>[] = [];
  const room = openTestRoom(() => now, {
    folder,
    onChange: (change) => changes.push(new Map(change)),
  });
  return { room, changes, set: (next) => (now = next) };
}

function condition(room: Room, name: string, position?: Position): string | undefined {
  return rowsOf<NodeRow>(room, 'nodes', position).find((row) => row.name === name)?.condition;
}

test('T1 what a silent source said is unknown on alerts and services, never healthy', () => {
  const { room, set } = stage();
  room.receive([
    heardFact('am', T0),
    nodeFact('checkout', T0),
    nodeFact('quiet', T0),
    edgeFact('checkout', 'quiet', T0),
    firedFact({ name: 'ErrorRate', service: 'checkout', at: T0 }),
  ]);
  expect(condition(room, 'checkout')).toBe('critical');
  expect(condition(room, 'quiet')).toBe('healthy');
  set(T0 + 5 * MINUTE);
  expect(condition(room, 'checkout')).toBe('unknown');
  expect(condition(room, 'quiet')).toBe('unknown');
  expect(rowsOf<AlertRow>(room, 'alerts')[0]).toMatchObject({ status: 'unknown' });
  expect(rowsOf<AlertRow>(room, 'alerts')[0]?.asOf).not.toBeNull();
  room.receive([heardFact('am', T0 + 5 * MINUTE)]);
  expect(condition(room, 'checkout')).toBe('critical');
  expect(condition(room, 'quiet')).toBe('healthy');
});

test('T1 before any source of alerts was heard nothing is healthy', () => {
  const { room } = stage();
  room.receive([heardFact('mesh', T0, 'topology'), nodeFact('checkout', T0)]);
  expect(condition(room, 'checkout')).toBe('unknown');
});

test('T2 a source is silent when a whole interval passed since its last minute', () => {
  const { room, set } = stage();
  const lastMinute = Math.floor(T0 / MINUTE) * MINUTE;
  room.receive([heardFact('am', T0)]);
  const freshness = (): unknown =>
    rowsOf<{ source: string; freshness: string }>(room, 'sources')[0]?.freshness;
  set(lastMinute + 2 * MINUTE);
  expect(freshness()).toBe('fresh');
  set(lastMinute + 2 * MINUTE + 1);
  expect(freshness()).toBe('silent');
});

test('T3 a time far ahead of its receiver is replaced by the receiver’s and flagged', () => {
  const { room } = stage();
  room.receive([
    heardFact('am', T0),
    firedFact({ name: 'Ahead', service: 'checkout', at: T0 + 48 * 60 * MINUTE, heardAt: T0 }),
  ]);
  const [row] = rowsOf<AlertRow>(room, 'alerts');
  expect(row?.clockAhead).toBe(true);
  const { entries } = room.timeline({
    position: { mode: 'live' },
    from: T0 - MINUTE,
    to: T0 + MINUTE,
    limit: 10,
    filter: { groups: [], text: '', pinnedOnly: false },
  });
  expect(entries[0]).toMatchObject({ at: T0, clockAhead: true });
});

test('T4 a push whose lease is over is unknown until it is told to be resolved', () => {
  const { room, set } = stage();
  room.receive([
    heardFact('am', T0),
    firedFact({ name: 'Leased', service: 'checkout', at: T0, leaseUntil: T0 + 30_000 }),
  ]);
  expect(rowsOf<AlertRow>(room, 'alerts')[0]?.status).toBe('firing');
  set(T0 + 31_000);
  expect(rowsOf<AlertRow>(room, 'alerts')[0]?.status).toBe('unknown');
  room.receive([
    resolvedFact({ name: 'Leased', service: 'checkout', startsAt: T0, at: T0 + 32_000 }),
  ]);
  expect(rowsOf<AlertRow>(room, 'alerts')[0]?.status).toBe('resolved');
});

test('P2, P3 the map of a moment: as it had happened, and as the room knew it', () => {
  const { room, set } = stage();
  room.receive([heardFact('am', T0), nodeFact('checkout', T0)]);
  // It happened at +20 s but was heard at +50 s.
  room.receive([
    firedFact({ name: 'Late', service: 'checkout', at: T0 + 20_000, heardAt: T0 + 50_000 }),
  ]);
  set(T0 + 55_000);
  const at = (mode: 'happened' | 'known', offset: number): string | undefined =>
    condition(room, 'checkout', { mode, moment: T0 + offset });
  expect(at('happened', 10_000)).toBe('healthy');
  expect(at('happened', 30_000)).toBe('critical');
  expect(at('known', 30_000)).toBe('healthy');
  expect(at('known', 50_000)).toBe('critical');
});

test('P4 rows that did not change are not told again', () => {
  const { room, changes } = stage();
  room.receive([
    heardFact('am', T0),
    nodeFact('checkout', T0),
    firedFact({ name: 'A', service: 'checkout', at: T0 }),
    firedFact({ name: 'B', service: 'ledger', at: T0 }),
  ]);
  room.settle();
  changes.length = 0;
  room.receive([resolvedFact({ name: 'B', service: 'ledger', startsAt: T0, at: T0 + 1_000 })]);
  room.settle();
  const told = (table: TableName): string[] =>
    changes.flatMap((change) =>
      (change.get(table)?.upserts ?? []).map((row) => String(row['service'] ?? row['name'])),
    );
  expect(told('alerts')).toEqual(['ledger']);
  expect(told('nodes')).toEqual(['ledger']);
});

test('C2 a refusal has a reason and leaves no fact', () => {
  const { room } = stage();
  room.settle();
  const before = room.journal.facts.lastSeq();
  expect(room.run({ name: 'incident.resolve', incident: 'incident:none', summary: '' })).toEqual({
    done: false,
    code: 'unknown-thing',
  });
  expect(room.run({ name: 'note.write', text: 'x', at: T0 + 60 * MINUTE })).toEqual({
    done: false,
    code: 'in-the-future',
  });
  expect(room.journal.facts.lastSeq()).toBe(before);
});

test('R2 a run is pinned to the text it started with and survives a restart', () => {
  const folder = scratchFolder();
  const first = stage(folder);
  const [runbook] = rowsOf<{ digest: string; id: string; title: string }>(first.room, 'runbooks');
  if (!runbook) throw new Error('no built-in runbook');
  const started = first.room.run({
    name: 'run.start',
    runbook: runbook.id,
    title: runbook.title,
    digest: runbook.digest,
  });
  if (!started.done) throw new Error(started.code);
  first.room.run({
    name: 'run.record-step',
    run: started.thing,
    step: 'one',
    title: 'One',
    outcome: 'done',
    note: 'lag is 0',
  });
  first.room.close();
  const second = stage(folder);
  const [run] = rowsOf<{ steps: { note: string; sent: string }[]; digest: string }>(
    second.room,
    'runs',
  );
  expect(run?.steps).toMatchObject([{ note: 'lag is 0', sent: 'pending' }]);
  // Also where the library no longer has the file, the journal does.
  expect(second.room.journal.blob(run?.digest ?? '')?.text.length).toBeGreaterThan(100);
});

test('every table whose rows say what is sent is told anew to a gateway that was replaced', () => {
  const says = FACT_TABLES.filter((table) =>
    JSON.stringify(z.toJSONSchema(tables[table])).includes('"sent":'),
  );
  expect([...SENT_TABLES]).toEqual(says);
  const { room, changes } = stage();
  const { journal } = room;
  const answer = room.run({
    name: 'incident.declare',
    title: 'Checkout fails',
    severity: 'SEV-1',
    commander: 'maya',
    services: [],
  });
  if (!answer.done) throw new Error(answer.code);
  const incident = answer.thing;
  const commands: Command[] = [
    { name: 'task.assign', incident, person: 'ben', action: 'look', minutes: 5 },
    { name: 'hypothesis.state', incident, text: 'the pool is too small' },
    { name: 'comment.write', entry: answer.facts[0] ?? '', text: 'seen' },
  ];
  for (const command of commands) expect(room.run(command)).toMatchObject({ done: true });
  const own = journal.outbox(null, 100).map(({ id }) => id);
  const follow = (epoch: string): void => {
    journal.appendFromFeed({ feed: 'gateway', epoch, part: 'tail', from: 1, to: 1, facts: [] }, T0);
    changes.length = 0;
    room.settle();
  };
  const told = (table: TableName): string =>
    JSON.stringify(changes.flatMap((change) => change.get(table)?.upserts ?? []));
  room.settle();
  journal.recordReceipts('e1', own, [], T0);
  for (const [epoch, sent] of [
    ['e1', 'sent'],
    ['e2', 'pending'],
  ] as const) {
    follow(epoch);
    for (const table of ['incidents', 'tasks', 'hypotheses', 'comments'] as const) {
      expect([table, told(table)]).toEqual([table, expect.stringContaining(`"sent":"${sent}"`)]);
    }
  }
});

test('clocks of a moment of the past are read from the journal once, until more is known', () => {
  const { room } = stage();
  room.receive([heardFact('am', T0), firedFact({ name: 'A', service: 'checkout', at: T0 })]);
  room.run({
    name: 'incident.declare',
    title: 'Checkout fails',
    severity: 'SEV-1',
    commander: 'maya',
    services: ['checkout'],
  });
  room.settle();
  const detectedAt = (): number | undefined => {
    const { rows } = room.readRows('clocks', { mode: 'happened', moment: T0 + MINUTE });
    return (rows as unknown as ClockRow[])[0]?.points['detected']?.at;
  };
  const read = vi.spyOn(room.journal.facts, 'ofThing');
  onTestFinished(() => read.mockRestore());
  expect(detectedAt()).toBe(T0);
  expect(read).toHaveBeenCalled();
  read.mockClear();
  expect(detectedAt()).toBe(T0);
  expect(read).not.toHaveBeenCalled();
  room.receive([firedFact({ name: 'B', service: 'checkout', at: T0 - 1_000, heardAt: T0 })]);
  room.settle();
  expect(detectedAt()).toBe(T0 - 1_000);
});

/** The same alert, which its source hangs on another service. */
function movedFact(service: string, at: number): ReturnType<typeof firedFact> {
  const { id: _, ...fact } = firedFact({ name: 'Moves', service: 'old', at });
  return sealFact({ ...fact, body: { ...fact.body, service } });
}

test('P4 a service that an alert has left is told anew', () => {
  const { room } = stage();
  room.receive([heardFact('am', T0), nodeFact('old', T0), nodeFact('new', T0)]);
  room.receive([movedFact('old', T0)]);
  expect(condition(room, 'old')).toBe('critical');
  room.receive([movedFact('new', T0 + 1)]);
  expect(condition(room, 'new')).toBe('critical');
  expect(condition(room, 'old')).toBe('healthy');
});

test('P4 rows follow when a silent source turns out to have been heard later', () => {
  const { room, set } = stage();
  room.receive([heardFact('am', T0), firedFact({ name: 'A', service: 'checkout', at: T0 })]);
  set(T0 + 60 * MINUTE);
  const asOf = (): number | null | undefined => rowsOf<AlertRow>(room, 'alerts')[0]?.asOf;
  const before = asOf() ?? 0;
  room.receive([heardFact('am', T0 + 10 * MINUTE)]);
  expect(asOf()).toBe(before + 10 * MINUTE);
});

test('P4 rows are told at once after the system’s clock was set back', async () => {
  const { room, changes } = stage();
  room.settle();
  // Until no flush that was planned before is under way.
  await wait(300);
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() - 60 * MINUTE);
  onTestFinished(() => clock.mockRestore());
  changes.length = 0;
  room.receive([heardFact('am', T0), firedFact({ name: 'A', service: 'checkout', at: T0 })]);
  await expect.poll(() => changes.some((change) => change.has('alerts'))).toBe(true);
});

test('T2 a desk whose clock is wrong reads silence and leases in the room’s time', () => {
  const { room, set } = stage();
  room.receive([
    heardFact('am', T0),
    nodeFact('checkout', T0),
    firedFact({ name: 'Leased', service: 'ledger', at: T0, leaseUntil: T0 + MINUTE }),
  ]);
  // In truth it is eight minutes later, but this desk is behind.
  set(T0);
  expect(rowsOf<SourceRow>(room, 'sources')[0]?.freshness).toBe('fresh');
  room.journal.saveSkew(8 * MINUTE);
  expect(rowsOf<SourceRow>(room, 'sources')[0]?.freshness).toBe('silent');
  expect(condition(room, 'checkout')).toBe('unknown');
  expect(rowsOf<AlertRow>(room, 'alerts')[0]?.status).toBe('unknown');
  // The network's own time is no skew.
  room.journal.saveSkew(1_900);
  set(T0 + 2 * MINUTE - (T0 % MINUTE) - 1_000);
  expect(rowsOf<SourceRow>(room, 'sources')[0]?.freshness).toBe('fresh');
});

test('P2, P3 at an earlier moment neither a later correction nor a later pin nor a later count shows', () => {
  const { room, set } = stage();
  room.receive([heardFact('am', T0), firedFact({ name: 'A', service: 'checkout', at: T0 })]);
  const note = room.run({ name: 'note.write', text: 'first' });
  if (!note.done) throw new Error(note.code);
  set(T0 + MINUTE);
  room.run({ name: 'note.correct', note: note.thing, text: 'second' });
  room.run({ name: 'entry.pin', entry: note.facts[0] ?? '' });
  room.receive([firedFact({ name: 'B', service: 'checkout', at: T0 + MINUTE })]);
  room.settle();
  const entry = (position: Position): unknown =>
    room
      .timeline({
        position,
        from: 0,
        to: T0 + 60 * MINUTE,
        limit: 10,
        filter: { groups: ['people'], text: '', pinnedOnly: false },
      })
      .entries.find(({ id }) => id === note.facts[0]);
  expect(entry({ mode: 'live' })).toMatchObject({ currentText: 'second', pinned: true });
  for (const mode of ['happened', 'known'] as const) {
    const position = { mode, moment: T0 + 1_000 };
    expect(entry(position)).toMatchObject({ currentText: null, pinned: false });
    const source = rowsOf<SourceRow>(room, 'sources', position).find((row) => row.source === 'am');
    expect(source?.facts).toBe(2);
    expect(source?.lastHeardAt).toBe(T0);
  }
});

test('search finds what was said, whatever its signs, and not how it is stored', () => {
  const { room } = stage();
  room.run({ name: 'note.write', text: 'said "hello" to C:\\temp\nand 100% of them' });
  room.run({ name: 'note.write', text: '会议记录：支付失败' });
  const found = (text: string): number =>
    room.timeline({
      position: { mode: 'live' },
      from: 0,
      to: T0 + MINUTE,
      limit: 10,
      filter: { groups: [], text, pinnedOnly: false },
    }).total;
  for (const text of ['"hello"', 'C:\\temp', 'SAID', 'C:\\temp\nand', '100%', '支付']) {
    expect([text, found(text)]).toEqual([text, 1]);
  }
  expect(found('maya')).toBe(2);
  for (const text of ['replica', 'heardAt', 'note.written', '{', '10_%', '","']) {
    expect([text, found(text)]).toEqual([text, 0]);
  }
});

test('C1 while a long backlog goes into the views, requests get their turn and see all that is stored', async () => {
  const folder = scratchFolder();
  const journal = openJournal({ folder });
  for (let start = 0; start < 24_000; start += 1_000) {
    const facts = Array.from({ length: 1_000 }, (_, index) =>
      firedFact({
        name: `A${start + index}`,
        service: 'checkout',
        at: T0 - 30_000 + start + index,
      }),
    );
    journal.appendForeign(facts, T0);
  }
  const last = firedFact({ name: 'Last', service: 'checkout', at: T0 });
  journal.appendForeign([last], T0);
  journal.close();
  const { room } = stage(folder);
  const answer = room.run({ name: 'alert.acknowledge', alert: last.thing });
  expect(answer).toMatchObject({ done: true });
  expect(room.views.reflected()).toBeLessThan(room.journal.facts.lastSeq());
  // What was written a moment ago counts too.
  expect(room.run({ name: 'alert.acknowledge', alert: last.thing })).toEqual({
    done: false,
    code: 'already-acknowledged',
  });
  let isReady = false;
  void room.ready().then(() => (isReady = true));
  let turns = 0;
  while (!isReady) {
    await turn();
    turns += 1;
  }
  expect(turns).toBeGreaterThan(4);
  expect(room.views.reflected()).toBe(room.journal.facts.lastSeq());
});

test('J6 views that find the disk full tell so, keep the room going, and catch up later', async () => {
  const { room, changes } = stage();
  room.settle();
  const { database } = room.views;
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages}`);
  const facts = Array.from({ length: 400 }, (_, index) =>
    firedFact({ name: `A${index}`, service: 'checkout', at: T0 + index }),
  );
  room.receive(facts);
  const told = (): string | null | undefined =>
    changes
      .flatMap((change) => (change.get('status')?.upserts ?? []) as unknown as StatusRow[])
      .at(-1)?.disk;
  await expect.poll(told).toMatch(/full/);
  // What people do is decided and kept all the same.
  expect(room.run({ name: 'alert.acknowledge', alert: facts[399]?.thing ?? '' })).toMatchObject({
    done: true,
  });
  database.pragma('max_page_count = 1000000');
  await expect.poll(told, { timeout: 10_000 }).toBeNull();
  expect(rowsOf<AlertRow>(room, 'alerts').length).toBe(400);
  expect(rowsOf<AlertRow>(room, 'alerts').filter((row) => row.acknowledged)).toHaveLength(1);
});

test('C2 a command that finds the disk full fails, is told in the status, and so is its end', async () => {
  const { room } = stage();
  room.settle();
  const { database } = room.journal;
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
  const write = (): unknown => room.run({ name: 'note.write', text: 'x'.repeat(20_000) });
  expect(write).toThrow(/full/);
  expect(rowsOf<StatusRow>(room, 'status')[0]?.disk).toMatch(/full/);
  database.pragma('max_page_count = 1000000');
  await expect
    .poll(() => rowsOf<StatusRow>(room, 'status')[0]?.disk, { timeout: 5_000 })
    .toBeNull();
  expect(write()).toMatchObject({ done: true });
});

test('P2 with hindsight: what was told late stands where it had happened, silence stays unknown', () => {
  const { room, set } = stage();
  const began = T0 - 30 * MINUTE;
  // The source is heard for the first time now, and tells of what has been.
  room.receive([
    heardFact('am', T0),
    nodeFact('checkout', began),
    nodeFact('ledger', began),
    firedFact({ name: 'Past', service: 'checkout', at: began, heardAt: T0 }),
    resolvedFact({
      name: 'Past',
      service: 'checkout',
      startsAt: began,
      at: began + 10 * MINUTE,
      heardAt: T0,
    }),
    firedFact({ name: 'Lasting', service: 'ledger', at: began, heardAt: T0 }),
  ]);
  const at = (name: string, offset: number): string | undefined =>
    condition(room, name, { mode: 'happened', moment: began + offset });
  expect(at('checkout', 5 * MINUTE)).toBe('critical');
  expect(at('checkout', 15 * MINUTE)).toBe('unknown');
  expect(at('ledger', 15 * MINUTE)).toBe('critical');
  expect(condition(room, 'checkout', { mode: 'known', moment: began + 5 * MINUTE })).toBe(
    'unknown',
  );
  // When the source falls silent, nothing vouches for what it said last.
  set(T0 + 30 * MINUTE);
  expect(at('ledger', 40 * MINUTE)).toBe('unknown');
  expect(at('checkout', 5 * MINUTE)).toBe('critical');
});
