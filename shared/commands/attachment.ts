import { z } from 'zod';
import { ATTACHMENT_LIMITS, attachmentFacts, attachmentThing } from '../facts/attachment.ts';
import { after, one, optional, refuse, type CommandContext, type Decision } from './context.ts';

export const attachmentCommands = [
  /** Names bytes that this desk keeps as evidence of an entry or a thing. */
  z.strictObject({
    name: z.literal('attachment.add'),
    file: attachmentFacts['attachment.added'].shape.name,
    ...attachmentFacts['attachment.added'].omit({ name: true }).shape,
  }),
  z.strictObject({
    name: z.literal('attachment.withdraw'),
    ...attachmentFacts['attachment.withdrawn'].shape,
  }),
] as const;
export type AttachmentCommand = z.infer<(typeof attachmentCommands)[number]>;

export function decideAttachment(command: AttachmentCommand, context: CommandContext): Decision {
  const thing = attachmentThing(command.of);
  const items = context.read('attachment', thing)?.items ?? [];
  const known = items.find(({ sha256 }) => sha256 === command.sha256);
  if (command.name === 'attachment.withdraw') {
    if (known === undefined) return refuse('unknown-attachment');
    if (known.withdrawn !== null) return refuse('nothing-changed');
    const { of, sha256, reason } = command;
    return one('attachment.withdrawn', thing, after(context, thing), { of, sha256, reason });
  }
  if (!context.holdsAttachment(command.sha256)) return refuse('unknown-attachment');
  if (known !== undefined && known.withdrawn === null) return refuse('nothing-changed');
  if (items.length >= ATTACHMENT_LIMITS.each) return refuse('too-many-attachments');
  const { of, step, file, type, size, sha256, caption } = command;
  return one('attachment.added', thing, after(context, thing), {
    of,
    name: file,
    type,
    size,
    sha256,
    ...optional({ step, caption }),
  });
}
