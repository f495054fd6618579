import type { NodeRow } from '../../../shared/ipc/rows.ts';

/** What a folded group shows: the worst of its services, their alerts together, the oldest word. */

const WORST_FIRST = ['critical', 'warning', 'unknown', 'info', 'healthy'] as const;
const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** @param rows at least one */
export function rollUp(name: string, rows: readonly NodeRow[]): NodeRow {
  let condition: NodeRow['condition'] = 'healthy';
  let lastSeverity: NodeRow['lastSeverity'] = null;
  let [firing, unknown] = [0, 0];
  let asOf: number | null = null;
  const common: Pick<NodeRow, 'unit' | 'cell' | 'zone' | 'city' | 'owner'> = {
    unit: null,
    cell: null,
    zone: null,
    city: null,
    owner: null,
  };
  for (const [place, row] of rows.entries()) {
    if (WORST_FIRST.indexOf(row.condition) < WORST_FIRST.indexOf(condition)) {
      condition = row.condition;
    }
    if (
      row.lastSeverity !== null &&
      (lastSeverity === null ||
        SEVERITIES.indexOf(row.lastSeverity) < SEVERITIES.indexOf(lastSeverity))
    ) {
      lastSeverity = row.lastSeverity;
    }
    firing += row.firing;
    unknown += row.unknown;
    if (row.asOf !== null) asOf = Math.min(asOf ?? row.asOf, row.asOf);
    for (const key of ['unit', 'cell', 'zone', 'city', 'owner'] as const) {
      common[key] = place === 0 || common[key] === row[key] ? row[key] : null;
    }
  }
  return {
    key: `group:${name}`,
    name,
    kind: 'service',
    ...common,
    tags: {},
    declared: true,
    condition,
    lastSeverity,
    firing,
    unknown,
    asOf,
    sources: [],
    disputes: [],
    unlistedSince: null,
  };
}
