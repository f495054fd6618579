import type {
  ClockRow,
  DecisionRow,
  HypothesisRow,
  IncidentRow,
  ReportRow,
  TaskRow,
  UpdateRow,
} from '../../../shared/ipc/rows.ts';

/** What one incident's desk is computed from. */
export interface DeskRows {
  readonly incident: IncidentRow;
  /** It was merged into something that is over: what was open in it is open nowhere. */
  readonly isStranded: boolean;
  /** Its clock; null until the core has read it. */
  readonly clock: ClockRow | null;
  readonly tasks: readonly TaskRow[];
  readonly decisions: readonly DecisionRow[];
  readonly reports: readonly ReportRow[];
  readonly hypotheses: readonly HypothesisRow[];
  readonly updates: readonly UpdateRow[];
}

/** Everybody whom the desk knows of, in no order, and some more than once. */
export function peopleOf({ incident, tasks, decisions, reports }: DeskRows): readonly string[] {
  return [
    incident.commander,
    incident.declaredBy,
    ...incident.claims,
    ...Object.values(incident.roles),
    ...incident.teams.flatMap(({ lead, members }) => [lead, ...members]),
    ...tasks.map(({ person }) => person),
    ...decisions.flatMap(({ answers, executor }) => [
      ...answers.map(({ person }) => person),
      executor ?? '',
    ]),
    ...reports.map(({ from }) => from),
  ];
}

/** Whom a poll is put to: roles, leads, and whoever works on a task; the commander asks. */
export function polledPeople(rows: DeskRows): readonly string[] {
  const { incident, tasks } = rows;
  const names = [
    ...Object.values(incident.roles),
    ...incident.teams.map(({ lead }) => lead),
    ...tasks.filter(({ status }) => status === 'open').map(({ person }) => person),
  ];
  return [...new Set(names)]
    .filter((name) => name !== incident.commander)
    .sort((a, b) => (a < b ? -1 : 1));
}
