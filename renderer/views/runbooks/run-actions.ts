import { useRef, useState } from 'react';
import type { StepOutcome } from '../../../shared/facts/run.ts';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { RunbookStep } from '../../../shared/runbooks/format.ts';
import { evidenceOfStep } from '../../room/evidence/step-evidence.tsx';
import { runCommand } from '../../room/run-command.ts';
import { sessionStore, setDraft } from '../../room/session.ts';

/** A key pressed twice must not record two steps; what was written for a step is no such key. */
const GUARD_MS = 400;

export interface RunActions {
  readonly isBusy: boolean;
  /** Records a step; the note is what was written in its field unless another text is given. */
  readonly record: (
    step: RunbookStep,
    outcome: StepOutcome,
    more?: {
      readonly answer?: string;
      readonly note?: string;
      /** Why it is recorded out of its turn. */
      readonly reason?: string;
      /** Somebody wrote a name, an answer or a reason for just this step. */
      readonly isWritten?: boolean;
    },
  ) => Promise<boolean>;
}

/** The name of the draft in which the note of a step is kept until it is recorded. */
export function noteField(run: string, step: string): string {
  return `run.note.${run}.${step}`.slice(0, 200);
}

/** The name of the draft in which the answer that is being typed is kept. */
export function answerField(run: string, step: string): string {
  return `run.answer.${run}.${step}`.slice(0, 200);
}

/** The name of the draft in which the name of who agreed is kept. */
export function approverField(run: string, step: string): string {
  return `run.approver.${run}.${step}`.slice(0, 200);
}

export function useRunActions(run: RunRow): RunActions {
  const [isBusy, setBusy] = useState(false);
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  const record: RunActions['record'] = async (step, outcome, more = {}) => {
    const at = performance.now();
    const isRepeat = at - lastAt.current < GUARD_MS && more.isWritten !== true;
    if (isBusy || isRepeat) return false;
    lastAt.current = at;
    setBusy(true);
    const field = noteField(run.key, step.id);
    const written = sessionStore.getState().session?.drafts[field] ?? '';
    const note = (more.note ?? written).trim().slice(0, 20_000);
    const evidence = evidenceOfStep(run.key, step.id, run.steps);
    const answer = await runCommand({
      name: 'run.record-step',
      run: run.key,
      step: step.id,
      title: step.title.slice(0, 500),
      outcome,
      ...(more.answer === undefined ? {} : { answer: more.answer }),
      ...(note === '' ? {} : { note }),
      ...(step.expect === undefined ? {} : { expected: step.expect.slice(0, 4_000) }),
      ...(more.reason === undefined ? {} : { reason: more.reason.slice(0, 4_000) }),
      ...(evidence.length === 0 ? {} : { evidence }),
    });
    setBusy(false);
    if (answer.done) {
      const { drafts = {} } = sessionStore.getState().session ?? {};
      for (const used of [field, answerField(run.key, step.id), approverField(run.key, step.id)]) {
        if ((drafts[used] ?? '') !== '') setDraft(used, '');
      }
    }
    return answer.done;
  };
  return { isBusy, record };
}
