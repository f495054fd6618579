/**
 * Words with places for parameters: `--unit={unit}`. One word of a template is always one word of
 * what is run: no value can become two, and none an option.
 */

export type Part = { readonly text: string } | { readonly parameter: string };

const PLACE = /\{([a-z][a-zA-Z0-9_-]{0,63})\}/g;

/** A word in its parts, or why it is none: a brace that stands for no parameter. */
export function partsOf(word: string): readonly Part[] | string {
  const parts: Part[] = [];
  let end = 0;
  for (const match of word.matchAll(PLACE)) {
    if (match.index > end) parts.push({ text: word.slice(end, match.index) });
    parts.push({ parameter: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < word.length || parts.length === 0) parts.push({ text: word.slice(end) });
  const stray = parts.some((part) => 'text' in part && /[{}]/.test(part.text));
  return stray ? `a brace in ${JSON.stringify(word)} stands for no parameter` : parts;
}

/** The parameters that a word names. */
export function namesIn(word: string): string[] {
  return [...word.matchAll(PLACE)].map((match) => match[1] ?? '');
}

/**
 * Why words cannot be used as arguments, or null. A parameter may stand alone, or behind text: where
 * that text begins with a dash it must hold a `=`, or the value could name another option.
 */
export function wordsProblem(words: readonly string[]): string | null {
  for (const word of words) {
    const parts = partsOf(word);
    if (typeof parts === 'string') return parts;
    const [first] = parts;
    if (parts.length < 2 || first === undefined || !('text' in first)) continue;
    if (first.text.startsWith('-') && !first.text.includes('=')) {
      return `in ${JSON.stringify(word)} a value could become an option: write --name={…}`;
    }
  }
  return null;
}

/**
 * Fills words. A value that would stand at the beginning of a word and starts with a dash is refused
 * unless `--` stands before it: else a program would read it as an option.
 * @returns the words, or the parameter that is refused
 */
export function fillWords(
  words: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly string[] | { readonly refused: string } {
  const filled: string[] = [];
  let afterDashes = false;
  for (const word of words) {
    const parts = partsOf(word);
    if (typeof parts === 'string') return { refused: word };
    let text = '';
    for (const part of parts) {
      if ('text' in part) {
        text += part.text;
        continue;
      }
      const value = values[part.parameter];
      if (value === undefined) return { refused: part.parameter };
      if (text === '' && value.startsWith('-') && !afterDashes) return { refused: part.parameter };
      text += value;
    }
    if (word === '--') afterDashes = true;
    filled.push(text);
  }
  return filled;
}

/** Fills a text that is no word of a command line and no address: values stand in it as they are. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  const parts = partsOf(text);
  if (typeof parts === 'string') return text;
  return parts
    .map((part) => ('text' in part ? part.text : (values[part.parameter] ?? '')))
    .join('');
}

/**
 * Fills an address: values are encoded, and one that would change the path (`.`, `..`) or that is
 * empty is refused.
 * @returns the address, or the parameter that is refused
 */
export function fillUrl(
  template: string,
  values: Readonly<Record<string, string>>,
): string | { readonly refused: string } {
  const parts = partsOf(template);
  if (typeof parts === 'string') return { refused: template };
  let text = '';
  for (const part of parts) {
    if ('text' in part) {
      text += part.text;
      continue;
    }
    const value = values[part.parameter];
    if (value === undefined || value === '' || /^\.+$/.test(value)) {
      return { refused: part.parameter };
    }
    // A parser of addresses encodes the apostrophe as well, but only in queries.
    text += encodeURIComponent(value).replaceAll("'", '%27');
  }
  return text;
}
