import { expect, test } from 'vitest';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { bareIncident } from '../../dev/bare-rows.ts';
import { readChoice } from '../../room/chosen-incident.ts';
import { durationOf, formatHours, pickIncident } from './current-incident.ts';

const T0 = 1_760_000_000_000;

function incident(key: string, change: Partial<IncidentRow> = {}): IncidentRow {
  return {
    key,
    title: key,
    severity: 'SEV-3',
    commander: 'maya',
    services: [],
    ...bareIncident,
    declaredAt: T0,
    declaredBy: 'maya',
    sent: 'sent',
    ...change,
  };
}
const over = { status: 'resolved', resolvedAt: T0 + 5_000 } as const;

test('without a choice the worst active incident is shown, the newest among equals', () => {
  const rows = [
    incident('a', { severity: 'SEV-2' }),
    incident('b', { severity: 'SEV-1' }),
    incident('c', { severity: 'SEV-1', declaredAt: T0 + 1 }),
    incident('d', { severity: 'SEV-1', ...over }),
  ];
  expect(pickIncident(rows, null, false)?.key).toBe('c');
});

test('a chosen active incident stays, whatever else begins', () => {
  const rows = [incident('a'), incident('b', { severity: 'SEV-1', declaredAt: T0 + 9 })];
  expect(pickIncident(rows, { key: 'a', at: T0 }, false)?.key).toBe('a');
});

test('a chosen incident that is over gives way to one that began after the choice', () => {
  const rows = [incident('a', over), incident('b', { declaredAt: T0 + 9_000 })];
  expect(pickIncident(rows, { key: 'a', at: T0 + 8_000 }, false)?.key).toBe('b');
  expect(pickIncident(rows, { key: 'a', at: T0 + 10_000 }, false)?.key).toBe('a');
});

test('when all is over nothing is shown, but a file shows its newest', () => {
  const rows = [incident('a', over), incident('b', { ...over, declaredAt: T0 + 1 })];
  expect(pickIncident(rows, null, false)).toBeNull();
  expect(pickIncident(rows, null, true)?.key).toBe('b');
  expect(pickIncident([], null, true)).toBeNull();
});

const merged = (into: string, at: number): Partial<IncidentRow> => ({
  status: 'resolved',
  phase: 'duplicate',
  duplicateOf: into,
  carries: true,
  phases: [{ phase: 'duplicate', at }],
  resolvedAt: at,
});

test('two that were merged into one another apart are shown, the worst first, until one is reopened', () => {
  const rows = [
    incident('a', merged('b', T0 + 5)),
    incident('b', { severity: 'SEV-1', ...merged('a', T0 + 6) }),
  ];
  expect(pickIncident(rows, null, false)?.key).toBe('b');
  expect(pickIncident(rows, { key: 'a', at: T0 }, false)?.key).toBe('a');
});

test('what was merged into one that was over gives way only to what is active', () => {
  const rows = [
    incident('a', { ...over, phase: 'resolved' }),
    incident('b', merged('a', T0 + 6_000)),
  ];
  expect(pickIncident(rows, null, false)?.key).toBe('b');
  expect(pickIncident(rows, { key: 'b', at: T0 }, false)?.key).toBe('b');
  // Whoever looks at the one that is over sees it too, until they choose again.
  expect(pickIncident(rows, { key: 'a', at: T0 }, false)?.key).toBe('b');
  expect(pickIncident(rows, { key: 'a', at: T0 + 7_000 }, false)?.key).toBe('a');
  expect(pickIncident([...rows, incident('c')], null, false)?.key).toBe('c');
  // Merged first and resolved after: both are over, as somebody said.
  const ended = [rows[0] as IncidentRow, incident('b', merged('a', T0 + 4_000))];
  expect(pickIncident(ended, null, false)).toBeNull();
  expect(pickIncident(ended, { key: 'b', at: T0 }, false)?.key).toBe('a');
});

test('a choice is read from the layout only when it is one', () => {
  expect(readChoice({ key: 'incident:a', at: 5 })).toEqual({ key: 'incident:a', at: 5 });
  expect(readChoice({ key: 5, at: 5 })).toBeNull();
  expect(readChoice('incident:a')).toBeNull();
  expect(readChoice(undefined)).toBeNull();
});

test('the clock runs until it is resolved, and is never negative', () => {
  expect(durationOf({ declaredAt: T0, resolvedAt: null }, T0 + 7)).toEqual({
    lastedMs: 7,
    isRunning: true,
  });
  expect(durationOf({ declaredAt: T0, resolvedAt: T0 + 5 }, T0 + 70).lastedMs).toBe(5);
  expect(durationOf({ declaredAt: T0, resolvedAt: null }, T0 - 70).lastedMs).toBe(0);
});

test('hours are written whole', () => {
  expect(formatHours(0)).toBe('00:00:00');
  expect(formatHours(27 * 60_000 + 4_999)).toBe('00:27:04');
  expect(formatHours(123 * 3_600_000 + 59 * 60_000 + 59_000)).toBe('123:59:59');
});
