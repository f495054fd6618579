import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { openOffer } from '../../../shared/projections/incident.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import type { TextKey } from '../../i18n/text.ts';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { byUrgency } from '../../room/incident-family.ts';
import { openDialog } from '../../room/navigation.ts';
import { useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useSession } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { openForm, openSwitcher, type IncidentForm } from './incident-store.ts';

/** What can be done with the incident that the desk is about, for palette and keyboard. */
export function useIncidentCommands(incident: IncidentRow | null): void {
  const session = useSession();
  const block = useWriteBlock();
  const incidents = useRowList('incidents');
  const isRoom = session !== null && session.room !== 'none';
  const mayWrite = isRoom && block === null;
  const isActive = mayWrite && incident?.status === 'active';
  const hasOthers = incidents.length > 1;
  const on =
    (act: (key: string) => void): (() => void) =>
    () => {
      if (incident) act(incident.key);
    };
  const form = (
    id: string,
    titleKey: TextKey,
    name: IncidentForm,
    isOffered: boolean,
    shortcut?: string,
  ): UiCommand => ({
    id,
    group: 'incident',
    titleKey,
    ...(shortcut === undefined ? {} : { shortcut }),
    isEnabled: () => isOffered,
    run: on((key) => openForm(name, key)),
  });
  const isHere = mayWrite && incident !== null;
  useCommands([
    {
      id: 'incident.declare',
      group: 'incident',
      titleKey: 'incident.command.declare',
      shortcut: 'Ctrl+D',
      isEnabled: () => mayWrite,
      run: () => openDialog('declare'),
    },
    {
      id: 'incident.declare-part',
      group: 'incident',
      titleKey: 'incident.command.declarePart',
      shortcut: 'Ctrl+Shift+D',
      isEnabled: () => isActive,
      run: on((parent) => openDialog('declare', { parent })),
    },
    {
      id: 'incident.switch',
      group: 'incident',
      titleKey: 'incident.command.switch',
      shortcut: 'Ctrl+I',
      isEnabled: () => isRoom && incidents.length > 0,
      run: openSwitcher,
    },
    {
      id: 'incident.resolve',
      group: 'incident',
      titleKey: 'incident.command.resolve',
      isEnabled: () => isActive,
      run: on((thing) => openDialog('resolve', { thing })),
    },
    form('incident.change-phase', 'incident.command.phase', 'phase', isHere, 'Ctrl+M'),
    form('incident.change-severity', 'incident.command.severity', 'severity', isHere),
    form('incident.change-scope', 'incident.command.scope', 'scope', isHere),
    form('incident.rename', 'incident.command.rename', 'rename', isHere),
    form('incident.call-card', 'incident.command.card', 'card', incident !== null, 'Ctrl+J'),
    form('incident.assign-role', 'incident.command.roles', 'roles', isActive),
    form('incident.form-team', 'incident.command.team', 'team', isActive),
    form('incident.set-channels', 'incident.command.channels', 'channels', isActive),
    form('incident.offer-command', 'incident.command.offer', 'offer', isActive, 'Ctrl+H'),
    form('incident.assign-commander', 'incident.command.commander', 'commander', isActive),
    {
      id: 'incident.take-command',
      group: 'incident',
      titleKey: 'incident.command.take',
      isEnabled: () =>
        isActive &&
        session?.person != null &&
        (incident.claims.length > 0 || incident.commander !== session.person),
      run: on((key) => {
        if (session?.person != null) assignCommander(key, session.person);
      }),
    },
    {
      id: 'incident.withdraw-offer',
      group: 'incident',
      titleKey: 'incident.command.withdraw',
      isEnabled: () => isActive && openOffer(incident)?.by === session?.person,
      run: on((key) => openForm('answer', key, incident && (openOffer(incident)?.offer ?? null))),
    },
    form('incident.split', 'incident.command.split', 'split', isActive),
    form('incident.merge', 'incident.command.merge', 'merge', isActive && hasOthers),
    form(
      'incident.mark-duplicate',
      'incident.command.duplicate',
      'duplicate',
      isHere && hasOthers && incident.phase !== 'duplicate',
    ),
    form('incident.set-parent', 'incident.command.parent', 'parent', isHere && hasOthers),
    form(
      'incident.reopen',
      'incident.command.reopen',
      'reopen',
      mayWrite && incident?.status === 'resolved',
    ),
    {
      id: 'incident.next',
      group: 'incident',
      titleKey: 'incident.command.next',
      isEnabled: () => hasOthers,
      run: () => {
        const open = incidents.filter(({ status }) => status === 'active');
        const order = byUrgency(open.length > 0 ? open : incidents);
        const place = order.findIndex((row) => row.key === incident?.key);
        const next = order[(place + 1) % order.length];
        if (next) chooseIncident(next.key);
      },
    },
  ]);
}

/** Puts a person in command; where it is contested, this settles it. A refusal is shown. */
export function assignCommander(incident: string, commander: string): void {
  void runCommand({ name: 'incident.assign-commander', incident, commander });
}
