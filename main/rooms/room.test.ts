import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Session } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import { tables, type AlertRow, type NodeRow, type TableName } from '../../shared/ipc/rows.ts';
import { edgeFact, firedFact, heardFact, nodeFact, resolvedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import type { TableChange } from './live-tables.ts';
import { openRoom, type Room } from './room.ts';

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
  const session = { person: 'maya', runbookFolder: null } as Session;
  const room = openRoom({
    kind: 'live',
    title: '',
    folder,
    builtInRunbooks: join(import.meta.dirname, '..', '..', 'resources', 'runbooks'),
    session: () => session,
    clock: () => now,
    onChange: (change) => changes.push(new Map(change)),
    onTimeline: () => {},
    onPerson: () => {},
  });
  onTestFinished(() => room.close());
  return { room, changes, set: (next) => (now = next) };
}

function rows<Row>(room: Room, table: TableName, position: Position = { mode: 'live' }): Row[] {
  room.settle();
  const { rows: found } = room.readRows(table, position);
  for (const row of found) tables[table].parse(row);
  return found as Row[];
}

function condition(room: Room, name: string, position?: Position): string | undefined {
  return rows<NodeRow>(room, 'nodes', position).find((row) => row.name === name)?.condition;
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
  expect(rows<AlertRow>(room, 'alerts')[0]).toMatchObject({ status: 'unknown' });
  expect(rows<AlertRow>(room, 'alerts')[0]?.asOf).not.toBeNull();
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
    rows<{ source: string; freshness: string }>(room, 'sources')[0]?.freshness;
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
  const [row] = rows<AlertRow>(room, 'alerts');
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
  expect(rows<AlertRow>(room, 'alerts')[0]?.status).toBe('firing');
  set(T0 + 31_000);
  expect(rows<AlertRow>(room, 'alerts')[0]?.status).toBe('unknown');
  room.receive([
    resolvedFact({ name: 'Leased', service: 'checkout', startsAt: T0, at: T0 + 32_000 }),
  ]);
  expect(rows<AlertRow>(room, 'alerts')[0]?.status).toBe('resolved');
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
  const [runbook] = rows<{ digest: string; id: string; title: string }>(first.room, 'runbooks');
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
  const [run] = rows<{ steps: { note: string; sent: string }[]; digest: string }>(
    second.room,
    'runs',
  );
  expect(run?.steps).toMatchObject([{ note: 'lag is 0', sent: 'pending' }]);
  // Also where the library no longer has the file, the journal does.
  expect(second.room.journal.blob(run?.digest ?? '')?.text.length).toBeGreaterThan(100);
});
