import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export const VIEWS = [
  'desk',
  'command',
  'map',
  'alerts',
  'timeline',
  'runbooks',
  'sources',
  'record',
  'units',
  'people',
  'updates',
  'postmortem',
] as const;
export type ViewName = (typeof VIEWS)[number];

export type DialogName =
  | 'declare'
  | 'resolve'
  | 'settings'
  | 'connect'
  | 'export'
  | 'shortcuts'
  | 'palette';

/** What a dialog starts with. */
interface DialogDetail {
  readonly title?: string;
  readonly services?: readonly string[];
  readonly thing?: string;
  /** The incident that a new one is a part of. */
  readonly parent?: string;
}

export const viewStore = createStore<{ readonly view: ViewName }>(() => ({ view: 'desk' }));

export const dialogStore = createStore<{
  readonly dialog: DialogName | null;
  readonly detail: DialogDetail;
}>(() => ({ dialog: null, detail: {} }));

export function useView(): ViewName {
  return useStore(viewStore, (state) => state.view);
}

export function goTo(view: ViewName): void {
  viewStore.setState({ view });
}

export function useDialog(): { readonly dialog: DialogName | null; readonly detail: DialogDetail } {
  return useStore(dialogStore);
}

/** Opens a dialog in place of any other. */
export function openDialog(dialog: DialogName, detail: DialogDetail = {}): void {
  dialogStore.setState({ dialog, detail });
}

export function closeDialog(): void {
  dialogStore.setState({ dialog: null, detail: {} });
}
