import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergedInto } from '../../shared/incident/family.ts';
import { goesOnIn, isStranded, treeOf } from './incident-family.ts';

interface Related {
  key: string;
  severity: 'SEV-1' | 'SEV-2' | 'SEV-3';
  declaredAt: number;
  parent: string | null;
  duplicateOf: string | null;
  carries: boolean;
}

function incident(key: string, change: Partial<Related> = {}): Related {
  return {
    key,
    severity: 'SEV-3',
    declaredAt: 0,
    parent: null,
    duplicateOf: null,
    carries: false,
    ...change,
  };
}

test('parts stand under what they are parts of, the worst first in each place', () => {
  const lines = treeOf([
    incident('a'),
    incident('b', { parent: 'a', severity: 'SEV-2' }),
    incident('c', { parent: 'a', severity: 'SEV-1' }),
    incident('d', { severity: 'SEV-2' }),
    incident('e', { parent: 'gone', severity: 'SEV-1' }),
  ]);
  expect(lines.map(({ incident: { key }, depth }) => `${depth}${key}`)).toEqual([
    '0e',
    '0d',
    '0a',
    '1c',
    '1b',
  ]);
});

test('what was merged goes on in what it was merged into, over several steps', () => {
  const rows = [
    incident('a'),
    incident('b', { duplicateOf: 'a', carries: true }),
    incident('c', { duplicateOf: 'b', carries: true }),
    incident('d', { duplicateOf: 'a' }),
  ];
  expect([...mergedInto(rows, 'a')]).toEqual(['a', 'b', 'c']);
  const found = (key: string) => goesOnIn(rows, rows.find((row) => row.key === key) as Related).key;
  expect(['a', 'b', 'c', 'd'].map(found)).toEqual(['a', 'a', 'a', 'd']);
});

test('C7 whatever circles desks apart tied: every incident is in the tree once, and nothing hangs', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const rows = fc
    .uniqueArray(
      fc.record({
        key,
        severity: fc.constantFrom('SEV-1' as const, 'SEV-2' as const),
        declaredAt: fc.nat(5),
        parent: fc.option(key),
        duplicateOf: fc.option(key),
        carries: fc.boolean(),
      }),
      { selector: (row) => row.key },
    )
    .filter((list) => list.length > 0);
  fc.assert(
    fc.property(rows, (list) => {
      const lines = treeOf(list);
      expect(lines.map(({ incident: row }) => row.key).sort()).toEqual(
        list.map((row) => row.key).sort(),
      );
      for (const row of list) {
        expect(mergedInto(list, row.key).has(row.key)).toBe(true);
        const end = goesOnIn(list, row);
        expect(list).toContain(end);
      }
    }),
  );
});

test('C7 of what was merged, exactly what goes round, or ends in what was over before, is stranded', () => {
  const keys = ['a', 'b', 'c', 'd'];
  const drawn = fc.tuple(
    ...keys.map((key) =>
      fc.record({
        key: fc.constant(key),
        into: fc.option(fc.constantFrom(...keys)),
        isOver: fc.boolean(),
        at: fc.nat(9),
      }),
    ),
  );
  fc.assert(
    fc.property(drawn, (list) => {
      const rows = list.map(({ key, into, isOver, at }) => {
        const phase = into !== null ? 'duplicate' : isOver ? 'resolved' : 'active';
        return {
          ...incident(key, { duplicateOf: into, carries: into !== null }),
          status: phase === 'active' ? ('active' as const) : ('resolved' as const),
          resolvedAt: phase === 'active' ? null : at,
          phases: [{ phase, at } as const],
        };
      });
      for (const row of rows) {
        let end = row;
        for (let step = 0; step < keys.length && end.carries; step += 1) {
          end = rows.find(({ key }) => key === end.duplicateOf) ?? end;
        }
        const expected =
          row.carries &&
          (end.carries ||
            (end.status === 'resolved' && (row.resolvedAt ?? 0) > (end.resolvedAt ?? 0)));
        expect(isStranded(rows, row)).toBe(expected);
      }
    }),
  );
});
