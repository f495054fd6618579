import { effectiveAt } from '../facts/fact.ts';
import type { EdgeStrength, NodeKind } from '../facts/topology.ts';
import type { Projection } from './projection.ts';

/** What one source says of a node; null attributes were not stated. */
export interface NodeReport {
  present: boolean;
  at: number;
  kind: NodeKind;
  unit: string | null;
  cell: string | null;
  zone: string | null;
  city: string | null;
  owner: string | null;
  tags: Record<string, string>;
}

export interface NodeState {
  name: string;
  reports: Record<string, NodeReport>;
}

export const nodeProjection: Projection<NodeState> = {
  noun: 'node',
  kinds: ['node.declared', 'node.retired'],
  initial: (thing) => ({ name: thing.slice('node:'.length), reports: {} }),
  apply(state, fact) {
    if (fact.kind === 'node.declared') {
      const { body } = fact;
      state.name = body.name;
      state.reports[fact.source] = {
        present: true,
        at: effectiveAt(fact),
        kind: body.kind,
        unit: body.unit ?? null,
        cell: body.cell ?? null,
        zone: body.zone ?? null,
        city: body.city ?? null,
        owner: body.owner ?? null,
        tags: body.tags ?? {},
      };
    } else if (fact.kind === 'node.retired') {
      const report = Object.hasOwn(state.reports, fact.source)
        ? state.reports[fact.source]
        : undefined;
      if (report) {
        report.present = false;
        report.at = effectiveAt(fact);
      }
    }
  },
};

export interface EdgeState {
  from: string;
  to: string;
  reports: Record<
    string,
    { present: boolean; at: number; protocol: string | null; strength: EdgeStrength }
  >;
}

export const edgeProjection: Projection<EdgeState> = {
  noun: 'edge',
  kinds: ['edge.declared', 'edge.retired'],
  initial: () => ({ from: '', to: '', reports: {} }),
  apply(state, fact) {
    if (fact.kind === 'edge.declared') {
      state.from = fact.body.from;
      state.to = fact.body.to;
      state.reports[fact.source] = {
        present: true,
        at: effectiveAt(fact),
        protocol: fact.body.protocol ?? null,
        strength: fact.body.strength,
      };
    } else if (fact.kind === 'edge.retired') {
      state.from = fact.body.from;
      state.to = fact.body.to;
      const report = Object.hasOwn(state.reports, fact.source)
        ? state.reports[fact.source]
        : undefined;
      if (report) {
        report.present = false;
        report.at = effectiveAt(fact);
      }
    }
  },
};
