import { createStore } from 'zustand/vanilla';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { deskNow } from '../../room/now.ts';
import { usePosition } from '../../room/position.ts';
import { useRowList, useStatus } from '../../room/rows.ts';
import { setLayout, useLayout } from '../../room/session.ts';
import { CHOICE, pickIncident, readChoice } from './current-incident.ts';

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

/** Puts an incident into the header; remembered over a restart. */
export function chooseIncident(key: string): void {
  setLayout(CHOICE, { key, at: deskNow() });
}

/** The incident that the desk is about, at the desk's position. */
export function useIncident(): IncidentRow | null {
  const incidents = useRowList('incidents');
  const choice = readChoice(useLayout(CHOICE));
  const room = useStatus()?.room;
  return pickIncident(incidents, choice, room === 'bundle');
}

/** Why nothing can be written now; null when it can. */
export function useWriteBlock(): 'review' | 'file' | null {
  const position = usePosition();
  const room = useStatus()?.room;
  if (room === 'bundle') return 'file';
  return position.mode === 'live' ? null : 'review';
}
