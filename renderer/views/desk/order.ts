import type { DecisionRow, HypothesisRow, ReportRow, TaskRow } from '../../../shared/ipc/rows.ts';

/** From which share of a limit on the next step is offered. */
export const OFFERED_FROM = 0.8;

/** A report is stale when nothing new came for so long (ms): the loop of command is shorter. */
export const REPORT_STALE_MS = 10 * 60_000;

/** Open tasks first, the most overdue of them on top; then what is over, the newest first. */
export function tasksInOrder(tasks: readonly TaskRow[]): readonly TaskRow[] {
  return tasks.toSorted(
    (left, right) =>
      Number(left.status !== 'open') - Number(right.status !== 'open') ||
      (left.status === 'open'
        ? left.dueAt - right.dueAt
        : (right.endedAt ?? 0) - (left.endedAt ?? 0)) ||
      byKey(left, right),
  );
}

/**
 * The deputy's list: open tasks to come back to now, because their person has not said "understood",
 * or 80 % of their time is used up.
 */
export function comeBackList(tasks: readonly TaskRow[], now: number): readonly TaskRow[] {
  return tasksInOrder(tasks).filter(
    ({ status, understoodAt, begunAt, dueAt }) =>
      status === 'open' &&
      (understoodAt === null || now >= begunAt + OFFERED_FROM * (dueAt - begunAt)),
  );
}

const DECISION_RANKS: Readonly<Record<DecisionRow['status'], number>> = {
  polled: 0,
  proceeding: 1,
  candidate: 2,
  rejected: 4,
  withdrawn: 4,
};

/** What is being polled, then what is under way, then candidates; what is settled comes last. */
export function decisionsInOrder(decisions: readonly DecisionRow[]): readonly DecisionRow[] {
  const rank = (row: DecisionRow): number =>
    row.verified === null ? DECISION_RANKS[row.status] : 3;
  return decisions.toSorted(
    (left, right) =>
      rank(left) - rank(right) ||
      (rank(left) < 3 ? left.proposedAt - right.proposedAt : right.proposedAt - left.proposedAt) ||
      byKey(left, right),
  );
}

/** The oldest word first: it is the one to ask for anew. */
export function reportsInOrder(reports: readonly ReportRow[]): readonly ReportRow[] {
  return reports.toSorted((left, right) => left.latest.at - right.latest.at || byKey(left, right));
}

const VERDICT_RANKS: Readonly<Record<HypothesisRow['verdict'], number>> = {
  confirmed: 0,
  open: 1,
  rejected: 2,
};

/** Confirmed, then open ones by what speaks for them, then rejected ones. */
export function hypothesesInOrder(rows: readonly HypothesisRow[]): readonly HypothesisRow[] {
  return rows.toSorted(
    (left, right) =>
      VERDICT_RANKS[left.verdict] - VERDICT_RANKS[right.verdict] ||
      weightOf(right) - weightOf(left) ||
      left.statedAt - right.statedAt ||
      byKey(left, right),
  );
}

/** How much more speaks for it than against it. */
function weightOf({ evidence }: HypothesisRow): number {
  return evidence.reduce((sum, { supports }) => sum + (supports ? 1 : -1), 0);
}

function byKey(left: { readonly key: string }, right: { readonly key: string }): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
