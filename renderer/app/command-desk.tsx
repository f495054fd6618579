import type { IncidentRow } from '../../shared/ipc/rows.ts';
import { CommandView, NoCommand } from '../views/desk/command-view.tsx';
import { DeskCommands } from '../views/desk/desk-commands.tsx';
import { DeskForms } from '../views/desk/desk-forms.tsx';
import { useDesk } from '../views/desk/use-desk.ts';
import { useIncident } from '../views/incident/incident-store.ts';

/** The commander's desk of the incident that the header shows. */
export function CommandDesk() {
  const incident = useIncident();
  return incident ? <DeskOf incident={incident} /> : <NoCommand />;
}

function DeskOf(props: { readonly incident: IncidentRow }) {
  return <CommandView desk={useDesk(props.incident)} />;
}

/** What of the desk is there in every view: its commands and its forms. */
export function CommandDeskParts() {
  const incident = useIncident();
  return incident ? <PartsOf incident={incident} /> : null;
}

function PartsOf(props: { readonly incident: IncidentRow }) {
  const desk = useDesk(props.incident);
  return (
    <>
      <DeskCommands desk={desk} />
      <DeskForms desk={desk} />
    </>
  );
}
