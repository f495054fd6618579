import type { AttachmentType } from '../facts/attachment.ts';
import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface AttachedState {
  sha256: string;
  name: string;
  type: AttachmentType;
  size: number;
  caption: string | null;
  step: string | null;
  by: string;
  at: number;
  factId: string;
  withdrawn: { by: string; at: number; reason: string } | null;
}

/** What is attached to one entry or thing, in the order in which it was kept. */
export interface AttachmentState {
  of: string;
  items: AttachedState[];
}

export const attachmentProjection: Projection<AttachmentState> = {
  noun: 'attachment',
  kinds: ['attachment.added', 'attachment.withdrawn'],
  initial: (thing) => ({ of: thing.slice('attachment:'.length), items: [] }),
  apply(state, fact) {
    const by = fact.author?.person ?? '';
    const at = effectiveAt(fact);
    if (fact.kind === 'attachment.added') {
      const { sha256, name, type, size, caption = null, step = null } = fact.body;
      const entry = { sha256, name, type, size, caption, step, by, at };
      const item: AttachedState = { ...entry, factId: fact.id, withdrawn: null };
      const place = state.items.findIndex((known) => known.sha256 === sha256);
      // Kept again after it was withdrawn, or by two who were apart: the newest word for it stands.
      if (place === -1) state.items.push(item);
      else state.items[place] = item;
    } else if (fact.kind === 'attachment.withdrawn') {
      const { sha256, reason } = fact.body;
      for (const item of state.items) {
        if (item.sha256 === sha256) item.withdrawn = { by, at, reason };
      }
    }
  },
};
