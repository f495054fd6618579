import { createStore } from 'zustand/vanilla';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useIncidentChoice } from '../../room/chosen-incident.ts';
import { useRowList, useStatus } from '../../room/rows.ts';
import { pickIncident } from './current-incident.ts';

/** Forms of one line of text … */
export type TextForm = 'severity' | 'rename' | 'commander' | 'reopen';
/** … those that tie incidents to one another … */
export type TieForm = 'merge' | 'duplicate' | 'parent';
export type IncidentForm =
  | TextForm
  | TieForm
  | 'phase'
  | 'scope'
  | 'split'
  | 'roles'
  | 'team'
  | 'channels'
  | 'offer'
  | 'answer'
  | 'card';

interface FormState {
  readonly form: IncidentForm | 'switch' | null;
  /** The incident that it is about; null for the list of all. */
  readonly incident: string | null;
  /** What of it: a team's name, an offer's id. */
  readonly detail: string | null;
}

/** Which form about an incident is open. */
export const formStore = createStore<FormState>(() => ({
  form: null,
  incident: null,
  detail: null,
}));

export function openForm(form: IncidentForm, incident: string, detail: string | null = null): void {
  formStore.setState({ form, incident, detail });
}

/** Opens the list of all incidents. */
export function openSwitcher(): void {
  formStore.setState({ form: 'switch', incident: null, detail: null });
}

export function closeForm(): void {
  formStore.setState({ form: null, incident: null, detail: null });
}

/** The incident that the desk is about, at the desk's position. */
export function useIncident(): IncidentRow | null {
  const incidents = useRowList('incidents');
  const choice = useIncidentChoice();
  const room = useStatus()?.room;
  return pickIncident(incidents, choice, room === 'bundle');
}
