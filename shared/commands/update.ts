import { z } from 'zod';
import { updateFacts } from '../facts/update.ts';
import {
  after,
  declared,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
} from './context.ts';

export const updateCommands = [
  z.strictObject({ name: z.literal('update.publish'), ...updateFacts['update.published'].shape }),
  /** What became of it on one way: said by the desk that sends it, or by whoever pasted it. */
  z.strictObject({
    name: z.literal('update.confirm-delivery'),
    update: z.string().min(3).max(1_024),
    ...updateFacts['update.delivered'].shape,
  }),
] as const;
export type UpdateCommand = z.infer<(typeof updateCommands)[number]>;

export function decideUpdate(command: UpdateCommand, context: CommandContext): Decision {
  if (command.name === 'update.publish') {
    const { incident, audience, text, channels, webhook } = command;
    if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
    if (channels.includes('webhook') && webhook === undefined) return refuse('no-webhook');
    return one('update.published', `update:${context.newId}`, context.now, {
      incident,
      audience,
      text,
      channels: [...new Set(channels)],
      ...optional({ webhook }),
    });
  }
  const { update: thing, channel, taken, detail } = command;
  const state = declared(context.read('update', thing), 'publishedAt');
  if (!state) return refuse('unknown-thing');
  if (state.deliveries[channel]?.taken) return refuse('already-delivered');
  return one('update.delivered', thing, after(context, thing), { channel, taken, detail });
}
