import type { Fact } from '../../shared/facts/fact.ts';

/**
 * What of a fact can be found, and by which words. The index is given words that are cut here, so
 * that a question and a fact are always cut alike, whatever tables of Unicode SQLite carries.
 */

/** Kinds that nobody looks for: a heartbeat a minute would bury what people mean. */
const NOT_SEARCHED = new Set(['source.heard', 'entry.pinned', 'entry.unpinned']);

/** One word of a question, as the tokens that must follow each other; the last is a beginning. */
export type Word = readonly string[];

/** The texts of a fact: of its body, who wrote it, and the thing's own name. Each once. */
export function textsOf(fact: Pick<Fact, 'kind' | 'thing' | 'author' | 'body'>): string[] {
  if (NOT_SEARCHED.has(fact.kind)) return [];
  const texts = new Set<string>();
  const waiting: unknown[] = [fact.body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') texts.add(value);
    else if (Array.isArray(value)) for (const entry of value) waiting.push(entry);
    else if (typeof value === 'object' && value !== null) {
      for (const entry of Object.values(value)) waiting.push(entry);
    }
  }
  if (fact.author) texts.add(fact.author.person);
  texts.add(fact.thing.slice(fact.thing.indexOf(':') + 1));
  return [...texts];
}

/** The texts as words for the index: tokens with something between that is none. */
export function indexedText(texts: readonly string[]): string {
  const joined = texts.join('\n');
  const words = ASCII.test(joined) ? joined : tokensOf(joined).join(' ');
  const parts = joined.match(CAMEL_CASE);
  return parts === null ? words : `${words}\n${parts.map(partsOf).join('\n')}`;
}

/**
 * The words of a question, which people part by spaces. `pay-core-7f` is one word of three tokens;
 * quotes, operators and other marks part tokens and mean nothing.
 */
export function wordsOf(question: string): Word[] {
  return question
    .split(/\s+/u)
    .map(tokensOf)
    .filter((tokens) => tokens.length > 0);
}

/** Whether the texts hold all the words, each within one text and with its last token a beginning. */
export function holdsWords(texts: readonly string[], words: readonly Word[]): boolean {
  const lists = texts.flatMap((text) => {
    const parts = text.match(CAMEL_CASE);
    const whole = tokensOf(text);
    return parts === null ? [whole] : [whole, ...parts.map((part) => tokensOf(partsOf(part)))];
  });
  return words.every((word) => lists.some((tokens) => holdsWord(tokens, word)));
}

/** A query for FTS5: every word a phrase whose last token is a beginning. */
export function matchOf(words: readonly Word[]): string {
  return words.map((tokens) => `"${tokens.join(' ')}" *`).join(' AND ');
}

function holdsWord(tokens: readonly string[], word: Word): boolean {
  const last = word.length - 1;
  for (let start = 0; start + last < tokens.length; start += 1) {
    if (!tokens[start + last]?.startsWith(word[last] ?? '')) continue;
    if (word.slice(0, last).every((token, index) => tokens[start + index] === token)) return true;
  }
  return false;
}

/** Scripts that put no space between words: every character is a token. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]/gu;
const TOKEN = /[\p{L}\p{N}\p{M}]+/gu;
const ASCII = /^[\0-\x7f]*$/;
/** A word such as `HighErrorRate` is also found by its parts. */
const CAMEL_CASE = /[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*/g;
const CAMEL_PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

function tokensOf(text: string): string[] {
  if (ASCII.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  // Compatible forms (full width, ligatures) and accents over letters are read as the plain ones.
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .normalize('NFC');
  return plain.replace(UNSPACED, ' $& ').match(TOKEN) ?? [];
}

function partsOf(word: string): string {
  return word.match(CAMEL_PART)?.join(' ') ?? '';
}
