import type { FactDraft } from '../facts/fact.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { serviceOf } from './alert-record.ts';
import { eventDraft } from './event-record.ts';
import {
  adaptRecords,
  clockDoubt,
  isObject,
  member,
  naming,
  numberMember,
  problem,
  readTime,
  textMember,
  within,
  type JsonObject,
} from './record.ts';

/**
 * Kubernetes events (`kubectl get events -A -o json`: a List; or single ones), of core/v1 and of
 * events.k8s.io/v1. The cluster counts one event up: its uid is the event, its count and last moment
 * what is new.
 */
export const kubernetesEvents: Adapter = {
  format: 'kubernetes-events',
  speaks: 'events',
  intervalMs: HOUR_MS,
  adapt: (bytes, context) => adaptRecords(bytes, context, eventOf, 'items'),
};

function eventOf(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
): FactDraft | null {
  const refuse = (key: string, reason: string): null => {
    problems.push(problem('refused', 'wrong-value', within(place, key), reason, sent));
    return null;
  };
  if (!isObject(sent)) return refuse('', `an event is an object, not ${naming(sent)}`);
  const kind = textMember(sent, 'kind');
  if (kind !== undefined && kind !== 'Event')
    return refuse('kind', `expected Event, got ${naming(kind)}`);
  const about = member(sent, 'involvedObject') ?? member(sent, 'regarding');
  if (!isObject(about)) return refuse('involvedObject', 'an event involves an object');
  const metadata = member(sent, 'metadata');
  const uid = textMember(metadata, 'uid');
  const name = [textMember(metadata, 'namespace'), textMember(metadata, 'name')]
    .filter(Boolean)
    .join('/');
  if (uid === undefined && name === '')
    return refuse('metadata.uid', 'an event has a uid or a name');
  const at = lastMoment(sent, metadata);
  if (at === null) return refuse('lastTimestamp', 'not one time (RFC 3339) among its own');
  const ahead = clockDoubt(within(place, 'lastTimestamp'), at, now, sent);
  if (ahead) problems.push(ahead);
  const type = textMember(sent, 'type') ?? 'Normal';
  const reason = textMember(sent, 'reason') ?? 'Event';
  const object = `${textMember(about, 'kind') ?? 'object'} ${textMember(about, 'name') ?? '?'}`;
  const series = member(sent, 'series');
  const count =
    numberMember(series, 'count') ??
    numberMember(sent, 'count') ??
    numberMember(sent, 'deprecatedCount');
  const namespace = textMember(about, 'namespace');
  const service = serviceFor(about);
  return eventDraft({
    eventId: uid ?? name,
    type: `${type} ${reason}`,
    title: `${reason}: ${object}`,
    detail: textMember(sent, 'message') ?? textMember(sent, 'note'),
    severity: type === 'Warning' ? 'warning' : 'info',
    services: service === undefined ? [] : [service],
    ...(count === undefined ? {} : { count }),
    labels: {
      ...(namespace === undefined ? {} : { namespace }),
      kind: textMember(about, 'kind') ?? '',
      object: textMember(about, 'name') ?? '',
    },
    at,
    now,
    source,
    raw: null,
  });
}

function lastMoment(sent: JsonObject, metadata: unknown): number | null {
  const series = member(sent, 'series');
  const stated = [
    isObject(series) ? member(series, 'lastObservedTime') : undefined,
    member(sent, 'lastTimestamp'),
    member(sent, 'deprecatedLastTimestamp'),
    member(sent, 'eventTime'),
    member(sent, 'firstTimestamp'),
    isObject(metadata) ? member(metadata, 'creationTimestamp') : undefined,
  ];
  for (const one of stated) {
    const moment = readTime(one);
    if (typeof moment === 'number') return moment;
  }
  return null;
}

/** A pod, replica set or job belongs to what made it; a node or a volume to no service. */
function serviceFor(about: JsonObject): string | undefined {
  const name = textMember(about, 'name');
  if (name === undefined) return undefined;
  switch (textMember(about, 'kind')) {
    case 'Pod':
      return serviceOf({ pod: name });
    case 'ReplicaSet':
      return serviceOf({ pod: `${name}-00000` }) === name
        ? name
        : name.replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/, '');
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Service':
    case 'HorizontalPodAutoscaler':
    case 'Job':
    case 'CronJob':
    case 'Ingress':
      return name;
    default:
      return undefined;
  }
}
