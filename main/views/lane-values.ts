import type { Fact } from '../../shared/facts/fact.ts';
import { isRecord } from '../../shared/facts/shape.ts';

/** By what the timeline has lanes that can be counted from the facts alone; the order is stored. */
export const LANE_KINDS = ['source', 'person', 'service'] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

/** A hostile name must not fill the views, nor a hostile list. */
const MOST_LENGTH = 200;
const MOST_SERVICES = 100;

/**
 * In which lanes an entry stands: a pure function of the fact. What names no service stands in the
 * lane '' of services; what no person wrote stands in no person's lane.
 */
export function laneValues(
  fact: Pick<Fact, 'source' | 'author' | 'body'>,
  kind: LaneKind,
): readonly string[] {
  switch (kind) {
    case 'source':
      return [cut(fact.source)];
    case 'person': {
      // A journal may hold what has another shape than ours.
      const person: unknown = fact.author?.person;
      return typeof person === 'string' && person !== '' ? [cut(person)] : [];
    }
    case 'service':
      return servicesOf(fact);
  }
}

function servicesOf({ body }: Pick<Fact, 'body'>): readonly string[] {
  if (!isRecord(body)) return [''];
  const { service, services } = body;
  if (typeof service === 'string' && service !== '') return [cut(service)];
  if (!Array.isArray(services)) return [''];
  const named = services
    .slice(0, MOST_SERVICES)
    .filter((one): one is string => typeof one === 'string' && one !== '');
  return named.length === 0 ? [''] : [...new Set(named.map(cut))];
}

function cut(text: string): string {
  return text.length > MOST_LENGTH ? text.slice(0, MOST_LENGTH) : text;
}
