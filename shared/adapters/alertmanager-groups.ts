import type { FactDraft } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { listedAlert } from './alertmanager-alerts.ts';
import { isObject, member, naming, problem, readBody, rejected } from './record.ts';

/**
 * `GET /api/v2/alerts/groups` (api/v2/openapi.yaml: alertGroups). How Alertmanager groups is its own
 * affair: what counts are the alerts, each once, though it stands in the group of every receiver.
 */
export const alertmanagerGroups: Adapter = {
  format: 'alertmanager-groups',
  speaks: 'alertmanager',
  intervalMs: 5 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    if (!Array.isArray(body)) {
      const reason = `expected a list of groups, got ${naming(body)}`;
      return rejected(context.source, 'wrong-type', '', reason, body);
    }
    const facts = new Map<string, FactDraft>();
    const problems: Problem[] = [];
    for (const [index, group] of body.entries()) {
      const alerts = isObject(group) ? member(group, 'alerts') : undefined;
      if (!Array.isArray(alerts)) {
        const reason = `expected a group with alerts, got ${naming(isObject(group) ? alerts : group)}`;
        problems.push(problem('refused', 'wrong-type', `[${index}].alerts`, reason, group));
        continue;
      }
      for (const [number, alert] of alerts.entries()) {
        const place = `[${index}].alerts[${number}]`;
        const read = listedAlert(alert, place, context, problems);
        for (const fact of read) facts.set(`${fact.kind} ${fact.thing}`, fact);
      }
    }
    const said = [...facts.values()];
    return { facts: said, problems, source: context.source, unchanged: 0, rejected: null };
  },
};
