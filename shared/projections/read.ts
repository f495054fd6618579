import type { AlertSeverity } from '../facts/alert.ts';
import type { EdgeStrength, NodeKind, UnlistedReason } from '../facts/topology.ts';
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

/**
 * What a source no longer mentions is unknown at once and is taken off the map later: after half an
 * hour where the source listed all that it knows, after a week where it was only not seen in a window
 * of calls. In an outage nobody calls, and that is when the map is needed.
 */
export const UNLISTED_KEPT_MS: Readonly<Record<UnlistedReason, number>> = {
  'not-listed': 30 * MINUTE_MS,
  'not-seen': 7 * 24 * 60 * MINUTE_MS,
};

/** Sources that contradict one another about one attribute, the newest (which is shown) first. */
export interface Dispute {
  field: string;
  says: { source: string; value: string }[];
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
  disputes: Dispute[];
  /** Since when no source mentions it any more; null while one does. */
  unlistedSince: number | null;
}

const NODE_FIELDS = ['unit', 'cell', 'zone', 'city', 'owner'] as const;

/**
 * The node as its sources describe it, or null when none lists it any more. Each attribute is what
 * the newest declaration that states it says, of those that are still listed if there are any; what
 * others say of it is a dispute, never lost.
 */
export function readNode(state: NodeState, now: number): NodeReading | null {
  const present = presentReports(state.reports, now);
  if (present.length === 0) return null;
  const speaking = newestFirst(present);
  const disputes: Dispute[] = [];
  const read = <Value>(
    field: string,
    valueOf: (report: NodeReport) => Value | null,
  ): Value | null => {
    const said = speaking.flatMap(([source, report]) => {
      const value = valueOf(report);
      return value === null ? [] : [{ source, value }];
    });
    if (said.some(({ value }) => value !== said[0]?.value)) {
      disputes.push({
        field,
        says: said.map(({ source, value }) => ({ source, value: String(value) })),
      });
    }
    return said[0]?.value ?? null;
  };
  const kind = read('kind', (report) => report.kind) ?? 'service';
  const [unit, cell, zone, city, owner] = NODE_FIELDS.map((field) =>
    read(field, (report) => report[field]),
  ) as [string | null, string | null, string | null, string | null, string | null];
  const tags: Record<string, string> = {};
  for (const [, report] of speaking) {
    for (const [name, value] of Object.entries(report.tags)) {
      if (!Object.hasOwn(tags, name)) tags[name] = value;
    }
  }
  return {
    kind,
    unit,
    cell,
    zone,
    city,
    owner,
    tags,
    sources: present.map(([source]) => source),
    disputes,
    unlistedSince: unlistedSince(present),
  };
}

export interface EdgeReading {
  from: string;
  to: string;
  protocol: string | null;
  strength: EdgeStrength;
  sources: string[];
  disputes: Dispute[];
  unlistedSince: number | null;
  /** The newest measurement, whoever made it. */
  traffic: (Omit<TrafficReport, 'windowMs'> & { source: string }) | null;
}

const STRENGTH_RANK: Readonly<Record<EdgeStrength, number>> = { sync: 0, async: 1, weak: 2 };

/**
 * The call as its sources describe it. Of several strengths the strongest counts, since who waits for
 * whom is what an outage spreads along; of several protocols the newest.
 */
export function readEdge(state: EdgeState, now: number): EdgeReading | null {
  const present = presentReports(state.reports, now);
  if (present.length === 0) return null;
  const speaking = newestFirst(present);
  const disputes: Dispute[] = [];
  const strongest = speaking.toSorted(
    ([, left], [, right]) => STRENGTH_RANK[left.strength] - STRENGTH_RANK[right.strength],
  );
  const strength = strongest[0]?.[1].strength ?? 'sync';
  if (strongest.some(([, report]) => report.strength !== strength)) {
    disputes.push({
      field: 'strength',
      says: strongest.map(([source, report]) => ({ source, value: report.strength })),
    });
  }
  const protocols = speaking.flatMap(([source, { protocol }]) =>
    protocol === null ? [] : [{ source, value: protocol }],
  );
  if (protocols.some(({ value }) => value !== protocols[0]?.value)) {
    disputes.push({ field: 'protocol', says: protocols });
  }
  return {
    from: state.from,
    to: state.to,
    protocol: protocols[0]?.value ?? null,
    strength,
    sources: present.map(([source]) => source),
    disputes,
    unlistedSince: unlistedSince(present),
    traffic: newestTraffic(state),
  };
}

/** When time alone makes a source's word of a thing end: each source that no longer mentions it. */
export function retiringMoments(
  reports: Readonly<Record<string, Pick<NodeReport, 'present' | 'unlisted'>>>,
): number[] {
  return Object.values(reports).flatMap(({ present, unlisted }) =>
    present && unlisted !== null ? [unlisted.at + UNLISTED_KEPT_MS[unlisted.reason]] : [],
  );
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
function presentReports<Report extends Pick<NodeReport, 'present' | 'unlisted'>>(
  reports: Record<string, Report>,
  now: number,
): [string, Report][] {
  return Object.entries(reports)
    .filter(
      ([, { present, unlisted }]) =>
        present && (unlisted === null || now < unlisted.at + UNLISTED_KEPT_MS[unlisted.reason]),
    )
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

/** Those that are still listed, if there are any; the newest word first. */
function newestFirst<Report extends Pick<NodeReport, 'at' | 'unlisted'>>(
  present: readonly [string, Report][],
): [string, Report][] {
  const listed = present.filter(([, { unlisted }]) => unlisted === null);
  return (listed.length > 0 ? listed : present).toSorted(
    ([, left], [, right]) => right.at - left.at,
  );
}

function unlistedSince(present: readonly [string, Pick<NodeReport, 'unlisted'>][]): number | null {
  let since = 0;
  for (const [, { unlisted }] of present) {
    if (unlisted === null) return null;
    since = Math.max(since, unlisted.at);
  }
  return since;
}
