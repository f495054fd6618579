import { z } from 'zod';
import { runFacts } from '../facts/run.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { runbookHeads, type RunState } from '../projections/run.ts';
import { isOutOfTurn } from '../runbooks/run-end.ts';
import { nextStep } from '../runbooks/next-step.ts';
import { after, one, optional, refuse, type CommandContext, type Decision } from './context.ts';

export const runbookCommands = [
  /** Publishes a text to every desk of the room. */
  z.strictObject({
    name: z.literal('runbook.publish'),
    fileName: z.string().min(1).max(300),
    text: z.string().min(1).max(262_144),
    replaces: runFacts['runbook.written'].shape.replaces,
    comment: runFacts['runbook.written'].shape.comment,
  }),
  /** Takes what people wrote out of the library. */
  z.strictObject({
    name: z.literal('runbook.retire'),
    ...runFacts['runbook.retired'].shape,
  }),
] as const;

type RunbookCommand = z.infer<(typeof runbookCommands)[number]>;

/** A fact goes over the wire whole, and what is longer than this as JSON would not arrive. */
const MAX_FACT_TEXT = 200_000;

/** What follows from publishing a runbook, or from taking it out of the library. */
export function decideRunbook(command: RunbookCommand, context: CommandContext): Decision {
  const thing = `runbook:${command.fileName}`;
  const state = context.read('runbook', thing);
  const heads = state ? runbookHeads(state) : { published: null, written: [] };
  const standing = heads.written.map(({ factId }) => factId);
  switch (command.name) {
    case 'runbook.publish': {
      const { fileName, text, replaces, comment } = command;
      const shape = runFacts['runbook.written'].shape;
      if (!shape.fileName.safeParse(fileName).success) return refuse('runbook-name');
      if (!shape.text.safeParse(text).success || canonicalJson(text).length > MAX_FACT_TEXT) {
        return refuse('runbook-too-large');
      }
      const digest = sha256Hex(text);
      const [only, ...others] = [...heads.written, ...(heads.published ? [heads.published] : [])];
      if (only?.digest === digest && others.length === 0) return refuse('nothing-changed');
      // What stands here and the writer did not see must not vanish under the new text.
      const unseen = [...standing, ...(heads.published ? [heads.published.factId] : [])];
      if (unseen.some((factId) => !replaces.includes(factId))) return refuse('text-changed');
      const body = { fileName, text, replaces, ...optional({ comment }) };
      return one('runbook.written', thing, after(context, thing), body);
    }
    case 'runbook.retire': {
      const { fileName, replaces, reason } = command;
      if (standing.length === 0) return refuse('unknown-thing');
      if (standing.some((factId) => !replaces.includes(factId))) return refuse('text-changed');
      return one('runbook.retired', thing, after(context, thing), { fileName, replaces, reason });
    }
  }
}

/** Whether a step is recorded before or after its turn, as far as this desk holds the run's text. */
export function isRecordedOutOfTurn(run: RunState, step: string, context: CommandContext): boolean {
  const runbook = context.runbook?.(run.digest) ?? null;
  if (runbook === null) return false;
  const outcomes = run.steps.map((record) => ({
    stepId: record.step,
    outcome: record.outcome,
    answer: record.answer ?? undefined,
    at: record.at,
  }));
  const position = nextStep(runbook, outcomes, { startedAt: run.startedAt, now: context.now });
  return isOutOfTurn(position, step);
}
