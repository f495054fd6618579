import type { FactDraft } from '../facts/fact.ts';
import { CLOCK_TOLERANCE_MS } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readAlert, readUnknown } from './alert-record.ts';
import {
  clockDoubt,
  declaredDigest,
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  rejected,
  wellFormed,
} from './record.ts';

/** How long a push without an end is believed (Alertmanager's resolve_timeout). */
export const DEFAULT_LEASE_MS = 5 * MINUTE_MS;

const ALERT_KEYS = new Set([
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'generatorURL',
  // Some senders post what they got from the listing of another Alertmanager.
  'fingerprint',
  'updatedAt',
  'receivers',
  'status',
]);

/**
 * `POST /api/v2/alerts` as Alertmanager takes it (api/v2/openapi.yaml: postableAlerts): with it any
 * Prometheus can list the gateway as one more Alertmanager. An end in the future is a lease: the
 * sender will say it again before then, or no longer knows. An end in the past is the resolve.
 */
export const alertmanagerAlerts: Adapter = {
  format: 'alertmanager-alerts',
  speaks: 'alertmanager',
  intervalMs: 5 * MINUTE_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    if (!Array.isArray(body)) {
      return rejected(
        context.source,
        'wrong-type',
        '',
        `expected a list of alerts (Alertmanager API v2), got ${naming(body)}`,
        body,
      );
    }
    const facts: FactDraft[] = [];
    const problems: Problem[] = [];
    for (const [index, alert] of body.entries()) {
      facts.push(...listedAlert(alert, `[${index}]`, context, problems));
    }
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};

/**
 * An alert as the API gives or takes it. What is listed (gettableAlert) tells besides whether it is
 * silenced or inhibited there: a fact of its own, which says the same until that changes.
 */
export function listedAlert(
  sent: unknown,
  place: string,
  context: AdapterContext,
  problems: Problem[],
): FactDraft[] {
  const fact = adaptAlert(sent, place, context, problems);
  if (fact === null || !isObject(sent)) return [];
  const status = member(sent, 'status');
  if (!isObject(status) || fact.kind !== 'alert.fired') return [fact];
  const idsOf = (key: string): string[] => {
    const ids = member(status, key);
    if (!Array.isArray(ids)) return [];
    const texts = ids.filter((id): id is string => typeof id === 'string' && id !== '');
    return texts
      .slice(0, 100)
      .map((id) => wellFormed(id.slice(0, 200)))
      .sort();
  };
  const body = {
    fingerprint: fact.body['fingerprint'] as string,
    silencedBy: idsOf('silencedBy'),
    inhibitedBy: idsOf('inhibitedBy'),
    mutedBy: idsOf('mutedBy'),
  };
  const suppressed: FactDraft = {
    kind: 'alert.suppressed',
    v: 1,
    thing: fact.thing,
    at: context.now,
    heardAt: context.now,
    source: context.source,
    body,
  };
  const known = context.declaredBy(context.source).get(suppressedKey(fact.thing));
  const isQuiet = Object.values(body).every((ids) => typeof ids === 'string' || ids.length === 0);
  // That nothing suppresses it is news only where something did.
  if (known === undefined ? isQuiet : known === declaredDigest(body)) return [fact];
  return [fact, suppressed];
}

/** Under which name AdapterContext.declaredBy knows what was last said of an alert's suppression. */
export function suppressedKey(thing: string): string {
  return `suppressed ${thing}`;
}

function adaptAlert(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
): FactDraft | null {
  const read = readAlert(sent, place, problems);
  if (read === null || !isObject(sent)) return null;
  const refuse = (where: string): null => {
    const reason = `not a time (RFC 3339): ${naming(member(sent, where))}`;
    problems.push(problem('refused', 'wrong-time', `${place}.${where}`, reason, sent));
    return null;
  };
  const sentStart = readTime(member(sent, 'startsAt'));
  if (sentStart === 'wrong') return refuse('startsAt');
  const sentEnd = readTime(member(sent, 'endsAt'));
  if (sentEnd === 'wrong') return refuse('endsAt');
  const ended = typeof sentEnd === 'number' && sentEnd <= now;
  if (read.heartbeat) {
    if (ended) {
      const reason = `${read.described.name} was resolved: its rule no longer fires`;
      problems.push(problem('doubt', 'incomplete', place, reason, sent));
    }
    return null;
  }
  const { described, generatorUrl } = read;
  const raw = readUnknown(sent, ALERT_KEYS, place, problems);
  // As Alertmanager does: without a start it started now, or when it ended.
  const startsAt = typeof sentStart === 'number' ? sentStart : ended ? sentEnd : now;
  const ahead = startsAt > now + CLOCK_TOLERANCE_MS;

  if (typeof sentEnd === 'number' && sentEnd < startsAt) {
    const reason = 'the end lies before the start: the start is used';
    problems.push(problem('doubt', 'contradiction', `${place}.endsAt`, reason, sent));
    const doubt = clockDoubt(`${place}.startsAt`, startsAt, now, sent);
    if (doubt) problems.push(doubt);
    const body = { ...described, startsAt, endsAt: startsAt };
    return alertDraft('alert.resolved', body, startsAt, now, source, raw);
  }
  const doubt = clockDoubt(`${place}.startsAt`, startsAt, now, sent);
  if (doubt) problems.push(doubt);
  if (ended) {
    const body = { ...described, startsAt, endsAt: sentEnd };
    return alertDraft('alert.resolved', body, sentEnd, now, source, raw);
  }
  // An end by a clock that is ahead would be a lease of days.
  const leaseUntil = typeof sentEnd === 'number' && !ahead ? sentEnd : now + DEFAULT_LEASE_MS;
  const body = {
    ...described,
    startsAt,
    ...(generatorUrl === undefined ? {} : { generatorUrl }),
    leaseUntil,
  };
  return alertDraft('alert.fired', body, startsAt, now, source, raw);
}
