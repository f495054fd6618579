import { createStore } from 'zustand/vanilla';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useIncidentChoice } from '../../room/chosen-incident.ts';
import { useRowList, useStatus } from '../../room/rows.ts';
import { pickIncident } from './current-incident.ts';

export type IncidentForm = 'severity' | 'rename' | 'commander' | 'reopen';

/** Which small form about an incident is open. */
export const formStore = createStore<{
  readonly form: IncidentForm | null;
  readonly incident: string | null;
}>(() => ({ form: null, incident: null }));

export function openForm(form: IncidentForm, incident: string): void {
  formStore.setState({ form, incident });
}

export function closeForm(): void {
  formStore.setState({ form: null, incident: null });
}

/** The incident that the desk is about, at the desk's position. */
export function useIncident(): IncidentRow | null {
  const incidents = useRowList('incidents');
  const choice = useIncidentChoice();
  const room = useStatus()?.room;
  return pickIncident(incidents, choice, room === 'bundle');
}
