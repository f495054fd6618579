import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface NoteState {
  text: string;
  by: string;
  at: number;
  incident: string | null;
  /** The imports that brought it, where it was not written here, each with the fact that says so. */
  imports: { factId: string; import: string }[];
  /** Where it stood before, oldest first. */
  moves: { from: number; to: number; by: string; reason: string }[];
  /** Every text that stood before, oldest first. */
  history: { text: string; by: string; at: number }[];
}

export const noteProjection: Projection<NoteState> = {
  noun: 'note',
  kinds: ['note.written', 'note.imported', 'note.corrected', 'note.moved'],
  initial: () => ({
    text: '',
    by: '',
    at: 0,
    incident: null,
    imports: [],
    moves: [],
    history: [],
  }),
  apply(state, fact) {
    if (fact.kind === 'note.written') {
      state.text = fact.body.text;
      state.by = fact.author?.person ?? '';
      state.at = effectiveAt(fact);
      state.incident = fact.body.incident ?? null;
    } else if (fact.kind === 'note.imported') {
      // Brought again after its import was withdrawn: what people did to it meanwhile stays.
      if (state.at === 0) {
        state.text = fact.body.text;
        state.by = fact.body.who;
        state.at = effectiveAt(fact);
      }
      state.incident = fact.body.incident ?? null;
      state.imports.push({ factId: fact.id, import: fact.body.import });
    } else if (fact.kind === 'note.moved') {
      const { to, reason } = fact.body;
      state.moves.push({ from: state.at, to, by: fact.author?.person ?? '', reason });
      state.at = to;
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
