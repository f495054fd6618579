import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { completions, queryProblem, readQuery } from './query.ts';

const alert = {
  key: 'alert:1',
  name: 'PoolExhausted',
  service: 'ledger-core',
  summary: 'connection pool 97 % used',
  severity: 'critical',
  status: 'firing',
  unit: 'U1',
  cell: null,
  zone: 'az-3',
  labels: { alertname: 'PoolExhausted', Team: 'payments', replicas: '7', instance: 'db-7:9090' },
  sources: [{ source: 'alertmanager:main', status: 'firing' }],
  acknowledged: { by: 'maya', at: 1, comment: null },
  assigned: 'ren',
  held: { stage: 'silence', silence: null, by: '', comment: '', until: null, purpose: 'silence' },
} as unknown as AlertRow;

describe('the query language', () => {
  test.each([
    ['pool ledger', true],
    ['pool checkout', false],
    ['service:ledger*', true],
    ['service:*core', true],
    ['service:l*g*r-c*e', true],
    ['service:ledger', false],
    ['service=ledger* zone!=az-1', true],
    ['zone!=az-3', false],
    ['team:payments AND (zone:az-1 OR zone:az-3)', true],
    ['NOT zone:az-3', false],
    ['-severity:critical', false],
    ['status:firing assigned:ren held:silence acknowledged:maya', true],
    ['source="alertmanager:main"', true],
    ['replicas:>5', true],
    ['replicas:[1 TO 6]', false],
    ['service:/led.*core/', true],
    ['"connection pool"', true],
    ['db-7:9090', true],
    ['db-8:9090', false],
    ['service:', true],
    ['nothing=', false],
  ])('%s', (text, fits) => {
    expect(readQuery(text)(alert)).toBe(fits);
  });

  test('what is no query is told from where on, and looked for as words', () => {
    expect(queryProblem('service:ledger AND NOT')).not.toBeNull();
    expect(queryProblem('service:ledger')).toBeNull();
    expect(readQuery('(pool')(alert)).toBe(false);
    expect(readQuery('"pool')(alert)).toBe(true);
  });

  test('W5 any text is a filter, and no pattern holds it up', () => {
    const sign = fc.constantFrom(
      'a',
      ':',
      '(',
      ')',
      '"',
      '*',
      ' ',
      '/',
      '=',
      '!',
      'NOT ',
      ' OR ',
      '-',
      '[',
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 25 }), (signs) => {
        expect(typeof readQuery(signs.join(''))(alert)).toBe('boolean');
      }),
    );
    expect(readQuery('summary:/(a+)+b/')(alert)).toBe(false);
  });

  test('the last word is completed: a field, or a value that alerts have', () => {
    expect(completions('pool tea', [alert])).toEqual(['pool Team:']);
    expect(completions('team:pay', [alert])).toEqual(['team:payments']);
    expect(completions('source=al', [alert])).toEqual(['source="alertmanager:main"']);
    expect(completions('', [alert])).toEqual([]);
  });
});
