import type { ClockPoint, IncidentSeverity } from '../facts/incident.ts';
import { countedFrom } from '../incident/clock.ts';
import type { ClockRow, FollowUpRow, IncidentRow, RunRow } from '../ipc/rows.ts';

/** What incidents have in common: how long they took, what comes back, what is left to do. */

export interface DurationValue {
  readonly ms: number;
  /** A row of `incidents`. */
  readonly incident: string;
  /** False: the effect is not known, and the first point that is was counted from. */
  readonly isFromEffect: boolean;
}

/** Durations of one severity, sorted (ms). */
export interface Distribution {
  readonly severity: IncidentSeverity;
  readonly values: readonly DurationValue[];
  readonly n: number;
  /** null: too few to tell. */
  readonly quartiles: { readonly q1: number; readonly median: number; readonly q3: number } | null;
}

/** With fewer values a quartile is one of them. */
const FEW = 4;

/**
 * How long it took from the effect (else the first point known) to a point, by severity; incidents
 * that never reached it are not in it. Never a mean: a few long ones would hide all others.
 */
export function durationsTo(
  point: ClockPoint,
  incidents: readonly IncidentRow[],
  clocks: readonly ClockRow[],
): readonly Distribution[] {
  const byIncident = new Map(clocks.map((clock) => [clock.incident, clock]));
  const bySeverity = new Map<IncidentSeverity, DurationValue[]>();
  for (const { key, severity } of incidents) {
    const points = byIncident.get(key)?.points;
    const reached = points?.[point];
    const base = points === undefined ? null : countedFrom(points);
    if (reached == null || base === null || base.point === point) continue;
    const list = bySeverity.get(severity) ?? [];
    const isFromEffect = base.point === 'effect';
    list.push({ ms: Math.max(0, reached.at - base.at), incident: key, isFromEffect });
    bySeverity.set(severity, list);
  }
  return [...bySeverity]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([severity, list]) => {
      const values = list.sort((left, right) => left.ms - right.ms);
      const sorted = values.map(({ ms }) => ms);
      const quartiles =
        sorted.length < FEW
          ? null
          : {
              q1: quantile(sorted, 0.25),
              median: quantile(sorted, 0.5),
              q3: quantile(sorted, 0.75),
            };
      return { severity, values, n: values.length, quartiles };
    });
}

/**
 * The value below which a share of sorted values lies, linear between neighbours (type 7 of Hyndman
 * and Fan 1996, DOI 10.2307/2684934).
 * @returns NaN for no values
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export interface Recurring {
  readonly name: string;
  /** Rows of `incidents`, the newest first. */
  readonly incidents: readonly string[];
}

/** Services that more than one incident named, the most frequent first. */
export function recurringServices(incidents: readonly IncidentRow[]): readonly Recurring[] {
  return recurring(
    incidents.map(({ key, declaredAt, services }) => ({ key, at: declaredAt, names: services })),
    2,
  );
}

/** Runbooks that incidents used, the most frequent first. */
export function runbooksUsed(
  incidents: readonly IncidentRow[],
  runs: readonly RunRow[],
): readonly Recurring[] {
  const titles = new Map<string, string[]>();
  for (const { incident, title } of runs) {
    if (incident !== null) titles.set(incident, [...(titles.get(incident) ?? []), title]);
  }
  return recurring(
    incidents.map(({ key, declaredAt }) => ({
      key,
      at: declaredAt,
      names: titles.get(key) ?? [],
    })),
    1,
  );
}

function recurring(
  named: readonly {
    readonly key: string;
    readonly at: number;
    readonly names: readonly string[];
  }[],
  least: number,
): readonly Recurring[] {
  const byName = new Map<string, string[]>();
  for (const { key, names } of named.toSorted((left, right) => right.at - left.at)) {
    for (const name of new Set(names)) byName.set(name, [...(byName.get(name) ?? []), key]);
  }
  return [...byName]
    .map(([name, incidents]) => ({ name, incidents }))
    .filter(({ incidents }) => incidents.length >= least)
    .sort(
      (left, right) =>
        right.incidents.length - left.incidents.length || (left.name < right.name ? -1 : 1),
    );
}

const END_OF_TIME = Number.MAX_SAFE_INTEGER;

export function isUnfinished({ state }: Pick<FollowUpRow, 'state'>): boolean {
  return state === 'open' || state === 'doing';
}

export function isOverdue(followUp: Pick<FollowUpRow, 'state' | 'dueAt'>, now: number): boolean {
  return isUnfinished(followUp) && followUp.dueAt !== null && followUp.dueAt < now;
}

/** What is overdue first, the longest overdue before; then by day; what is over comes last. */
export function byDue(now: number): (left: FollowUpRow, right: FollowUpRow) => number {
  const rank = (row: FollowUpRow): number => (isOverdue(row, now) ? 0 : isUnfinished(row) ? 1 : 2);
  return (left, right) =>
    rank(left) - rank(right) ||
    (left.dueAt ?? END_OF_TIME) - (right.dueAt ?? END_OF_TIME) ||
    left.openedAt - right.openedAt ||
    (left.key < right.key ? -1 : 1);
}
