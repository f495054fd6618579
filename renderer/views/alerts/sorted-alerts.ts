import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { compareAlerts } from './alert-order.ts';

/**
 * Sorts a list of alerts that is mostly the one that was sorted before: rows keep their identity, so
 * what changed is taken out and merged back in. With twenty thousand alerts one acknowledgement must
 * not cost a sort.
 */
export function createSorter(): (alerts: readonly AlertRow[]) => readonly AlertRow[] {
  let given: readonly AlertRow[] = [];
  let sorted: readonly AlertRow[] = [];
  return (alerts) => {
    if (alerts === given) return sorted;
    // Rows keep their places as well: what stands elsewhere is taken out and put in again.
    const fresh: AlertRow[] = [];
    const gone = new Set<AlertRow>();
    for (let place = 0; place < Math.max(alerts.length, given.length); place += 1) {
      const [before, now] = [given[place], alerts[place]];
      if (before === now) continue;
      if (before !== undefined) gone.add(before);
      if (now !== undefined) fresh.push(now);
    }
    if (fresh.length > alerts.length / 4) {
      sorted = alerts.toSorted(compareAlerts);
    } else if (fresh.length + gone.size > 0) {
      sorted = merged(
        sorted.filter((alert) => !gone.has(alert)),
        fresh.toSorted(compareAlerts),
      );
    }
    given = alerts;
    return sorted;
  };
}

function merged(left: readonly AlertRow[], right: readonly AlertRow[]): AlertRow[] {
  const all: AlertRow[] = [];
  let next = 0;
  for (const alert of left) {
    while (next < right.length && compareAlerts(right[next] as AlertRow, alert) < 0) {
      all.push(right[next] as AlertRow);
      next += 1;
    }
    all.push(alert);
  }
  for (; next < right.length; next += 1) all.push(right[next] as AlertRow);
  return all;
}

/** The alerts of the desk, the worst first: one sort for every list that shows them. */
export const sortAlerts = createSorter();
