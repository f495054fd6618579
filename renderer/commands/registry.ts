import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TextKey, TextParams } from '../i18n/text.ts';
import { matchesShortcut, mayFire, type KeyPress } from './shortcut.ts';

type CommandGroup =
  | 'go'
  | 'incident'
  | 'alerts'
  | 'map'
  | 'timeline'
  | 'runbooks'
  | 'room'
  | 'window'
  | 'help';

export interface UiCommand {
  /** `noun.imperative`, unique in the window. */
  readonly id: string;
  readonly group: CommandGroup;
  readonly titleKey: TextKey;
  readonly titleParams?: () => TextParams;
  /** `Ctrl+K`, `A`, `?`; one or several, the first is shown. */
  readonly shortcut?: string | readonly string[];
  /** False: not offered and not run. */
  readonly isEnabled?: () => boolean;
  readonly run: () => void;
}

/** The order in which groups are listed: what leads an incident first. */
const GROUP_ORDER: readonly CommandGroup[] = [
  'incident',
  'go',
  'timeline',
  'alerts',
  'runbooks',
  'map',
  'room',
  'window',
  'help',
];

export const commandStore = createStore<{ readonly commands: ReadonlyMap<string, UiCommand> }>(
  () => ({ commands: new Map() }),
);

/** Makes commands known to the palette and to the keyboard; the answer takes them away again. */
export function registerCommands(list: readonly UiCommand[]): () => void {
  const commands = new Map(commandStore.getState().commands);
  for (const command of list) commands.set(command.id, command);
  commandStore.setState({ commands });
  return () => {
    const remaining = new Map(commandStore.getState().commands);
    // A later registration of the same id is not ours to remove.
    for (const command of list) {
      if (remaining.get(command.id) === command) remaining.delete(command.id);
    }
    commandStore.setState({ commands: remaining });
  };
}

/** Registers commands while the component is on screen; always the newest functions are run. */
export function useCommands(list: readonly UiCommand[]): void {
  const newest = useRef(list);
  useLayoutEffect(() => {
    newest.current = list;
  });
  const signature = list
    .map((command) => `${command.id} ${String(command.shortcut)} ${command.titleKey}`)
    .join('\n');
  useEffect(() => {
    const find = (id: string): UiCommand | undefined =>
      newest.current.find((command) => command.id === id);
    return registerCommands(
      newest.current.map((command) => ({
        ...command,
        isEnabled: () => find(command.id)?.isEnabled?.() ?? true,
        run: () => find(command.id)?.run(),
        ...(command.titleParams
          ? { titleParams: () => find(command.id)?.titleParams?.() ?? {} }
          : {}),
      })),
    );
  }, [signature]);
}

/** All commands by group. */
export function useCommandList(): readonly UiCommand[] {
  const commands = useStore(commandStore, (state) => state.commands);
  return useMemo(
    () =>
      [...commands.values()].sort(
        (left, right) => GROUP_ORDER.indexOf(left.group) - GROUP_ORDER.indexOf(right.group),
      ),
    [commands],
  );
}

export function isEnabled(command: UiCommand): boolean {
  return command.isEnabled?.() ?? true;
}

/** The shortcuts of a command, as a list. */
export function shortcutsOf(command: UiCommand): readonly string[] {
  if (command.shortcut === undefined) return [];
  return typeof command.shortcut === 'string' ? [command.shortcut] : command.shortcut;
}

/**
 * Runs the command that a key press means, if any.
 * @returns true when one was run
 */
export function dispatchKey(press: KeyPress, target: unknown): boolean {
  // The newest registration wins, as the surface that opened last is the one in use.
  const commands = [...commandStore.getState().commands.values()].reverse();
  for (const command of commands) {
    const hit = shortcutsOf(command).some(
      (shortcut) => matchesShortcut(shortcut, press) && mayFire(shortcut, target),
    );
    if (hit && isEnabled(command)) {
      command.run();
      return true;
    }
  }
  return false;
}

/** Listens for shortcuts on the window; the answer stops it. */
export function listenForShortcuts(target: Window): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    // A dialog is about to take the focus: what is typed meanwhile is not meant for the desk.
    const dialogs = [...document.querySelectorAll('[aria-modal=true], [role=dialog]')];
    const target = event.target instanceof Node ? event.target : null;
    if (dialogs.length > 0 && !dialogs.some((dialog) => dialog.contains(target))) return;
    if (dispatchKey(event, event.target)) event.preventDefault();
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}
