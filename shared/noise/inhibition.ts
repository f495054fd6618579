import type { InhibitRule } from '../facts/noise.ts';
import { labelTest, matchersText } from './matchers.ts';
import { tellsMore, type Held, type NoiseAlert } from './noise-alert.ts';

type HeldByRule = Extract<Held, { stage: 'inhibition' }>;

/**
 * Which alerts are inhibited, as Alertmanager decides it (prometheus/alertmanager, inhibit): a target
 * is, while some source that fires agrees with it in every `equal` label, where a missing label and an
 * empty one are the same. What fits both sides of a rule is not inhibited by what also does. A silenced
 * source inhibits all the same. In `pairs`, our own, a label that is missing agrees with nothing.
 *
 * Each rule's sources are kept by the values that must agree: the cost grows with the alerts, not with
 * their pairs.
 */
export function inhibitor(
  rules: readonly InhibitRule[],
  alerts: readonly NoiseAlert[],
): (alert: NoiseAlert) => HeldByRule | null {
  const firing =
    rules.length === 0
      ? []
      : alerts.filter(({ status }) => status === 'firing').toSorted(tellsMore);
  let byKey: Set<string> | null = null;
  const compiled = rules.map((rule) => {
    const isSource = labelTest(rule.source);
    const isTarget = labelTest(rule.target);
    const first = new Map<string, NoiseAlert>();
    /** Sources that are no targets: these inhibit also what fits both sides. */
    const pure = new Map<string, NoiseAlert>();
    for (const alert of firing) {
      if (!isSource(alert.labels)) continue;
      const agreed = agreedValues(rule, alert.labels, 'source');
      if (agreed === null) continue;
      if (!first.has(agreed)) first.set(agreed, alert);
      if (!pure.has(agreed) && !isTarget(alert.labels)) pure.set(agreed, alert);
    }
    return { rule, isSource, isTarget, first, pure };
  });
  return (alert) => {
    for (const { rule, isSource, isTarget, first, pure } of compiled) {
      if (first.size === 0 || !isTarget(alert.labels)) continue;
      const agreed = agreedValues(rule, alert.labels, 'target');
      if (agreed === null) continue;
      const source = (isSource(alert.labels) ? pure : first).get(agreed);
      if (source === undefined || source.key === alert.key) continue;
      return { stage: 'inhibition', by: source.key, rule: ruleName(rule) };
    }
    const named = alert.inhibitedBy[0];
    if (named === undefined) return null;
    const by = `alert:${named}`;
    byKey ??= new Set(alerts.map(({ key }) => key));
    return { stage: 'inhibition', by: byKey.has(by) ? by : null, rule: '' };
  };
}

/** What a rule is called: by its name, else by what it says. */
export function ruleName(rule: InhibitRule): string {
  return rule.name ?? `${matchersText(rule.source)} → ${matchersText(rule.target)}`;
}

function agreedValues(
  rule: InhibitRule,
  labels: Readonly<Record<string, string>>,
  side: 'source' | 'target',
): string | null {
  const values: string[] = [];
  for (const name of rule.equal) {
    values.push(Object.hasOwn(labels, name) ? (labels[name] ?? '') : '');
  }
  for (const pair of rule.pairs) {
    const name = pair[side];
    const value = Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
    if (value === '') return null;
    values.push(value);
  }
  return JSON.stringify(values);
}
