import { z } from 'zod';
import { decisionFacts } from '../facts/decision.ts';
import { assertNever } from '../kit/assert-never.ts';
import { ok } from '../kit/result.ts';
import { strongObjections, type DecisionState } from '../projections/decision.ts';
import {
  after,
  declared,
  draft,
  one,
  refuse,
  type CommandContext,
  type Decision,
  type PersonDraft,
} from './context.ts';

const decision = z.string().min(3).max(1_024);

export const decisionCommands = [
  z.strictObject({
    name: z.literal('decision.propose'),
    ...decisionFacts['decision.proposed'].shape,
  }),
  z.strictObject({ name: z.literal('decision.poll'), decision }),
  z.strictObject({
    name: z.literal('decision.answer'),
    decision,
    ...decisionFacts['decision.answered'].shape,
  }),
  z.strictObject({
    name: z.literal('decision.take'),
    decision,
    ...decisionFacts['decision.taken'].shape,
    /** The executor's task, in so many minutes; null: none is made. */
    minutes: z.int().min(1).max(10_080).nullable(),
  }),
  z.strictObject({
    name: z.literal('decision.verify'),
    decision,
    ...decisionFacts['decision.verified'].shape,
  }),
  z.strictObject({
    name: z.literal('decision.withdraw'),
    decision,
    ...decisionFacts['decision.withdrawn'].shape,
  }),
] as const;
export type DecisionCommand = z.infer<(typeof decisionCommands)[number]>;

export function decideDecision(command: DecisionCommand, context: CommandContext): Decision {
  if (command.name === 'decision.propose') {
    const { name: _, ...body } = command;
    if (!declared(context.read('incident', body.incident), 'declaredAt')) {
      return refuse('unknown-thing');
    }
    return one('decision.proposed', `decision:${context.newId}`, context.now, body);
  }
  const { decision: thing } = command;
  const state = declared(context.read('decision', thing), 'proposedAt');
  if (!state) return refuse('unknown-thing');
  const isOpen = state.status === 'candidate' || state.status === 'polled';
  const at = after(context, thing);
  switch (command.name) {
    case 'decision.poll':
      if (!isOpen) return refuse('decision-ended');
      if (state.status === 'polled') return refuse('nothing-changed');
      return one('decision.polled', thing, at, {});
    case 'decision.answer': {
      if (!isOpen) return refuse('decision-ended');
      if (state.status !== 'polled') return refuse('not-polled');
      const { person, objection, reason } = command;
      return one('decision.answered', thing, at, { person, objection, reason });
    }
    case 'decision.take':
      if (!isOpen) return refuse('decision-ended');
      return take(command, state, context);
    case 'decision.verify':
      if (state.status !== 'proceeding') return refuse('not-taken');
      return one('decision.verified', thing, at, { outcome: command.outcome, text: command.text });
    case 'decision.withdraw':
      if (!isOpen) return refuse('decision-ended');
      return one('decision.withdrawn', thing, at, { reason: command.reason });
    default:
      return assertNever(command);
  }
}

/** What goes ahead names who executes, and by name and with a reason whose strong objections are overruled. */
function take(
  command: Extract<DecisionCommand, { name: 'decision.take' }>,
  state: DecisionState,
  context: CommandContext,
): Decision {
  const { decision: thing, proceed, reason, executor, minutes } = command;
  const strong = strongObjections(state);
  const overrules = proceed ? strong : [];
  if (proceed && strong.some((person) => !command.overrules.includes(person))) {
    return refuse('strong-objections');
  }
  if (overrules.length > 0 && reason.trim() === '') return refuse('strong-objections');
  if (proceed && executor === null) return refuse('no-executor');
  const drafts: PersonDraft[] = [
    draft('decision.taken', thing, after(context, thing), { proceed, reason, executor, overrules }),
  ];
  if (proceed && executor !== null && minutes !== null) {
    drafts.push(
      draft('task.assigned', `task:${context.newId}`, context.now, {
        incident: state.incident,
        person: executor,
        action: state.action,
        minutes,
        decision: thing,
      }),
    );
  }
  return ok(drafts);
}
