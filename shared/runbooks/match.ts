import type { Runbook } from './format.ts';
import { runbookBaseName, slugOf } from './names.ts';

/** Why a runbook is offered for an alert; the order is the rank. */
export const MATCH_REASONS = ['runbook-url', 'file-name', 'alert-listed'] as const;
export type MatchReason = (typeof MATCH_REASONS)[number];

/** What matching needs of a runbook in a library. */
export type MatchCandidate = Pick<Runbook, 'id' | 'alerts' | 'services'> & {
  readonly fileName: string;
};

export interface AlertToMatch {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RunbookMatch<Candidate extends MatchCandidate> {
  readonly runbook: Candidate;
  readonly reason: MatchReason;
  /** The runbook also names the alert's service. */
  readonly namesService: boolean;
}

/**
 * The runbooks that serve an alert, best first, by nothing but names:
 * 1. `runbook-url`: the `runbook_url` annotation (or OnCall's `runbook_url_internal`) ends in the
 *    runbook's file name, with or without `.md`, or its `#fragment` is the runbook's id or file name
 * 2. `file-name`: the file is named after the alert (prometheus-operator/runbooks' convention)
 * 3. `alert-listed`: the front matter's `alerts` has the alert's name
 *
 * Within one reason: those that name the alert's service, then those that list fewer alerts, then
 * the order of the library (so a caller puts the team's runbooks before the built-in ones).
 */
export function matchRunbooks<Candidate extends MatchCandidate>(
  alert: AlertToMatch,
  library: readonly Candidate[],
): RunbookMatch<Candidate>[] {
  const names = urlNames(alert);
  const alertName = alert.labels['alertname'] ?? '';
  const service = alert.labels['service'] ?? alert.labels['job'] ?? '';
  const matches: RunbookMatch<Candidate>[] = [];
  for (const runbook of library) {
    const reason = reasonFor(runbook, alertName, names);
    if (reason === null) continue;
    const namesService = service !== '' && runbook.services.includes(service);
    matches.push({ runbook, reason, namesService });
  }
  return matches.sort(
    (left, right) =>
      MATCH_REASONS.indexOf(left.reason) - MATCH_REASONS.indexOf(right.reason) ||
      Number(right.namesService) - Number(left.namesService) ||
      left.runbook.alerts.length - right.runbook.alerts.length,
  );
}

/** The runbooks that name a service, those that name fewer services first. */
export function matchService<Candidate extends MatchCandidate>(
  service: string,
  library: readonly Candidate[],
): { readonly runbook: Candidate; readonly reason: 'service-listed' }[] {
  return library
    .filter(({ services }) => services.includes(service))
    .sort((left, right) => left.services.length - right.services.length)
    .map((runbook) => ({ runbook, reason: 'service-listed' }));
}

function reasonFor(
  runbook: MatchCandidate,
  alertName: string,
  names: ReadonlySet<string>,
): MatchReason | null {
  const base = runbookBaseName(runbook.fileName);
  if (names.has(runbook.id.toLowerCase()) || (base !== '' && names.has(base.toLowerCase()))) {
    return 'runbook-url';
  }
  if (alertName === '') return null;
  if (base === alertName) return 'file-name';
  return runbook.alerts.includes(alertName) ? 'alert-listed' : null;
}

/** The names that the alert's links point at, in lower case: published sites often lower their paths. */
function urlNames(alert: AlertToMatch): Set<string> {
  const names = new Set<string>();
  for (const key of ['runbook_url', 'runbook_url_internal']) {
    const url = alert.annotations[key];
    if (url === undefined || url === '') continue;
    const [address = '', fragment = ''] = url.split('#', 2);
    // Without its scheme and host an address is a path; a host alone names nothing.
    const path = (address.split('?', 1)[0] ?? '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
    const file = path.replace(/\/+$/, '').split('/').pop() ?? '';
    add(names, runbookBaseName(decode(file)).replace(/\.html?$/i, ''));
    // kubernetes-mixin's anchors read `alert-name-kubepodcrashlooping`.
    add(names, decode(fragment).replace(/^alert-name-/i, ''));
  }
  return names;
}

function add(names: Set<string>, name: string): void {
  const lower = name.trim().toLowerCase();
  if (lower === '') return;
  names.add(lower);
  const slug = slugOf(lower);
  if (slug !== '') names.add(slug);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
