import type { RunbookRow, RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookStep } from '../../../shared/runbooks/format.ts';
import { skippedSteps, type SkippedStep } from '../../../shared/runbooks/run-end.ts';
import { indexOfTarget, sameAnswer } from '../../../shared/runbooks/branches.ts';
import {
  nextStep,
  type RecordedOutcome,
  type RunPosition,
} from '../../../shared/runbooks/next-step.ts';

export type StepRecord = RunRow['steps'][number];

/** Where a run stands. What only time changes (the rest of a wait) is not in it. */
export function positionOf(runbook: Pick<Runbook, 'steps'>, run: RunRow): RunPosition {
  return nextStep(runbook, outcomesOf(run), { startedAt: run.startedAt, now: run.startedAt });
}

export function outcomesOf(run: RunRow): readonly RecordedOutcome[] {
  return run.steps.map((record) => ({
    stepId: record.step,
    outcome: record.outcome,
    answer: record.answer ?? undefined,
    at: record.at,
  }));
}

export interface RunSummary {
  readonly done: number;
  readonly skipped: readonly StepRecord[];
  readonly failed: readonly StepRecord[];
  /** From the start to the end, or to `now` while it runs (ms). */
  readonly lastedMs: number;
  /** Entries that the gateway does not have yet. */
  readonly pending: number;
}

/** What became of a run: the last word on each step counts. */
export function summaryOf(run: RunRow, now: number): RunSummary {
  const last = new Map<string, StepRecord>();
  for (const record of run.steps) last.set(record.step, record);
  const records = [...last.values()];
  return {
    done: records.filter((record) => record.outcome === 'done' || record.outcome === 'answered')
      .length,
    skipped: records.filter((record) => record.outcome === 'skipped'),
    failed: records.filter((record) => record.outcome === 'failed'),
    lastedMs: Math.max(0, (run.endedAt ?? now) - run.startedAt),
    pending: run.steps.filter((record) => record.sent === 'pending').length,
  };
}

/** A step that a run left out, with what was said of it. */
export interface LeftOut extends SkippedStep {
  readonly record: StepRecord | null;
}

/** What a run leaves out, in the order of the runbook, each with its reason. */
export function leftOutOf(
  runbook: Pick<Runbook, 'steps'>,
  run: RunRow,
  position: RunPosition,
): readonly LeftOut[] {
  return skippedSteps(runbook, position).map((left) => ({
    ...left,
    record: run.steps.findLast((record) => record.step === left.stepId) ?? null,
  }));
}

/** What was recorded before or after its turn, and why. */
export function reorderedOf(run: RunRow): readonly StepRecord[] {
  return run.steps.filter((record) => record.reason !== null);
}

/** The last answer of each step. */
export function answersOf(run: RunRow): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  for (const { step, outcome, answer } of run.steps) {
    if (outcome === 'answered' && answer !== null) answers.set(step, answer);
  }
  return answers;
}

/** The last run of a runbook that was gone through to its end, whatever its text was then. */
export function lastRunOf(runs: readonly RunRow[], runbook: string): RunRow | null {
  const ended = runs.filter((run) => run.runbook === runbook && run.status === 'completed');
  return ended.sort((left, right) => (right.endedAt ?? 0) - (left.endedAt ?? 0))[0] ?? null;
}

/** Where an answer leads: the step's title, or null for the end of the run. */
export function targetOf(
  steps: readonly RunbookStep[],
  index: number,
  goTo: string,
): RunbookStep | null {
  return steps[indexOfTarget(steps, index, goTo)] ?? null;
}

/** The answer that a record chose, as the step offers it now. */
export function isChosen(record: StepRecord | undefined, answer: string): boolean {
  return record?.outcome === 'answered' && sameAnswer(record.answer ?? '', answer);
}

/** Running ones first, the newest first among equals. */
export function sortRuns(runs: readonly RunRow[]): readonly RunRow[] {
  return [...runs].sort(
    (left, right) =>
      Number(left.status !== 'running') - Number(right.status !== 'running') ||
      right.startedAt - left.startedAt,
  );
}

/** The run to show when nobody chose one: a running one of the incident, else any running one. */
export function runToShow(
  runs: readonly RunRow[],
  open: string | null,
  incident: string | null,
): RunRow | null {
  const chosen = runs.find((run) => run.key === open);
  if (chosen) return chosen;
  const running = sortRuns(runs).filter((run) => run.status === 'running');
  return running.find((run) => run.incident === incident) ?? running[0] ?? null;
}

/** Runbooks whose title, file, alerts or services have every typed word. */
export function searchRunbooks(rows: readonly RunbookRow[], query: string): readonly RunbookRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const all = [row.title, row.fileName, row.id, ...row.alerts, ...row.services]
      .join('\n')
      .toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Whether the library has another text of a runbook than the one that a run is pinned to. */
export function hasOtherText(run: RunRow, library: readonly RunbookRow[]): boolean {
  if (library.some((row) => row.digest === run.digest)) return false;
  return library.some((row) => row.id === run.runbook);
}
