import { createStore } from 'zustand/vanilla';
import { registerCommands, type UiCommand } from '../../commands/registry.ts';
import { goTo, viewStore } from '../../room/navigation.ts';
import { positionStore } from '../../room/position.ts';
import { rowStore } from '../../room/rows.ts';
import { startRun } from '../../room/offered-runbooks.ts';
import { selectionStore } from '../../room/selection.ts';
import { sessionStore } from '../../room/session.ts';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';

export interface RunStore {
  /** The run that somebody opened (`run:…`); null: the one that goes on. */
  readonly run: string | null;
  /** The runbook that is shown in the library, by its row's key. */
  readonly runbook: string | null;
  /** What the right side of the library shows. */
  readonly side: 'run' | 'runbook';
  /** The alert for which a runbook is to be chosen (`alert:…`). */
  readonly offer: string | null;
  /** Grows with every question for an alert's runbooks: the keyboard goes to the best of them. */
  readonly offers: number;
  /** Grows when the keyboard is to go to the current step. */
  readonly focus: number;
  /** A link that waits for a person's yes. */
  readonly link: string | null;
}

export const runStore = createStore<RunStore>(() => ({
  run: null,
  runbook: null,
  side: 'run',
  offer: null,
  offers: 0,
  focus: 0,
  link: null,
}));

/** Shows a run on the desk or in the library and brings the keyboard to its current step. */
export function openRun(thing: string): void {
  runStore.setState((state) => ({
    run: thing,
    side: 'run',
    offer: null,
    focus: state.focus + 1,
  }));
  showRuns();
}

/** Shows a runbook of the library. */
export function openRunbook(key: string): void {
  runStore.setState({ runbook: key, side: 'runbook', offer: null });
}

/** Offers the runbooks that serve an alert (`alert:…`), best first. */
export function startRunbookFor(alert: string): void {
  runStore.setState((state) => ({ offer: alert, offers: state.offers + 1 }));
  showRuns();
}

export function closeOffer(): void {
  runStore.setState({ offer: null });
}

/** Starts a run and shows it. */
export async function startAndOpen(runbook: RunbookRow, alert: string | null): Promise<void> {
  const run = await startRun(runbook, alert);
  if (run !== null) openRun(run);
}

export function askLink(url: string | null): void {
  runStore.setState({ link: url });
}

function showRuns(): void {
  const { view } = viewStore.getState();
  if (view !== 'desk' && view !== 'runbooks') goTo('runbooks');
}

function selectedAlert(): string | null {
  const { thing } = selectionStore.getState();
  return thing?.startsWith('alert:') ? thing : null;
}

function isRoomOpen(): boolean {
  const room = sessionStore.getState().session?.room;
  return room !== undefined && room !== 'none';
}

const COMMANDS: readonly UiCommand[] = [
  {
    id: 'runbook.start-for-alert',
    group: 'runbooks',
    titleKey: 'runbooks.command.startForAlert',
    shortcut: 'Shift+R',
    isEnabled: () =>
      isRoomOpen() && selectedAlert() !== null && positionStore.getState().position.mode === 'live',
    run: () => {
      const alert = selectedAlert();
      if (alert !== null) startRunbookFor(alert);
    },
  },
  {
    id: 'run.focus',
    group: 'runbooks',
    titleKey: 'runbooks.command.focus',
    shortcut: 'R',
    isEnabled: () => isRoomOpen() && rowStore('runs').getState().rows.size > 0,
    run: () => {
      runStore.setState((state) => ({ side: 'run', focus: state.focus + 1 }));
      showRuns();
    },
  },
];

/**
 * Makes runs and runbooks reachable from every view: by command, and by selecting `run:…` or
 * `runbook:…`. Called once by the module that the frame loads.
 */
export function installRuns(): void {
  registerCommands(COMMANDS);
  selectionStore.subscribe(({ thing }) => {
    if (thing?.startsWith('run:')) runStore.setState({ run: thing, side: 'run', offer: null });
    else if (thing?.startsWith('runbook:')) openRunbook(thing.slice('runbook:'.length));
  });
}
