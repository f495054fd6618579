import type { ExecutionRow, RunRow } from '../../../shared/ipc/rows.ts';
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
  /** It needs no approval, at the desk that may run it. */
  readonly isByItself: boolean;
}

/** What of a run decides whether its steps may run by themselves. */
type RunOfStep = Pick<RunRow, 'status' | 'startedFrom' | 'handOvers'>;

/** Whether steps of a run may run by themselves at a desk: the one that started it, never handed over. */
export function runsByItself(run: RunOfStep, replica: string): boolean {
  return run.status === 'running' && run.startedFrom === replica && run.handOvers.length === 0;
}

/** Pure: the same rows and moment give the same reading. */
export function readExecution(row: ExecutionRow, run: RunOfStep, now: number): ExecutionReading {
  const valid = validApprovals(row, now);
  const needed = row.plan.approvals;
  const isByItself = row.automatic && runsByItself(run, row.replica);
  const isReady = isByItself || valid.length >= needed;
  return { stage: stageOf(row, now, isReady), valid, needed, isByItself };
}

function stageOf(row: ExecutionRow, now: number, isReady: boolean): ExecutionStage {
  const { plan } = row;
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
  if (row.contested) return 'contested';
  if (row.withdrawn !== null) return 'withdrawn';
  if (plan.dryRun !== null) {
    if (row.rehearsal === null) return 'rehearsing';
    if (!succeeded(plan.dryRun, row.rehearsal.result)) return 'rehearsal-failed';
  }
  return isReady ? 'to-start' : 'to-approve';
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
  return stage !== 'over' && stage !== 'overdue' && stage !== 'withdrawn' && stage !== 'contested';
}

/** Whether what came of an execution shows that its step is done: it worked, and that was seen. */
export function isEvidence({ plan, takesBack, ended, verified }: ExecutionRow): boolean {
  return (
    takesBack === null &&
    ended !== null &&
    succeeded(plan.call, ended.result) &&
    (plan.verify === null || verified?.passed === true)
  );
}

/**
 * The execution of a step whose way back is offered: the newest that was begun and is over, or should
 * be, unless its way back is under way. A way back that failed leaves what it was to take back.
 * @param rows of one step, oldest first
 */
export function toTakeBack(
  rows: readonly ExecutionRow[],
  run: RunOfStep,
  now: number,
): ExecutionRow | null {
  const newest = rows
    .filter(({ started }) => started !== null)
    .filter(
      ({ takesBack, plan, ended }) =>
        takesBack === null || ended === null || succeeded(plan.call, ended.result),
    )
    .toSorted((left, right) => (left.started?.at ?? 0) - (right.started?.at ?? 0))
    .at(-1);
  if (newest === undefined || newest.plan.wayBack === null) return null;
  if (newest.ended === null && readExecution(newest, run, now).stage !== 'overdue') return null;
  const isUnderWay = rows.some(
    (row) => row.takesBack === newest.key && isOpen(readExecution(row, run, now).stage),
  );
  return isUnderWay ? null : newest;
}
