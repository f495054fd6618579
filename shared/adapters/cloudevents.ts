import type { FactDraft } from '../facts/fact.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { readUnknown, severityOf } from './alert-record.ts';
import { cdeventOf } from './cdevents.ts';
import { eventDraft } from './event-record.ts';
import {
  clockDoubt,
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  recordsOf,
  textMember,
  within,
  type JsonObject,
} from './record.ts';

const KEYS = new Set(['specversion', 'id', 'source', 'type', 'time', 'subject']);

/**
 * CloudEvents 1.0 (cloudevents/spec): one event or a batch in JSON, or the binary mode of HTTP, where
 * the attributes are `ce-` headers and the body is the data. CDEvents inside are read as such; what
 * else comes is an event of the timeline.
 */
export const cloudevents: Adapter = {
  format: 'cloudevents',
  speaks: 'events',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const facts: FactDraft[] = [];
    const problems: Problem[] = [];
    const isBinary = context.header?.('ce-specversion') !== undefined;
    const { body, rejected: unreadable } = readBody(
      bytes.length === 0 && isBinary ? NULL : bytes,
      context.source,
    );
    if (unreadable) return unreadable;
    const single = isBinary || !Array.isArray(body);
    const events = isBinary ? [attributesOf(context, body)] : recordsOf(body);
    for (const [index, sent] of events.entries()) {
      const fact = eventOf(sent, single ? '' : `[${index}]`, context, problems);
      if (fact !== null) facts.push(fact);
    }
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};

const NULL = Uint8Array.of(0x6e, 0x75, 0x6c, 0x6c);
const ATTRIBUTES = [
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'subject',
  'dataschema',
  'severitytext',
];

function attributesOf({ header }: AdapterContext, data: unknown): JsonObject {
  const attributes: Record<string, unknown> = { data };
  for (const name of ATTRIBUTES) {
    const value = header?.(`ce-${name}`);
    if (value === undefined) continue;
    try {
      attributes[name] = decodeURIComponent(value);
    } catch {
      attributes[name] = value;
    }
  }
  return attributes;
}

function eventOf(
  sent: unknown,
  place: string,
  context: AdapterContext,
  problems: Problem[],
): FactDraft | null {
  const refuse = (key: string, reason: string): null => {
    problems.push(problem('refused', 'wrong-value', within(place, key), reason, sent));
    return null;
  };
  if (!isObject(sent)) return refuse('', `an event is an object, not ${naming(sent)}`);
  const version = member(sent, 'specversion');
  if (version !== '1.0') return refuse('specversion', `expected "1.0", got ${naming(version)}`);
  const [id, origin, type] = ['id', 'source', 'type'].map((key) => textMember(sent, key));
  if (id === undefined || origin === undefined || type === undefined) {
    return refuse(id === undefined ? 'id' : origin === undefined ? 'source' : 'type', 'is missing');
  }
  const data = member(sent, 'data');
  if (type.startsWith('dev.cdevents') && isObject(data) && isObject(member(data, 'context'))) {
    return cdeventOf(data, within(place, 'data'), context, problems);
  }
  const time = readTime(member(sent, 'time'));
  if (time === 'wrong') return refuse('time', 'not a time (RFC 3339)');
  const at = typeof time === 'number' ? time : context.now;
  const ahead = clockDoubt(within(place, 'time'), at, context.now, sent);
  if (ahead) problems.push(ahead);
  const said = (key: string): string | undefined => textMember(data, key);
  const service = said('service') ?? said('app');
  return eventDraft({
    // Unique together with the event's own source.
    eventId: `${origin} ${id}`,
    type,
    title:
      said('title') ?? said('summary') ?? said('message') ?? textMember(sent, 'subject') ?? type,
    detail: said('description'),
    severity: severityOf(textMember(sent, 'severitytext') ?? said('severity')),
    services: service === undefined ? [] : [service],
    at,
    now: context.now,
    source: context.source,
    raw: readUnknown(sent, KEYS, place, problems),
  });
}
