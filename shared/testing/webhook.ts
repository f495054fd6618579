import type { StormAlert } from './storm.ts';

/** Alerts as Alertmanager's webhook carries them. Only tests import this. */
export function webhookOf(...alerts: unknown[]): Record<string, unknown> {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'holdfast',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts,
  };
}

/** A storm's alerts in one body. */
export function stormWebhook(alerts: readonly StormAlert[]): Record<string, unknown> {
  return webhookOf(
    ...alerts.map(({ labels, annotations, startsAt }) => ({
      status: 'firing',
      labels,
      annotations,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
    })),
  );
}
