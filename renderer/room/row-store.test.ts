import { describe, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { createCoreClient } from '../../shared/ipc/client.ts';
import { portPair, type Port } from '../../shared/ipc/port.ts';
import { LIVE, type Position } from '../../shared/ipc/position.ts';
import type { IncidentRow } from '../../shared/ipc/rows.ts';
import type { PositionState } from './position.ts';
import { bareIncident } from '../dev/bare-rows.ts';
import { changeRows, createRowStore, replaceRows, rowsOnceLoaded } from './row-store.ts';

describe('rows', () => {
  test('rows that a fresh answer does not change keep their identity', () => {
    const before = new Map([
      ['a', { key: 'a', labels: { x: '1' } }],
      ['b', { key: 'b', labels: { x: '2' } }],
    ]);
    const after = replaceRows(before, [
      { key: 'a', labels: { x: '1' } },
      { key: 'b', labels: { x: '3' } },
      { key: 'c', labels: { x: '4' } },
    ]);
    expect(after.get('a')).toBe(before.get('a'));
    expect(after.get('b')).not.toBe(before.get('b'));
    expect([...after.keys()]).toEqual(['a', 'b', 'c']);
  });

  test('an equal answer and an empty change keep the whole map', () => {
    const before = new Map([['a', { key: 'a' }]]);
    expect(replaceRows(before, [{ key: 'a' }])).toBe(before);
    expect(changeRows(before, [{ key: 'a' }], ['z'])).toBe(before);
    expect(replaceRows(before, [])).not.toBe(before);
  });

  test('a change touches only what it names', () => {
    const before = new Map([
      ['a', { key: 'a', n: 1 }],
      ['b', { key: 'b', n: 1 }],
    ]);
    const after = changeRows(before, [{ key: 'b', n: 2 }], ['a']);
    expect([...after.values()]).toEqual([{ key: 'b', n: 2 }]);
    expect(before.size).toBe(2);
  });
});

describe('row store', () => {
  test('follows changes of its subscription and of no other', async () => {
    const core = fakeCore();
    const { store } = createRowStore(createCoreClient(core.port), 'incidents', null);
    expect(store.getState().loading).toBe(true);
    await core.answerOpen([incident('i-1', 'first'), incident('i-2', 'second')]);
    const first = store.getState().rows.get('i-1');
    expect(store.getState()).toMatchObject({ loading: false, asOf: 7, position: LIVE });

    await core.emitRows(core.lastId(), [incident('i-2', 'changed')]);
    expect(store.getState().rows.get('i-2')?.title).toBe('changed');
    expect(store.getState().rows.get('i-1')).toBe(first);

    const { version } = store.getState();
    await core.emitRows('somebody-else', [incident('i-1', 'stranger')]);
    expect(store.getState().version).toBe(version);
  });

  test('who needs all rows waits for those of the position that is shown', async () => {
    const core = fakeCore();
    const positions = createStore<PositionState>(() => ({ position: LIVE }));
    const { store } = createRowStore(createCoreClient(core.port), 'incidents', positions);
    const titles = async (): Promise<string[]> =>
      (await rowsOnceLoaded(store)).map(({ title }) => title);
    const first = titles();
    await core.answerOpen([incident('i-1', 'live')]);
    expect(await first).toEqual(['live']);
    expect(await titles()).toEqual(['live']);
    positions.setState({ position: { mode: 'happened', moment: 1 } });
    const then = titles();
    await core.answerOpen([incident('i-1', 'then')]);
    expect(await then).toEqual(['then']);
  });

  test('a change that overtakes the answer is not lost', async () => {
    const core = fakeCore();
    const { store } = createRowStore(createCoreClient(core.port), 'incidents', null);
    await settle();
    await core.emitRows(core.lastId(), [incident('i-1', 'newer')]);
    await core.answerOpen([incident('i-1', 'older')]);
    expect(store.getState().rows.get('i-1')?.title).toBe('newer');
  });

  test('scrubbing opens one subscription at a time and ends at the last position', async () => {
    const core = fakeCore();
    const positions = createStore<PositionState>(() => ({ position: LIVE }));
    const { store } = createRowStore(createCoreClient(core.port), 'incidents', positions);
    await core.answerOpen([incident('i-1', 'live')]);
    for (let moment = 1; moment <= 50; moment += 1) {
      positions.setState({ position: { mode: 'happened', moment } });
    }
    await settle();
    expect(store.getState().loading).toBe(true);
    expect(store.getState().rows.get('i-1')?.title).toBe('live');
    expect(core.opened.map(({ position }) => momentOf(position))).toEqual([null, 1]);

    await core.answerOpen([incident('i-1', 'at 1')]);
    expect(store.getState().rows.get('i-1')?.title).toBe('at 1');
    expect(store.getState().loading).toBe(true);
    await core.answerOpen([incident('i-1', 'at 50')]);
    expect(core.opened.map(({ position }) => momentOf(position))).toEqual([null, 1, 50]);
    expect(store.getState()).toMatchObject({
      loading: false,
      position: { mode: 'happened', moment: 50 },
    });
    expect(store.getState().rows.get('i-1')?.title).toBe('at 50');
    await settle();
    expect(core.closed).toEqual([core.opened[0]?.id, core.opened[1]?.id]);
  });

  test('when another core answers, what the last one owed is forgotten', async () => {
    const core = fakeCore();
    const { store, reopen } = createRowStore(createCoreClient(core.port), 'incidents', null);
    await settle();
    const lost = core.lastId();
    reopen();
    await settle();
    expect(core.lastId()).not.toBe(lost);
    await core.answerOpen([incident('i-1', 'new core')]);
    await core.answerOpen([incident('i-1', 'old core')], lost);
    expect(store.getState().rows.get('i-1')?.title).toBe('new core');
    expect(store.getState().loading).toBe(false);
  });

  test('a refused subscription says why and keeps what is shown', async () => {
    const core = fakeCore();
    const positions = createStore<PositionState>(() => ({ position: LIVE }));
    const { store } = createRowStore(createCoreClient(core.port), 'incidents', positions);
    await core.answerOpen([incident('i-1', 'kept')]);
    positions.setState({ position: { mode: 'known', moment: 5 } });
    await core.refuseOpen('failed');
    expect(store.getState()).toMatchObject({ loading: false, error: 'failed' });
    expect(store.getState().rows.size).toBe(1);
    positions.setState({ position: LIVE });
    await core.refuseOpen('no-room');
    expect(store.getState().rows.size).toBe(0);
  });
});

function incident(key: string, title: string): IncidentRow {
  return {
    key,
    title,
    severity: 'SEV-2',
    commander: 'Ada',
    services: [],
    ...bareIncident,
    declaredAt: 1,
    declaredBy: 'Ada',
    sent: 'sent',
  };
}

interface Opened {
  readonly askId: number;
  readonly id: string;
  readonly position: Position;
  isAnswered: boolean;
}

/** A core's end of a port that answers only when it is told to. */
function fakeCore(): {
  port: Port;
  opened: Opened[];
  closed: string[];
  lastId: () => string;
  answerOpen: (rows: IncidentRow[], id?: string) => Promise<void>;
  refuseOpen: (code: 'failed' | 'no-room') => Promise<void>;
  emitRows: (id: string, upserts: IncidentRow[]) => Promise<void>;
} {
  const [port, far] = portPair();
  const opened: Opened[] = [];
  const closed: string[] = [];
  far.onMessage((message) => {
    const ask = message as { id: number; name: string; body: { id: string; position: Position } };
    if (ask.name === 'subscription.open') {
      const { id, position } = ask.body;
      opened.push({ askId: ask.id, id, position, isAnswered: false });
    } else {
      closed.push(ask.body.id);
      far.post({ type: 'answer', id: ask.id, body: {} });
    }
  });
  const waiting = (id?: string): Opened => {
    const found = opened.findLast((entry) => (id ? entry.id === id : !entry.isAnswered));
    if (!found) throw new Error('no subscription waits');
    found.isAnswered = true;
    return found;
  };
  return {
    port,
    opened,
    closed,
    lastId: () => opened.at(-1)?.id ?? '',
    async answerOpen(rows, id) {
      await settle();
      far.post({ type: 'answer', id: waiting(id).askId, body: { rows, asOf: 7 } });
      await settle();
    },
    async refuseOpen(code) {
      await settle();
      far.post({ type: 'error', id: waiting().askId, error: { code, message: code } });
      await settle();
    },
    async emitRows(id, upserts) {
      far.post({ type: 'event', name: 'rows', body: { id, upserts, removes: [], asOf: 8 } });
      await settle();
    },
  };
}

function momentOf(position: Position): number | null {
  return position.mode === 'live' ? null : position.moment;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2));
}
