import type { Answer } from '../../shared/ipc/contract.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import { matchRunbooks, matchService } from '../../shared/runbooks/match.ts';
import type { LibraryEntry } from './runbook-library.ts';

type Entries = ReadonlyMap<string, LibraryEntry>;
type Matches = Answer<'runbook.match'>;
type Coverage = Answer<'runbook.coverage'>;

/** Runbooks that serve an alert, best first; after them those that name its service. */
export function matchesOfAlert(state: AlertState, entries: Entries): Matches {
  const candidates = candidatesOf(entries);
  const service = state.service === null ? [] : matchService(state.service, candidates);
  return joined([...matchRunbooks(state, candidates), ...service]);
}

/** Runbooks that name a service, and those that serve what is open on it. */
export function matchesOfService(
  service: string,
  open: readonly AlertState[],
  entries: Entries,
): Matches {
  const candidates = candidatesOf(entries);
  const ofAlerts = open.flatMap((state) => matchRunbooks(state, candidates));
  return joined([
    ...ofAlerts.map(({ runbook }) => ({ runbook, reason: 'open-alert' as const })),
    ...matchService(service, candidates),
  ]);
}

/**
 * Alerts that are open or began within so long, by name, the uncovered ones first. Which runbooks
 * serve a name is asked for each of its different links and services.
 */
export function coverageOf(
  states: ReadonlyMap<string, Folded>,
  entries: Entries,
  since: number,
): Coverage {
  const candidates = candidatesOf(entries);
  const keysOf = new Map<string, readonly string[]>();
  const names = new Map<string, Coverage['alerts'][number]>();
  for (const { noun, state: any } of states.values()) {
    if (noun !== 'alert') continue;
    const state = any as AlertState;
    const reports = Object.values(state.reports);
    const isOpen = reports.some(({ open }) => open);
    const lastAt = Math.max(0, ...reports.map(({ startsAt }) => startsAt));
    if (reports.length === 0 || (!isOpen && lastAt < since)) continue;
    const question = JSON.stringify([
      state.labels['alertname'],
      state.service,
      state.annotations['runbook_url'],
      state.annotations['runbook_url_internal'],
    ]);
    let keys = keysOf.get(question);
    if (keys === undefined) {
      keys = matchRunbooks(state, candidates).map(({ runbook }) => runbook.key);
      keysOf.set(question, keys);
    }
    const known = names.get(state.name) ?? {
      name: state.name,
      severity: 'info',
      services: [],
      open: 0,
      count: 0,
      lastAt: 0,
      runbooks: [],
    };
    known.count += 1;
    known.open += isOpen ? 1 : 0;
    known.lastAt = Math.max(known.lastAt, lastAt);
    if (RANK[state.severity] < RANK[known.severity]) known.severity = state.severity;
    if (state.service !== null && !known.services.includes(state.service)) {
      known.services.push(state.service);
    }
    known.runbooks = [...new Set([...known.runbooks, ...keys])];
    names.set(state.name, known);
  }
  const alerts = [...names.values()].sort(
    (left, right) =>
      Number(left.runbooks.length > 0) - Number(right.runbooks.length > 0) ||
      Number(right.open > 0) - Number(left.open > 0) ||
      RANK[left.severity] - RANK[right.severity] ||
      right.lastAt - left.lastAt ||
      (left.name < right.name ? -1 : 1),
  );
  return { alerts };
}

const RANK = { critical: 0, warning: 1, info: 2 } as const;

function candidatesOf(entries: Entries) {
  return [...entries.values()].flatMap(({ row, runbook }) =>
    runbook ? [{ ...runbook, fileName: row.fileName, digest: row.digest, key: row.key }] : [],
  );
}

function joined(
  matches: readonly {
    readonly runbook: { readonly digest: string; readonly key: string };
    readonly reason: string;
  }[],
): Matches {
  const found = new Map<string, Matches['matches'][number]>();
  for (const { runbook, reason } of matches) {
    const { digest, key } = runbook;
    if (!found.has(key)) found.set(key, { digest, key, reason });
  }
  return { matches: [...found.values()] };
}
