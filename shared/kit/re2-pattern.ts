import { RE2JS } from 're2js';

/**
 * A pattern in the language of Prometheus and Alertmanager (RE2), which must fit the whole text. It
 * is matched in time linear in the text, so that nobody's configuration can hold up a process; the
 * engine's own expressions track back and know neither all of the language nor that bound.
 */
export interface Re2Pattern {
  fits(text: string): boolean;
  /** What the whole and each group matched ('' where a group took no part), or null. */
  groups(text: string): { readonly [name: string]: string } | null;
}

/** Longer patterns are not compiled: a configuration is read, not trusted. */
const MAX_PATTERN = 1_000;

/** The pattern, or why it cannot be used. */
export function re2Pattern(text: string): Re2Pattern | string {
  if (text.length > MAX_PATTERN) return `the pattern is longer than ${MAX_PATTERN} characters`;
  // Alternatives of plain words, the most common pattern by far, need no machine.
  if (/^[\w-]+(?:\|[\w-]+)*$/.test(text)) return plainWords(text);
  let compiled: RE2JS;
  try {
    // `s`: Prometheus and Alertmanager let a dot stand for a line's end as well.
    compiled = RE2JS.compile(`(?s:${text})`);
  } catch (error) {
    const said = error instanceof Error ? error.message : 'it cannot be read';
    return `the pattern is none of RE2's: ${said.slice(0, 200)}`;
  }
  const names = Object.entries(compiled.namedGroups());
  return {
    fits: (value) => compiled.matches(value),
    groups(value) {
      const matcher = compiled.matcher(value);
      if (!matcher.matches()) return null;
      const found: Record<string, string> = {};
      for (let index = 0; index <= compiled.groupCount(); index += 1) {
        found[index] = matcher.group(index) ?? '';
      }
      for (const [name, index] of names) found[name] = found[index] ?? '';
      return found;
    },
  };
}

function plainWords(text: string): Re2Pattern {
  const words = new Set(text.split('|'));
  return {
    fits: (value) => words.has(value),
    groups: (value) => (words.has(value) ? { 0: value } : null),
  };
}
