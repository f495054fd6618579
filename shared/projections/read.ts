import type { AlertSeverity } from '../facts/alert.ts';
import type { EdgeStrength, NodeKind } from '../facts/topology.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { AlertReport, AlertState } from './alert.ts';
import type { SourceState } from './source.ts';
import type { EdgeState, NodeReport, NodeState, TrafficReport } from './topology.ts';

/**
 * Everything that only time changes is derived here: `read(state, now)` (law T). Nothing below
 * reads a clock.
 */

/** Whether a source speaks: `never` was named but not heard. */
export type Freshness = 'fresh' | 'silent' | 'never';

/** Asks whether a source is heard at the moment that is read. */
export type Hearing = (source: string) => Freshness;

/**
 * A source is silent when a whole interval has passed since the last minute in which it was heard.
 */
export function readFreshness(state: SourceState | null, now: number): Freshness {
  if (state === null || state.lastMinute < 0) return 'never';
  return now - (state.lastMinute + MINUTE_MS) > state.intervalMs ? 'silent' : 'fresh';
}

export type AlertStatus = 'firing' | 'resolved' | 'unknown';

export interface AlertReading {
  status: AlertStatus;
  startsAt: number;
  endsAt: number | null;
  /** Sources that are heard contradict one another. */
  disputed: boolean;
  clockAhead: boolean;
  reports: { source: string; status: AlertStatus }[];
}

/**
 * An alert is firing while any source that is heard says so; unknown where only silent sources (or
 * pushes whose lease is over) say so; else resolved.
 */
export function readAlert(state: AlertState, hearing: Hearing, now: number): AlertReading {
  const reports: { source: string; status: AlertStatus }[] = [];
  let firing = false;
  let unknown = false;
  let resolved = false;
  let clockAhead = false;
  let startsAt = Number.MAX_SAFE_INTEGER;
  let endsAt = 0;
  for (const [source, report] of Object.entries(state.reports)) {
    const status = reportStatus(report, hearing(source), now);
    reports.push({ source, status });
    firing ||= status === 'firing';
    unknown ||= status === 'unknown';
    resolved ||= status === 'resolved';
    clockAhead ||= report.clockAhead;
    if (report.open) startsAt = Math.min(startsAt, report.startsAt);
    endsAt = Math.max(endsAt, report.endsAt ?? 0);
  }
  const status = firing ? 'firing' : unknown ? 'unknown' : 'resolved';
  if (startsAt === Number.MAX_SAFE_INTEGER) {
    startsAt = Math.max(0, ...Object.values(state.reports).map((report) => report.startsAt));
  }
  return {
    status,
    startsAt,
    endsAt: status === 'resolved' ? endsAt : null,
    disputed: firing && resolved,
    clockAhead,
    reports,
  };
}

function reportStatus(report: AlertReport, freshness: Freshness, now: number): AlertStatus {
  if (!report.open) return 'resolved';
  if (report.confirmed === true) return 'firing';
  if (freshness !== 'fresh') return 'unknown';
  return report.leaseUntil !== null && report.leaseUntil < now ? 'unknown' : 'firing';
}

export type ServiceCondition = AlertSeverity | 'healthy' | 'unknown';

export interface AlertMention {
  severity: AlertSeverity;
  status: AlertStatus;
  sources: readonly string[];
}

export interface ConditionReading {
  condition: ServiceCondition;
  /** The worst severity that was last said, also where it is no longer known to hold. */
  lastSeverity: AlertSeverity | null;
  firing: number;
  unknown: number;
}

const SEVERITY_RANK: Record<AlertSeverity, number> = { critical: 3, warning: 2, info: 1 };

/**
 * The condition of a service from the alerts that name it. Firing alerts of a source that is heard
 * decide; else it is healthy only if a source that speaks of it is heard; else unknown.
 * @param alertSources every source of alerts in the room: they vouch for services nobody has named
 */
export function readCondition(
  mentions: readonly AlertMention[],
  alertSources: readonly string[],
  hearing: Hearing,
): ConditionReading {
  let firing = 0;
  let unknown = 0;
  let worst: AlertSeverity | null = null;
  let last: AlertSeverity | null = null;
  const covering = new Set<string>();
  for (const mention of mentions) {
    for (const source of mention.sources) covering.add(source);
    if (mention.status === 'resolved') continue;
    last = worse(last, mention.severity);
    if (mention.status === 'firing') {
      firing += 1;
      worst = worse(worst, mention.severity);
    } else {
      unknown += 1;
    }
  }
  if (worst !== null) return { condition: worst, lastSeverity: last, firing, unknown };
  const vouching = covering.size > 0 ? [...covering] : alertSources;
  const heard = vouching.some((source) => hearing(source) === 'fresh');
  const condition = heard && unknown === 0 ? 'healthy' : 'unknown';
  return { condition, lastSeverity: last, firing, unknown };
}

function worse(left: AlertSeverity | null, right: AlertSeverity): AlertSeverity {
  return left !== null && SEVERITY_RANK[left] >= SEVERITY_RANK[right] ? left : right;
}

export interface NodeReading {
  kind: NodeKind;
  unit: string | null;
  cell: string | null;
  zone: string | null;
  city: string | null;
  owner: string | null;
  tags: Record<string, string>;
  sources: string[];
}

/**
 * The node as its newest declaration describes it, or null when no source lists it any more.
 * What several sources say stays in the state; here the newest speaks.
 */
export function readNode(state: NodeState): NodeReading | null {
  const present = presentReports(state.reports);
  let newest: NodeReport | null = null;
  for (const [, report] of present) {
    if (newest === null || report.at > newest.at) newest = report;
  }
  if (newest === null) return null;
  return {
    kind: newest.kind,
    unit: newest.unit,
    cell: newest.cell,
    zone: newest.zone,
    city: newest.city,
    owner: newest.owner,
    tags: newest.tags,
    sources: present.map(([source]) => source),
  };
}

export interface EdgeReading {
  from: string;
  to: string;
  protocol: string | null;
  strength: EdgeStrength;
  sources: string[];
  /** The newest measurement, whoever made it. */
  traffic: (Omit<TrafficReport, 'windowMs'> & { source: string }) | null;
}

export function readEdge(state: EdgeState): EdgeReading | null {
  const present = presentReports(state.reports);
  const newest = present.reduce<(typeof present)[number] | null>(
    (best, entry) => (best === null || entry[1].at > best[1].at ? entry : best),
    null,
  );
  if (newest === null) return null;
  return {
    from: state.from,
    to: state.to,
    protocol: newest[1].protocol,
    strength: newest[1].strength,
    sources: present.map(([source]) => source),
    traffic: newestTraffic(state),
  };
}

function newestTraffic(state: EdgeState): EdgeReading['traffic'] {
  let newest: EdgeReading['traffic'] = null;
  for (const source of Object.keys(state.measured).sort()) {
    const report = state.measured[source];
    if (report === undefined || (newest !== null && report.at <= newest.at)) continue;
    const { windowMs: _, ...measured } = report;
    newest = { ...measured, source };
  }
  return newest;
}

/** By source: of two reports of one moment the same one counts, in whatever order they came. */
function presentReports<Report extends { present: boolean }>(
  reports: Record<string, Report>,
): [string, Report][] {
  return Object.entries(reports)
    .filter(([, report]) => report.present)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}
