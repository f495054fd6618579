import { severityRank, type NoiseAlert, type NoiseIncident } from './noise-alert.ts';

export type CandidateReason = 'critical' | 'spread' | 'units' | 'lasting' | 'many';

/** Whether a group deserves an incident, and why; the open incident that covers it. */
export interface Candidate {
  readonly deserves: boolean;
  readonly reasons: CandidateReason[];
  readonly coveredBy: string | null;
}

const SPREAD = 3;
const UNITS = 2;
const LASTING_MS = 10 * 60_000;
const MANY = 10;

/**
 * Something critical deserves an incident when one more thing speaks for it; anything else needs two
 * besides: one alert alone, however grave, may be one machine.
 */
export function candidateOf(
  open: readonly NoiseAlert[],
  incidents: readonly NoiseIncident[],
  now: number,
): Candidate {
  const services = distinct(open.map(({ service }) => service));
  const units = distinct(open.map(({ unit }) => unit));
  const reasons: CandidateReason[] = [];
  if (open.some(({ severity }) => severityRank(severity) === 2)) reasons.push('critical');
  if (services.length >= SPREAD) reasons.push('spread');
  if (units.length >= UNITS) reasons.push('units');
  if (open.some(({ startsAt, isAcknowledged }) => !isAcknowledged && now - startsAt >= LASTING_MS))
    reasons.push('lasting');
  if (open.length >= MANY) reasons.push('many');
  const covering = incidents
    .filter((incident) => incident.services.some((service) => services.includes(service)))
    .toSorted((a, b) => a.declaredAt - b.declaredAt || (a.key < b.key ? -1 : 1))[0];
  return {
    deserves: reasons.length >= (reasons[0] === 'critical' ? 2 : 3),
    reasons,
    coveredBy: covering?.key ?? null,
  };
}

/** The values that are there, each once, in order of code units. */
export function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))].toSorted();
}
