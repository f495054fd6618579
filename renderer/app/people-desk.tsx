import { useCommands } from '../commands/registry.ts';
import { goTo } from '../room/navigation.ts';
import { useIncident } from '../views/incident/incident-store.ts';
import { PeopleView } from '../views/people/people-view.tsx';
import { CadenceBlock } from '../views/updates/cadence-block.tsx';
import { UpdatesView } from '../views/updates/updates-view.tsx';
import { writeFor } from '../views/updates/updates-store.ts';
import { useCadence } from '../views/updates/use-updates.ts';

/** Roll call, on-call and contacts, for the incident that the header shows. */
export function PeopleDesk() {
  return <PeopleView incident={useIncident()} />;
}

/** The updates of the incident that the header shows. */
export function UpdatesDesk() {
  return <UpdatesView incident={useIncident()} />;
}

/** When the next update is due, in the header of every view. */
export function HeaderCadence() {
  return <CadenceBlock incident={useIncident()} />;
}

/** What of people and updates is there in every view. */
export function PeopleParts() {
  const [next] = useCadence(useIncident());
  useCommands([
    {
      id: 'updates.write-due',
      group: 'incident',
      titleKey: 'updates.command.write',
      shortcut: 'Ctrl+Shift+U',
      run: () => writeFor(next?.audience ?? 'internal'),
    },
    {
      id: 'people.open',
      group: 'go',
      titleKey: 'people.command.open',
      shortcut: 'Ctrl+Shift+L',
      run: () => goTo('people'),
    },
  ]);
  return null;
}
