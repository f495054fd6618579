import type { AlertGroupRow, AlertRow } from '../../../shared/ipc/rows.ts';
import { placeOf } from './place.ts';
import { readQuery } from './query.ts';

/** Which alerts are shown, in which order and groups. Pure; made for twenty thousand rows. */

type Status = AlertRow['status'];
type Severity = AlertRow['severity'];

export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
export const STATUSES: readonly Status[] = ['firing', 'unknown', 'resolved'];

export interface AlertFilter {
  readonly text: string;
  /** Empty: all. */
  readonly severities: readonly Severity[];
  readonly statuses: readonly Status[];
  readonly unacknowledgedOnly: boolean;
}

export const NO_FILTER: AlertFilter = {
  text: '',
  severities: [],
  statuses: ['firing', 'unknown'],
  unacknowledgedOnly: false,
};

/** The title of a group, or the line that stands for the alerts of it that are not shown. */
export interface GroupLine {
  readonly key: string;
  readonly line: 'group' | 'more';
  /** What it is folded and unfolded by. */
  readonly id: string;
  /** The row of the group where alerts are grouped by cause; null: by service, or over. */
  readonly cause: AlertGroupRow | null;
  /** The service, or the unit; null for alerts that name none. */
  readonly service: string | null;
  readonly by: 'service' | 'unit';
  readonly alerts: readonly AlertRow[];
  readonly counts: Readonly<Record<Severity, number>>;
  readonly unknown: number;
  readonly resolved: number;
  readonly unacknowledged: number;
  /** The worst of what is open; null where all is resolved. */
  readonly worst: Severity | null;
  readonly isCollapsed: boolean;
  /** How many alerts the line stands for that are not shown one by one. */
  readonly hidden: number;
}

export type AlertLine = AlertRow | GroupLine;

export function isGroupLine(line: AlertLine): line is GroupLine {
  return 'line' in line;
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** An alert that came back before is not over while it happens to be off: it is back in a moment. */
export function isOver(alert: AlertRow): boolean {
  return alert.status === 'resolved' && !comesAndGoes(alert);
}

/** One that only was short has turned once since it began to shake: it is over. */
function comesAndGoes({ shaking }: AlertRow): boolean {
  return shaking !== null && shaking.edges > 1;
}

/** What is open before what is over; then the worst; then the newest. */
export function compareAlerts(left: AlertRow, right: AlertRow): number {
  return (
    Number(isOver(left)) - Number(isOver(right)) ||
    RANK[left.severity] - RANK[right.severity] ||
    right.startsAt - left.startsAt ||
    (left.key < right.key ? -1 : 1)
  );
}

/** A value to sort a column by. */
export function valueOfAlert(alert: AlertRow, column: string): string | number | null {
  switch (column) {
    case 'severity':
      return RANK[alert.severity];
    case 'status':
      return STATUSES.indexOf(alert.status);
    case 'name':
      return alert.name.toLowerCase();
    case 'service':
      return alert.service?.toLowerCase() ?? null;
    case 'summary':
      return alert.summary.toLowerCase();
    case 'place':
      return placeOf(alert).join(' ').toLowerCase() || null;
    case 'since':
      return -alert.startsAt;
    case 'sources':
      return alert.sources.map(({ source }) => source).join(' ') || null;
    case 'assigned':
      return alert.assigned?.toLowerCase() ?? null;
    case 'acknowledged':
      return alert.acknowledged?.by.toLowerCase() ?? null;
    default:
      return null;
  }
}

/** The alerts that pass; the text is a query (`query.ts`). */
export function filterAlerts(
  alerts: readonly AlertRow[],
  filter: AlertFilter,
): readonly AlertRow[] {
  const severities = filter.severities.length === 0 ? null : new Set(filter.severities);
  const statuses = filter.statuses.length === 0 ? null : new Set(filter.statuses);
  const passes = readQuery(filter.text);
  return alerts.filter(
    (alert) =>
      (statuses === null ||
        statuses.has(alert.status) ||
        (comesAndGoes(alert) && statuses.has('firing'))) &&
      (severities === null || severities.has(alert.severity)) &&
      (!filter.unacknowledgedOnly || alert.acknowledged === null) &&
      passes(alert),
  );
}

export function isFiltered(filter: AlertFilter): boolean {
  return filter.text.trim() !== '' || filter.severities.length > 0 || filter.unacknowledgedOnly;
}

/** How many alerts have each status and severity, before any filter. */
export function countAlerts(alerts: readonly AlertRow[]): {
  readonly status: Readonly<Record<Status, number>>;
  readonly severity: Readonly<Record<Severity, number>>;
  readonly unacknowledged: number;
} {
  const status = { firing: 0, unknown: 0, resolved: 0 };
  const severity = { critical: 0, warning: 0, info: 0 };
  let unacknowledged = 0;
  for (const alert of alerts) {
    status[alert.status] += 1;
    if (isOver(alert)) continue;
    severity[alert.severity] += 1;
    if (alert.acknowledged === null) unacknowledged += 1;
  }
  return { status, severity, unacknowledged };
}

export interface Grouping {
  /** By cause: the rows of the groups; absent: by service. */
  readonly causes?: ReadonlyMap<string, AlertGroupRow>;
  /** Without causes: what alerts stand under; a service unless said otherwise. */
  readonly by?: 'service' | 'unit';
  /** An alert that is alone stands for itself, without a title. */
  readonly isBare?: boolean;
  /** Services whose alerts are hidden under their title. */
  readonly collapsed: ReadonlySet<string>;
  /** How many alerts of a group are shown before `more`; null: all. */
  readonly preview: number | null;
  /** Services that are shown whole although there is a preview. */
  readonly whole: ReadonlySet<string>;
}

/** The name by which a group is collapsed: services are not empty, so nothing else is. */
export function groupName(service: string | null): string {
  return service ?? '';
}

/**
 * Sorted alerts under the title of their service: the service with the worst open alert first, then
 * the one with the most of them, then by name. Inside a group the order stays.
 */
export function groupAlerts(sorted: readonly AlertRow[], grouping: Grouping): readonly AlertLine[] {
  const { causes, by = 'service' } = grouping;
  const groups = new Map<string, AlertRow[]>();
  for (const alert of sorted) {
    const id = causes === undefined ? groupName(alert[by]) : (alert.group ?? '');
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [alert]);
    // What a group stands under is its first line.
    else if (causes?.get(id)?.root === alert.key) group.unshift(alert);
    else group.push(alert);
  }
  const titles = [...groups]
    .map(([id, alerts]) => titleOf(id, alerts, grouping))
    .sort(compareGroups);
  const lines: AlertLine[] = [];
  for (const title of titles) {
    const [only] = title.alerts;
    if (grouping.isBare && title.alerts.length === 1 && only) {
      lines.push(only);
      continue;
    }
    lines.push(title);
    if (title.isCollapsed) continue;
    const shown = title.alerts.length - title.hidden;
    for (let index = 0; index < shown; index += 1) {
      const alert = title.alerts[index];
      if (alert) lines.push(alert);
    }
    if (title.hidden > 0) {
      lines.push({ ...title, key: `more:${title.id}`, line: 'more' });
    }
  }
  return lines;
}

function titleOf(id: string, alerts: readonly AlertRow[], grouping: Grouping): GroupLine {
  const cause = grouping.causes?.get(id) ?? null;
  const isEnded = grouping.causes !== undefined && cause === null;
  const service =
    cause?.service ?? (isEnded ? null : (alerts[0]?.[grouping.by ?? 'service'] ?? null));
  const isCollapsed = grouping.collapsed.has(id);
  const { severity, status, unacknowledged } = countAlerts(alerts);
  const { preview } = grouping;
  // One alert needs no line that stands for it.
  const isCut = preview !== null && !grouping.whole.has(id) && alerts.length > preview + 1;
  return {
    key: `group:${id}`,
    line: 'group',
    id,
    cause,
    service,
    by: grouping.by ?? 'service',
    alerts,
    counts: severity,
    unknown: status.unknown,
    resolved: alerts.filter((alert) => isOver(alert)).length,
    unacknowledged,
    worst: SEVERITIES.find((known) => severity[known] > 0) ?? null,
    isCollapsed,
    hidden: isCollapsed ? alerts.length : isCut ? alerts.length - preview : 0,
  };
}

/** What asks for eyes, what is quiet, and what is over. */
function sectionOf({ cause, worst }: GroupLine): number {
  return worst === null ? 2 : cause?.isQuiet ? 1 : 0;
}

function compareGroups(left: GroupLine, right: GroupLine): number {
  const rank = (group: GroupLine): number => (group.worst === null ? 3 : RANK[group.worst]);
  const worstCount = (group: GroupLine): number =>
    group.worst === null ? 0 : group.counts[group.worst];
  return (
    sectionOf(left) - sectionOf(right) ||
    rank(left) - rank(right) ||
    worstCount(right) - worstCount(left) ||
    (left.id < right.id ? -1 : 1)
  );
}

/** Marked keys with the groups among them replaced by their alerts. */
export function markedAlerts(
  marked: ReadonlySet<string>,
  lines: readonly AlertLine[],
): ReadonlySet<string> {
  const keys = new Set<string>();
  const titles = new Map(lines.filter((line) => isGroupLine(line)).map((line) => [line.key, line]));
  for (const key of marked) {
    const title = titles.get(key);
    if (title) for (const alert of title.alerts) keys.add(alert.key);
    else if (!key.startsWith('group:') && !key.startsWith('more:')) keys.add(key);
  }
  return keys;
}
