/** The file name without folders and without `.md`. */
export function runbookBaseName(fileName: string): string {
  return (fileName.split(/[\\/]/).pop() ?? '').replace(/\.(?:md|markdown)$/i, '');
}

/** A heading or a name as an id: lower-case letters and digits of any script, joined by `-`. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^(?:step\s+)?\d+[.):]\s+/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');
}
