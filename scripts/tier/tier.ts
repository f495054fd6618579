import { appendFileSync } from 'node:fs';

/**
 * How much a test of faults does: `change` is what every change can afford (`npm test`), `full` what
 * the goals ask for (`npm run test:full`). The test is the same; only its counts grow.
 */
export type Tier = 'change' | 'full';

export const tier: Tier = process.env['HOLDFAST_TIER'] === 'full' ? 'full' : 'change';

/** The count for this run's tier. */
export function times(counts: { readonly change: number; readonly full: number }): number {
  return counts[tier];
}

/** One line of the table that a full run prints. */
export interface GoalFigure {
  /** The goal, e.g. `R-01`. */
  readonly goal: string;
  /** What was measured, with its unit: `kills`, `restart to first query, worst (ms)`. */
  readonly what: string;
  readonly value: number | string;
  /** The limit as text, e.g. `0`, `≤ 1,000`; empty where the figure only tells. */
  readonly limit: string;
}

/**
 * Keeps a figure for the table of `npm run test:full`. Figures assert nothing: counts, order and
 * bounds are asserted by the test that calls this.
 */
export function figure(goal: string, what: string, value: number | string, limit = ''): void {
  const line: GoalFigure = { goal, what, value, limit };
  const file = process.env['HOLDFAST_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
  else console.log(`${goal} ${what}: ${value}${limit === '' ? '' : ` (${limit})`}`);
}

/** The seed of a random test: given by HOLDFAST_SEED to repeat a run, else new; always printed. */
export function seedOf(name: string): number {
  const given = Number(process.env['HOLDFAST_SEED']);
  const seed = Number.isInteger(given) && given > 0 ? given : Math.trunc(Math.random() * 2 ** 31);
  console.log(`${name}: HOLDFAST_SEED=${seed}`);
  return seed;
}
