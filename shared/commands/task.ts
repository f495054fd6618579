import { z } from 'zod';
import { taskFacts } from '../facts/task.ts';
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

const task = z.string().min(3).max(1_024);

export const taskCommands = [
  z.strictObject({ name: z.literal('task.assign'), ...taskFacts['task.assigned'].shape }),
  z.strictObject({
    name: z.literal('task.understand'),
    task,
    ...taskFacts['task.understood'].omit({ person: true }).shape,
  }),
  z.strictObject({ name: z.literal('task.extend'), task, ...taskFacts['task.extended'].shape }),
  z.strictObject({ name: z.literal('task.reassign'), task, ...taskFacts['task.reassigned'].shape }),
  z.strictObject({ name: z.literal('task.report'), task, ...taskFacts['task.reported'].shape }),
  z.strictObject({ name: z.literal('task.finish'), task, ...taskFacts['task.done'].shape }),
  z.strictObject({ name: z.literal('task.drop'), task, ...taskFacts['task.dropped'].shape }),
] as const;
export type TaskCommand = z.infer<(typeof taskCommands)[number]>;

export function decideTask(command: TaskCommand, context: CommandContext): Decision {
  if (command.name === 'task.assign') {
    const { incident, person, action, minutes, decision } = command;
    if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
    return one('task.assigned', `task:${context.newId}`, context.now, {
      incident,
      person,
      action,
      minutes,
      ...optional({ decision }),
    });
  }
  const { task: thing } = command;
  const state = declared(context.read('task', thing), 'assignedAt');
  if (!state) return refuse('unknown-thing');
  if (state.status !== 'open') return refuse('task-ended');
  const at = after(context, thing);
  switch (command.name) {
    case 'task.understand':
      if (state.understoodAt !== null) return refuse('already-understood');
      return one('task.understood', thing, at, {
        byVoice: command.byVoice,
        person: state.person,
      });
    case 'task.extend':
      return one('task.extended', thing, at, { minutes: command.minutes, reason: command.reason });
    case 'task.reassign': {
      const { person, minutes, reason } = command;
      if (state.person === person) return refuse('nothing-changed');
      return one('task.reassigned', thing, at, { person, minutes, reason });
    }
    case 'task.report':
      return one('task.reported', thing, at, { text: command.text });
    case 'task.finish':
      return one('task.done', thing, at, { result: command.result });
    case 'task.drop':
      return one('task.dropped', thing, at, { reason: command.reason });
    default:
      return assertNever(command);
  }
}
