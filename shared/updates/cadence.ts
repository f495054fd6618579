import { AUDIENCES, type Audience } from '../facts/incident.ts';

/** When an audience is to hear next. */
export interface CadenceReading {
  readonly audience: Audience;
  /** How often (ms). */
  readonly everyMs: number;
  /** When it heard last; null: not since this was promised. */
  readonly lastAt: number | null;
  readonly dueAt: number;
  /** `soon` from 80 % of the time on. */
  readonly state: 'waiting' | 'soon' | 'overdue';
}

interface Told {
  readonly incident: string;
  readonly audience: Audience;
  readonly publishedAt: number;
}

/** From this share of the time on the next update is offered. */
const SOON = 0.8;

/**
 * What was promised to whom, the most urgent first. The time runs from the last update, or from the
 * promise where none came since; nobody waits for news of an incident that is over.
 */
export function readCadence(
  incident: {
    readonly key: string;
    readonly status: 'active' | 'resolved';
    readonly cadence: Partial<Record<Audience, { everyMs: number; since: number }>>;
  },
  updates: Iterable<Told>,
  now: number,
): CadenceReading[] {
  if (incident.status !== 'active') return [];
  const last = lastTold(incident.key, updates);
  return AUDIENCES.flatMap((audience): CadenceReading[] => {
    const promise = incident.cadence[audience];
    if (promise === undefined) return [];
    const lastAt = last.get(audience) ?? null;
    const dueAt = Math.max(promise.since, lastAt ?? 0) + promise.everyMs;
    const state =
      now >= dueAt ? 'overdue' : now >= dueAt - promise.everyMs * (1 - SOON) ? 'soon' : 'waiting';
    return [{ audience, everyMs: promise.everyMs, lastAt, dueAt, state }];
  }).sort((left, right) => left.dueAt - right.dueAt);
}

/** When each audience of an incident heard last. */
export function lastTold(incident: string, updates: Iterable<Told>): Map<Audience, number> {
  const last = new Map<Audience, number>();
  for (const update of updates) {
    if (update.incident !== incident) continue;
    last.set(update.audience, Math.max(last.get(update.audience) ?? 0, update.publishedAt));
  }
  return last;
}
