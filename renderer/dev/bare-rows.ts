import type { IncidentRow, RunRow, RunbookRow } from '../../shared/ipc/rows.ts';
import { incidentProjection } from '../../shared/projections/incident.ts';

/** Rows without what most of them lack: for the scenarios of the mock, and for tests. */

const {
  title: _t,
  severity: _s,
  commander: _c,
  services: _v,
  declaredAt: _a,
  declaredBy: _b,
  ...rest
} = incidentProjection.initial('incident:bare');

/** All that an incident has not when it was only just declared. */
export const bareIncident = rest satisfies Partial<IncidentRow>;

/** A run that nobody handed over. */
export function bareRun(startedBy: string): Pick<RunRow, 'startedFrom' | 'heldBy' | 'handOvers'> {
  return { startedFrom: 'this-desk', heldBy: startedBy, handOvers: [] };
}

/** A step of which no more was kept than its outcome. */
export const bareStep = {
  expected: null,
  evidence: [],
  reason: null,
  execution: null,
} satisfies Partial<RunRow['steps'][number]>;

/** What only a runbook has that a person published at a desk. */
export const bareRunbook = {
  replaces: [],
  writtenBy: null,
  comment: null,
  apart: [],
} satisfies Partial<RunbookRow>;
