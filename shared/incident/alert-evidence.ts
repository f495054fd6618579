import type { FactOf } from '../facts/catalogue.ts';
import { HOUR_MS } from '../kit/time.ts';
import { earliest, type Keyed } from './keyed.ts';

/**
 * What alerts say of an incident, kept up with each of their facts: in a flood of alerts most facts
 * move nothing, and none may cost more for those that came before it.
 */

/** How long before its declaration an incident may have begun. */
export const CLOCK_LEAD_MS = HOUR_MS;

export type Told = FactOf<'alert.fired'> | FactOf<'alert.resolved'>;
export type Acknowledged = FactOf<'alert.acknowledged'>;

/** Which alerts count, and when (ms since the epoch). A scope is another one where any of it is. */
export interface AlertScope {
  readonly services: ReadonlySet<string>;
  /** The alerts that it was declared from. */
  readonly origins: ReadonlySet<string>;
  readonly declaredAt: number;
  /** When it may have begun at the earliest; -Infinity where nothing tells. */
  readonly since: number;
  readonly until: number;
}

export interface AlertReading {
  readonly fired: Keyed<Told> | null;
  readonly acknowledged: Keyed<Acknowledged> | null;
  /** The end of the last of them; null while one fires, or where there was none. */
  readonly over: Keyed<Told> | null;
}

export interface AlertEvidence {
  take(told: Keyed<Told>): void;
  takeAcknowledged(told: Keyed<Acknowledged>): void;
  /** Costs the number of all facts where the scope is another one than before, else nothing. */
  read(scope: AlertScope): AlertReading;
}

interface Alert {
  readonly thing: string;
  readonly told: Keyed<Told>[];
  readonly acknowledged: Keyed<Acknowledged>[];
  readonly services: Set<string>;
  isInScope: boolean;
  /** The last word of each source. */
  readonly finals: Map<string, Keyed<Told>>;
}

export function collectAlerts(): AlertEvidence {
  const alerts = new Map<string, Alert>();
  let scope: AlertScope | null = null;
  let fired: Keyed<Told> | null = null;
  let acknowledged: Keyed<Acknowledged> | null = null;
  let firing = 0;
  let end: Keyed<Told> | null = null;

  function alertOf(thing: string): Alert {
    const known = alerts.get(thing);
    if (known !== undefined) return known;
    const alert: Alert = {
      thing,
      told: [],
      acknowledged: [],
      services: new Set(),
      isInScope: false,
      finals: new Map(),
    };
    alerts.set(thing, alert);
    return alert;
  }

  function enter(alert: Alert, within: AlertScope): void {
    const { thing, services, told: words } = alert;
    alert.isInScope =
      words.length > 0 &&
      (within.origins.has(thing) || [...services].some((name) => within.services.has(name)));
    if (!alert.isInScope) return;
    for (const told of alert.told) count(alert, told, within);
    for (const told of alert.acknowledged) countAcknowledged(told, within);
  }

  function count(alert: Alert, told: Keyed<Told>, within: AlertScope): void {
    const { fact, at, key } = told;
    const isFired = fact.kind === 'alert.fired';
    const from = within.origins.has(alert.thing) ? within.since : fromOf(within);
    if (isFired && at >= from && at <= within.until) fired = earliest([fired, told]);
    const final = alert.finals.get(fact.source);
    if (final !== undefined && final.key > key) return;
    alert.finals.set(fact.source, told);
    if (final?.fact.kind === 'alert.fired') firing -= 1;
    if (isFired) firing += 1;
    // While none fires, each end that is none any more stands before a later one of its alert.
    else if (at >= leadOf(within) && (end === null || key > end.key)) end = told;
  }

  function countAcknowledged(told: Keyed<Acknowledged>, within: AlertScope): void {
    if (told.at < fromOf(within) || told.at > within.until) return;
    acknowledged = earliest([acknowledged, told]);
  }

  return {
    take(told) {
      const alert = alertOf(told.fact.thing);
      alert.told.push(told);
      const { service } = told.fact.body;
      if (service !== undefined) alert.services.add(service);
      if (scope === null) return;
      if (alert.isInScope) count(alert, told, scope);
      else enter(alert, scope);
    },
    takeAcknowledged(told) {
      const alert = alertOf(told.fact.thing);
      alert.acknowledged.push(told);
      if (scope !== null && alert.isInScope) countAcknowledged(told, scope);
    },
    read(wanted) {
      if (scope === null || !isSame(scope, wanted)) {
        scope = wanted;
        fired = null;
        acknowledged = null;
        firing = 0;
        end = null;
        for (const alert of alerts.values()) {
          alert.finals.clear();
          enter(alert, wanted);
        }
      }
      return { fired, acknowledged, over: firing > 0 ? null : end };
    },
  };
}

function isSame(left: AlertScope, right: AlertScope): boolean {
  return (
    left.services === right.services &&
    left.origins === right.origins &&
    left.declaredAt === right.declaredAt &&
    left.since === right.since &&
    left.until === right.until
  );
}

function leadOf({ declaredAt }: AlertScope): number {
  return declaredAt - CLOCK_LEAD_MS;
}

function fromOf(scope: AlertScope): number {
  return Math.max(scope.since, leadOf(scope));
}
