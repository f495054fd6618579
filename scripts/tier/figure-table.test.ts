import { expect, test } from 'vitest';
import { figureTable } from './figure-table.ts';

test('figures become a table sorted by goal, in the order measured within one', () => {
  const lines = [
    { goal: 'R-03', what: 'images', value: 2_000, limit: '' },
    { goal: 'R-01', what: 'kills', value: 1_000, limit: '' },
    { goal: 'R-03', what: 'acknowledged lost', value: 0, limit: '0' },
    { goal: 'R-01', what: 'restart, median (s)', value: 0.4567, limit: '≤ 1' },
  ].map((line) => JSON.stringify(line));
  const rows = figureTable(`${lines.join('\n')}\n`)
    .split('\n')
    .filter((line) => line.startsWith('| R-'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(rows.map((row) => row.slice(1, 5))).toEqual([
    ['R-01', 'kills', '1,000', ''],
    ['R-01', 'restart, median (s)', '0.46', '≤ 1'],
    ['R-03', 'images', '2,000', ''],
    ['R-03', 'acknowledged lost', '0', '0'],
  ]);
});
