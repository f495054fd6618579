import { useMemo } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { mergedInto } from '../../../shared/incident/family.ts';
import { isStranded } from '../../room/incident-family.ts';
import { useKnownPeople } from '../../room/known-people.ts';
import { useRowList } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { peopleOf, type DeskRows } from './desk-rows.ts';

/** One incident's desk: its rows, the people known in the room, and who sits here. */
export interface Desk {
  readonly rows: DeskRows;
  readonly people: readonly string[];
  readonly person: string;
}

/** The desk of an incident at the position that is shown. */
export function useDesk(incident: IncidentRow): Desk {
  const incidents = useRowList('incidents');
  const clocks = useRowList('clocks');
  const tasks = useRowList('tasks');
  const decisions = useRowList('decisions');
  const reports = useRowList('reports');
  const hypotheses = useRowList('hypotheses');
  const updates = useRowList('updates');
  const person = useSession()?.person ?? '';
  const rows = useMemo((): DeskRows => {
    const keys = mergedInto(incidents, incident.key);
    const isOwn = (row: { readonly incident: string }): boolean => keys.has(row.incident);
    return {
      incident,
      isStranded: isStranded(incidents, incident),
      clock: clocks.find((clock) => clock.incident === incident.key) ?? null,
      tasks: tasks.filter(isOwn),
      decisions: decisions.filter(isOwn),
      reports: reports.filter(isOwn),
      hypotheses: hypotheses.filter(isOwn),
      updates: updates.filter(isOwn),
    };
  }, [incident, incidents, clocks, tasks, decisions, reports, hypotheses, updates]);
  const people = useKnownPeople(useMemo(() => peopleOf(rows), [rows]));
  return useMemo(() => ({ rows, people, person }), [rows, people, person]);
}
