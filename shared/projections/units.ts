import { effectiveAt } from '../facts/fact.ts';
import type { UnitRules } from '../facts/units.ts';
import type { Projection } from './projection.ts';

/** The room's units, as somebody set them last; null: nobody did. */
export interface UnitsState {
  rules: UnitRules | null;
  setBy: string | null;
  setAt: number | null;
}

export const unitsProjection: Projection<UnitsState> = {
  noun: 'units',
  kinds: ['units.configured'],
  initial: () => ({ rules: null, setBy: null, setAt: null }),
  apply(state, fact) {
    if (fact.kind !== 'units.configured') return;
    state.rules = fact.body;
    state.setBy = fact.author?.person ?? null;
    state.setAt = effectiveAt(fact);
  },
};
