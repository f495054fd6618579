import type { Adapter } from './adapter.ts';
import { alertmanagerAlerts } from './alertmanager-alerts.ts';
import { alertmanagerEvents } from './alertmanager-events.ts';
import { alertmanagerGroups } from './alertmanager-groups.ts';
import { alertmanagerSilences } from './alertmanager-silences.ts';
import { alertmanagerWebhook } from './alertmanager-webhook.ts';
import { backstage } from './backstage.ts';
import { cdevents } from './cdevents.ts';
import { change } from './change.ts';
import { cloudevents } from './cloudevents.ts';
import { grafanaWebhook } from './grafana-webhook.ts';
import { holoinsight } from './holoinsight.ts';
import { jaegerDependencies, jaegerTrace } from './jaeger.ts';
import { kialiGraph } from './kiali-graph.ts';
import { kubernetesEvents } from './kubernetes-events.ts';
import { otlpTraces } from './otlp-traces.ts';
import { pagerdutyChange, pagerdutyEvent } from './pagerduty-event.ts';
import { pagerdutyWebhook } from './pagerduty-webhook.ts';
import { prometheusAlerts } from './prometheus-alerts.ts';
import { prometheusRules } from './prometheus-rules.ts';
import { prometheusSeries } from './prometheus-series.ts';
import { serviceGraph } from './service-graph.ts';
import { topology } from './topology.ts';

/** Every outside format, by the name that routes, importers and metrics use. */
export const adapters = {
  'alertmanager-webhook': alertmanagerWebhook,
  'alertmanager-alerts': alertmanagerAlerts,
  'alertmanager-groups': alertmanagerGroups,
  'alertmanager-silences': alertmanagerSilences,
  'alertmanager-events': alertmanagerEvents,
  'prometheus-alerts': prometheusAlerts,
  'prometheus-rules': prometheusRules,
  'prometheus-series': prometheusSeries,
  'grafana-webhook': grafanaWebhook,
  'pagerduty-event': pagerdutyEvent,
  'pagerduty-change': pagerdutyChange,
  'pagerduty-webhook': pagerdutyWebhook,
  holoinsight,
  cloudevents,
  cdevents,
  'otlp-traces': otlpTraces,
  'service-graph': serviceGraph,
  'jaeger-dependencies': jaegerDependencies,
  'jaeger-trace': jaegerTrace,
  'kiali-graph': kialiGraph,
  backstage,
  'kubernetes-events': kubernetesEvents,
  topology,
  change,
} as const satisfies Record<string, Adapter>;

export type FormatName = keyof typeof adapters;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(adapters, name);
}
