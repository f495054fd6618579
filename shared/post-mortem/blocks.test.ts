import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cite, citedIn, escaped, readBlocks, readInlines } from './blocks.ts';
import { uncitedIn } from './lint.ts';

const ID = 'a1b2c3d4e5f6'.padEnd(64, '0');

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    `[fact:${ID}]`,
    '**strong** `code`',
    '| a | b |\n| --- | --- |',
    '# heading',
    '- item\n1. item',
    '![x](javascript:alert(1))',
    '<img src=x onerror=alert(1)>',
    '\\[fact:a1b2c3d4e5f6\\]',
  ),
);

test('M1 text from outside stays text, whatever it looks like', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const inlines = readInlines(escaped(text));
      expect(inlines.every(({ kind }) => kind === 'text')).toBe(true);
      const shown = inlines.map((part) => (part.kind === 'text' ? part.text : '')).join('');
      expect(shown).toBe(text.replace(/\s+/g, ' ').trim());
      for (const block of readBlocks(`- ${escaped(text)} ${cite(ID)}`)) {
        expect(block.kind).toBe('item');
      }
      expect(readBlocks(escaped(text)).every(({ kind }) => kind === 'paragraph')).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('M1 every text gives blocks, each at a line of its own', () => {
  fc.assert(
    fc.property(fc.array(hostile), (parts) => {
      const text = parts.join('\n');
      const lines = readBlocks(text).map(({ line }) => line);
      expect(lines).toEqual([...new Set(lines)].sort((left, right) => left - right));
      expect(Math.max(0, ...lines)).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length);
    }),
    { numRuns: 500 },
  );
});

test('M1 headings, lists, tables and citations are read', () => {
  const text = [
    '# What',
    'one **two** `three`',
    'four',
    '',
    '- leader',
    `  - held ${cite(ID)}`,
    '',
    '| a | b \\| c |',
    '| --- | --- |',
    `| 1 | ${cite(ID)} |`,
  ].join('\n');
  expect(readBlocks(text)).toEqual([
    { kind: 'heading', line: 1, inlines: [{ kind: 'text', text: 'What', isStrong: false }] },
    {
      kind: 'paragraph',
      line: 2,
      inlines: [
        { kind: 'text', text: 'one ', isStrong: false },
        { kind: 'text', text: 'two', isStrong: true },
        { kind: 'text', text: ' ', isStrong: false },
        { kind: 'code', text: 'three' },
        { kind: 'text', text: ' four', isStrong: false },
      ],
    },
    {
      kind: 'item',
      line: 5,
      depth: 0,
      inlines: [{ kind: 'text', text: 'leader', isStrong: false }],
    },
    {
      kind: 'item',
      line: 6,
      depth: 1,
      inlines: [
        { kind: 'text', text: 'held ', isStrong: false },
        { kind: 'cite', id: ID.slice(0, 12) },
      ],
    },
    {
      kind: 'table',
      line: 8,
      head: [
        [{ kind: 'text', text: 'a', isStrong: false }],
        [{ kind: 'text', text: 'b | c', isStrong: false }],
      ],
      rows: [
        {
          line: 10,
          cells: [
            [{ kind: 'text', text: '1', isStrong: false }],
            [{ kind: 'cite', id: ID.slice(0, 12) }],
          ],
        },
      ],
    },
  ]);
  expect(citedIn(text)).toEqual([ID.slice(0, 12)]);
});

test('M2 a statement that cites nothing is named with its line', () => {
  const text = [
    'The pool was full.',
    '',
    `It was seen ${cite(ID)}.`,
    '',
    '- leader',
    `  - held ${cite(ID)}`,
    '  - not held',
    '',
    '| when | what |',
    '| --- | --- |',
    `| 02:00 | fired ${cite(ID)} |`,
    '| 02:01 | somebody said so |',
  ].join('\n');
  expect(uncitedIn(text)).toEqual([
    { line: 1, begins: 'The pool was full.' },
    { line: 7, begins: 'not held' },
    { line: 12, begins: '02:01somebody said so' },
  ]);
});
