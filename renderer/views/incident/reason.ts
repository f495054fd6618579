import { hasText, text } from '../../i18n/text.ts';

/** The sentence for a refusal or an error; a code that nobody knows is shown as it is. */
export function reasonOf(code: string): string {
  const key = [`refusal.${code}`, `error.${code}`].find(hasText);
  return key === undefined ? text('refusal.other', { code }) : text(key);
}
