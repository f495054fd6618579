import type { AlertRow } from '../../../shared/ipc/rows.ts';

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
  /** The service; null for alerts that name none. */
  readonly service: string | null;
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

/** What is open before what is over; then the worst; then the newest. */
export function compareAlerts(left: AlertRow, right: AlertRow): number {
  return (
    Number(left.status === 'resolved') - Number(right.status === 'resolved') ||
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
    case 'acknowledged':
      return alert.acknowledged?.by.toLowerCase() ?? null;
    default:
      return null;
  }
}

export function placeOf(alert: Pick<AlertRow, 'unit' | 'cell' | 'zone'>): readonly string[] {
  const parts = [alert.unit, alert.cell, alert.zone];
  return parts.flatMap((part) => (part === null || part === '' ? [] : [part]));
}

/**
 * The alerts that pass. Words must each be found in name, service, summary, place or a label;
 * `key=value` asks for a label, `key!=value` refuses it, `key=val*` asks for its beginning. `unit`,
 * `cell`, `zone`, `service`, `alertname`, `severity` and `source` are known beside the labels.
 */
export function filterAlerts(
  alerts: readonly AlertRow[],
  filter: AlertFilter,
): readonly AlertRow[] {
  const severities = filter.severities.length === 0 ? null : new Set(filter.severities);
  const statuses = filter.statuses.length === 0 ? null : new Set(filter.statuses);
  const passes = readQuery(filter.text);
  return alerts.filter(
    (alert) =>
      (statuses === null || statuses.has(alert.status)) &&
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
    if (alert.status === 'resolved') continue;
    severity[alert.severity] += 1;
    if (alert.acknowledged === null) unacknowledged += 1;
  }
  return { status, severity, unacknowledged };
}

export interface Grouping {
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
  const groups = new Map<string, AlertRow[]>();
  for (const alert of sorted) {
    const name = groupName(alert.service);
    const group = groups.get(name);
    if (group) group.push(alert);
    else groups.set(name, [alert]);
  }
  const titles = [...groups.values()]
    .map((alerts) => titleOf(alerts, grouping))
    .sort(compareGroups);
  const lines: AlertLine[] = [];
  for (const title of titles) {
    lines.push(title);
    if (title.isCollapsed) continue;
    const shown = title.alerts.length - title.hidden;
    for (let index = 0; index < shown; index += 1) {
      const alert = title.alerts[index];
      if (alert) lines.push(alert);
    }
    if (title.hidden > 0) {
      lines.push({ ...title, key: `more:${groupName(title.service)}`, line: 'more' });
    }
  }
  return lines;
}

function titleOf(alerts: readonly AlertRow[], grouping: Grouping): GroupLine {
  const service = alerts[0]?.service ?? null;
  const name = groupName(service);
  const isCollapsed = grouping.collapsed.has(name);
  const { severity, status, unacknowledged } = countAlerts(alerts);
  const { preview } = grouping;
  // One alert needs no line that stands for it.
  const isCut = preview !== null && !grouping.whole.has(name) && alerts.length > preview + 1;
  return {
    key: `group:${name}`,
    line: 'group',
    service,
    alerts,
    counts: severity,
    unknown: status.unknown,
    resolved: status.resolved,
    unacknowledged,
    worst: SEVERITIES.find((known) => severity[known] > 0) ?? null,
    isCollapsed,
    hidden: isCollapsed ? alerts.length : isCut ? alerts.length - preview : 0,
  };
}

function compareGroups(left: GroupLine, right: GroupLine): number {
  const rank = (group: GroupLine): number => (group.worst === null ? 3 : RANK[group.worst]);
  const worstCount = (group: GroupLine): number =>
    group.worst === null ? 0 : group.counts[group.worst];
  return (
    rank(left) - rank(right) ||
    worstCount(right) - worstCount(left) ||
    (groupName(left.service) < groupName(right.service) ? -1 : 1)
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

function readQuery(text: string): (alert: AlertRow) => boolean {
  const words: string[] = [];
  const labels: ((alert: AlertRow) => boolean)[] = [];
  for (const [word] of text.matchAll(/[^\s"]*"[^"]*"?|\S+/g)) {
    const plain = word.replaceAll('"', '').toLowerCase();
    const asked = /^([^\s=!]+)(!?=)(.*)$/.exec(plain);
    if (asked) labels.push(labelTest(asked[1] ?? '', asked[2] === '!=', asked[3] ?? ''));
    else if (plain !== '') words.push(plain);
  }
  if (words.length + labels.length === 0) return () => true;
  return (alert) => {
    if (!labels.every((test) => test(alert))) return false;
    const hay = words.length === 0 ? '' : hayOf(alert);
    return words.every((word) => hay.includes(word));
  };
}

function labelTest(name: string, isRefused: boolean, value: string): (alert: AlertRow) => boolean {
  const begins = value.endsWith('*') ? value.slice(0, -1) : null;
  const fits = (said: string): boolean =>
    begins === null ? said.toLowerCase() === value : said.toLowerCase().startsWith(begins);
  return (alert) => {
    const found = saidOf(alert, name);
    return found.some(fits) !== isRefused;
  };
}

/** What an alert says under a name; label names are compared without case. */
function saidOf(alert: AlertRow, name: string): readonly string[] {
  const said = Object.keys(alert.labels)
    .filter((label) => label.toLowerCase() === name)
    .map((label) => alert.labels[label] ?? '');
  switch (name) {
    case 'unit':
    case 'cell':
    case 'zone':
    case 'service': {
      const own = alert[name];
      return own === null ? said : [...said, own];
    }
    case 'alertname':
      return [...said, alert.name];
    case 'severity':
      return [alert.severity];
    case 'source':
      return [...said, ...alert.sources.map(({ source }) => source)];
    default:
      return said;
  }
}

const hays = new WeakMap<AlertRow, string>();

/** Everything that words are looked for in. Rows keep their identity, so it is made once a row. */
function hayOf(alert: AlertRow): string {
  let hay = hays.get(alert);
  if (hay === undefined) {
    hay = [
      alert.name,
      alert.service ?? '',
      alert.summary,
      ...placeOf(alert),
      ...Object.values(alert.labels),
    ]
      .join('\n')
      .toLowerCase();
    hays.set(alert, hay);
  }
  return hay;
}
