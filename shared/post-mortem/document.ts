import { escaped, readBlocks, type Block, type Inline } from './blocks.ts';
import { utcText } from './spans.ts';
import { postMortemWords, worded, type PostMortemWord } from './words.ts';

/** A post-mortem as a file of its own: Markdown, or HTML that needs nothing beside it. */

export interface PostMortemDocument {
  readonly language: 'en' | 'zh-CN';
  readonly title: string;
  readonly status: 'draft' | 'review' | 'final';
  readonly exportedAt: number;
  /** In their order; an empty text is left out. */
  readonly sections: readonly { readonly heading: string; readonly text: string }[];
  /** What the citations name, by the first digits that they use. */
  readonly evidence: ReadonlyMap<string, CitedFact>;
}

export interface CitedFact {
  readonly id: string;
  readonly at: number;
  /** What it says, in the document's language. */
  readonly text: string;
}

/** Makes hidden characters of foreign text visible. */
type Shown = (text: string) => string;

/**
 * Markdown (GFM) with the evidence as footnotes: it reads the same in any other tool.
 * @param shown makes what an eye would not see visible
 */
export function postMortemMarkdown(document: PostMortemDocument, shown: Shown): string {
  const say = wordsOf(document);
  const notes = numberNotes(document);
  const lines = [
    `# ${escaped(shown(`${say('title')}${say('colon')}${document.title}`))}`,
    '',
    `${say('status')}${say('colon')}${say(`status.${document.status}`)} · ${say('exportedAt')} ${utcText(document.exportedAt)} · ${say('utc')}`,
    '',
  ];
  for (const { heading, text } of document.sections) {
    if (text.trim() === '') continue;
    lines.push(`## ${escaped(shown(heading))}`, '');
    let before: Block | null = null;
    for (const block of readBlocks(text)) {
      const isList = before?.kind === 'item' && block.kind === 'item';
      if (before !== null && !isList) lines.push('');
      lines.push(...markdownOf(block, notes, shown));
      before = block;
    }
    lines.push('');
  }
  for (const [id, number] of notes) {
    const fact = document.evidence.get(id);
    const what =
      fact === undefined
        ? `${say('unknown')} \`${id}\``
        : `${utcText(fact.at)} · ${escaped(shown(fact.text))} · \`${fact.id}\``;
    lines.push(`[^${String(number)}]: ${what}`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function markdownOf(block: Block, notes: ReadonlyMap<string, number>, shown: Shown): string[] {
  const text = (inlines: readonly Inline[]): string =>
    inlines
      .map((part) => {
        if (part.kind === 'cite') return `[^${String(notes.get(part.id) ?? 0)}]`;
        if (part.kind === 'code') return `\`${shown(part.text).replaceAll('`', '')}\``;
        // The spaces at its ends part it from its neighbours.
        const [, lead = '', body = '', tail = ''] = /^(\s*)([^]*?)(\s*)$/.exec(part.text) ?? [];
        const safe = escaped(shown(body));
        return `${lead && ' '}${part.isStrong && safe !== '' ? `**${safe}**` : safe}${tail && ' '}`;
      })
      .join('');
  switch (block.kind) {
    case 'heading':
      return [`### ${text(block.inlines)}`];
    case 'paragraph':
      return [text(block.inlines)];
    case 'item':
      return [`${'  '.repeat(block.depth)}- ${text(block.inlines)}`];
    case 'table': {
      const row = (cells: readonly (readonly Inline[])[]): string =>
        `| ${block.head.map((_, index) => text(cells[index] ?? [])).join(' | ')} |`;
      return [
        row(block.head),
        `| ${block.head.map(() => '---').join(' | ')} |`,
        ...block.rows.map(({ cells }) => row(cells)),
      ];
    }
  }
}

/**
 * HTML in one file: no script, nothing that is fetched, and a policy that allows neither.
 * @param shown makes what an eye would not see visible
 */
export function postMortemHtml(document: PostMortemDocument, shown: Shown): string {
  const say = wordsOf(document);
  const notes = numberNotes(document);
  const safe = (text: string): string => htmlText(shown(text));
  const title = safe(`${say('title')}${say('colon')}${document.title}`);
  const sections = document.sections
    .filter(({ text }) => text.trim() !== '')
    .map(
      ({ heading, text }) =>
        `<section>\n<h2>${safe(heading)}</h2>\n${htmlOf(readBlocks(text), notes, safe)}\n</section>`,
    );
  const evidence = [...notes].map(([id, number]) => {
    const fact = document.evidence.get(id);
    const what =
      fact === undefined
        ? `${safe(say('unknown'))} <code>${safe(id)}</code>`
        : `<time datetime="${new Date(fact.at).toISOString()}">${utcText(fact.at)}</time> · <bdi>${safe(fact.text)}</bdi> <code>${safe(fact.id)}</code>`;
    return `<li id="fact-${String(number)}">${what}</li>`;
  });
  return [
    '<!doctype html>',
    `<html lang="${document.language}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1><bdi>${title}</bdi></h1>`,
    `<p class="under">${safe(`${say('status')}${say('colon')}${say(`status.${document.status}`)} · ${say('exportedAt')} ${utcText(document.exportedAt)} · ${say('utc')}`)}</p>`,
    ...sections,
    ...(evidence.length === 0
      ? []
      : [
          `<section><h2>${safe(say('evidence'))}</h2>`,
          `<ol>${evidence.join('\n')}</ol>`,
          '</section>',
        ]),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function htmlOf(blocks: readonly Block[], notes: ReadonlyMap<string, number>, safe: Shown): string {
  const text = (inlines: readonly Inline[]): string =>
    inlines
      .map((part) => {
        switch (part.kind) {
          case 'cite': {
            const number = String(notes.get(part.id) ?? 0);
            return `<a class="cite" href="#fact-${number}">[${number}]</a>`;
          }
          case 'code':
            return `<code>${safe(part.text)}</code>`;
          case 'text':
            return part.isStrong ? `<strong>${safe(part.text)}</strong>` : safe(part.text);
        }
      })
      .join('');
  const lines: string[] = [];
  let depth = -1;
  const leaveTo = (wanted: number): void => {
    while (depth > wanted) {
      lines.push('</li></ul>');
      depth -= 1;
    }
  };
  for (const block of blocks) {
    if (block.kind !== 'item') leaveTo(-1);
    switch (block.kind) {
      case 'heading':
        lines.push(`<h3>${text(block.inlines)}</h3>`);
        break;
      case 'paragraph':
        lines.push(`<p>${text(block.inlines)}</p>`);
        break;
      case 'item': {
        // Deeper than its leader by more than one step is one step deeper.
        const wanted = Math.min(block.depth, depth + 1);
        leaveTo(wanted);
        if (depth === wanted) lines.push('</li>');
        while (depth < wanted) {
          lines.push('<ul>');
          depth += 1;
        }
        lines.push(`<li>${text(block.inlines)}`);
        break;
      }
      case 'table': {
        const cells = (tag: 'th' | 'td', row: readonly (readonly Inline[])[]): string =>
          block.head
            .map((_, index) => `<${tag}><bdi>${text(row[index] ?? [])}</bdi></${tag}>`)
            .join('');
        lines.push(
          `<table><thead><tr>${cells('th', block.head)}</tr></thead><tbody>`,
          ...block.rows.map((row) => `<tr>${cells('td', row.cells)}</tr>`),
          '</tbody></table>',
        );
      }
    }
  }
  leaveTo(-1);
  return lines.join('\n');
}

/** Text as HTML shows it, in elements and in quoted attributes. */
function htmlText(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}

/** Each cited id, numbered in the order in which it is read. */
function numberNotes({ sections }: PostMortemDocument): ReadonlyMap<string, number> {
  const notes = new Map<string, number>();
  const add = (inlines: readonly Inline[]): void => {
    for (const part of inlines) {
      if (part.kind === 'cite' && !notes.has(part.id)) notes.set(part.id, notes.size + 1);
    }
  };
  for (const { text } of sections) {
    for (const block of readBlocks(text)) {
      if (block.kind === 'table') {
        block.head.forEach(add);
        for (const { cells } of block.rows) cells.forEach(add);
      } else {
        add(block.inlines);
      }
    }
  }
  return notes;
}

function wordsOf({ language }: PostMortemDocument): (word: PostMortemWord) => string {
  return (word) => worded(postMortemWords[language], word);
}

const STYLE = [
  ':root{color-scheme:light dark;font:15px/1.5 system-ui,"Noto Sans SC",sans-serif}',
  'main{max-width:62em;margin:2em auto;padding:0 1em}',
  'h2{margin-top:2em;border-bottom:1px solid}',
  'table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}',
  'th,td{border-bottom:1px solid;padding:.25em .5em;text-align:start;vertical-align:top}',
  'code{overflow-wrap:anywhere;font-size:.85em}',
  '.under{opacity:.8}',
].join('');
