import type { AlertRow } from '../../../shared/ipc/rows.ts';

/**
 * Labels that tell alerts of one name and one service apart, the usual ones of Prometheus and
 * Kubernetes, what is nearest to the machine first.
 */
const TELLING = [
  'instance',
  'pod',
  'container',
  'node',
  'host',
  'hostname',
  'device',
  'mountpoint',
  'volume',
  'persistentvolumeclaim',
  'database',
  'table',
  'topic',
  'queue',
  'partition',
  'consumergroup',
  'path',
  'handler',
  'method',
  'code',
] as const;

/** What tells an alert from others of its name: one label's value; null where its words say it. */
export function markOf(
  alert: Pick<AlertRow, 'name' | 'service' | 'summary' | 'labels'>,
): string | null {
  for (const label of TELLING) {
    const value = Object.hasOwn(alert.labels, label) ? alert.labels[label] : undefined;
    if (value === undefined || value === '' || value === alert.service) continue;
    if (alert.summary.includes(value) || alert.name.includes(value)) return null;
    // The service stands beside it: what is left is what tells them apart.
    const { service } = alert;
    return service !== null && value.startsWith(service)
      ? `…${value.slice(service.length)}`
      : value;
  }
  return null;
}
