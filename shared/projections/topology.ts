import { effectiveAt } from '../facts/fact.ts';
import type { EdgeStrength, NodeKind, UnlistedReason } from '../facts/topology.ts';
import type { Projection } from './projection.ts';

/** Since when, and why, a source no longer mentions what it declared. */
export interface Unlisted {
  at: number;
  reason: UnlistedReason;
}

/** What one source says of a node; null attributes were not stated. */
export interface NodeReport {
  present: boolean;
  at: number;
  unlisted: Unlisted | null;
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
  kinds: ['node.declared', 'node.retired', 'node.unlisted'],
  initial: (thing) => ({ name: thing.slice('node:'.length), reports: {} }),
  apply(state, fact) {
    if (fact.kind === 'node.declared') {
      const { body } = fact;
      state.name = body.name;
      state.reports[fact.source] = {
        present: true,
        at: effectiveAt(fact),
        unlisted: null,
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
    } else if (fact.kind === 'node.unlisted') {
      const report = Object.hasOwn(state.reports, fact.source)
        ? state.reports[fact.source]
        : undefined;
      if (report) report.unlisted = { at: effectiveAt(fact), reason: fact.body.reason };
    }
  },
};

/** How much was called, as one source measured it up to a moment. */
export interface TrafficReport {
  at: number;
  windowMs: number | null;
  requestsPerSecond: number | null;
  errorsPerSecond: number | null;
  latencyMs: number | null;
  latencyP95Ms: number | null;
}

/** What one source says of a call. */
export interface EdgeReport {
  present: boolean;
  at: number;
  unlisted: Unlisted | null;
  protocol: string | null;
  strength: EdgeStrength;
}

export interface EdgeState {
  from: string;
  to: string;
  measured: Record<string, TrafficReport>;
  reports: Record<string, EdgeReport>;
}

export const edgeProjection: Projection<EdgeState> = {
  noun: 'edge',
  kinds: ['edge.declared', 'edge.retired', 'edge.unlisted', 'edge.measured'],
  initial: () => ({ from: '', to: '', reports: {}, measured: {} }),
  apply(state, fact) {
    if (fact.kind === 'edge.declared') {
      state.from = fact.body.from;
      state.to = fact.body.to;
      state.reports[fact.source] = {
        present: true,
        at: effectiveAt(fact),
        unlisted: null,
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
    } else if (fact.kind === 'edge.unlisted') {
      state.from = fact.body.from;
      state.to = fact.body.to;
      const report = Object.hasOwn(state.reports, fact.source)
        ? state.reports[fact.source]
        : undefined;
      if (report) report.unlisted = { at: effectiveAt(fact), reason: fact.body.reason };
    } else if (fact.kind === 'edge.measured') {
      const { body } = fact;
      state.from = body.from;
      state.to = body.to;
      const perSecond =
        body.calls === undefined || body.windowMs === undefined
          ? null
          : (body.calls * 1_000) / body.windowMs;
      state.measured[fact.source] = {
        at: effectiveAt(fact),
        windowMs: body.windowMs ?? null,
        requestsPerSecond: body.requestsPerSecond ?? perSecond,
        errorsPerSecond: body.errorsPerSecond ?? null,
        latencyMs: body.latencyMs ?? null,
        latencyP95Ms: body.latencyP95Ms ?? null,
      };
    }
  },
};
