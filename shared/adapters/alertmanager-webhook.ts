import type { FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapted, Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readAlert, readUnknown } from './alert-record.ts';
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

const BODY_KEYS = new Set([
  'version',
  'groupKey',
  'truncatedAlerts',
  'status',
  'receiver',
  'groupLabels',
  'commonLabels',
  'commonAnnotations',
  'externalURL',
  'notification_reason',
  'routeLabels',
  'alerts',
]);
const ALERT_KEYS = new Set([
  'status',
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'generatorURL',
  'fingerprint',
]);

/**
 * Alertmanager's webhook, payload version "4" (prometheus/alertmanager, notify/webhook and
 * docs/configuration.md). Other versions and bodies made by a custom template are refused as a
 * whole. An alert that fires is known until it is resolved: webhooks give no lease.
 */
export const alertmanagerWebhook: Adapter = {
  format: 'alertmanager-webhook',
  speaks: 'alertmanager',
  intervalMs: 5 * MINUTE_MS,
  adapt: (bytes, context) => adaptNotification(bytes, context, '4'),
};

/** A notification in Alertmanager's form, of the version that its sender writes into it. */
export function adaptNotification(
  bytes: Uint8Array,
  context: AdapterContext,
  expected: '1' | '4',
): Adapted {
  const { body, rejected: unreadable } = readBody(bytes, context.source);
  if (unreadable) return unreadable;
  const refuse = (code: ProblemCode, place: string, reason: string): Adapted =>
    rejected(context.source, code, place, reason, body);
  if (!isObject(body)) return refuse('wrong-type', '', `expected an object, got ${naming(body)}`);
  const version = member(body, 'version');
  if (version !== expected) {
    const sender = expected === '4' ? "Alertmanager's" : "Grafana's";
    const hint =
      version === '1'
        ? " (that is Grafana's: post it to /ingest/grafana)"
        : version === '4'
          ? " (that is Alertmanager's: post it to /ingest/alertmanager)"
          : '';
    return refuse(
      'wrong-version',
      'version',
      `expected ${sender} payload version "${expected}", got ${naming(version)}${hint}; a receiver with a custom template cannot be read`,
    );
  }
  const alerts = member(body, 'alerts');
  if (!Array.isArray(alerts))
    return refuse('wrong-type', 'alerts', `expected a list, got ${naming(alerts)}`);

  const facts: FactDraft[] = [];
  const problems: Problem[] = [];
  const bodyRaw = readUnknown(body, BODY_KEYS, '', problems);
  const truncated = member(body, 'truncatedAlerts');
  if (typeof truncated === 'number' && truncated > 0) {
    const reason = `${truncated} more not sent (max_alerts of the receiver)`;
    problems.push(problem('doubt', 'incomplete', 'truncatedAlerts', reason, truncated));
  }
  for (const [index, alert] of alerts.entries()) {
    const place = `alerts[${index}]`;
    const fact = adaptAlert(alert, place, context, problems, bodyRaw);
    if (fact !== null) facts.push(fact);
  }
  return { facts, problems, source: context.source, unchanged: 0, rejected: null };
}

function adaptAlert(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
  bodyRaw: ReturnType<typeof readUnknown>,
): FactDraft | null {
  const read = readAlert(sent, place, problems);
  if (read === null || !isObject(sent)) return null;
  const refuse = (code: ProblemCode, where: string, reason: string): null => {
    problems.push(problem('refused', code, `${place}.${where}`, reason, sent));
    return null;
  };
  const status = member(sent, 'status');
  if (status !== 'firing' && status !== 'resolved') {
    return refuse(
      'wrong-value',
      'status',
      `expected "firing" or "resolved", got ${naming(status)}`,
    );
  }
  if (read.heartbeat) {
    if (status === 'resolved') {
      const reason = `${read.described.name} was resolved: the way from Prometheus may be broken`;
      problems.push(problem('doubt', 'incomplete', place, reason, sent));
    }
    return null;
  }
  const startsAt = readTime(member(sent, 'startsAt'));
  if (typeof startsAt !== 'number') {
    return refuse(
      'wrong-time',
      'startsAt',
      `not a time (RFC 3339): ${naming(member(sent, 'startsAt'))}`,
    );
  }
  const alertRaw = readUnknown(sent, ALERT_KEYS, place, problems);
  const raw =
    alertRaw === null && bodyRaw === null
      ? null
      : {
          ...(alertRaw === null ? {} : { alert: alertRaw }),
          ...(bodyRaw === null ? {} : { body: bodyRaw }),
        };
  const { described, generatorUrl } = read;
  if (status === 'firing') {
    const doubt = clockDoubt(`${place}.startsAt`, startsAt, now, sent);
    if (doubt) problems.push(doubt);
    const body = {
      ...described,
      startsAt,
      ...(generatorUrl === undefined ? {} : { generatorUrl }),
    };
    return alertDraft('alert.fired', body, startsAt, now, source, raw);
  }
  const endsAt = readEnd(member(sent, 'endsAt'), startsAt, now);
  if (endsAt.reason !== null) {
    problems.push(problem('doubt', endsAt.code, `${place}.endsAt`, endsAt.reason, sent));
  }
  const doubt = clockDoubt(`${place}.endsAt`, endsAt.at, now, sent);
  if (doubt) problems.push(doubt);
  const body = { ...described, startsAt, endsAt: endsAt.at };
  return alertDraft('alert.resolved', body, endsAt.at, now, source, raw);
}

function readEnd(
  sent: unknown,
  startsAt: number,
  now: number,
): { at: number; code: ProblemCode; reason: string } | { at: number; reason: null } {
  const endsAt = readTime(sent);
  if (typeof endsAt !== 'number') {
    return {
      at: Math.max(now, startsAt),
      code: 'missing',
      reason: `resolved without an end (${naming(sent)}): now is used`,
    };
  }
  if (endsAt < startsAt) {
    return {
      at: startsAt,
      code: 'contradiction',
      reason: 'the end lies before the start: the start is used',
    };
  }
  return { at: endsAt, reason: null };
}
