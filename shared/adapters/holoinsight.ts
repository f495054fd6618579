import type { FactDraft } from '../facts/fact.ts';
import { HOUR_MS, parseRfc3339 } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readUnknown, serviceOf } from './alert-record.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  adaptRecords,
  clockDoubt,
  cut,
  isObject,
  member,
  naming,
  problem,
  textMember,
  webAddress,
  within,
  type JsonObject,
} from './record.ts';

/**
 * HoloInsight's alerts. Its webhook body is a template that its user writes, so what holds what is
 * stated in the source's settings (`mapping`), or follows from the names that its own variables have
 * and from the body to paste in this folder's README. Times have no zone: the setting `zone` says
 * which (+08:00 unless stated).
 */
export const holoinsight: Adapter = {
  format: 'holoinsight',
  speaks: 'holoinsight',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const zone = zoneOf(context.settings?.zone);
    const adapted = adaptRecords(bytes, context, (sent, place, ...rest) =>
      factsOf(sent, place, zone ?? DEFAULT_ZONE, ...rest),
    );
    if (zone === null && adapted.rejected === null) {
      const reason = `the zone ${naming(context.settings?.zone)} is none: +08:00 is used`;
      adapted.problems.unshift(problem('doubt', 'wrong-value', 'settings.zone', reason, ''));
    }
    return adapted;
  },
};

/** Our names, and under which of its own HoloInsight's versions hold them; the body to paste first. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  uid: ['uid', 'ALERT_RULE_UNIQUE_ID', 'uniqueId', 'unique_id'],
  id: ['id', 'ALERT_ID', 'alertId'],
  trace: ['trace', 'ALERT_TRACE_ID', 'alarmTraceId', 'traceId'],
  level: ['level', 'ALERT_PRIORITY', 'alarmLevel', 'alarm_level'],
  name: ['name', 'RULE_NAME', 'ruleName', 'rule_name'],
  metric: ['metric', 'ALERT_METRIC'],
  scope: ['scope', 'ALERT_SCOPE', 'alarmTags', 'tags'],
  value: ['value', 'ALERT_VALUE'],
  start: [
    'start',
    'ALERT_START_TIME',
    'alarmTime',
    'alarm_time',
    'alertTimestamp',
    'alarmTimestamp',
  ],
  at: ['at', 'DATE', 'alertTimestamp', 'alarmTimestamp'],
  recovered: ['recovered', 'recover_time', 'recoverTime'],
  msg: [
    'msg',
    'EVENT_MSG',
    'alarmContent',
    'alarm_content',
    'trigger_content',
    'ALERT_TRIGGER_CONDITION',
  ],
  link: ['link', 'LINK', 'ruleUrl'],
  status: ['status', 'ALERT_STATUS', 'EVENT_TYPE'],
  service: ['service', 'app'],
};
const DEFAULT_ZONE = '+08:00';

function factsOf(
  sent: unknown,
  place: string,
  zone: string,
  { now, source, settings }: AdapterContext,
  problems: Problem[],
): FactDraft[] {
  if (!isObject(sent)) {
    const reason = `an alert is an object, not ${naming(sent)}`;
    problems.push(problem('refused', 'wrong-type', place, reason, sent));
    return [];
  }
  const said = (name: string): string | undefined => saidOf(sent, name, settings?.mapping);
  const uid = said('uid') ?? said('id');
  const name = said('name');
  if (uid === undefined || name === undefined) {
    const key = uid === undefined ? 'uid' : 'name';
    const reason = `nothing here is the alert's ${key}: state it in the source's mapping`;
    problems.push(problem('refused', 'missing', within(place, key), reason, sent));
    return [];
  }
  const start = momentOf(said('start') ?? said('at'), zone);
  if (start === 'wrong') {
    problems.push(problem('refused', 'wrong-time', within(place, 'start'), 'not a time', sent));
    return [];
  }
  const startsAt = start ?? now;
  const doubt = clockDoubt(within(place, 'start'), startsAt, now, sent);
  if (doubt) problems.push(doubt);
  const scope = said('scope');
  const labels: Record<string, string> = {
    alertname: cut(name, 1_000),
    uid: cut(uid, 1_000),
    ...(scope === undefined ? {} : { scope: cut(scope, 1_000) }),
    ...scopeLabels(scope),
  };
  const service = said('service') ?? serviceOf(labels);
  const summary = said('msg');
  const described = {
    fingerprint: fingerprintOf(labels),
    name: labels['alertname'] ?? name,
    severity: severityOfLevel(said('level')),
    ...(service === undefined ? {} : { service: cut(service, 300) }),
    labels,
    annotations: summary === undefined ? {} : { summary: cut(summary, 8_192) },
  };
  const raw = readUnknown(sent, new Set(), place, problems);
  const recovered = momentOf(said('recovered'), zone);
  const status = (said('status') ?? '').toLowerCase();
  const isOver = typeof recovered === 'number' || /recover|resolve|恢复/.test(status);
  if (isOver) {
    const endsAt = Math.max(startsAt, typeof recovered === 'number' ? recovered : now);
    const body = { ...described, startsAt, endsAt };
    return [alertDraft('alert.resolved', body, endsAt, now, source, raw)];
  }
  const link = webAddress(said('link'));
  const body = { ...described, startsAt, ...(link === undefined ? {} : { generatorUrl: link }) };
  return [alertDraft('alert.fired', body, startsAt, now, source, raw)];
}

function saidOf(
  sent: JsonObject,
  name: string,
  mapping: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const mapped = mapping !== undefined && Object.hasOwn(mapping, name) ? mapping[name] : undefined;
  if (mapped !== undefined) {
    let value: unknown = sent;
    for (const part of mapped.split('.')) value = isObject(value) ? member(value, part) : undefined;
    return textOf(value);
  }
  for (const one of NAMES[name] ?? []) {
    const text = textOf(member(sent, one));
    // A variable that its template does not know stands there as it was written.
    if (text !== undefined && !/^\$\{\w+\}$/.test(text)) return text;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return textMember({ value }, 'value');
}

/** `app=pay-core,cell=RZ01` and JSON of the same. */
function scopeLabels(scope: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of (scope ?? '').split(/[,;&]/).slice(0, 30)) {
    const [, key, value] =
      /^[\s{"[]*([A-Za-z_][\w.-]{0,60})["\s]*[=:]["\s]*([^"\]}]{1,200})/.exec(pair) ?? [];
    if (key !== undefined && value !== undefined && key !== '__proto__') labels[key] = value.trim();
  }
  return labels;
}

/** 1 is urgent, 5 is low. */
function severityOfLevel(level: string | undefined): 'critical' | 'warning' | 'info' {
  const number = Number(/\d/.exec(level ?? '')?.[0] ?? 3);
  if (number <= 1) return 'critical';
  return number <= 3 ? 'warning' : 'info';
}

function zoneOf(zone: string | undefined): string | null {
  if (zone === undefined) return DEFAULT_ZONE;
  return /^(?:Z|[+-]\d{2}:\d{2})$/.test(zone) ? zone : null;
}

/** `2026-11-23 12:00:00` in the source's zone, RFC 3339, or ms or seconds since the epoch. */
function momentOf(text: string | undefined, zone: string): number | null | 'wrong' {
  if (text === undefined || text.length > 64) return text === undefined ? null : 'wrong';
  if (/^\d{13}$/.test(text)) return Number(text);
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  const plain = text.trim().replaceAll('/', '-');
  const withSeconds = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(plain) ? `${plain}:00` : plain;
  const moment = parseRfc3339(withSeconds) ?? parseRfc3339(withSeconds + zone);
  return moment === null || moment < 631_152_000_000 || moment > 7_258_118_400_000
    ? 'wrong'
    : Math.trunc(moment);
}
