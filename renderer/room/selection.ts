import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

interface SelectionState {
  /** `alert:…`, `node:…`, `incident:…`, `change:…`, `run:…`, or null. */
  readonly thing: string | null;
}

/** The thing that map, alerts and timeline point at together. */
export const selectionStore = createStore<SelectionState>(() => ({ thing: null }));

export function useSelection(): SelectionState {
  return useStore(selectionStore);
}

export function select(thing: string | null): void {
  if (selectionStore.getState().thing !== thing) selectionStore.setState({ thing });
}
