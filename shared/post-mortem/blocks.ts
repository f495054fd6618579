/**
 * The Markdown of a post-mortem, as far as it is drawn: headings, paragraphs, lists, tables, strong
 * and code, and citations `[fact:<id>]`. Everything else is text. Total: every text gives blocks, and
 * nothing in it becomes a link, an image or markup of its own.
 */

export type Inline =
  | { readonly kind: 'text'; readonly text: string; readonly isStrong: boolean }
  | { readonly kind: 'code'; readonly text: string }
  /** The first 12 or more digits of a fact's id. */
  | { readonly kind: 'cite'; readonly id: string };

export type Block =
  | { readonly kind: 'heading'; readonly line: number; readonly inlines: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly line: number; readonly inlines: readonly Inline[] }
  | {
      readonly kind: 'item';
      readonly line: number;
      /** 0 for the outermost. */
      readonly depth: number;
      readonly inlines: readonly Inline[];
    }
  | {
      readonly kind: 'table';
      readonly line: number;
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly {
        readonly line: number;
        readonly cells: readonly (readonly Inline[])[];
      }[];
    };

const CITE = /^\[fact:([0-9a-f]{12,64})\]/;
const ITEM = /^(\s*)(?:[-*+]|\d{1,9}[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*\s*$/;
const RULE = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$/;
const DEEPEST = 5;

/** Lines are counted from 1. */
export function readBlocks(text: string): readonly Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const blocks: Block[] = [];
  let open: { line: number; text: string[] } | null = null;
  const close = (): void => {
    if (open === null) return;
    const { line, text: parts } = open;
    blocks.push({ kind: 'paragraph', line, inlines: readInlines(parts.join(' ')) });
    open = null;
  };
  for (let index = 0; index < lines.length; index += 1) {
    const raw = lines[index] ?? '';
    const line = index + 1;
    const heading = HEADING.exec(raw);
    const item = ITEM.exec(raw);
    if (raw.trim() === '') {
      close();
    } else if (heading !== null) {
      close();
      blocks.push({ kind: 'heading', line, inlines: readInlines(heading[1] ?? '') });
    } else if (raw.includes('|') && RULE.test(lines[index + 1] ?? '')) {
      close();
      const rows: { line: number; cells: readonly (readonly Inline[])[] }[] = [];
      let end = index + 2;
      while ((lines[end] ?? '').includes('|') && (lines[end] ?? '').trim() !== '') {
        rows.push({ line: end + 1, cells: cellsOf(lines[end] ?? '') });
        end += 1;
      }
      blocks.push({ kind: 'table', line, head: cellsOf(raw), rows });
      index = end - 1;
    } else if (item !== null) {
      close();
      const depth = Math.min(DEEPEST, Math.floor((item[1] ?? '').length / 2));
      blocks.push({ kind: 'item', line, depth, inlines: readInlines(item[2] ?? '') });
    } else if (open === null) {
      open = { line, text: [raw.trim()] };
    } else {
      (open as { text: string[] }).text.push(raw.trim());
    }
  }
  close();
  return blocks;
}

function cellsOf(row: string): readonly (readonly Inline[])[] {
  const cells: string[] = [];
  let cell = '';
  const text = row.trim();
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? '';
    if (sign === '\\' && index + 1 < text.length) {
      cell += sign + (text[index + 1] ?? '');
      index += 1;
    } else if (sign === '|') {
      cells.push(cell);
      cell = '';
    } else {
      cell += sign;
    }
  }
  cells.push(cell);
  if (text.startsWith('|')) cells.shift();
  if (cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((content) => readInlines(content.trim()));
}

/** Text with its marks; a mark that is not closed is text. */
export function readInlines(source: string): readonly Inline[] {
  const inlines: Inline[] = [];
  let text = '';
  let isStrong = false;
  const close = (): void => {
    if (text !== '') inlines.push({ kind: 'text', text, isStrong });
    text = '';
  };
  for (let index = 0; index < source.length; index += 1) {
    const sign = source[index] ?? '';
    if (sign === '\\' && /[!-/:-@[-`{-~]/.test(source[index + 1] ?? '')) {
      text += source[index + 1] ?? '';
      index += 1;
      continue;
    }
    if (sign === '*' && source[index + 1] === '*') {
      if (isStrong || source.includes('**', index + 2)) {
        close();
        isStrong = !isStrong;
        index += 1;
        continue;
      }
    }
    if (sign === '`') {
      const end = source.indexOf('`', index + 1);
      if (end > index + 1) {
        close();
        inlines.push({ kind: 'code', text: source.slice(index + 1, end) });
        index = end;
        continue;
      }
    }
    if (sign === '[') {
      const cite = CITE.exec(source.slice(index, index + 80));
      if (cite !== null) {
        close();
        inlines.push({ kind: 'cite', id: cite[1] ?? '' });
        index += cite[0].length - 1;
        continue;
      }
    }
    text += sign;
  }
  close();
  return inlines;
}

/** Text from outside in one line, that this Markdown takes for nothing but text. */
export function escaped(text: string): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`)
      // At its beginning it would make a list.
      .replace(/^([-+]|\d+[.)])(?=\s)/, (start) => `\\${start}`)
  );
}

/** How a statement names the fact that shows it. */
export function cite(id: string): string {
  return `[fact:${id.slice(0, CITED_DIGITS)}]`;
}

export const CITED_DIGITS = 12;

/** The ids that a text cites, as far as it names them, each once. */
export function citedIn(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/\[fact:([0-9a-f]{12,64})\]/g)].map((found) => found[1] ?? '')),
  ];
}
