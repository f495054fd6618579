import type { Adapter } from './adapter.ts';
import { adaptNotification } from './alertmanager-webhook.ts';
import { MINUTE_MS } from '../kit/time.ts';

/**
 * Grafana's alerting webhook (grafana/alerting, receivers/webhook): Alertmanager's payload with
 * `version` "1", a title, the numbers that made it fire and links. All of those are kept beside the
 * alert; `generatorURL` leads to the rule.
 */
export const grafanaWebhook: Adapter = {
  format: 'grafana-webhook',
  speaks: 'grafana',
  intervalMs: 5 * MINUTE_MS,
  adapt: (bytes, context) => adaptNotification(bytes, context, '1'),
};
