import type { IncidentRow, TaskRow } from '../../../shared/ipc/rows.ts';

/**
 * More than this many who report to one person are too many to lead. Source: the span of control of
 * the Incident Command System (FEMA, ICS-100): three to seven, five at best.
 */
export const WIDEST_SPAN = 7;

/** Who reports to one leader. */
export interface Span {
  readonly lead: string;
  /** null: the incident's commander. */
  readonly team: string | null;
  /** By name. */
  readonly people: readonly string[];
  /** Those who are in no team: what a new sub-team may be made of. */
  readonly loose: readonly string[];
  readonly isTooWide: boolean;
}

/**
 * Who reports to whom: to a team's lead its members, to the commander the roles, the leads and
 * everybody who has an open task and is in no team. The commander first, then teams by name.
 */
export function spansOf(incident: IncidentRow, tasks: readonly TaskRow[]): readonly Span[] {
  const inTeams = new Set(incident.teams.flatMap(({ lead, members }) => [lead, ...members]));
  const others = Object.values(incident.roles);
  const loose = unique(
    tasks
      .filter(({ status }) => status === 'open')
      .map(({ person }) => person)
      .filter((person) => !inTeams.has(person) && !others.includes(person)),
    incident.commander,
  );
  const toCommander = unique(
    [...others, ...incident.teams.map(({ lead }) => lead), ...loose],
    incident.commander,
  );
  return [
    spanOf(incident.commander, null, toCommander, loose),
    ...incident.teams
      .toSorted((left, right) => (left.team < right.team ? -1 : 1))
      .map(({ lead, team, members }) => spanOf(lead, team, unique(members, lead), [])),
  ];
}

function spanOf(
  lead: string,
  team: string | null,
  people: readonly string[],
  loose: readonly string[],
): Span {
  return { lead, team, people, loose, isTooWide: people.length > WIDEST_SPAN };
}

function unique(names: readonly string[], without: string): readonly string[] {
  return [...new Set(names)]
    .filter((name) => name !== without)
    .sort((left, right) => (left < right ? -1 : 1));
}
