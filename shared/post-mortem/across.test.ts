import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClockRow, FollowUpRow, IncidentRow } from '../ipc/rows.ts';
import { byDue, durationsTo, isOverdue, quantile, recurringServices } from './across.ts';
import { similarIncidents, type IncidentTexts } from './similar.ts';

const incident = (key: string, services: string[], declaredAt = 0): IncidentRow =>
  ({ key, services, declaredAt, severity: 'SEV-2' }) as unknown as IncidentRow;

test('M5 a quantile lies between the least and the greatest, and is a value where it falls on one', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([10, 20, 30], 0.25)).toBe(15);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const sorted = values.toSorted((left, right) => left - right);
        const value = quantile(sorted, share);
        expect(value).toBeGreaterThanOrEqual(sorted[0] ?? 0);
        expect(value).toBeLessThanOrEqual(sorted.at(-1) ?? 0);
      },
    ),
  );
});

test('M5 durations are told with their count, and quartiles only of four or more', () => {
  const incidents = ['a', 'b', 'c', 'd'].map((key) => incident(key, []));
  const clocks = incidents.map(
    ({ key }, index) =>
      ({
        incident: key,
        points: { effect: { at: 0 }, recovered: { at: (index + 1) * 1_000 } },
      }) as unknown as ClockRow,
  );
  const [all] = durationsTo('recovered', incidents, clocks);
  expect(all).toMatchObject({ n: 4, quartiles: { q1: 1_750, median: 2_500, q3: 3_250 } });
  const [few] = durationsTo('recovered', incidents, clocks.slice(0, 3));
  expect(few).toMatchObject({ n: 3, quartiles: null });
  expect(durationsTo('located', incidents, clocks)).toEqual([]);
});

test('M5 a service recurs from its second incident on', () => {
  const incidents = [incident('a', ['db', 'web'], 1), incident('b', ['db'], 2)];
  expect(recurringServices(incidents)).toEqual([{ name: 'db', incidents: ['b', 'a'] }]);
});

test('M5 what is overdue comes first, what is done last', () => {
  const followUp = (key: string, dueAt: number | null, state: FollowUpRow['state']): FollowUpRow =>
    ({ key, dueAt, state, openedAt: 0 }) as unknown as FollowUpRow;
  const rows = [
    followUp('done', 1, 'done'),
    followUp('later', 300, 'open'),
    followUp('no day', null, 'doing'),
    followUp('overdue', 90, 'open'),
    followUp('long overdue', 10, 'doing'),
  ];
  expect(rows.sort(byDue(100)).map(({ key }) => key)).toEqual([
    'long overdue',
    'overdue',
    'later',
    'no day',
    'done',
  ]);
  expect(rows.filter((row) => isOverdue(row, 100))).toHaveLength(2);
});

test('M6 earlier incidents with the same services and rare words are found, later ones are not', () => {
  const texts = (row: IncidentRow, ...said: string[]): IncidentTexts => ({ row, texts: said });
  const of = texts(incident('now', ['checkout'], 100), 'connection pool exhausted on the ledger');
  const found = similarIncidents(of, [
    of,
    texts(incident('same', ['checkout'], 50), 'connection pool exhausted again'),
    texts(incident('words', ['mail'], 40), 'the pool of the ledger was exhausted'),
    texts(incident('other', ['mail'], 30), 'certificate expired'),
    texts(incident('later', ['checkout'], 200), 'connection pool exhausted'),
  ]);
  expect(found.map(({ key }) => key)).toEqual(['same', 'words']);
  expect(found[0]?.services).toEqual(['checkout']);
  expect(found[0]?.words).toContain('connection');
});

test('M6 Chinese texts are compared by pairs of characters', () => {
  const of: IncidentTexts = { row: incident('now', [], 100), texts: ['账务数据库连接池耗尽'] };
  const other: IncidentTexts = { row: incident('old', [], 50), texts: ['数据库连接池用尽'] };
  expect(similarIncidents(of, [other]).map(({ key }) => key)).toEqual(['old']);
});
