import type { AlertSeverity } from '../facts/alert.ts';
import type { FactDraft } from '../facts/fact.ts';
import type { Json } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { cut } from './record.ts';

/** What formats of events share. */
export interface SaidEvent {
  /** The source's own id; a long one is replaced by its hash. */
  readonly eventId: string;
  readonly type: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly severity: AlertSeverity;
  readonly services: readonly string[];
  readonly unit?: string | undefined;
  readonly cell?: string | undefined;
  readonly url?: string | undefined;
  readonly count?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly at: number;
  readonly now: number;
  readonly source: string;
  readonly raw: Json | null;
}

/** A draft of `event.reported`, within the limits of its schema. */
export function eventDraft(said: SaidEvent): FactDraft {
  const { at, now, source, raw, services, labels, ...rest } = said;
  const eventId = rest.eventId.length <= 400 ? rest.eventId : sha256Hex(rest.eventId);
  const body: Record<string, unknown> = {
    eventId,
    type: cut(rest.type || 'event', 300),
    title: cut(rest.title || rest.type || 'event', 1_000),
    severity: rest.severity,
    services: [...new Set(services.filter((name) => name !== '' && name.length <= 300))].slice(
      0,
      500,
    ),
  };
  if (rest.detail) body['detail'] = cut(rest.detail, 8_192);
  if (rest.unit) body['unit'] = cut(rest.unit, 100);
  if (rest.cell) body['cell'] = cut(rest.cell, 100);
  if (rest.url) body['url'] = rest.url;
  if (rest.count !== undefined && rest.count >= 1) body['count'] = Math.trunc(rest.count);
  if (labels && Object.keys(labels).length > 0) body['labels'] = labels;
  return {
    kind: 'event.reported',
    v: 1,
    thing: eventThing(source, eventId),
    at,
    heardAt: now,
    source,
    body: body as FactDraft['body'],
    ...(raw === null ? {} : { raw: raw as NonNullable<FactDraft['raw']> }),
  };
}

/** The thing that facts of an event speak of: ids are the source's own. */
export function eventThing(source: string, eventId: string): string {
  return `event:${JSON.stringify([source, eventId])}`;
}
