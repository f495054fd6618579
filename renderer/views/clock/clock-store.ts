import { createStore } from 'zustand/vanilla';

/** What is open of the clock: the panel, or one of its two forms. */
export type ClockDialog = 'panel' | 'mark' | 'measure';

export const clockDialogStore = createStore<{ readonly dialog: ClockDialog | null }>(() => ({
  dialog: null,
}));

export function openClock(dialog: ClockDialog | null): void {
  clockDialogStore.setState({ dialog });
}
