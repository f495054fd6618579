import { expect, test } from 'vitest';
import type { AlertGroupRow, AlertRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { prefill, worstOf } from './prefill.ts';
import { suggest } from './suggest.ts';

const T0 = 1_760_000_000_000;

function alert(key: string, change: Partial<AlertRow> = {}): AlertRow {
  return {
    key,
    fingerprint: key,
    name: 'HighErrorRate',
    severity: 'warning',
    status: 'firing',
    service: 'checkout',
    unit: null,
    cell: null,
    zone: null,
    city: null,
    shard: null,
    summary: '',
    startsAt: T0,
    endsAt: null,
    labels: {},
    annotations: {},
    sources: [],
    disputed: false,
    clockAhead: false,
    acknowledged: null,
    assigned: null,
    held: null,
    released: [],
    group: null,
    shaking: null,
    asOf: null,
    ...change,
  };
}
function node(name: string): NodeRow {
  return {
    key: `node:${name}`,
    name,
    kind: 'service',
    unit: null,
    cell: null,
    zone: null,
    city: null,
    owner: null,
    tags: {},
    declared: true,
    condition: 'healthy',
    lastSeverity: null,
    firing: 0,
    unknown: 0,
    asOf: null,
    sources: [],
    disputes: [],
    unlistedSince: null,
  };
}

test('the selected alert gives title, severity and service', () => {
  const selected = alert('a', { severity: 'critical', summary: '5xx above 20 %', unit: 'RZ01' });
  expect(prefill({ alert: selected }, [])).toEqual({
    title: 'checkout: 5xx above 20 %',
    severity: 'SEV-2',
    services: ['checkout'],
    units: ['RZ01'],
    origin: 'a',
    from: 'alert',
  });
});

test('a selected service takes its own worst alert, or only its name', () => {
  const alerts = [
    alert('a', { service: 'ledger', severity: 'critical' }),
    alert('b', { severity: 'critical', summary: 'checkout fails' }),
  ];
  expect(prefill({ node: node('checkout') }, alerts).title).toBe('checkout fails');
  expect(prefill({ node: node('cart') }, alerts)).toMatchObject({
    title: 'cart: ',
    services: ['cart'],
  });
});

test('nothing selected: the worst open alert, with the services that burn as much', () => {
  const alerts = [
    alert('a'),
    alert('b', { severity: 'critical', service: 'ledger', startsAt: T0 - 5 }),
    alert('c', { severity: 'critical', service: 'cart' }),
    alert('d', { severity: 'critical', service: 'old', status: 'resolved' }),
  ];
  const found = prefill({}, alerts);
  expect(found.services).toEqual(['ledger', 'cart']);
  expect(found.from).toBe('worst');
  expect(prefill({}, [])).toEqual({
    title: '',
    severity: 'SEV-3',
    services: [],
    units: [],
    origin: null,
    from: 'nothing',
  });
});

test('causes give their services: the one of the selected alert, else the gravest that has no incident', () => {
  const group = (key: string, root: string, change: Partial<AlertGroupRow> = {}): AlertGroupRow =>
    ({
      key,
      root,
      service: 'db',
      severity: 'critical',
      members: [root],
      services: ['cart', 'db', 'web'],
      units: ['RZ01', 'RZ02'],
      candidate: { deserves: true, reasons: ['critical', 'spread'], coveredBy: null },
      ...change,
    }) as AlertGroupRow;
  const root = alert('a', {
    service: 'db',
    severity: 'critical',
    summary: 'db is full',
    group: 'g1',
  });
  const symptom = alert('b', { service: 'web', group: 'g1' });
  const groups = [
    group('g2', 'z', {
      members: ['z', 'y', 'x'],
      candidate: { deserves: true, reasons: [], coveredBy: 'incident:1' },
    }),
    group('g1', 'a'),
  ];
  expect(prefill({ alert: symptom }, [root, symptom], groups).services).toEqual([
    'web',
    'db',
    'cart',
  ]);
  expect(prefill({}, [symptom, root], groups)).toMatchObject({
    title: 'db is full',
    services: ['db', 'cart', 'web'],
    units: ['RZ01', 'RZ02'],
    origin: 'a',
    from: 'worst',
  });
});

test('what fires is worse than what is only unknown', () => {
  const alerts = [alert('a', { status: 'unknown', startsAt: T0 - 9 }), alert('b')];
  expect(worstOf(alerts)?.key).toBe('b');
});

test('a title is never longer than the room accepts', () => {
  const selected = alert('a', { summary: 'x'.repeat(900) });
  expect(prefill({ alert: selected }, []).title).toHaveLength(300);
});

test('suggestions begin with what was typed, without those that are in already', () => {
  const names = ['checkout', 'web-check', 'check', 'cart'];
  expect(suggest(names, 'CHECK', ['checkout'])).toEqual(['check', 'web-check']);
  expect(suggest(names, ' ', [])).toEqual([]);
});
