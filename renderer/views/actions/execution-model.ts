import type { ExecutionRow } from '../../../shared/ipc/rows.ts';
import { succeeded } from '../../../shared/actions/plan.ts';
import { validApprovals, type ExecutionApproval } from '../../../shared/projections/execution.ts';

/** Where an execution stands, as far as this desk knows. */
export type ExecutionStage =
  | 'contested'
  | 'withdrawn'
  | 'rehearsing'
  | 'rehearsal-failed'
  | 'to-approve'
  | 'to-start'
  | 'running'
  | 'overdue'
  | 'verifying'
  | 'over';

/** How long beyond its time-out the end of an execution may take to be heard (ms). */
const HEARD_MS = 60_000;

export interface ExecutionReading {
  readonly stage: ExecutionStage;
  readonly valid: readonly ExecutionApproval[];
  readonly needed: number;
}

/** Pure: the same row and moment give the same reading. */
export function readExecution(row: ExecutionRow, now: number): ExecutionReading {
  const valid = validApprovals(row, now);
  return { stage: stageOf(row, now, valid.length), valid, needed: row.plan.approvals };
}

function stageOf(row: ExecutionRow, now: number, approvals: number): ExecutionStage {
  const { plan } = row;
  if (row.contested) return 'contested';
  if (row.started !== null) {
    if (row.ended === null) {
      return now > row.started.at + plan.timeoutMs + HEARD_MS ? 'overdue' : 'running';
    }
    const { outcome } = row.ended.result;
    const isSeen = outcome === 'exited' || outcome === 'signalled' || outcome === 'timed-out';
    const isFresh = now <= row.ended.at + plan.timeoutMs + HEARD_MS;
    return plan.verify !== null && row.verified === null && isSeen && isFresh
      ? 'verifying'
      : 'over';
  }
  if (row.withdrawn !== null) return 'withdrawn';
  if (plan.dryRun !== null) {
    if (row.rehearsal === null) return 'rehearsing';
    if (!succeeded(plan.dryRun, row.rehearsal.result)) return 'rehearsal-failed';
  }
  return row.automatic || approvals >= plan.approvals ? 'to-start' : 'to-approve';
}

/** Executions of one step of a run, oldest first. */
export function executionsOfStep(
  rows: ReadonlyMap<string, ExecutionRow>,
  run: string,
  step: string,
): ExecutionRow[] {
  return [...rows.values()]
    .filter((row) => row.run === run && row.step === step)
    .sort((left, right) => left.proposedAt - right.proposedAt || (left.key < right.key ? -1 : 1));
}

/** Whether something can still come of it: only then a new proposal would stand beside it. */
export function isOpen(stage: ExecutionStage): boolean {
  return stage !== 'over' && stage !== 'withdrawn' && stage !== 'contested';
}
