/** Characters that a name of letters and digits does not end before. */
const WORD = /[A-Za-z0-9_-]/;
/** Shorter names are found in half of all words. */
const SHORTEST = 3;

/**
 * Which of the names stand in a text, as words of their own and whatever the case: people, services
 * and units that the public is not to read of by accident.
 */
export function internalNamesIn(text: string, names: Iterable<string>): string[] {
  const lower = text.toLowerCase();
  const found = new Set<string>();
  for (const name of names) {
    const wanted = name.trim().toLowerCase();
    const shortest = /[^\p{ASCII}]/u.test(wanted) ? 2 : SHORTEST;
    if (wanted.length >= shortest && hasWord(lower, wanted)) found.add(name.trim());
  }
  return [...found].sort((left, right) => left.localeCompare(right));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + word.length] ?? '';
    const begins = !WORD.test(word[0] ?? '') || !WORD.test(before);
    const ends = !WORD.test(word.at(-1) ?? '') || !WORD.test(after);
    if (begins && ends) return true;
  }
  return false;
}
