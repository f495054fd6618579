import type { RunbookStep } from '../runbooks/format.ts';

/** What a step of a runbook wishes to have run: a fenced block whose language is `action`. */
export interface ActionWish {
  readonly entry: string;
  /** Values that the runbook gives; a person gives the rest. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly automatic: boolean;
}

/**
 * Reads a block of lines `entry: restart-service`, `automatic: true` and `name: value`; lines that
 * are empty or begin with `#` say nothing. Null where no entry is named or a line is none of these.
 */
export function readActionBlock(text: string): ActionWish | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, name, value] = /^\s*([a-z][a-zA-Z0-9_-]{0,63}):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) return null;
    fields.set(name, value);
  }
  const entry = fields.get('entry');
  if (entry === undefined || entry === '') return null;
  const automatic = fields.get('automatic') === 'true';
  fields.delete('entry');
  fields.delete('automatic');
  return { entry, parameters: Object.fromEntries(fields), automatic };
}

/** What of a step says what it wishes to have run: as the parser read it, or the block itself. */
interface StepOfAction extends Pick<RunbookStep, 'body'> {
  readonly action?:
    | {
        readonly entry: string;
        readonly parameters: readonly { readonly name: string; readonly value: string }[];
        readonly automatic: boolean;
      }
    | undefined;
}

/** The action of a step, or null where it has none; of several, the first. */
export function actionOfStep(step: StepOfAction): ActionWish | null {
  if (step.action !== undefined) {
    const { entry, parameters, automatic } = step.action;
    return {
      entry,
      parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
      automatic,
    };
  }
  for (const block of step.body) {
    if (block.type === 'code' && block.language === 'action') return readActionBlock(block.text);
  }
  return null;
}
