import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { compareAlerts } from './alert-order.ts';
import { createSorter } from './sorted-alerts.ts';

const row = (key: number, startsAt: number, severity: AlertRow['severity']): AlertRow =>
  ({ key: `alert:${key}`, startsAt, severity, status: 'firing' }) as AlertRow;

test('P4 whatever changes between two lists, the second is sorted as if it were the first', () => {
  const change = fc.record({
    key: fc.nat(30),
    startsAt: fc.nat(5),
    severity: fc.constantFrom<AlertRow['severity']>('critical', 'warning', 'info'),
    isGone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 12 }), (steps) => {
      const sort = createSorter();
      const rows = new Map<number, AlertRow>();
      for (const step of steps) {
        for (const { key, startsAt, severity, isGone } of step) {
          if (isGone) rows.delete(key);
          else rows.set(key, row(key, startsAt, severity));
        }
        const list = [...rows.values()];
        expect(sort(list)).toEqual(list.toSorted(compareAlerts));
        expect(sort(list)).toBe(sort(list));
      }
    }),
  );
});

test('one changed row of many is compared with few others', () => {
  const list = Array.from({ length: 20_000 }, (_, index) => row(index, index, 'warning'));
  const sort = createSorter();
  sort(list);
  let reads = 0;
  const counted = new Proxy(row(7, 3, 'critical'), {
    get(target, name) {
      reads += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
  expect(sort(list.with(7, counted))[0]?.key).toBe('alert:7');
  expect(reads).toBeLessThan(20);
});
