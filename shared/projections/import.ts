import { effectiveAt } from '../facts/fact.ts';
import type { ImportKind } from '../facts/import.ts';
import type { Projection } from './projection.ts';

export interface ImportState {
  kind: ImportKind;
  name: string;
  lines: number;
  from: number;
  to: number;
  incident: string | null;
  keptAt: number;
  keptBy: string;
  withdrawn: { by: string; at: number; reason: string } | null;
}

export const importProjection: Projection<ImportState> = {
  noun: 'import',
  kinds: ['import.kept', 'import.withdrawn'],
  initial: () => ({
    kind: 'chat',
    name: '',
    lines: 0,
    from: 0,
    to: 0,
    incident: null,
    keptAt: 0,
    keptBy: '',
    withdrawn: null,
  }),
  apply(state, fact) {
    if (fact.kind === 'import.kept') {
      const { kind, name, lines, from, to, incident = null } = fact.body;
      Object.assign(state, { kind, name, lines, from, to, incident });
      state.keptAt = effectiveAt(fact);
      state.keptBy = fact.author?.person ?? '';
    } else if (fact.kind === 'import.withdrawn') {
      const by = fact.author?.person ?? '';
      state.withdrawn = { by, at: effectiveAt(fact), reason: fact.body.reason };
    }
  },
};
