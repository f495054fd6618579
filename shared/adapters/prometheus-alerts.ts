import type { FactDraft } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapted, Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readAlert, readUnknown } from './alert-record.ts';
import { labelsAsSent, sendingRules, type SendingRules } from './prometheus-config.ts';
import {
  clockDoubt,
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  rejected,
} from './record.ts';

const KEYS = new Set(['activeAt', 'annotations', 'labels', 'state', 'value', 'keepFiringSince']);

/**
 * `GET /api/v1/alerts` of Prometheus (docs/querying/api.md): what its rules hold to be so now. It
 * tells since when a condition holds (`activeAt`), not since when the alert fires: within `for` of
 * what an Alertmanager says. What is no longer listed is over; the caller knows whether the list is
 * whole. An alert that is pending asks for nobody yet.
 */
export const prometheusAlerts: Adapter = {
  format: 'prometheus-alerts',
  speaks: 'prometheus',
  intervalMs: 2 * MINUTE_MS,
  adapt(bytes, context) {
    const data = readAnswer(bytes, context.source);
    if ('rejected' in data) return data;
    const alerts = isObject(data.data) ? member(data.data, 'alerts') : undefined;
    if (!Array.isArray(alerts)) {
      const reason = `expected a list, got ${naming(alerts)}`;
      return rejected(context.source, 'wrong-type', 'data.alerts', reason, data.data);
    }
    const facts: FactDraft[] = [];
    const { rules, problems } = rulesOf(context);
    for (const [index, alert] of alerts.entries()) {
      const fact = firingAlert(alert, `data.alerts[${index}]`, context, rules, problems);
      if (fact !== null) facts.push(fact);
    }
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};

/** `{ status: "success", data }` of Prometheus' HTTP API, or the refusal of what is none. */
export function readAnswer(bytes: Uint8Array, source: string): { data: unknown } | Adapted {
  const { body, rejected: unreadable } = readBody(bytes, source);
  if (unreadable) return unreadable;
  if (!isObject(body) || member(body, 'status') !== 'success') {
    const said = isObject(body) ? (member(body, 'error') ?? member(body, 'status')) : body;
    const reason = `expected an answer with status "success", got ${naming(said)}`;
    return rejected(source, 'wrong-value', 'status', reason, body);
  }
  return { data: member(body, 'data') };
}

/** How this Prometheus changes labels before it sends; what cannot be applied is a doubt. */
export function rulesOf(context: AdapterContext): { rules: SendingRules; problems: Problem[] } {
  const { rules, problems } = sendingRules(context.settings);
  return {
    rules,
    problems: problems.map((reason) =>
      problem('doubt', 'incomplete', '', `${reason}: the fingerprint may differ`, null),
    ),
  };
}

/** The fact of an alert that fires; null where it does not, or is refused (problems say why). */
export function firingAlert(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  rules: SendingRules,
  problems: Problem[],
): FactDraft | null {
  const state = isObject(sent) ? member(sent, 'state') : undefined;
  if (state === 'pending' || state === 'inactive') return null;
  if (isObject(sent) && state !== 'firing') {
    const reason = `expected pending or firing, got ${naming(state)}`;
    problems.push(problem('refused', 'wrong-value', `${place}.state`, reason, sent));
    return null;
  }
  const unsent = readAlert(sent, place, problems);
  if (unsent === null || !isObject(sent)) return null;
  const labels = labelsAsSent(unsent.described.labels, rules);
  // Its Alertmanagers never hear of it.
  if (labels === null) return null;
  const read = readAlert({ ...sent, labels }, place, problems);
  if (read === null || read.heartbeat) return null;
  const startsAt = readTime(member(sent, 'activeAt'));
  if (typeof startsAt !== 'number') {
    const reason = `not a time (RFC 3339): ${naming(member(sent, 'activeAt'))}`;
    problems.push(problem('refused', 'wrong-time', `${place}.activeAt`, reason, sent));
    return null;
  }
  const doubt = clockDoubt(`${place}.activeAt`, startsAt, now, sent);
  if (doubt) problems.push(doubt);
  const raw = readUnknown(sent, KEYS, place, problems);
  return alertDraft('alert.fired', { ...read.described, startsAt }, startsAt, now, source, raw);
}
