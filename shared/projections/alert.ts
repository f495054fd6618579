import type { AlertSeverity } from '../facts/alert.ts';
import { claimsFuture, effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

/** What one source says of an alert. */
export interface AlertReport {
  open: boolean;
  startsAt: number;
  endsAt: number | null;
  /** The latest moment until which a push is believed without being sent again; null: no lease. */
  leaseUntil: number | null;
  /** The source's clock ran ahead, so the receiver's time stands for its own. */
  clockAhead: boolean;
}

export interface AlertState {
  fingerprint: string;
  name: string;
  severity: AlertSeverity;
  service: string | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  reports: Record<string, AlertReport>;
  acknowledged: { by: string; at: number; comment: string | null } | null;
}

export const alertProjection: Projection<AlertState> = {
  noun: 'alert',
  kinds: ['alert.fired', 'alert.resolved', 'alert.acknowledged', 'alert.unacknowledged'],
  initial: () => ({
    fingerprint: '',
    name: '',
    severity: 'info',
    service: null,
    labels: {},
    annotations: {},
    reports: {},
    acknowledged: null,
  }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'alert.fired':
      case 'alert.resolved': {
        const { body } = fact;
        const wasOpen = isOpen(state);
        state.fingerprint = body.fingerprint;
        state.name = body.name;
        state.severity = body.severity;
        state.service = body.service ?? null;
        state.labels = body.labels;
        state.annotations = body.annotations;
        const before = Object.hasOwn(state.reports, fact.source)
          ? state.reports[fact.source]
          : undefined;
        if (fact.kind === 'alert.fired') {
          const lease = fact.body.leaseUntil ?? null;
          const renewed = before?.open === true && before.startsAt === body.startsAt;
          state.reports[fact.source] = {
            open: true,
            startsAt: body.startsAt,
            endsAt: null,
            leaseUntil: renewed ? latest(before.leaseUntil, lease) : lease,
            clockAhead: claimsFuture(fact),
          };
          // An acknowledgement belongs to one occurrence: a new one asks for eyes again.
          if (!wasOpen) state.acknowledged = null;
        } else {
          state.reports[fact.source] = {
            open: false,
            startsAt: body.startsAt,
            endsAt: fact.body.endsAt,
            leaseUntil: null,
            clockAhead: claimsFuture(fact),
          };
        }
        return;
      }
      case 'alert.acknowledged':
        state.acknowledged = {
          by: fact.author?.person ?? '',
          at: effectiveAt(fact),
          comment: fact.body.comment ?? null,
        };
        return;
      case 'alert.unacknowledged':
        state.acknowledged = null;
        return;
      default:
        return;
    }
  },
};

function isOpen(state: AlertState): boolean {
  for (const source of Object.keys(state.reports)) if (state.reports[source]?.open) return true;
  return false;
}

function latest(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.max(left, right);
}
