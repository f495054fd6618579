import { z } from 'zod';
import { sessionSchema } from './contract.ts';

/**
 * What a window may ask the shell (the main process): dialogs, the key store, links, the
 * clipboard. Both question and answer are checked; a request that is not here does not exist.
 */

const empty = z.strictObject({});

export const shellContract = {
  /** Connects the live room. The token is kept only where the system has a real key store. */
  'shell.connect': {
    ask: z.strictObject({
      address: z.string().trim().min(1).max(2_000),
      token: z.string().max(2_000),
      remember: z.boolean(),
    }),
    answer: z.strictObject({
      session: sessionSchema,
      tokenKept: z.boolean(),
      /** `no-key-store`: it was to be kept, and is held for this run only. */
      reason: z.enum(['no-key-store']).optional(),
    }),
  },
  /** Sets the sources that this desk asks itself while the gateway is silent. */
  'shell.direct-sources': {
    ask: z.strictObject({ sources: z.array(z.string().max(2_000)).max(50) }),
    answer: z.strictObject({
      session: sessionSchema.optional(),
      /** Why it was not done, in the core's own words. */
      reason: z.string().optional(),
    }),
  },
  /** Sets where this desk may send status updates. */
  'shell.webhooks': {
    ask: z.strictObject({ webhooks: z.array(z.string().max(2_000)).max(20) }),
    answer: z.strictObject({
      session: sessionSchema.optional(),
      /** Why it was not done, in the core's own words. */
      reason: z.string().optional(),
    }),
  },
  /** Asks for a `.holdfast` file and opens it read-only. */
  'shell.open-file': {
    ask: empty,
    answer: z.strictObject({
      opened: z.boolean(),
      session: sessionSchema.optional(),
      /** The code of the core's error; absent when the person only closed the dialog. */
      error: z.string().optional(),
    }),
  },
  'shell.choose-runbook-folder': {
    ask: empty,
    answer: z.strictObject({ session: sessionSchema }),
  },
  /** Asks where to, then lets the core write. */
  'shell.export': {
    ask: z.strictObject({
      format: z.enum(['bundle', 'markdown', 'csv']),
      /** null: the whole room. */
      incident: z.string().max(1024).nullable(),
      language: sessionSchema.shape.language,
    }),
    answer: z.strictObject({
      saved: z.boolean(),
      path: z.string().optional(),
      facts: z.number().optional(),
      bytes: z.number().optional(),
      error: z.string().optional(),
    }),
  },
  /**
   * Opens a journal file, a backup or a copy read-only: asked for in a dialog, or a sealed file by
   * its name, or a point of the copies by its moment. A window never names a path.
   */
  'shell.open-journal': {
    ask: z.discriminatedUnion('from', [
      z.strictObject({ from: z.literal('dialog'), kind: z.enum(['file', 'folder']) }),
      z.strictObject({ from: z.literal('record'), name: z.string().max(255) }),
      z.strictObject({ from: z.literal('copies'), at: z.int() }),
    ]),
    answer: z.strictObject({
      opened: z.boolean(),
      session: sessionSchema.optional(),
      facts: z.number().optional(),
      error: z.string().optional(),
      /** The core's own words for the error. */
      reason: z.string().optional(),
    }),
  },
  /** Asks for a folder, then lets the core write a whole backup into it. */
  'shell.backup': {
    ask: empty,
    answer: z.strictObject({
      saved: z.boolean(),
      path: z.string().optional(),
      facts: z.number().optional(),
      bytes: z.number().optional(),
      error: z.string().optional(),
      reason: z.string().optional(),
    }),
  },
  /** Leaves the page that is shown when the window failed again and again. */
  'shell.start-again': { ask: empty, answer: empty },
  /** Opens https: and mailto: in the system's programs; anything else is not opened. */
  'shell.open-link': {
    ask: z.strictObject({ url: z.string().max(4_000) }),
    answer: z.strictObject({ opened: z.boolean() }),
  },
  /** Writes a text that a view made into a file that the person chooses. */
  'shell.save-text': {
    ask: z.strictObject({
      name: z.string().min(1).max(100),
      kind: z.enum(['csv', 'svg', 'eml', 'md', 'html']),
      text: z.string().max(64_000_000),
    }),
    answer: z.strictObject({
      saved: z.boolean(),
      path: z.string().optional(),
      error: z.string().optional(),
    }),
  },
  /** A picture of this window as it is now. */
  'shell.capture-window': {
    ask: empty,
    answer: z.strictObject({ png: z.instanceof(Uint8Array) }),
  },
  'shell.copy': {
    ask: z.strictObject({ text: z.string().max(1_000_000) }),
    answer: empty,
  },
} as const satisfies Record<string, { ask: z.ZodType; answer: z.ZodType }>;

export type ShellRequestName = keyof typeof shellContract;
export type ShellAsk<Name extends ShellRequestName> = z.input<(typeof shellContract)[Name]['ask']>;
export type ShellAsked<Name extends ShellRequestName> = z.output<
  (typeof shellContract)[Name]['ask']
>;
export type ShellAnswer<Name extends ShellRequestName> = z.output<
  (typeof shellContract)[Name]['answer']
>;

/** What the shell tells windows without being asked. */
export const shellEventSchema = z.discriminatedUnion('name', [
  /** The core's process ended; it is being started again. */
  z.strictObject({ name: z.literal('core.lost') }),
  /** A core is there (again): subscriptions of an earlier one are void. */
  z.strictObject({ name: z.literal('core.ready') }),
]);
export type ShellEvent = z.infer<typeof shellEventSchema>;

/** How a shell request ends, on the channel between main process and preload script. */
export const shellReplySchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), body: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    code: z.enum(['unknown-request', 'invalid-question', 'invalid-answer', 'forbidden', 'failed']),
    message: z.string(),
  }),
]);
export type ShellReply = z.infer<typeof shellReplySchema>;
