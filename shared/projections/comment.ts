import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

/** What was said of one entry, oldest first. */
export interface CommentState {
  entry: string;
  items: { text: string; by: string; at: number; factId: string }[];
}

export const commentProjection: Projection<CommentState> = {
  noun: 'comment',
  kinds: ['comment.written'],
  initial: (thing) => ({ entry: thing.slice('comment:'.length), items: [] }),
  apply(state, fact) {
    if (fact.kind !== 'comment.written') return;
    state.items.push({
      text: fact.body.text,
      by: fact.author?.person ?? '',
      at: effectiveAt(fact),
      factId: fact.id,
    });
  },
};
