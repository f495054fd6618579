import type { FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapted, Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readUnknown, serviceOf, severityOf } from './alert-record.ts';
import { eventDraft } from './event-record.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  clockDoubt,
  cut,
  isObject,
  member,
  naming,
  readBody,
  readTime,
  rejected,
  textMember,
  webAddress,
  type JsonObject,
} from './record.ts';

const KEYS = new Set([
  // A token: it is nobody's to keep.
  'routing_key',
  'event_action',
  'dedup_key',
  'payload',
  'client',
  'client_url',
  'links',
  'images',
]);

/**
 * PagerDuty's Events API v2 (PagerDuty/api-schema, events-v2: enqueue). A resolve names nothing but
 * the `dedup_key`, so that alone, with the source that says it, is the alert's identity; what it
 * looks like is told by the trigger and kept.
 */
export const pagerdutyEvent: Adapter = {
  format: 'pagerduty-event',
  speaks: 'pagerduty',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const refuse = (code: ProblemCode, place: string, reason: string): Adapted =>
      rejected(context.source, code, place, reason, withoutKey(body));
    if (!isObject(body)) return refuse('wrong-type', '', `expected an object, got ${naming(body)}`);
    const action = textMember(body, 'event_action');
    const payload = member(body, 'payload');
    const problems: Problem[] = [];
    const done = (facts: FactDraft[]): Adapted => ({
      facts,
      problems,
      source: context.source,
      unchanged: 0,
      rejected: null,
    });
    const key = textMember(body, 'dedup_key');
    if (key !== undefined && key.length > 255)
      return refuse('too-large', 'dedup_key', 'has at most 255 characters');
    if (action === 'trigger') {
      if (!isObject(payload)) return refuse('missing', 'payload', 'a trigger has a payload');
      for (const name of ['summary', 'source', 'severity']) {
        if (textMember(payload, name) === undefined)
          return refuse('missing', `payload.${name}`, `${name} is missing`);
      }
      const claimed = readTime(member(payload, 'timestamp'));
      if (claimed === 'wrong') return refuse('wrong-time', 'payload.timestamp', 'not a time');
      const startsAt = typeof claimed === 'number' ? claimed : context.now;
      const doubt = clockDoubt('payload.timestamp', startsAt, context.now, payload);
      if (doubt) problems.push(doubt);
      const described = describedBy(context.source, key ?? keyOf(payload), payload);
      const raw = readUnknown(withoutKey(body), KEYS, '', problems);
      const details = member(payload, 'custom_details');
      const kept =
        details === undefined ? raw : { ...(raw as object), custom_details: details as never };
      return done([
        alertDraft(
          'alert.fired',
          { ...described, startsAt },
          startsAt,
          context.now,
          context.source,
          kept,
        ),
      ]);
    }
    if (action !== 'resolve' && action !== 'acknowledge') {
      return refuse(
        'wrong-value',
        'event_action',
        `expected trigger, acknowledge or resolve, got ${naming(member(body, 'event_action'))}`,
      );
    }
    if (key === undefined) return refuse('missing', 'dedup_key', `${action} needs a dedup_key`);
    return done([
      action === 'resolve'
        ? resolveOf(key, payload, context)
        : acknowledgementOf(key, payload, context),
    ]);
  },
};

/** What a sender who gives no key means by "the same": PagerDuty makes a new key each time. */
function keyOf(payload: JsonObject): string {
  return ['summary', 'source', 'component', 'group', 'class', 'timestamp']
    .map((name) => textMember(payload, name) ?? '')
    .join('\n');
}

function describedBy(source: string, key: string, payload: unknown) {
  const labels: Record<string, string> = { dedup_key: cut(key, 1_000), pagerduty_source: source };
  // The identity is the key's alone: a resolve has nothing else.
  const fingerprint = fingerprintOf(labels);
  const said: Record<string, string> = {};
  for (const name of ['source', 'component', 'group', 'class', 'severity'] as const) {
    const text = textMember(payload, name);
    if (text !== undefined) said[name] = cut(text, 1_000);
  }
  const summary = textMember(payload, 'summary');
  const name = said['class'] ?? cut(summary ?? key, 200);
  const service = serviceOf({ ...said, service: said['component'] ?? said['group'] ?? '' });
  return {
    fingerprint,
    name,
    severity: severityOf(said['severity']),
    ...(service === undefined ? {} : { service }),
    labels: { alertname: name, ...said, ...labels },
    annotations: (summary === undefined ? {} : { summary: cut(summary, 8_192) }) as Record<
      string,
      string
    >,
  };
}

function resolveOf(key: string, payload: unknown, { now, source }: AdapterContext): FactDraft {
  const claimed = readTime(isObject(payload) ? member(payload, 'timestamp') : undefined);
  const endsAt = typeof claimed === 'number' ? Math.min(claimed, now) : now;
  const body = { ...describedBy(source, key, payload), startsAt: endsAt, endsAt };
  return alertDraft('alert.resolved', body, endsAt, now, source, null);
}

/** Somebody acknowledged it elsewhere: told, but only a person of the room takes it in hand here. */
function acknowledgementOf(
  key: string,
  payload: unknown,
  { now, source }: AdapterContext,
): FactDraft {
  const claimed = readTime(isObject(payload) ? member(payload, 'timestamp') : undefined);
  const at = typeof claimed === 'number' ? claimed : now;
  return eventDraft({
    eventId: `acknowledge ${key} ${at}`,
    type: 'pagerduty acknowledge',
    title: textMember(payload, 'summary') ?? key,
    severity: 'info',
    services: [],
    at,
    now,
    source,
    raw: null,
  });
}

/** The body without the routing key, also for excerpts. */
export function withoutKey(body: unknown): unknown {
  if (!isObject(body)) return body;
  const { routing_key: _key, ...rest } = body as Record<string, unknown>;
  return rest;
}

/** PagerDuty's change events (events-v2: change/enqueue): what was deployed or set. */
export const pagerdutyChange: Adapter = {
  format: 'pagerduty-change',
  speaks: 'change',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const refuse = (code: ProblemCode, place: string, reason: string): Adapted =>
      rejected(context.source, code, place, reason, withoutKey(body));
    const payload = isObject(body) ? member(body, 'payload') : undefined;
    if (!isObject(body) || !isObject(payload))
      return refuse('missing', 'payload', 'a change event has a payload');
    const summary = textMember(payload, 'summary');
    if (summary === undefined) return refuse('missing', 'payload.summary', 'summary is missing');
    const claimed = readTime(member(payload, 'timestamp'));
    if (claimed === 'wrong') return refuse('wrong-time', 'payload.timestamp', 'not a time');
    const at = typeof claimed === 'number' ? claimed : context.now;
    const problems: Problem[] = [];
    const doubt = clockDoubt('payload.timestamp', at, context.now, payload);
    if (doubt) problems.push(doubt);
    const service = textMember(payload, 'source');
    const links = member(body, 'links');
    const url = webAddress(textMember(Array.isArray(links) ? links[0] : undefined, 'href'));
    const changeId = cut(`${at} ${summary}`, 300);
    const details = member(payload, 'custom_details');
    const fact: FactDraft = {
      kind: 'change.reported',
      v: 1,
      thing: `change:${JSON.stringify([context.source, changeId])}`,
      at,
      heardAt: context.now,
      source: context.source,
      body: {
        changeId,
        title: cut(summary, 1_000),
        kind: 'deploy',
        status: 'finished',
        services: service === undefined ? [] : [cut(service, 300)],
        ...(url === undefined ? {} : { url }),
      },
      ...(isObject(details) ? { raw: readUnknown(details, new Set(), '', problems) as never } : {}),
    };
    return { facts: [fact], problems, source: context.source, unchanged: 0, rejected: null };
  },
};
