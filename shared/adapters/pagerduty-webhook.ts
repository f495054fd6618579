import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { severityOf } from './alert-record.ts';
import { eventDraft } from './event-record.ts';
import {
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  rejected,
  textMember,
  webAddress,
} from './record.ts';

/**
 * PagerDuty's webhooks v3: what happens to its incidents, as events of the timeline. The header
 * `X-PagerDuty-Signature` holds `v1=` HMAC-SHA256 of the body, one for each secret in use
 * (PagerDuty/go-pagerduty, webhookv3). With a secret in the source's settings a body that does not
 * carry a fitting one is refused; without one nothing can be checked, and that is said.
 */
export const pagerdutyWebhook: Adapter = {
  format: 'pagerduty-webhook',
  speaks: 'pagerduty',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const problems: Problem[] = [];
    const unsigned = signatureProblem(bytes, context);
    if (unsigned !== null && unsigned.weight === 'refused') {
      return rejected(context.source, 'wrong-author', 'x-pagerduty-signature', unsigned.reason, '');
    }
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    if (unsigned !== null) {
      problems.push(problem('doubt', 'wrong-author', 'x-pagerduty-signature', unsigned.reason, ''));
    }
    const event = isObject(body) ? member(body, 'event') : undefined;
    const data = isObject(event) ? member(event, 'data') : undefined;
    const id = textMember(event, 'id');
    const type = textMember(event, 'event_type');
    if (!isObject(data) || id === undefined || type === undefined) {
      const reason = `expected an event with id, event_type and data, got ${naming(event)}`;
      return rejected(context.source, 'missing', 'event', reason, body);
    }
    const occurredAt = readTime(isObject(event) ? member(event, 'occurred_at') : undefined);
    const who = textMember(isObject(event) ? member(event, 'agent') : undefined, 'summary');
    const service = textMember(member(data, 'service'), 'summary');
    const urgency = textMember(data, 'urgency');
    const ended = type === 'incident.resolved' || type === 'incident.acknowledged';
    const fact = eventDraft({
      eventId: id,
      type: `pagerduty ${type}`,
      title: textMember(data, 'title') ?? textMember(data, 'summary') ?? type,
      detail: [textMember(data, 'status'), who].filter(Boolean).join(', '),
      severity: ended ? 'info' : severityOf(urgency === 'high' ? 'critical' : 'warning'),
      services: service === undefined ? [] : [service],
      url: webAddress(textMember(data, 'html_url')),
      at: typeof occurredAt === 'number' ? occurredAt : context.now,
      now: context.now,
      source: context.source,
      raw: null,
    });
    return { facts: [fact], problems, source: context.source, unchanged: 0, rejected: null };
  },
};

function signatureProblem(
  bytes: Uint8Array,
  { settings, header }: AdapterContext,
): { weight: 'refused' | 'doubt'; reason: string } | null {
  if (settings?.secret === undefined || settings.secret === '') {
    const reason = 'no secret is configured for this source: who sent it cannot be checked';
    return { weight: 'doubt', reason };
  }
  const expected = bytesToHex(hmac(sha256, utf8ToBytes(settings.secret), bytes));
  const given = (header?.('x-pagerduty-signature') ?? '')
    .slice(0, 2_000)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.startsWith('v1='));
  let fits = false;
  // All are looked at, and each to its end: how long it takes tells nothing.
  for (const part of given) if (isSame(part.slice(3), expected)) fits = true;
  return fits ? null : { weight: 'refused', reason: 'the signature does not fit the body' };
}

function isSame(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
