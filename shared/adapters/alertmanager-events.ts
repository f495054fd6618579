import type { AlertSeverity } from '../facts/alert.ts';
import type { FactDraft } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readAlert } from './alert-record.ts';
import { silenceOf } from './alertmanager-silences.ts';
import { eventDraft } from './event-record.ts';
import { parseJsonBytes } from './json-text.ts';
import {
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  recordsOf,
  textMember,
  type JsonObject,
} from './record.ts';

/**
 * Alertmanager's Event Recorder (eventrecorder.proto, as protojson writes it): one object a line in a
 * file, or one object or a list of them in a post. What an alert does becomes facts of that alert;
 * notifications, starts and stops become events. It may tell an event twice, and out of order.
 */
export const alertmanagerEvents: Adapter = {
  format: 'alertmanager-events',
  speaks: 'alertmanager',
  intervalMs: 5 * MINUTE_MS,
  adapt(bytes, context) {
    const facts: FactDraft[] = [];
    const problems: Problem[] = [];
    const lines = linesOf(bytes);
    if (lines === null) {
      const { body, rejected: unreadable } = readBody(bytes, context.source);
      if (unreadable) return unreadable;
      for (const [index, sent] of recordsOf(body).entries()) {
        facts.push(...factsOf(sent, `[${index}]`, context, problems));
      }
    } else {
      for (const [number, line] of lines.entries()) {
        if (line.length === 0) continue;
        const place = `line ${number + 1}`;
        const parsed = parseJsonBytes(line);
        if (parsed.ok) facts.push(...factsOf(parsed.value, place, context, problems));
        else {
          const { code, reason } = parsed.error;
          problems.push(problem('refused', code, place, `not JSON: ${reason}`, ''));
        }
      }
    }
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};

/** The lines of a file of objects; null where the whole is one JSON value. */
export function linesOf(bytes: Uint8Array): Uint8Array[] | null {
  if (!bytes.includes(0x0a) || parseJsonBytes(bytes).ok) return null;
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && bytes[at] !== 0x0a) continue;
    const end = bytes[at - 1] === 0x0d ? at - 1 : at;
    lines.push(bytes.subarray(from, Math.max(from, end)));
    from = at + 1;
  }
  return lines;
}

function factsOf(
  sent: unknown,
  place: string,
  context: AdapterContext,
  problems: Problem[],
): FactDraft[] {
  const refuse = (key: string, reason: string): FactDraft[] => {
    problems.push(problem('refused', 'wrong-type', `${place}.${key}`, reason, sent));
    return [];
  };
  const data = isObject(sent) ? member(sent, 'data') : undefined;
  if (!isObject(sent) || !isObject(data))
    return refuse('data', `expected an event, got ${naming(data)}`);
  const claimed = readTime(member(sent, '@timestamp'));
  if (claimed === 'wrong') return refuse('@timestamp', 'not a time (RFC 3339)');
  const at = typeof claimed === 'number' ? claimed : context.now;
  for (const kind of Object.keys(data)) {
    const said = data[kind];
    if (!isObject(said)) continue;
    switch (kind) {
      case 'alertCreated':
        return alertFacts(member(said, 'alert'), `${place}.data.${kind}.alert`, context, problems);
      case 'alertResolved':
      case 'alertGrouped': {
        // The alert stands under a hash here, and may be left out.
        const details = detailsOf(member(said, 'alert'));
        const within = `${place}.data.${kind}.alert.details`;
        return details === undefined ? [] : alertFacts(details, within, context, problems);
      }
      case 'silenceCreated':
      case 'silenceUpdated': {
        const fact = silenceOf(plainSilence(said), `${place}.data.${kind}`, context, problems);
        return fact === null ? [] : [fact];
      }
      case 'silenceMutedAlert':
        return mutedFacts(said, 'silencedBy', at, `${place}.data.${kind}`, context, problems);
      case 'inhibitionMutedAlert':
        return mutedFacts(said, 'inhibitedBy', at, `${place}.data.${kind}`, context, problems);
      default:
        return [eventOf(kind, said, sent, at, context)];
    }
  }
  return refuse('data', 'it names no event');
}

function detailsOf(grouped: unknown): unknown {
  return isObject(grouped) ? member(grouped, 'details') : undefined;
}

/** Labels are a list of pairs here, and a fingerprint is a decimal text of 64 bits. */
function plainAlert(sent: unknown): JsonObject | null {
  if (!isObject(sent)) return null;
  return {
    labels: pairsOf(member(sent, 'labels')),
    annotations: pairsOf(member(sent, 'annotations')),
    fingerprint: hexOf(member(sent, 'fingerprint')),
    startsAt: member(sent, 'startsAt'),
    endsAt: member(sent, 'endsAt'),
    resolved: member(sent, 'resolved'),
  };
}

function pairsOf(sent: unknown): Record<string, string> | undefined {
  const list = isObject(sent) ? (member(sent, 'labels') ?? member(sent, 'annotations')) : sent;
  if (!Array.isArray(list)) return undefined;
  const pairs: Record<string, string> = {};
  for (const pair of list) {
    const key = textMember(pair, 'key');
    if (key !== undefined && key !== '__proto__') pairs[key] = textMember(pair, 'value') ?? '';
  }
  return pairs;
}

function hexOf(fingerprint: unknown): string | undefined {
  if (typeof fingerprint !== 'string' || !/^\d{1,20}$/.test(fingerprint)) return undefined;
  return BigInt.asUintN(64, BigInt(fingerprint)).toString(16).padStart(16, '0');
}

function alertFacts(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
): FactDraft[] {
  const alert = plainAlert(sent);
  const read = readAlert(alert ?? sent, place, problems);
  if (read === null || alert === null || read.heartbeat) return [];
  const startsAt = readTime(alert['startsAt']);
  if (typeof startsAt !== 'number') {
    problems.push(problem('refused', 'wrong-time', `${place}.startsAt`, 'not a time', sent));
    return [];
  }
  const endsAt = readTime(alert['endsAt']);
  if (alert['resolved'] === true) {
    const end = typeof endsAt === 'number' ? Math.max(endsAt, startsAt) : Math.max(now, startsAt);
    const body = { ...read.described, startsAt, endsAt: end };
    return [alertDraft('alert.resolved', body, end, now, source, null)];
  }
  return [alertDraft('alert.fired', { ...read.described, startsAt }, startsAt, now, source, null)];
}

function mutedFacts(
  said: JsonObject,
  by: 'silencedBy' | 'inhibitedBy',
  at: number,
  place: string,
  context: AdapterContext,
  problems: Problem[],
): FactDraft[] {
  const alert = plainAlert(member(said, 'mutedAlert'));
  const read = alert && readAlert(alert, `${place}.mutedAlert`, problems);
  if (!read) return [];
  const fingerprints = member(said, 'inhibitingFingerprints');
  const silence = textMember(member(said, 'silence'), 'id');
  const ids =
    by === 'silencedBy'
      ? [silence ?? '?']
      : Array.isArray(fingerprints)
        ? fingerprints.map((one) => hexOf(one) ?? '?').slice(0, 100)
        : ['?'];
  const { fingerprint } = read.described;
  return [
    {
      kind: 'alert.suppressed',
      v: 1,
      thing: `alert:${fingerprint}`,
      at,
      heardAt: context.now,
      source: context.source,
      body: { fingerprint, silencedBy: [], inhibitedBy: [], mutedBy: [], [by]: ids.sort() },
    },
  ];
}

/** A silence as the API writes it: enums and nesting of the proto are taken off. */
function plainSilence(said: JsonObject): unknown {
  const silence = member(said, 'silence') ?? said;
  if (!isObject(silence)) return silence;
  const sets = member(silence, 'matcherSets') ?? member(silence, 'matchers');
  const list = Array.isArray(sets) ? sets : [];
  const matchers = list.flatMap((entry) => {
    const inner = isObject(entry) ? member(entry, 'matchers') : undefined;
    return Array.isArray(inner) ? inner : [entry];
  });
  return {
    ...silence,
    matchers: matchers.map((one) => {
      const type = textMember(one, 'type') ?? '';
      return {
        name: textMember(one, 'name'),
        value: textMember(one, 'pattern') ?? textMember(one, 'value') ?? '',
        isRegex: type.includes('REGEXP') || (isObject(one) && member(one, 'isRegex') === true),
        isEqual: !type.includes('NOT') && !(isObject(one) && member(one, 'isEqual') === false),
      };
    }),
  };
}

function eventOf(
  kind: string,
  said: JsonObject,
  sent: JsonObject,
  at: number,
  { now, source }: AdapterContext,
): FactDraft {
  const instance = textMember(sent, 'instance') ?? '';
  const key = textMember(member(said, 'groupInfo'), 'groupKey') ?? '';
  const flush = textMember(said, 'flushId') ?? '';
  const severity: AlertSeverity = kind === 'alertmanagerShutdownEvent' ? 'warning' : 'info';
  const receiver = textMember(member(said, 'groupInfo'), 'receiverName');
  const reason = textMember(said, 'reason');
  return eventDraft({
    eventId: [kind, instance, String(at), key, flush].join(' '),
    type: `alertmanager ${kind}`,
    title: receiver === undefined ? kind : `${kind}: ${receiver}`,
    ...(reason === undefined ? {} : { detail: reason }),
    severity,
    services: [],
    at,
    now,
    source,
    raw: null,
  });
}
