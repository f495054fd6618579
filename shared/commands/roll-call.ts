import { z } from 'zod';
import { rollCallFacts } from '../facts/roll-call.ts';
import { after, declared, one, refuse, type CommandContext, type Decision } from './context.ts';

export const rollCallCommands = [
  z.strictObject({
    name: z.literal('roll-call.start'),
    ...rollCallFacts['roll-call.started'].shape,
  }),
  z.strictObject({
    name: z.literal('roll-call.answer'),
    rollCall: z.string().min(3).max(1_024),
    ...rollCallFacts['roll-call.answered'].shape,
  }),
] as const;
export type RollCallCommand = z.infer<(typeof rollCallCommands)[number]>;

export function decideRollCall(command: RollCallCommand, context: CommandContext): Decision {
  if (command.name === 'roll-call.start') {
    const { incident, expected } = command;
    if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
    const names = new Set(expected.map(({ person }) => person));
    if (names.size < expected.length) return refuse('twice-named');
    return one('roll-call.started', `roll-call:${context.newId}`, context.now, {
      incident,
      expected,
    });
  }
  const { rollCall: thing, person, team, present, comment } = command;
  const state = declared(context.read('roll-call', thing), 'startedAt');
  if (!state) return refuse('unknown-thing');
  const known = state.people.find((candidate) => candidate.person === person);
  if (known?.present === present && known.comment === comment) return refuse('nothing-changed');
  return one('roll-call.answered', thing, after(context, thing), {
    person,
    team,
    present,
    comment,
  });
}
