/**
 * Characters that are not seen but change what is read or run: bidirectional controls, zero-width
 * characters, other control characters. Line feeds and tabs are what they look like.
 */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text in which nothing is hidden: `rm ⟨U+202E⟩…`. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}
