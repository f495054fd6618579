import type { IncidentSeverity } from '../../../shared/facts/incident.ts';
import type { AlertGroupRow, AlertRow, NodeRow } from '../../../shared/ipc/rows.ts';

const TITLE_LIMIT = 300;
const SERVICE_LIMIT = 12;
const RANKS = { critical: 0, warning: 1, info: 2 } as const;

export interface Prefill {
  readonly title: string;
  readonly severity: IncidentSeverity;
  readonly services: readonly string[];
  readonly units: readonly string[];
  /** The thing (an alert, a service) that it is declared from. */
  readonly origin: string | null;
  /** What the words were taken from, so that nobody takes them for their own. */
  readonly from: 'alert' | 'service' | 'worst' | 'nothing';
}

const NOTHING_KNOWN: Prefill = {
  title: '',
  severity: 'SEV-3',
  services: [],
  units: [],
  origin: null,
  from: 'nothing',
};

/**
 * What an incident may be called, from what the desk points at: the selected alert with the services
 * of its cause, the selected service with its worst alert, else the gravest cause that deserves an
 * incident and has none, else the worst alert that is open.
 */
export function prefill(
  selected: { readonly alert?: AlertRow | undefined; readonly node?: NodeRow | undefined },
  alerts: readonly AlertRow[],
  groups: readonly AlertGroupRow[] = [],
): Prefill {
  if (selected.alert) {
    const { alert } = selected;
    const group = groups.find(({ key }) => key === alert.group);
    const found = fromAlert(alert, 'alert');
    return group === undefined ? found : widened(found, group);
  }
  if (selected.node) {
    const { node } = selected;
    const worst = worstOf(alerts.filter((alert) => alert.service === node.name));
    const own = {
      services: [node.name],
      units: node.unit === null ? [] : [node.unit],
      origin: node.key,
    };
    if (worst) return { ...fromAlert(worst, 'service'), ...own };
    return { title: `${node.name}: `, severity: 'SEV-3', ...own, from: 'service' };
  }
  const cause = gravestCandidate(groups);
  const root = cause && alerts.find(({ key }) => key === cause.root);
  if (cause && root) {
    return widened(fromAlert(root, 'worst'), cause);
  }
  const worst = worstOf(alerts);
  if (!worst) return NOTHING_KNOWN;
  const found = fromAlert(worst, 'worst');
  return { ...found, services: burningServices(alerts, worst) };
}

/** The open alert that matters most: the worst, what fires before what is unknown, the oldest. */
export function worstOf(alerts: readonly AlertRow[]): AlertRow | undefined {
  return alerts
    .filter((alert) => alert.status !== 'resolved')
    .sort(
      (left, right) =>
        RANKS[left.severity] - RANKS[right.severity] ||
        Number(left.status === 'unknown') - Number(right.status === 'unknown') ||
        left.startsAt - right.startsAt,
    )[0];
}

/** The cause that most of what is wrong stands under, of those that deserve an incident and have none. */
function gravestCandidate(groups: readonly AlertGroupRow[]): AlertGroupRow | undefined {
  return groups
    .filter(({ candidate }) => candidate?.deserves === true && candidate.coveredBy === null)
    .sort(
      (left, right) =>
        RANKS[left.severity] - RANKS[right.severity] ||
        right.members.length - left.members.length ||
        (left.key < right.key ? -1 : 1),
    )[0];
}

/** The alert's own service first, then its cause's, then all that suffer; units likewise. */
function widened(found: Prefill, group: AlertGroupRow): Prefill {
  const origin = group.service === null ? [] : [group.service];
  const all = (names: readonly string[]): readonly string[] =>
    [...new Set(names)].slice(0, SERVICE_LIMIT);
  return {
    ...found,
    services: all([...found.services, ...origin, ...group.services]),
    units: all([...found.units, ...group.units]),
  };
}

function fromAlert(alert: AlertRow, from: Prefill['from']): Prefill {
  const what = alert.summary === '' ? alert.name : alert.summary;
  const service = alert.service;
  const title = service === null || what.includes(service) ? what : `${service}: ${what}`;
  return {
    title: title.slice(0, TITLE_LIMIT),
    severity: severityFor(alert.severity),
    services: service === null ? [] : [service],
    units: alert.unit === null ? [] : [alert.unit],
    origin: alert.key,
    from,
  };
}

/** In doubt the higher one; a person still decides. */
function severityFor(severity: AlertRow['severity']): IncidentSeverity {
  return severity === 'critical' ? 'SEV-2' : severity === 'warning' ? 'SEV-3' : 'SEV-4';
}

/** Services with alerts as bad as the worst, its own first. */
function burningServices(alerts: readonly AlertRow[], worst: AlertRow): readonly string[] {
  const services = new Set<string>();
  if (worst.service !== null) services.add(worst.service);
  for (const alert of alerts) {
    if (services.size >= SERVICE_LIMIT) break;
    if (alert.status === 'firing' && alert.severity === worst.severity && alert.service !== null) {
      services.add(alert.service);
    }
  }
  return [...services];
}
