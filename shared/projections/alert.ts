import type { AlertSeverity } from '../facts/alert.ts';
import type { NoiseStage } from '../facts/noise.ts';
import { claimsFuture, effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

/** What one source says of an alert. */
export interface AlertReport {
  open: boolean;
  startsAt: number;
  /** The start as this room may compare it: not after it was heard, whatever the source's clock. */
  since: number;
  endsAt: number | null;
  /** The latest moment until which a push is believed without being sent again; null: no lease. */
  leaseUntil: number | null;
  /** The source's clock ran ahead, so the receiver's time stands for its own. */
  clockAhead: boolean;
  /** Only in a reading of the past: what came later tells that it held (see withHindsight). */
  confirmed?: boolean;
}

/** What one source says of its own silences and inhibitions. */
export interface SuppressedReport {
  silencedBy: string[];
  inhibitedBy: string[];
  mutedBy: string[];
}

/** A change between open and over, whichever source told it. */
export interface AlertTurn {
  at: number;
  on: boolean;
  severity: AlertSeverity;
}

/** So many turns are kept of an alert: what is older says nothing of how it shakes now. */
const TURNS_KEPT = 12;

export interface AlertState {
  fingerprint: string;
  name: string;
  severity: AlertSeverity;
  service: string | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  reports: Record<string, AlertReport>;
  /** The newest acknowledgement or its withdrawal; acknowledgementOf tells whether it still holds. */
  lastAcknowledgement: {
    by: string;
    at: number;
    comment: string | null;
    withdrawn: boolean;
  } | null;
  suppressed: Record<string, SuppressedReport>;
  assigned: { to: string; by: string; at: number } | null;
  /** Stages against noise that a person took back for this alert, each with who and when. */
  released: Partial<Record<NoiseStage, { by: string; at: number; comment: string | null }>>;
  /**
   * The newest turns, oldest first, as pairs of moment and level: 0 for off, else 1 to 3 by severity.
   * Numbers, because a state is written anew with every fact of its thing.
   */
  turns: number[];
}

export const alertProjection: Projection<AlertState> = {
  noun: 'alert',
  kinds: [
    'alert.fired',
    'alert.resolved',
    'alert.acknowledged',
    'alert.unacknowledged',
    'alert.suppressed',
    'alert.assigned',
    'alert.released',
    'alert.unreleased',
  ],
  initial: () => ({
    fingerprint: '',
    name: '',
    severity: 'info',
    service: null,
    labels: {},
    annotations: {},
    reports: {},
    lastAcknowledgement: null,
    suppressed: {},
    assigned: null,
    released: {},
    turns: [],
  }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'alert.fired':
      case 'alert.resolved': {
        const { body } = fact;
        const wasOpen = isOpen(state);
        const severityBefore = state.severity;
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
            since: Math.min(body.startsAt, fact.heardAt),
            endsAt: null,
            leaseUntil: renewed ? latest(before.leaseUntil, lease) : lease,
            clockAhead: claimsFuture(fact),
          };
        } else {
          state.reports[fact.source] = {
            open: false,
            startsAt: body.startsAt,
            since: Math.min(body.startsAt, fact.heardAt),
            endsAt: fact.body.endsAt,
            leaseUntil: null,
            clockAhead: claimsFuture(fact),
          };
        }
        const on = isOpen(state);
        if (on !== wasOpen || (on && rank(state.severity) > rank(severityBefore))) {
          state.turns.push(effectiveAt(fact), on ? 1 + rank(state.severity) : 0);
          if (state.turns.length > 2 * TURNS_KEPT) state.turns.splice(0, 2);
        }
        return;
      }
      case 'alert.acknowledged':
      case 'alert.unacknowledged':
        state.lastAcknowledgement = {
          by: fact.author?.person ?? '',
          at: effectiveAt(fact),
          comment: fact.body.comment ?? null,
          withdrawn: fact.kind === 'alert.unacknowledged',
        };
        return;
      case 'alert.suppressed': {
        const { silencedBy, inhibitedBy, mutedBy } = fact.body;
        state.suppressed[fact.source] = { silencedBy, inhibitedBy, mutedBy };
        return;
      }
      case 'alert.assigned': {
        const by = fact.author?.person ?? '';
        const { to } = fact.body;
        state.assigned = to === null ? null : { to, by, at: effectiveAt(fact) };
        return;
      }
      case 'alert.released':
        state.released[fact.body.stage] = {
          by: fact.author?.person ?? '',
          at: effectiveAt(fact),
          comment: fact.body.comment ?? null,
        };
        return;
      case 'alert.unreleased':
        delete state.released[fact.body.stage];
        return;
      default:
        return;
    }
  },
};

function isOpen(state: AlertState): boolean {
  for (const report of Object.values(state.reports)) if (report.open) return true;
  return false;
}

const BY_RANK: readonly AlertSeverity[] = ['info', 'warning', 'critical'];

function rank(severity: AlertSeverity): number {
  return BY_RANK.indexOf(severity);
}

/** The turns that are kept of an alert, oldest first. */
export function turnsOf({ turns }: AlertState): AlertTurn[] {
  const read: AlertTurn[] = [];
  for (let place = 0; place + 1 < turns.length; place += 2) {
    const level = turns[place + 1] ?? 0;
    const severity = BY_RANK[level - 1] ?? 'info';
    read.push({ at: turns[place] ?? 0, on: level > 0, severity });
  }
  return read;
}

/**
 * Who has this occurrence of the alert in hand, or null. An acknowledgement belongs to one
 * occurrence: one that begins later asks for eyes again.
 */
export function acknowledgementOf(
  state: AlertState,
): { by: string; at: number; comment: string | null } | null {
  const last = state.lastAcknowledgement;
  if (last === null || last.withdrawn) return null;
  const reports = Object.values(state.reports);
  const open = reports.filter((report) => report.open).map((report) => report.since);
  const since =
    open.length > 0
      ? Math.min(...open)
      : Math.max(-Infinity, ...reports.map((report) => report.since));
  return last.at >= since ? { by: last.by, at: last.at, comment: last.comment } : null;
}

/**
 * An alert's state at a moment of the past, with what is known of that moment now: a report that was
 * open then is confirmed where the same source ended it later, told of a later occurrence, or still
 * says the same and is heard. Without that, silence at that moment leaves it unknown.
 */
export function withHindsight(
  then: AlertState,
  now: AlertState | null,
  isHeardNow: (source: string) => boolean,
): AlertState {
  if (now === null) return then;
  const reports: Record<string, AlertReport> = {};
  for (const [source, report] of Object.entries(then.reports)) {
    const later = Object.hasOwn(now.reports, source) ? now.reports[source] : undefined;
    const confirmed =
      report.open && later !== undefined && tells(report, later, isHeardNow(source));
    reports[source] = confirmed ? { ...report, confirmed } : report;
  }
  return { ...then, reports };
}

function tells(then: AlertReport, later: AlertReport, isHeardNow: boolean): boolean {
  if (later.startsAt !== then.startsAt) return later.since > then.since;
  return later.open ? isHeardNow : true;
}

function latest(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.max(left, right);
}
