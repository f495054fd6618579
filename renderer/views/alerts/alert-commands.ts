import type { NoiseStage } from '../../../shared/facts/noise.ts';
import { useCommands } from '../../commands/registry.ts';
import { rowStore } from '../../room/rows.ts';
import { writeBlock } from '../../room/write-block.ts';
import { acknowledge, chosenAlerts, release, showOnMap, withdraw } from './alert-actions.ts';
import { STATUSES } from './alert-order.ts';
import { alertsStore, changeFilter, LENSES, toggledIn } from './alerts-store.ts';

/** The commands over the chosen alerts, wherever alerts are listed. */
export function useAlertCommands(): void {
  const mayWrite = (): boolean => chosenAlerts().length > 0 && writeBlock() === null;
  const rows = () => rowStore('alerts').getState().rows;
  useCommands([
    {
      id: 'alert.acknowledge',
      group: 'alerts',
      titleKey: 'alerts.command.acknowledge',
      shortcut: 'A',
      isEnabled: () =>
        mayWrite() && chosenAlerts().some((key) => rows().get(key)?.acknowledged === null),
      run: () => void acknowledge(chosenAlerts()),
    },
    {
      id: 'alert.acknowledge-with-comment',
      group: 'alerts',
      titleKey: 'alerts.command.acknowledgeWith',
      shortcut: 'Shift+A',
      isEnabled: mayWrite,
      run: () => alertsStore.setState({ dialog: { kind: 'acknowledge', alerts: chosenAlerts() } }),
    },
    {
      id: 'alert.withdraw',
      group: 'alerts',
      titleKey: 'alerts.command.withdraw',
      shortcut: 'U',
      isEnabled: () =>
        mayWrite() &&
        chosenAlerts().some((key) => (rows().get(key)?.acknowledged ?? null) !== null),
      run: () => void withdraw(chosenAlerts()),
    },
    {
      id: 'alert.assign',
      group: 'alerts',
      titleKey: 'alerts.command.assign',
      shortcut: 'W',
      isEnabled: mayWrite,
      run: () => alertsStore.setState({ dialog: { kind: 'assign', alerts: chosenAlerts() } }),
    },
    {
      id: 'alert.silence',
      group: 'alerts',
      titleKey: 'alerts.command.silence',
      shortcut: 'S',
      isEnabled: mayWrite,
      run: () => alertsStore.setState({ dialog: { kind: 'silence', alerts: chosenAlerts() } }),
    },
    {
      id: 'alert.release',
      group: 'alerts',
      titleKey: 'alerts.command.release',
      shortcut: 'Shift+H',
      isEnabled: () => mayWrite() && heldOfChosen() !== null,
      run: () => {
        const held = heldOfChosen();
        if (held !== null) void release(held.alert, held.stage, false);
      },
    },
    {
      id: 'alert.show-on-map',
      group: 'alerts',
      titleKey: 'alerts.command.showOnMap',
      shortcut: 'M',
      isEnabled: () => serviceOfChosen() !== null,
      run: () => {
        const service = serviceOfChosen();
        if (service !== null) showOnMap(service);
      },
    },
  ]);
}

/** The commands of the view of all alerts. */
export function useListCommands(actions: {
  readonly focusFilter: () => void;
  readonly toggleAll: () => void;
}): void {
  useCommands([
    {
      id: 'alerts.filter',
      group: 'alerts',
      titleKey: 'alerts.command.filter',
      shortcut: '/',
      run: actions.focusFilter,
    },
    {
      id: 'alerts.resolved',
      group: 'alerts',
      titleKey: 'alerts.command.resolved',
      shortcut: 'O',
      run: () => {
        const { statuses } = alertsStore.getState().filter;
        changeFilter({ statuses: toggledIn(statuses, 'resolved', STATUSES) });
      },
    },
    {
      id: 'alerts.unacknowledged',
      group: 'alerts',
      titleKey: 'alerts.command.unacknowledged',
      shortcut: 'Shift+U',
      run: () =>
        changeFilter({
          unacknowledgedOnly: !alertsStore.getState().filter.unacknowledgedOnly,
        }),
    },
    {
      id: 'alerts.group',
      group: 'alerts',
      titleKey: 'alerts.command.group',
      shortcut: 'G',
      run: () =>
        alertsStore.setState(({ lens }) => ({
          lens: LENSES[(LENSES.indexOf(lens) + 1) % LENSES.length] ?? 'causes',
        })),
    },
    {
      id: 'noise.configure',
      group: 'alerts',
      titleKey: 'alerts.command.noise',
      shortcut: 'Shift+N',
      run: () => alertsStore.setState({ isNoiseOpen: true }),
    },
    {
      id: 'alerts.collapse',
      group: 'alerts',
      titleKey: 'alerts.command.collapse',
      shortcut: 'Shift+G',
      isEnabled: () => ['causes', 'services', 'units'].includes(alertsStore.getState().lens),
      run: actions.toggleAll,
    },
  ]);
}

function heldOfChosen(): { alert: string; stage: NoiseStage } | null {
  const [key] = chosenAlerts();
  const held = key === undefined ? null : rowStore('alerts').getState().rows.get(key)?.held;
  return key === undefined || held == null ? null : { alert: key, stage: held.stage };
}

function serviceOfChosen(): string | null {
  const [key] = chosenAlerts();
  return key === undefined ? null : (rowStore('alerts').getState().rows.get(key)?.service ?? null);
}
