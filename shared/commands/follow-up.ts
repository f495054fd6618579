import { z } from 'zod';
import { followUpFacts } from '../facts/follow-up.ts';
import {
  after,
  declared,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
} from './context.ts';

export const followUpCommands = [
  z.strictObject({
    name: z.literal('follow-up.open'),
    ...followUpFacts['follow-up.opened'].shape,
  }),
  z.strictObject({
    name: z.literal('follow-up.change'),
    followUp: z.string().min(3).max(1_024),
    ...followUpFacts['follow-up.changed'].shape,
  }),
] as const;
export type FollowUpCommand = z.infer<(typeof followUpCommands)[number]>;

export function decideFollowUp(command: FollowUpCommand, context: CommandContext): Decision {
  if (command.name === 'follow-up.open') {
    const { incident, text, owner, dueAt, aim } = command;
    if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
    return one('follow-up.opened', `follow-up:${context.newId}`, context.now, {
      incident,
      text,
      owner,
      dueAt,
      aim,
    });
  }
  const { followUp: thing, text, owner, dueAt, aim, state: stage, reason } = command;
  const state = declared(context.read('follow-up', thing), 'openedAt');
  if (!state) return refuse('unknown-thing');
  const asked = optional({ text, owner, dueAt, aim, state: stage });
  const changes = Object.entries(asked).some(
    ([field, value]) => state[field as keyof typeof asked] !== value,
  );
  if (!changes) return refuse('nothing-changed');
  return one('follow-up.changed', thing, after(context, thing), {
    ...asked,
    ...optional({ reason }),
  });
}
