import type { RunbookAction } from './format.ts';

/** What stands for the answer of another step: `{{step-id}}`. */
const REFERENCE = /\{\{\s*([^\s{}]{1,80})\s*\}\}/g;

/** The steps whose answers a value takes. */
export function referencesOf(value: string): string[] {
  return [...value.matchAll(REFERENCE)].map((match) => match[1] ?? '');
}

/**
 * The parameters of an action with the answers of a run in them. The value is only text: what it may
 * be is for the catalogue to say.
 * @param answers the last answer of each step, by its id
 * @returns `missing`: steps whose answer is not recorded yet; their places stay as they are
 */
export function fillParameters(
  action: Pick<RunbookAction, 'parameters'>,
  answers: ReadonlyMap<string, string>,
): { readonly parameters: RunbookAction['parameters']; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const parameters = action.parameters.map(({ name, value }) => ({
    name,
    value: value.replaceAll(REFERENCE, (whole, step: string) => {
      const answer = answers.get(step);
      if (answer === undefined) missing.add(step);
      return answer ?? whole;
    }),
  }));
  return { parameters, missing: [...missing] };
}
