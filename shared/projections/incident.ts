import { effectiveAt } from '../facts/fact.ts';
import type { IncidentSeverity } from '../facts/incident.ts';
import type { Projection } from './projection.ts';

export interface IncidentState {
  title: string;
  severity: IncidentSeverity;
  commander: string;
  /** Two or more who took command from the same predecessor: contested until a person settles it. */
  claims: string[];
  services: string[];
  status: 'active' | 'resolved';
  declaredAt: number;
  declaredBy: string;
  resolvedAt: number | null;
  resolvedBy: string | null;
}

export const incidentProjection: Projection<IncidentState> = {
  noun: 'incident',
  kinds: [
    'incident.declared',
    'incident.renamed',
    'incident.severity-changed',
    'incident.commander-changed',
    'incident.resolved',
    'incident.reopened',
  ],
  initial: () => ({
    title: '',
    severity: 'SEV-3',
    commander: '',
    claims: [],
    services: [],
    status: 'active',
    declaredAt: 0,
    declaredBy: '',
    resolvedAt: null,
    resolvedBy: null,
  }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'incident.declared':
        state.title = fact.body.title;
        state.severity = fact.body.severity;
        state.commander = fact.body.commander;
        state.claims = [];
        state.services = fact.body.services;
        state.declaredAt = effectiveAt(fact);
        state.declaredBy = fact.author?.person ?? '';
        return;
      case 'incident.renamed':
        state.title = fact.body.title;
        return;
      case 'incident.severity-changed':
        state.severity = fact.body.severity;
        return;
      case 'incident.commander-changed':
        // Before the declaration has arrived there is nobody to contest.
        if (state.commander === '' || sameNames(fact.body.replaces, commandOf(state))) {
          state.commander = fact.body.commander;
          state.claims = [];
        } else if (fact.body.commander !== state.commander) {
          const claims = new Set([...state.claims, state.commander, fact.body.commander]);
          state.claims = [...claims].sort();
        }
        return;
      case 'incident.resolved':
        state.status = 'resolved';
        state.resolvedAt = effectiveAt(fact);
        state.resolvedBy = fact.author?.person ?? '';
        return;
      case 'incident.reopened':
        state.status = 'active';
        state.resolvedAt = null;
        state.resolvedBy = null;
        return;
      default:
        return;
    }
  },
};

/** What a change of command says that it replaces: the commander, or all who contest the command. */
export function commandOf(state: Pick<IncidentState, 'commander' | 'claims'>): string[] {
  return state.claims.length > 0 ? state.claims : [state.commander];
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
