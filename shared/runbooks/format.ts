import { z } from 'zod';

/**
 * The shape of a parsed runbook. It is JSON, small and inert: text, a document tree of our own and
 * no HTML, so that a renderer can only ever make elements of it. README.md beside this file is the
 * specification of the Markdown that it comes from.
 */

/** The largest runbook file that is read, in bytes of UTF-8. */
export const RUNBOOK_LIMIT_BYTES = 256 * 1024;

/** A text inside a line. */
export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'break' }
  | { type: 'emphasis'; children: Inline[] }
  | { type: 'strong'; children: Inline[] }
  | { type: 'link'; url: string; children: Inline[] };

/** A paragraph or something as big. */
export type Block =
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'heading'; level: number; children: Inline[] }
  | { type: 'list'; ordered: boolean; start: number; items: Block[][] }
  | { type: 'quote'; children: Block[] }
  /** `command` is the index in the step's `commands` when the block is one to copy. */
  | { type: 'code'; language: string; text: string; command?: number | undefined }
  | { type: 'rule' };

const inlineSchema: z.ZodType<Inline> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string() }),
    z.object({ type: z.literal('code'), text: z.string() }),
    z.object({ type: z.literal('break') }),
    z.object({ type: z.literal('emphasis'), children: z.array(inlineSchema) }),
    z.object({ type: z.literal('strong'), children: z.array(inlineSchema) }),
    z.object({
      type: z.literal('link'),
      url: z.string().refine(isSafeUrl),
      children: z.array(inlineSchema),
    }),
  ]),
);

const blockSchema: z.ZodType<Block> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('paragraph'), children: z.array(inlineSchema) }),
    z.object({
      type: z.literal('heading'),
      level: z.int().min(1).max(6),
      children: z.array(inlineSchema),
    }),
    z.object({
      type: z.literal('list'),
      ordered: z.boolean(),
      start: z.int(),
      items: z.array(z.array(blockSchema)),
    }),
    z.object({ type: z.literal('quote'), children: z.array(blockSchema) }),
    z.object({
      type: z.literal('code'),
      language: z.string(),
      text: z.string(),
      command: z.int().min(0).optional(),
    }),
    z.object({ type: z.literal('rule') }),
  ]),
);

/** What a step mainly asks of a person; decides its icon and its main button. */
const stepKindSchema = z.enum([
  'instruct',
  'check',
  'ask',
  'wait',
  'command',
  'http',
  'approve',
  'note',
  'action',
]);
export type StepKind = z.infer<typeof stepKindSchema>;

const runbookCommandSchema = z.object({
  language: z.string(),
  text: z.string(),
  /** The name that a notebook (runme) gave it. */
  name: z.string().optional(),
});
export type RunbookCommand = z.infer<typeof runbookCommandSchema>;

const runbookLinkSchema = z.object({
  label: z.string(),
  url: z.string().refine(isSafeUrl),
});
export type RunbookLink = z.infer<typeof runbookLinkSchema>;

/** A request as it is written in an `http` fence; nothing sends it by itself. */
const runbookRequestSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  body: z.string(),
});
export type RunbookRequest = z.infer<typeof runbookRequestSchema>;

/** An entry of a signed catalogue with what is to be given to it; the catalogue checks the types. */
const runbookActionSchema = z.object({
  entry: z.string(),
  /** A value may hold `{{step-id}}`: the answer that was recorded for that step. */
  parameters: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The runbook allows it to run without a person's yes; the catalogue has to allow it too. */
  automatic: z.boolean(),
});
export type RunbookAction = z.infer<typeof runbookActionSchema>;

/** `goTo` is the id of a step, or `next` (the step below), or `end`. */
const runbookAnswerSchema = z.object({ answer: z.string(), goTo: z.string() });
export type RunbookAnswer = z.infer<typeof runbookAnswerSchema>;

const runbookAskSchema = z.object({
  question: z.string(),
  /** What is answered; absent: one of the answers. Of a number the answers are conditions. */
  form: z.enum(['yes-no', 'number', 'text']).optional(),
  answers: z.array(runbookAnswerSchema),
});
export type RunbookAsk = z.infer<typeof runbookAskSchema>;

const runbookStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** The line of its heading in the file, counted from 1. */
  line: z.int().min(1),
  kind: stepKindSchema,
  body: z.array(blockSchema),
  commands: z.array(runbookCommandSchema),
  links: z.array(runbookLinkSchema),
  expect: z.string().optional(),
  ask: runbookAskSchema.optional(),
  /** Who has to agree before the run goes on. */
  approve: z.string().optional(),
  /** What has to be written down before the run goes on. */
  record: z.string().optional(),
  request: runbookRequestSchema.optional(),
  action: runbookActionSchema.optional(),
  /** Counted from the moment at which the step becomes the current one. */
  waitMs: z.int().min(0).optional(),
  /** Where to go when the step is done or skipped; absent: the step below. */
  goTo: z.string().optional(),
});
export type RunbookStep = z.infer<typeof runbookStepSchema>;

export const runbookSchema = z.object({
  id: z.string(),
  title: z.string(),
  alerts: z.array(z.string()),
  services: z.array(z.string()),
  roles: z.array(z.string()),
  severity: z.string().optional(),
  version: z.string().optional(),
  /** A calendar day, `YYYY-MM-DD`. */
  lastRehearsed: z.string().optional(),
  intro: z.array(blockSchema),
  steps: z.array(runbookStepSchema),
});
export type Runbook = z.infer<typeof runbookSchema>;

/** What is wrong in a runbook file. None of them keeps the rest of the file from being used. */
const runbookProblemCodeSchema = z.enum([
  'too-large',
  'too-complex',
  'too-many-steps',
  'unreadable',
  'front-matter',
  'front-matter-key',
  'front-matter-value',
  'no-steps',
  'step-id',
  'duplicate-step',
  'wait',
  'ask',
  'target',
  'repeated',
  'unreachable',
  'too-deep',
  'approve',
  'record',
  'http',
  'action',
  'fence',
  'import',
]);
export type RunbookProblemCode = z.infer<typeof runbookProblemCodeSchema>;

export const runbookProblemSchema = z.object({
  line: z.int().min(1),
  code: runbookProblemCodeSchema,
  message: z.string(),
});
export type RunbookProblem = z.infer<typeof runbookProblemSchema>;

/** Whether a link may be followed: http, https and mailto only, without control characters. */
export function isSafeUrl(url: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what is refused
  return /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i.test(url) && !/[\u0000-\u0020\u007f]/.test(url);
}

/** The plain text of inline nodes, for labels and search. */
export function inlineText(inlines: readonly Inline[]): string {
  let text = '';
  for (const inline of inlines) {
    if (inline.type === 'text' || inline.type === 'code') text += inline.text;
    else if (inline.type === 'break') text += '\n';
    else text += inlineText(inline.children);
  }
  return text;
}
