import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PullSource } from '../../gateway/ingest/pull.ts';
import type { AlertRow, SourceRow, StatusRow } from '../../shared/ipc/rows.ts';
import { firedFact, heardFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openJournal } from '../journal/journal.ts';
import { openDirectSources } from './direct-sources.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
const PROM: PullSource = { format: 'prometheus', name: 'prom', url: 'http://prometheus/' };

/** A Prometheus that answers from memory. */
function fakePrometheus(alerts: object[]): typeof fetch {
  const answers: Record<string, unknown> = {
    '/api/v1/status/config': { status: 'success', data: { yaml: 'global: {}' } },
    '/api/v1/status/runtimeinfo': { data: { startTime: new Date(T0 - 3_600_000).toISOString() } },
  };
  return async (input) => {
    const { pathname } = new URL(String(input));
    const body = pathname.endsWith('/alerts')
      ? { status: 'success', data: { alerts } }
      : answers[pathname];
    return new Response(JSON.stringify(body), { headers: { date: new Date(T0).toUTCString() } });
  };
}

const firing = {
  labels: { alertname: 'HighErrorRate', service: 'pay', severity: 'critical' },
  annotations: {},
  state: 'firing',
  activeAt: new Date(T0 - 60_000).toISOString(),
  value: '1',
};

test('N6 sources are asked only after the gateway was silent for so long, and no more when it is back', async () => {
  const journal = openJournal({ folder: scratchFolder(), repair: true, now: () => T0 });
  onTestFinished(() => journal.close());
  const asked: string[] = [];
  const answer = fakePrometheus([firing]);
  const direct = openDirectSources({
    journal,
    now: () => T0,
    heldOf: () => [],
    onFacts: () => {},
    onChange: () => {},
    fetch: (input, init) => {
      asked.push(String(input));
      return answer(input, init);
    },
  });
  onTestFinished(() => direct.close());
  direct.set([PROM]);
  direct.follow(null);
  direct.follow(14_999);
  await wait(20);
  expect([asked, direct.asked()]).toEqual([[], []]);
  direct.follow(15_000);
  expect(direct.asked()).toEqual(['prom']);
  await vi.waitFor(() => expect(journal.facts.lastSeq()).toBeGreaterThan(1));
  // What only this desk heard, the gateway is to get when it is back.
  expect(journal.isUncompared('gateway')).toBe(true);
  direct.follow(null);
  expect(direct.asked()).toEqual([]);
  const before = asked.length;
  await wait(20);
  expect(asked.length).toBe(before);
});

test('N6 what this desk holds of a source is no news, and what a source no longer lists is over', async () => {
  vi.stubGlobal('fetch', fakePrometheus([firing]));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const room = openTestRoom(() => T0, { directSilentMs: 0 });
  room.receive([
    heardFact('prom', T0 - 60_000, 'prometheus'),
    firedFact({ name: 'Gone', service: 'web', at: T0 - 120_000, source: 'prom' }),
  ]);
  room.settle();
  room.setDirect([PROM]);
  await vi.waitFor(
    () =>
      expect(
        rowsOf<AlertRow>(room, 'alerts')
          .map(({ name, status }) => `${name} ${status}`)
          .toSorted(),
      ).toEqual(['Gone resolved', 'HighErrorRate firing']),
    { timeout: 5_000 },
  );
  expect(rowsOf<StatusRow>(room, 'status')[0]?.direct).toEqual(['prom']);
  expect(rowsOf<SourceRow>(room, 'sources')).toMatchObject([
    { source: 'prom', freshness: 'fresh' },
  ]);
});
