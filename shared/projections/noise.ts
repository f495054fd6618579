import type { BodyOf } from '../facts/catalogue.ts';
import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

/** The room's rules against noise, as somebody set them last; null: they are as they come. */
export interface NoiseState {
  rules: BodyOf<'noise.configured'> | null;
  setBy: string | null;
  setAt: number | null;
}

export const noiseProjection: Projection<NoiseState> = {
  noun: 'noise',
  kinds: ['noise.configured'],
  initial: () => ({ rules: null, setBy: null, setAt: null }),
  apply(state, fact) {
    if (fact.kind !== 'noise.configured') return;
    state.rules = fact.body;
    state.setBy = fact.author?.person ?? null;
    state.setAt = effectiveAt(fact);
  },
};
