import { useMemo } from 'react';
import type { IncidentRow } from '../../shared/ipc/rows.ts';
import { deskNow } from './now.ts';
import { sessionStore, setLayout, useLayout } from './session.ts';

/** Which incident a person chose to look at, and when (ms since the epoch). */
export interface IncidentChoice {
  readonly key: string;
  readonly at: number;
}

/** The entry of the session's layout that holds the choice. */
const CHOICE = 'incident.chosen';

/** Reads a choice from the layout; anything else is none. */
export function readChoice(value: unknown): IncidentChoice | null {
  if (typeof value !== 'object' || value === null) return null;
  const { key, at } = value as { readonly key?: unknown; readonly at?: unknown };
  return typeof key === 'string' && typeof at === 'number' ? { key, at } : null;
}

/** The choice that is kept over a restart; null when nobody chose. */
export function useIncidentChoice(): IncidentChoice | null {
  const value = useLayout(CHOICE);
  return useMemo(() => readChoice(value), [value]);
}

export function incidentChoice(): IncidentChoice | null {
  return readChoice(sessionStore.getState().session?.layout[CHOICE]);
}

/** Puts an incident into the header; remembered over a restart. */
export function chooseIncident(key: string): void {
  setLayout(CHOICE, { key, at: deskNow() });
}

/** The incident that a new run belongs to: the chosen active one, else the worst active one. */
export function incidentForRun(
  incidents: readonly IncidentRow[],
  chosen: string | null,
): IncidentRow | null {
  const active = incidents
    .filter((incident) => incident.status === 'active')
    .sort(
      (left, right) =>
        left.severity.localeCompare(right.severity) || right.declaredAt - left.declaredAt,
    );
  return active.find((incident) => incident.key === chosen) ?? active[0] ?? null;
}
