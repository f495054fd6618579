import { expect, test } from 'vitest';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { nodeThing } from '../../shared/facts/topology.ts';
import type { Answer, LaneKindName, TimelineEntry } from '../../shared/ipc/contract.ts';
import { firedFact, heardFact } from '../testing/facts.ts';
import { openTestRoom } from '../testing/room.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;
const WINDOW = { from: T0 - 30 * MINUTE, to: T0 + 30 * MINUTE };

function roomWith(facts: readonly Fact[]): Room {
  const room = openTestRoom(() => T0 + MINUTE);
  room.receive([...facts]);
  room.settle();
  return room;
}

function lanes(room: Room, by: LaneKindName, most = 10): Answer<'timeline.lanes'> {
  return room.lanes({ ...WINDOW, by, columns: 60, most });
}

function heads(answer: Answer<'timeline.lanes'>): string[] {
  return answer.lanes.map(({ is, value, count }) => `${is} ${value} ${count}`);
}

function listed(room: Room, by: LaneKindName, value: string): TimelineEntry[] {
  return room.timeline({
    ...WINDOW,
    position: { mode: 'live' },
    limit: 100,
    filter: { groups: [], text: '', pinnedOnly: false, lane: { by, value } },
  }).entries;
}

function inUnit(name: string, unit: string): Fact {
  return sealFact({
    kind: 'node.declared',
    v: 1,
    thing: nodeThing(name),
    at: T0,
    heardAt: T0,
    source: 'mesh',
    body: { name, kind: 'service', unit },
  });
}

const FACTS = [
  heardFact('am', T0),
  inUnit('checkout', 'rz01'),
  firedFact({ name: 'ErrorRate', service: 'checkout', at: T0 - 2 * MINUTE }),
  firedFact({ name: 'Slow', service: 'ledger', at: T0 - MINUTE, heardAt: T0 }),
];

test('P4 lanes and the list narrowed to one of them hold the same entries', () => {
  const room = roomWith(FACTS);
  room.run({ name: 'note.write', text: 'looking at the ledger' });
  room.settle();
  expect(heads(lanes(room, 'service'))).toEqual(['named checkout 1', 'named ledger 1', 'none  1']);
  expect(heads(lanes(room, 'unit'))).toEqual(['named rz01 1', 'none  2']);
  for (const by of ['source', 'person', 'service', 'unit'] as const) {
    for (const { value, count } of lanes(room, by).lanes) {
      expect([by, value, listed(room, by, value).length]).toEqual([by, value, count]);
    }
  }
});

test('where there are few, every entry is told with both of its times', () => {
  const room = roomWith(FACTS);
  const { events, lanes: told } = lanes(room, 'service');
  expect([...(events?.at ?? [])]).toEqual([T0 - 2 * MINUTE, T0 - MINUTE]);
  expect([...(events?.heardAt ?? [])]).toEqual([T0 - 2 * MINUTE, T0]);
  expect([...(events?.lane ?? [])].map((lane) => told[lane]?.value)).toEqual([
    'checkout',
    'ledger',
  ]);
  const { entry } = room.entry(events?.seq[1] ?? 0);
  expect(entry?.body['name']).toBe('Slow');
  expect(room.entry(10_000)).toEqual({ entry: null });
});

test('a pin shows where the entry stands, in its lane and among the others', () => {
  const room = roomWith(FACTS);
  const [first] = listed(room, 'service', 'checkout');
  room.run({ name: 'entry.pin', entry: first?.id ?? '' });
  room.settle();
  expect([...(lanes(room, 'service').events?.pinned ?? [])]).toEqual([1, 0]);
  expect(new Set(lanes(room, 'service', 1).events?.lane)).toEqual(new Set([0, 1]));
});

test('a note that was moved stands where it was moved to', () => {
  const room = roomWith(FACTS);
  const written = room.run({ name: 'note.write', text: 'restarted', at: T0 - 3 * MINUTE });
  const note = written.done ? written.thing : '';
  room.settle();
  room.run({ name: 'note.move', note, at: T0 - 20 * MINUTE, reason: 'the log says' });
  room.settle();
  const { events } = lanes(room, 'person');
  const placed = [...(events?.seq ?? [])].map((seq, index) => [
    room.entry(seq).entry?.kind,
    events?.at[index],
  ]);
  expect(placed).toContainEqual(['note.written', T0 - 20 * MINUTE]);
  expect(placed.filter(([kind]) => kind === 'note.written')).toHaveLength(1);
});

test('where there are many, only columns are told, and they hold all of them', () => {
  const many = Array.from({ length: 3_200 }, (_, number) =>
    firedFact({ name: `A${number}`, service: `s${number % 20}`, at: T0 - (number % 25) * MINUTE }),
  );
  const room = roomWith(many);
  room.settle();
  const { counts, events, lanes: told } = lanes(room, 'service', 5);
  expect(events).toBeNull();
  expect(told.map(({ is }) => is)).toEqual(['named', 'named', 'named', 'named', 'named', 'others']);
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(3_200);
});

test('where many facts would be read for few entries, only columns are told', () => {
  const began = T0 - 20 * MINUTE;
  const renewed = (times: number): Fact[] =>
    Array.from({ length: 200 * times }, (_, number) => {
      const name = `A${number % 200}`;
      const at = began + Math.floor(number / 200) * 10_000;
      return firedFact({ name, service: 'ledger', at, startsAt: began });
    });
  const room = roomWith(renewed(100));
  expect(lanes(room, 'service').events?.at).toHaveLength(200);
  room.receive([firedFact({ name: 'A0', service: 'ledger', at: T0 - 1, startsAt: began })]);
  room.settle();
  const { counts, events } = lanes(room, 'service');
  expect(events).toBeNull();
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(200);
});
