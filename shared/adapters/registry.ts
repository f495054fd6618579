import type { Adapter } from './adapter.ts';
import { alertmanagerAlerts } from './alertmanager-alerts.ts';
import { alertmanagerWebhook } from './alertmanager-webhook.ts';
import { change } from './change.ts';
import { topology } from './topology.ts';

/** Every outside format, by the name that routes, importers and metrics use. */
export const adapters = {
  'alertmanager-webhook': alertmanagerWebhook,
  'alertmanager-alerts': alertmanagerAlerts,
  topology,
  change,
} as const satisfies Record<string, Adapter>;

export type FormatName = keyof typeof adapters;
