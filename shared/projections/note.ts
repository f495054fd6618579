import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface NoteState {
  text: string;
  by: string;
  at: number;
  incident: string | null;
  /** Every text that stood before, oldest first. */
  history: { text: string; by: string; at: number }[];
}

export const noteProjection: Projection<NoteState> = {
  noun: 'note',
  kinds: ['note.written', 'note.corrected'],
  initial: () => ({ text: '', by: '', at: 0, incident: null, history: [] }),
  apply(state, fact) {
    if (fact.kind === 'note.written') {
      state.text = fact.body.text;
      state.by = fact.author?.person ?? '';
      state.at = effectiveAt(fact);
      state.incident = fact.body.incident ?? null;
    } else if (fact.kind === 'note.corrected') {
      state.history.push({ text: state.text, by: state.by, at: state.at });
      state.text = fact.body.text;
      state.by = fact.author?.person ?? '';
    }
  },
};

/** Whether an entry of the timeline is pinned, and by whom. */
export interface PinState {
  entry: string;
  pinned: boolean;
  by: string;
}

export const pinProjection: Projection<PinState> = {
  noun: 'pin',
  kinds: ['entry.pinned', 'entry.unpinned'],
  initial: () => ({ entry: '', pinned: false, by: '' }),
  apply(state, fact) {
    if (fact.kind !== 'entry.pinned' && fact.kind !== 'entry.unpinned') return;
    state.entry = fact.body.entry;
    state.pinned = fact.kind === 'entry.pinned';
    state.by = fact.author?.person ?? '';
  },
};
