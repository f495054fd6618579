import type { AlertRow, IncidentRow } from '../../../shared/ipc/rows.ts';
import { MINUTE_MS } from '../../../shared/kit/time.ts';

export type Trend = NonNullable<IncidentRow['sizeUp']>['trend'];

/** What the alerts of an incident say by themselves, for whoever sizes it up. */
export interface SizeUpReading {
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
  /** Open as far as is known: their source is silent. */
  readonly unknown: number;
  /** Names of open alerts, the most frequent first. */
  readonly names: readonly string[];
  /** Services and units of open alerts, by name. */
  readonly services: readonly string[];
  readonly units: readonly string[];
  /** How many began and how many ended in the last `TREND_MS`. */
  readonly began: number;
  readonly ended: number;
  readonly trend: Trend;
}

/** Over how long a trend is read (ms). */
export const TREND_MS = 10 * MINUTE_MS;

/**
 * Reads the alerts of the incident's services (all alerts where it names none). Escalating: more
 * began than ended in the last ten minutes. Recovering: more ended than began. Flapping: at least
 * half of what is open comes and goes. Static: neither. Unknown: nothing is open, or most of what is
 * open is only known from silent sources.
 */
export function readSizeUp(
  incident: Pick<IncidentRow, 'services'>,
  alerts: readonly AlertRow[],
  now: number,
): SizeUpReading {
  const named = new Set(incident.services);
  const own = alerts.filter(
    ({ service }) => named.size === 0 || (service !== null && named.has(service)),
  );
  const open = own.filter(({ status }) => status !== 'resolved');
  const count = (severity: AlertRow['severity']): number =>
    open.filter((alert) => alert.severity === severity && alert.status === 'firing').length;
  const unknown = open.filter(({ status }) => status === 'unknown').length;
  const shaking = open.filter((alert) => alert.shaking !== null).length;
  const began = open.filter(({ startsAt }) => startsAt > now - TREND_MS).length;
  const ended = own.filter(
    ({ status, endsAt }) => status === 'resolved' && endsAt !== null && endsAt > now - TREND_MS,
  ).length;
  return {
    critical: count('critical'),
    warning: count('warning'),
    info: count('info'),
    unknown,
    names: byFrequency(open.map(({ name }) => name)),
    services: sorted(open.map(({ service }) => service)),
    units: sorted(open.map(({ unit }) => unit)),
    began,
    ended,
    trend: trendOf(open.length, unknown, shaking, began, ended),
  };
}

function trendOf(
  open: number,
  unknown: number,
  shaking: number,
  began: number,
  ended: number,
): Trend {
  if (open === 0) return ended > 0 ? 'recovering' : 'unknown';
  if (unknown * 2 > open) return 'unknown';
  if (shaking * 2 >= open) return 'flapping';
  if (began > ended) return 'escalating';
  return ended > began ? 'recovering' : 'static';
}

function sorted(names: readonly (string | null)[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== null).sort();
}

function byFrequency(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([left, many], [right, few]) => few - many || (left < right ? -1 : 1))
    .map(([name]) => name);
}
