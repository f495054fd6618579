import { z } from 'zod';
import { postMortemFacts, postMortemThing } from '../facts/post-mortem.ts';
import { assertNever } from '../kit/assert-never.ts';
import { standingDigest } from '../projections/post-mortem.ts';
import { after, declared, one, refuse, type CommandContext, type Decision } from './context.ts';

const incident = z.string().min(3).max(1_024);

export const postMortemCommands = [
  z.strictObject({
    name: z.literal('post-mortem.draft'),
    ...postMortemFacts['post-mortem.drafted'].shape,
  }),
  z.strictObject({
    name: z.literal('post-mortem.edit'),
    incident,
    ...postMortemFacts['post-mortem.edited'].shape,
  }),
  z.strictObject({
    name: z.literal('post-mortem.change-status'),
    incident,
    ...postMortemFacts['post-mortem.status-changed'].shape,
  }),
] as const;
export type PostMortemCommand = z.infer<(typeof postMortemCommands)[number]>;

export function decidePostMortem(command: PostMortemCommand, context: CommandContext): Decision {
  const thing = postMortemThing(command.incident);
  const at = after(context, thing);
  const state = declared(context.read('post-mortem', thing), 'draftedAt');
  switch (command.name) {
    case 'post-mortem.draft': {
      const { incident: of, language, sections } = command;
      if (!declared(context.read('incident', of), 'declaredAt')) return refuse('unknown-thing');
      const renews = sections.some(({ section, text }) => {
        const before = state?.sections[section];
        return before === undefined || (before.isDraft && before.text !== text);
      });
      if (!renews) return refuse('already-drafted');
      return one('post-mortem.drafted', thing, at, { incident: of, language, sections });
    }
    case 'post-mortem.edit': {
      if (state === null) return refuse('unknown-thing');
      const { section, replaces, text } = command;
      const before = state.sections[section];
      // To keep a text as it is, is a word too where another stands beside it.
      const isJoined = !state.conflicts.some((conflict) => conflict.section === section);
      if ((before?.text ?? '') === text && before?.isDraft !== true && isJoined) {
        return refuse('nothing-changed');
      }
      if (standingDigest(state, section) !== replaces) return refuse('text-changed');
      return one('post-mortem.edited', thing, at, { section, replaces, text });
    }
    case 'post-mortem.change-status':
      if (state === null) return refuse('unknown-thing');
      if (state.status === command.status) return refuse('nothing-changed');
      return one('post-mortem.status-changed', thing, at, { status: command.status });
    default:
      return assertNever(command);
  }
}
