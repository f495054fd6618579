import type { AlertRow } from '../../../shared/ipc/rows.ts';

const RANK = { critical: 0, warning: 1, info: 2 } as const;

/** The alerts of a service that are not over: the worst first, heard before unheard, then newest. */
export function openAlertsOf(alerts: readonly AlertRow[], service: string): AlertRow[] {
  return alerts
    .filter((alert) => alert.service === service && alert.status !== 'resolved')
    .sort(
      (left, right) =>
        Number(left.status === 'unknown') - Number(right.status === 'unknown') ||
        RANK[left.severity] - RANK[right.severity] ||
        right.startsAt - left.startsAt ||
        (left.key < right.key ? -1 : 1),
    );
}
