import type { BodyOf } from '../facts/catalogue.ts';
import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

/** Something that happened, as its source told it last: one that it counts up stays one thing. */
export interface EventState {
  said: BodyOf<'event.reported'> | null;
  source: string;
  at: number;
}

export const eventProjection: Projection<EventState> = {
  noun: 'event',
  kinds: ['event.reported'],
  initial: () => ({ said: null, source: '', at: 0 }),
  apply(state, fact) {
    if (fact.kind !== 'event.reported') return;
    state.said = fact.body;
    state.source = fact.source;
    state.at = effectiveAt(fact);
  },
};
