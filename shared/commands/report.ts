import { z } from 'zod';
import { reportFacts, reportThing } from '../facts/report.ts';
import { after, declared, one, refuse, type CommandContext, type Decision } from './context.ts';

export const reportCommands = [
  z.strictObject({ name: z.literal('report.give'), ...reportFacts['report.given'].shape }),
] as const;
export type ReportCommand = z.infer<(typeof reportCommands)[number]>;

export function decideReport(command: ReportCommand, context: CommandContext): Decision {
  const { incident, from, condition, actions, needs } = command;
  if (!declared(context.read('incident', incident), 'declaredAt')) return refuse('unknown-thing');
  const thing = reportThing(incident, from);
  return one('report.given', thing, after(context, thing), {
    incident,
    from,
    condition,
    actions,
    needs,
  });
}
