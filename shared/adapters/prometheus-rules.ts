import type { FactDraft } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter } from './adapter.ts';
import { firingAlert, readAnswer, rulesOf } from './prometheus-alerts.ts';
import { isObject, member, naming, problem, rejected, textMember } from './record.ts';

/**
 * `GET /api/v1/rules?type=alert` of Prometheus (docs/querying/api.md): the rules with the alerts that
 * they hold. A rule that cannot be evaluated is a doubt of its own: what it would say is not known.
 */
export const prometheusRules: Adapter = {
  format: 'prometheus-rules',
  speaks: 'prometheus',
  intervalMs: 2 * MINUTE_MS,
  adapt(bytes, context) {
    const data = readAnswer(bytes, context.source);
    if ('rejected' in data) return data;
    const groups = isObject(data.data) ? member(data.data, 'groups') : undefined;
    if (!Array.isArray(groups)) {
      const reason = `expected a list, got ${naming(groups)}`;
      return rejected(context.source, 'wrong-type', 'data.groups', reason, data.data);
    }
    const facts: FactDraft[] = [];
    const { rules: sending, problems } = rulesOf(context);
    for (const [index, group] of groups.entries()) {
      const rules = isObject(group) ? member(group, 'rules') : undefined;
      const at = `data.groups[${index}].rules`;
      if (!Array.isArray(rules)) {
        const reason = `expected a list, got ${naming(rules)}`;
        problems.push(problem('refused', 'wrong-type', at, reason, group));
        continue;
      }
      for (const [number, rule] of rules.entries()) {
        const place = `${at}[${number}]`;
        if (!isObject(rule)) {
          problems.push(problem('refused', 'wrong-type', place, 'a rule is an object', rule));
          continue;
        }
        if (member(rule, 'type') === 'recording') continue;
        const health = textMember(rule, 'health');
        if (health === 'err') {
          const name = textMember(rule, 'name') ?? 'a rule';
          const why = textMember(rule, 'lastError') ?? 'no reason given';
          const reason = `${name} cannot be evaluated: ${why}`;
          problems.push(problem('doubt', 'incomplete', `${place}.health`, reason, rule));
        }
        const alerts = member(rule, 'alerts') ?? [];
        if (!Array.isArray(alerts)) {
          const reason = `expected a list, got ${naming(alerts)}`;
          problems.push(problem('refused', 'wrong-type', `${place}.alerts`, reason, rule));
          continue;
        }
        for (const [alertNumber, alert] of alerts.entries()) {
          const where = `${place}.alerts[${alertNumber}]`;
          const fact = firingAlert(alert, where, context, sending, problems);
          if (fact !== null) facts.push(fact);
        }
      }
    }
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};
