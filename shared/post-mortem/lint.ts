import { readBlocks, type Inline } from './blocks.ts';

/** A statement that names no fact by which it can be checked. */
export interface Uncited {
  /** Line in the section, from 1. */
  readonly line: number;
  /** How it begins. */
  readonly begins: string;
}

const SHOWN = 80;

/**
 * Which statements of a section cite nothing: paragraphs, entries of lists and rows of tables. An
 * entry that only leads a list below it is held by what stands there.
 */
export function uncitedIn(text: string): readonly Uncited[] {
  const found: Uncited[] = [];
  const blocks = readBlocks(text);
  const add = (line: number, inlines: readonly Inline[]): void => {
    if (inlines.some(({ kind }) => kind === 'cite')) return;
    const begins = inlines.map((part) => (part.kind === 'cite' ? '' : part.text)).join('');
    if (begins.trim() !== '') found.push({ line, begins: begins.trim().slice(0, SHOWN) });
  };
  blocks.forEach((block, index) => {
    const next = blocks[index + 1];
    switch (block.kind) {
      case 'heading':
        return;
      case 'table':
        for (const { line, cells } of block.rows) add(line, cells.flat());
        return;
      case 'item':
        if (next?.kind === 'item' && next.depth > block.depth) return;
        add(block.line, block.inlines);
        return;
      case 'paragraph':
        if (next?.kind === 'item' || next?.kind === 'table') return;
        add(block.line, block.inlines);
    }
  });
  return found;
}
