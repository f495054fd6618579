import { effectiveAt } from '../facts/fact.ts';
import type { Contact, Shift } from '../facts/contacts.ts';
import type { Projection } from './projection.ts';

export interface ContactsState {
  origin: string;
  contacts: Contact[];
  shifts: Shift[];
  /** Its shifts stand in for those of other lists. */
  overrides: boolean;
  importedAt: number;
  importedBy: string;
}

export const contactsProjection: Projection<ContactsState> = {
  noun: 'contacts',
  kinds: ['contacts.imported'],
  initial: () => ({
    origin: '',
    contacts: [],
    shifts: [],
    overrides: false,
    importedAt: 0,
    importedBy: '',
  }),
  apply(state, fact) {
    if (fact.kind !== 'contacts.imported') return;
    state.origin = fact.body.origin;
    state.contacts = fact.body.contacts;
    state.shifts = fact.body.shifts;
    state.overrides = fact.body.overrides ?? false;
    state.importedAt = effectiveAt(fact);
    state.importedBy = fact.author?.person ?? '';
  },
};
