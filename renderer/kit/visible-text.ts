/**
 * Text from outside, with what would deceive the eye made visible: control characters, marks that
 * turn the direction of writing, and characters without width stand as `⟨U+202E⟩`. Line breaks and
 * tabs become spaces unless `keepLines`.
 */
export function visibleText(text: string, keepLines = false): string {
  const flat = keepLines ? text.replace(/\r\n?/g, '\n') : text.replace(/[\r\n\t]+/g, ' ');
  return SUSPICIOUS.test(flat) ? flat.replace(EVERY_SUSPICIOUS, codeOf) : flat;
}

// Controls but tab and line feed; soft hyphen, Arabic letter mark, zero width (without the joiners
// that scripts need), direction marks and isolates, word joiner, byte order mark, tags.
const CHARACTERS =
  '[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u2069\\uFEFF\\uFFF9-\\uFFFB\\u{E0000}-\\u{E007F}]';
const SUSPICIOUS = new RegExp(CHARACTERS, 'u');
const EVERY_SUSPICIOUS = new RegExp(CHARACTERS, 'gu');

/** Whether something stands in a text that an eye would not notice. */
export function hasHidden(text: string): boolean {
  return SUSPICIOUS.test(text);
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
