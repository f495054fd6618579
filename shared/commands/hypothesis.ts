import { z } from 'zod';
import { hypothesisFacts } from '../facts/hypothesis.ts';
import { assertNever } from '../kit/assert-never.ts';
import {
  after,
  declared,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
} from './context.ts';

const hypothesis = z.string().min(3).max(1_024);

export const hypothesisCommands = [
  z.strictObject({
    name: z.literal('hypothesis.state'),
    ...hypothesisFacts['hypothesis.stated'].shape,
  }),
  z.strictObject({
    name: z.literal('hypothesis.support'),
    hypothesis,
    ...hypothesisFacts['hypothesis.supported'].shape,
  }),
  z.strictObject({
    name: z.literal('hypothesis.judge'),
    hypothesis,
    ...hypothesisFacts['hypothesis.judged'].shape,
  }),
] as const;
export type HypothesisCommand = z.infer<(typeof hypothesisCommands)[number]>;

export function decideHypothesis(command: HypothesisCommand, context: CommandContext): Decision {
  if (command.name === 'hypothesis.state') {
    const { incident, text, service } = command;
    if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
    return one('hypothesis.stated', `hypothesis:${context.newId}`, context.now, {
      incident,
      text,
      ...optional({ service }),
    });
  }
  const { hypothesis: thing } = command;
  const state = declared(context.read('hypothesis', thing), 'statedAt');
  if (!state) return refuse('unknown-thing');
  const at = after(context, thing);
  switch (command.name) {
    case 'hypothesis.support': {
      const { supports, text, cites } = command;
      return one('hypothesis.supported', thing, at, { supports, text, cites });
    }
    case 'hypothesis.judge':
      if (state.verdict === command.verdict) return refuse('nothing-changed');
      return one('hypothesis.judged', thing, at, {
        verdict: command.verdict,
        reason: command.reason,
      });
    default:
      return assertNever(command);
  }
}
