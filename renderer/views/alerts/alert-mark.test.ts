import { expect, test } from 'vitest';
import { markOf } from './alert-mark.ts';

const alert = (labels: Record<string, string>, summary = 'Disk almost full') =>
  markOf({ name: 'DiskFull', service: 'ledger-db', summary, labels });

test('alerts of several instances do not look alike', () => {
  expect(alert({ instance: 'db-7:9100' })).toBe('db-7:9100');
  expect(alert({ code: '503', pod: 'ledger-db-0' })).toBe('…-0');
});

test('what stands there already is not said twice', () => {
  expect(alert({ instance: 'db-7' }, 'Disk of db-7 almost full')).toBeNull();
  expect(alert({ instance: 'ledger-db', device: 'sda1' })).toBe('sda1');
  expect(alert({ severity: 'critical', team: 'ledger' })).toBeNull();
  expect(alert({ instance: '' })).toBeNull();
});
