import { createStore } from 'zustand/vanilla';

type PeopleDialog = 'import' | 'start' | 'answer' | 'join';

/** What of the people's view is open, and who is chosen in it. */
export const peopleStore = createStore<{
  readonly dialog: PeopleDialog | null;
  /** The person whom copying and answers are about, by name. */
  readonly person: string | null;
  /** The row of the roll call that the keyboard stands on. */
  readonly called: string | null;
}>(() => ({ dialog: null, person: null, called: null }));

export function openPeopleDialog(dialog: PeopleDialog): void {
  peopleStore.setState({ dialog });
}

export function closePeopleDialog(): void {
  peopleStore.setState({ dialog: null });
}
