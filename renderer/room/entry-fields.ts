import type { Translate } from '../i18n/text.ts';

/** Reading what lies in a fact's body, which may be of another version. */

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string' && value !== '') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Parts that are not empty, set apart. */
export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** The translation of a code that comes from a fact, or the code itself. */
export function known(t: Translate, key: string, code: string): string {
  const translated = (t as (key: string) => string)(key);
  return translated === key ? code : translated;
}

export interface EntryText {
  /** The word of its kind: `Fired`, `Note`. */
  readonly kind: string;
  /** What it is about, set apart; null where the text says all. */
  readonly subject: string | null;
  readonly text: string;
  readonly services: readonly string[];
  /** The person, else the source. */
  readonly who: string;
}
