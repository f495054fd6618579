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

/** Alerts that read the same (one for each instance, say): the first of them stands for all. */
export interface SameAlerts {
  readonly alert: AlertRow;
  readonly count: number;
  /** When the oldest of them began. */
  readonly startsAt: number;
}

/** Puts alerts together that differ only in what a short line does not say; the order is kept. */
export function groupSame(alerts: readonly AlertRow[]): readonly SameAlerts[] {
  const groups = new Map<string, SameAlerts>();
  for (const alert of alerts) {
    const same = JSON.stringify([alert.status, alert.severity, alert.name, alert.summary]);
    const known = groups.get(same);
    groups.set(same, {
      alert: known?.alert ?? alert,
      count: (known?.count ?? 0) + 1,
      startsAt: Math.min(known?.startsAt ?? Infinity, alert.startsAt),
    });
  }
  return [...groups.values()];
}
