import { cpus, loadavg } from 'node:os';
import type { GoalFigure } from './tier.ts';

/** Figures (lines of JSON, in the order measured) as a Markdown table, sorted by goal. */
export function figureTable(lines: string): string {
  const figures = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoalFigure);
  const rows = figures
    .toSorted((left, right) => left.goal.localeCompare(right.goal))
    .map(({ goal, what, value, limit }) => [goal, what, textOf(value), limit]);
  const heads = ['Goal', 'What', 'Figure', 'Limit'];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const load = loadavg().map((one) => one.toFixed(1));
  return [
    '',
    line(heads),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    `${cpus().length} cores, load ${load.join(' ')}, Node ${process.versions.node}`,
  ].join('\n');
}

function textOf(value: number | string): string {
  if (typeof value === 'string') return value;
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
