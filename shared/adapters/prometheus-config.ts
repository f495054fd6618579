import { parse } from 'yaml';
import { re2Pattern, type Re2Pattern } from '../kit/re2-pattern.ts';
import type { AdapterSettings } from './adapter.ts';
import { isObject, member, textMember } from './record.ts';

/**
 * What a Prometheus does to an alert between its rule and its Alertmanagers: it adds its external
 * labels, then applies `alert_relabel_configs` (prometheus/prometheus, notifier and
 * docs/configuration: relabel_config). Done here before the fingerprint is computed, so that an alert
 * read from Prometheus is the one that its Alertmanager shows.
 */
export interface SendingRules {
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly relabel: readonly RelabelRule[];
}

export interface RelabelRule {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: Re2Pattern;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly action: RelabelAction;
}

const ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type RelabelAction = (typeof ACTIONS)[number];

const MAX_RULES = 200;

/**
 * The settings that a Prometheus' own configuration states (`GET /api/v1/status/config`,
 * `data.yaml`). What is not understood is left out: `problems` says what.
 */
export function readPrometheusConfig(text: string): {
  settings: AdapterSettings;
  problems: string[];
} {
  const problems: string[] = [];
  let document: unknown;
  try {
    // Without expansion beyond a few aliases: a small text must not become a large one.
    document = parse(text, { maxAliasCount: 50, logLevel: 'error' });
  } catch (error) {
    return { settings: {}, problems: [error instanceof Error ? error.message : 'no YAML'] };
  }
  const global = isObject(document) ? member(document, 'global') : undefined;
  const alerting = isObject(document) ? member(document, 'alerting') : undefined;
  const externalLabels = textsOf(isObject(global) ? member(global, 'external_labels') : undefined);
  const configs = isObject(alerting) ? member(alerting, 'alert_relabel_configs') : undefined;
  const alertRelabelConfigs = (Array.isArray(configs) ? configs : []).filter(isObject);
  for (const rule of sendingRules({ alertRelabelConfigs }).problems) problems.push(rule);
  return { settings: { externalLabels, alertRelabelConfigs }, problems };
}

/** The rules that settings state; those that cannot be applied are left out and named. */
export function sendingRules(settings: AdapterSettings | undefined): {
  rules: SendingRules;
  problems: string[];
} {
  const problems: string[] = [];
  const relabel: RelabelRule[] = [];
  for (const [index, config] of (settings?.alertRelabelConfigs ?? [])
    .slice(0, MAX_RULES)
    .entries()) {
    const rule = relabelRule(config);
    if (typeof rule === 'string') problems.push(`alert_relabel_configs[${index}]: ${rule}`);
    else relabel.push(rule);
  }
  return { rules: { externalLabels: settings?.externalLabels ?? {}, relabel }, problems };
}

/** The labels as they are sent, or null when a rule drops the alert. */
export function labelsAsSent(
  labels: Readonly<Record<string, string>>,
  rules: SendingRules,
): Record<string, string> | null {
  // An external label never replaces one that the alert has.
  let sent: Record<string, string> = { ...rules.externalLabels, ...labels };
  for (const rule of rules.relabel) {
    const next = applied(rule, sent);
    if (next === null) return null;
    sent = next;
  }
  for (const name of Object.keys(sent)) if (sent[name] === '') delete sent[name];
  return sent;
}

function applied(
  rule: RelabelRule,
  labels: Readonly<Record<string, string>>,
): Record<string, string> | null {
  const value = rule.sourceLabels.map((name) => labels[name] ?? '').join(rule.separator);
  const target = labels[rule.targetLabel] ?? '';
  switch (rule.action) {
    case 'keep':
      return rule.regex.fits(value) ? { ...labels } : null;
    case 'drop':
      return rule.regex.fits(value) ? null : { ...labels };
    case 'keepequal':
      return value === target ? { ...labels } : null;
    case 'dropequal':
      return value === target ? null : { ...labels };
    case 'lowercase':
      return { ...labels, [rule.targetLabel]: value.toLowerCase() };
    case 'uppercase':
      return { ...labels, [rule.targetLabel]: value.toUpperCase() };
    case 'hashmod':
      // Shards scrape targets; what it gives is an MD5, which no alert's identity should rest on.
      return { ...labels };
    case 'replace': {
      const match = rule.regex.groups(value);
      if (match === null) return { ...labels };
      const name = expanded(rule.targetLabel, match);
      return LABEL_NAME.test(name)
        ? { ...labels, [name]: expanded(rule.replacement, match) }
        : { ...labels };
    }
    case 'labelmap': {
      const mapped: Record<string, string> = { ...labels };
      for (const [name, text] of Object.entries(labels)) {
        const match = rule.regex.groups(name);
        if (match !== null) mapped[expanded(rule.replacement, match)] = text;
      }
      return mapped;
    }
    case 'labeldrop':
      return withNames(labels, (name) => !rule.regex.fits(name));
    case 'labelkeep':
      return withNames(labels, (name) => rule.regex.fits(name));
  }
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function withNames(
  labels: Readonly<Record<string, string>>,
  wanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => wanted(name)));
}

/** `$1`, `${1}` and `${name}` as Go's regexp.Expand has them; `$$` is a dollar. */
function expanded(template: string, match: Readonly<Record<string, string>>): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    if (whole === '$$') return '$';
    return Object.hasOwn(match, name) ? (match[name] ?? '') : '';
  });
}

function relabelRule(config: Readonly<Record<string, unknown>>): RelabelRule | string {
  const stated = textMember(config, 'action')?.toLowerCase() ?? 'replace';
  const action = ACTIONS.find((one) => one === stated);
  if (action === undefined) return `the action "${stated.slice(0, 50)}" is not known`;
  if (action === 'hashmod') return 'hashmod is not applied to alerts here';
  const pattern = member(config, 'regex');
  const regex = re2Pattern(typeof pattern === 'string' ? pattern : '(.*)');
  if (typeof regex === 'string') return regex;
  const replacement = member(config, 'replacement');
  const separator = member(config, 'separator');
  const names = member(config, 'source_labels');
  return {
    sourceLabels: Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [],
    separator: typeof separator === 'string' ? separator : ';',
    regex,
    targetLabel: textMember(config, 'target_label') ?? '',
    replacement: typeof replacement === 'string' ? replacement : '$1',
    action,
  };
}

function textsOf(sent: unknown): Record<string, string> {
  if (!isObject(sent)) return {};
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) =>
      name !== '__proto__' && ['string', 'number', 'boolean'].includes(typeof value)
        ? [[name, String(value)] as const]
        : [],
    ),
  );
}
