const MAX_CONTAINERS = 40;
const MAX_EMPHASIS_WORK = 20_000_000;

/**
 * The Markdown parser under us takes quadratic time for long runs of emphasis marks or brackets and
 * for deeply nested quotes and lists (minutes for a file of our size limit). Neither is in a runbook
 * that a person wrote, so such a file is refused before it is parsed.
 */
export function complexityOf(markdown: string): { line: number; message: string } | null {
  let work = 0;
  let marks = 0;
  const lines = markdown.split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) {
    if (/^[ \t]*$/.test(line)) marks = 0;
    const containers = /^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))+/.exec(line)?.[0];
    if (containers !== undefined && containers.replace(/[ \t\d]/g, '').length > MAX_CONTAINERS) {
      return {
        line: index + 1,
        message: `quotes or lists nested more than ${MAX_CONTAINERS} deep`,
      };
    }
    let added = 0;
    for (const character of line) if ('*_]'.includes(character)) added += 1;
    work += (marks + added) * (marks + added) - marks * marks;
    marks += added;
    if (work > MAX_EMPHASIS_WORK) {
      return { line: index + 1, message: 'too many of * _ ] in one paragraph' };
    }
  }
  return null;
}

/** The bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // A surrogate pair is four bytes: two for each of its halves.
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
