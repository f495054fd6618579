import type { FactDraft } from '../facts/fact.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { readUnknown } from './alert-record.ts';
import { eventDraft } from './event-record.ts';
import {
  adaptRecords,
  clockDoubt,
  cut,
  isObject,
  member,
  naming,
  problem,
  readTime,
  textMember,
  webAddress,
  within,
} from './record.ts';

/** `dev.cdevents.<subject>.<predicate>.<version>`; a custom one is `dev.cdeventsx.<tool>-<subject>…`. */
const TYPE = /^dev\.cdeventsx?\.([a-zA-Z-]+)\.([a-zA-Z]+)\.\d+\.\d+\.\d+(?:-[\w.]+)?$/;
/** What changes what runs; the rest of CDEvents tells of the way there. */
const CHANGES: Readonly<Record<string, 'deploy' | 'rollback' | 'infrastructure'>> = {
  'service deployed': 'deploy',
  'service upgraded': 'deploy',
  'service published': 'deploy',
  'service rolledback': 'rollback',
  'service removed': 'infrastructure',
  'environment created': 'infrastructure',
  'environment modified': 'infrastructure',
  'environment deleted': 'infrastructure',
};

/**
 * CDEvents (cdevents/spec, 0.3 to 0.6): a single event or a list. What changes a service or an
 * environment is a change; incidents, builds, tests and tickets are events of the timeline.
 */
export const cdevents: Adapter = {
  format: 'cdevents',
  speaks: 'change',
  intervalMs: 24 * HOUR_MS,
  adapt: (bytes, context) => adaptRecords(bytes, context, cdeventOf),
};

/** One CDEvent; null when it is refused (problems say why). */
export function cdeventOf(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
): FactDraft | null {
  const refuse = (key: string, reason: string): null => {
    problems.push(problem('refused', 'wrong-value', within(place, key), reason, sent));
    return null;
  };
  const about = isObject(sent) ? member(sent, 'context') : undefined;
  const subject = isObject(sent) ? member(sent, 'subject') : undefined;
  if (!isObject(sent) || !isObject(about)) return refuse('context', 'a CDEvent has a context');
  if (!isObject(subject)) return refuse('subject', 'a CDEvent has a subject');
  const id = textMember(about, 'id');
  const type = textMember(about, 'type');
  const [, noun = '', predicate = ''] = TYPE.exec(type ?? '') ?? [];
  if (id === undefined) return refuse('context.id', 'the id is missing');
  if (type === undefined || noun === '') {
    return refuse('context.type', `not a type of CDEvents: ${naming(member(about, 'type'))}`);
  }
  const stated = readTime(member(about, 'timestamp'));
  if (stated === 'wrong') return refuse('context.timestamp', 'not a time (RFC 3339)');
  const at = typeof stated === 'number' ? stated : now;
  const ahead = clockDoubt(within(place, 'context.timestamp'), at, now, sent);
  if (ahead) problems.push(ahead);
  const content = member(subject, 'content');
  const subjectId = textMember(subject, 'id') ?? id;
  const environment = textMember(
    isObject(content) ? member(content, 'environment') : undefined,
    'id',
  );
  const artifact = textMember(content, 'artifactId');
  const raw = readUnknown(
    { content, customData: member(sent, 'customData') },
    new Set(),
    place,
    problems,
  );
  const kind = CHANGES[`${noun} ${predicate}`];
  if (kind !== undefined) {
    const changeId = cut(id, 300).replaceAll(/["\\]/g, '');
    const title = `${subjectId} ${predicate}${artifact === undefined ? '' : `: ${artifact}`}`;
    return {
      kind: 'change.reported',
      v: 1,
      thing: `change:${JSON.stringify([source, changeId])}`,
      at,
      heardAt: now,
      source,
      body: {
        changeId,
        title: cut(title, 1_000),
        kind,
        status: 'finished',
        services: noun === 'service' ? [cut(lastPart(subjectId), 300)] : [],
        ...(environment === undefined ? {} : { unit: cut(lastPart(environment), 100) }),
      },
      ...(raw === null ? {} : { raw: raw as NonNullable<FactDraft['raw']> }),
    };
  }
  const service = textMember(isObject(content) ? member(content, 'service') : undefined, 'id');
  const isIncident = noun === 'incident' && predicate !== 'resolved';
  const failed = textMember(content, 'outcome');
  return eventDraft({
    eventId: id,
    type,
    title: textMember(content, 'description') ?? `${noun} ${predicate}: ${subjectId}`,
    detail: [failed, textMember(content, 'errors'), environment].filter(Boolean).join(', '),
    severity: isIncident
      ? 'critical'
      : failed === 'failure' || failed === 'error'
        ? 'warning'
        : 'info',
    services: service === undefined ? [] : [lastPart(service)],
    unit: environment === undefined ? undefined : lastPart(environment),
    url: webAddress(textMember(content, 'ticketURI') ?? textMember(content, 'uri')),
    at,
    now,
    source,
    raw,
  });
}

/** `/apis/apps/v1/deployments/shop` names the service `shop`. */
function lastPart(id: string): string {
  const parts = id.split('/').filter((part) => part !== '');
  return parts.at(-1) ?? id;
}
