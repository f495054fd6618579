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
    const known = new Set(given);
    const fresh = alerts.filter((alert) => !known.has(alert));
    if (fresh.length > alerts.length / 4) {
      sorted = alerts.toSorted(compareAlerts);
    } else if (fresh.length > 0 || alerts.length !== given.length) {
      const present = new Set(alerts);
      sorted = merged(
        sorted.filter((alert) => present.has(alert)),
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
