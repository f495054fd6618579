import type { Code, Definition, Nodes, PhrasingContent, RootContent } from 'mdast';
import {
  isSafeUrl,
  type Block,
  type Inline,
  type RunbookCommand,
  type RunbookLink,
} from './format.ts';
import { readFenceAttributes } from './fences.ts';
import type { Report } from './report.ts';

/** From the Markdown parser's tree to ours: nothing comes through that is not named here. */

export interface TreeContext {
  readonly report: Report;
  readonly definitions: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 24;

/** Languages of fenced code that a person pastes somewhere. A fence without one is shown only. */
const COMMAND_LANGUAGES = new Set([
  'bash',
  'sh',
  'shell',
  'zsh',
  'fish',
  'console',
  'shell-session',
  'shellsession',
  'terminal',
  'cmd',
  'bat',
  'powershell',
  'pwsh',
  'sql',
  'psql',
  'mysql',
  'redis',
  'promql',
  'logql',
  'http',
]);

/** `commands` collects the fences to copy; null where none are wanted (the introduction). */
export function toBlocks(
  nodes: readonly RootContent[],
  context: TreeContext,
  depth: number,
  commands: RunbookCommand[] | null,
): Block[] {
  const blocks: Block[] = [];
  for (const node of nodes) {
    const block = toBlock(node, context, depth, commands);
    if (block) blocks.push(block);
  }
  return blocks;
}

function toBlock(
  node: RootContent,
  context: TreeContext,
  depth: number,
  commands: RunbookCommand[] | null,
): Block | null {
  if (depth > MAX_DEPTH) {
    context.report(lineOf(node), 'too-deep', `nested more than ${MAX_DEPTH} deep; left out`);
    return null;
  }
  switch (node.type) {
    case 'paragraph': {
      const children = toInlines(node.children, context, depth);
      const text = plainText(node);
      // A table is not CommonMark; in a fixed-width face its columns stay readable.
      if (text.split('\n').every((line) => /^\s*\|.*\|\s*$/.test(line))) {
        return { type: 'code', language: 'table', text };
      }
      return children.length === 0 ? null : { type: 'paragraph', children };
    }
    case 'heading':
      return {
        type: 'heading',
        level: node.depth,
        children: toInlines(node.children, context, depth),
      };
    case 'blockquote':
      return { type: 'quote', children: toBlocks(node.children, context, depth + 1, commands) };
    case 'list':
      return {
        type: 'list',
        ordered: node.ordered === true,
        start: node.start ?? 1,
        items: node.children.map((item) => toBlocks(item.children, context, depth + 1, commands)),
      };
    case 'code': {
      const language = languageOf(node);
      const command = commandOf(language, node.value);
      if (command === null || commands === null) {
        return { type: 'code', language, text: node.value };
      }
      const info = `${node.lang ?? ''} ${node.meta ?? ''}`;
      const name = readFenceAttributes(info, lineOf(node), context.report).get('name');
      commands.push({ language, text: command, ...(name ? { name } : {}) });
      return { type: 'code', language, text: node.value, command: commands.length - 1 };
    }
    case 'thematicBreak':
      return { type: 'rule' };
    case 'html':
      return { type: 'paragraph', children: [{ type: 'text', text: node.value }] };
    default: {
      const children = toInlines([node as PhrasingContent], context, depth);
      return children.length === 0 ? null : { type: 'paragraph', children };
    }
  }
}

/** The language of a fence, without what a notebook writes after it. */
export function languageOf(node: Code): string {
  return (node.lang ?? '').replace(/\{.*$/, '').toLowerCase();
}

/** What to copy of a fence, without prompts and without the output shown below them; null: nothing. */
function commandOf(language: string, text: string): string | null {
  const lines = text.split(/\r?\n/);
  const prompted = lines.some((line) => /^\s*\$ /.test(line));
  if (!prompted) {
    return COMMAND_LANGUAGES.has(language) && text.trim() !== '' ? text.trimEnd() : null;
  }
  if (language !== '' && !COMMAND_LANGUAGES.has(language)) return null;
  const isSession = language === '' || /console|session|terminal/.test(language);
  const result: string[] = [];
  let continues = false;
  for (const line of lines) {
    const isCommand = /^\s*\$ /.test(line);
    if (isCommand || continues || !isSession) result.push(line.replace(/^\s*\$ /, ''));
    continues = (isCommand || continues) && /\\\s*$/.test(line);
  }
  return result.join('\n').trimEnd();
}

function toInlines(
  nodes: readonly PhrasingContent[],
  context: TreeContext,
  depth: number,
): Inline[] {
  const result: Inline[] = [];
  const addText = (text: string) => {
    if (text === '') return;
    const last = result.at(-1);
    if (last?.type === 'text') last.text += text;
    else result.push({ type: 'text', text });
  };
  if (depth > MAX_DEPTH) {
    addText(nodes.map((node) => plainText(node)).join(''));
    return result;
  }
  for (const node of nodes) {
    switch (node.type) {
      case 'text':
      case 'html':
        addText(node.value);
        break;
      case 'inlineCode':
        result.push({ type: 'code', text: node.value });
        break;
      case 'break':
        result.push({ type: 'break' });
        break;
      case 'emphasis':
      case 'strong':
        result.push({ type: node.type, children: toInlines(node.children, context, depth + 1) });
        break;
      case 'link':
      case 'linkReference': {
        const url = urlOf(node, context);
        const children = toInlines(node.children, context, depth + 1);
        if (isSafeUrl(url)) result.push({ type: 'link', url, children });
        else {
          for (const child of children) {
            if (child.type === 'text') addText(child.text);
            else result.push(child);
          }
        }
        break;
      }
      case 'image':
      case 'imageReference': {
        const url = urlOf(node, context);
        const label = node.alt ?? '';
        if (isSafeUrl(url)) {
          result.push({ type: 'link', url, children: [{ type: 'text', text: label || url }] });
        } else addText(label);
        break;
      }
      default:
        addText(plainText(node));
    }
  }
  return result;
}

export function linksOf(nodes: readonly RootContent[], context: TreeContext): RunbookLink[] {
  const links = new Map<string, RunbookLink>();
  const visit = (node: Nodes, depth: number) => {
    if (depth > MAX_DEPTH) return;
    if (
      node.type === 'link' ||
      node.type === 'linkReference' ||
      node.type === 'image' ||
      node.type === 'imageReference'
    ) {
      const url = urlOf(node, context);
      if (isSafeUrl(url) && !links.has(url)) {
        links.set(url, { url, label: plainText(node).replace(/\s+/g, ' ').trim() || url });
      }
    }
    if ('children' in node) for (const child of node.children) visit(child, depth + 1);
  };
  for (const node of nodes) visit(node, 0);
  return [...links.values()];
}

function urlOf(
  node: Extract<Nodes, { type: 'link' | 'linkReference' | 'image' | 'imageReference' }>,
  context: TreeContext,
): string {
  if (node.type === 'link' || node.type === 'image') return node.url.trim();
  return context.definitions.get(node.identifier.toLowerCase()) ?? '';
}

export function addDefinition(definitions: Map<string, string>, node: Definition): void {
  const key = node.identifier.toLowerCase();
  if (!definitions.has(key)) definitions.set(key, node.url.trim());
}

/** The text of a node as a reader sees it. */
export function plainText(node: Nodes, depth = 0): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? '';
  if ('value' in node) return node.value;
  if (!('children' in node) || depth > MAX_DEPTH) return '';
  const separator =
    node.type === 'list' || node.type === 'listItem' || node.type === 'blockquote' ? '\n' : '';
  return node.children.map((child) => plainText(child, depth + 1)).join(separator);
}

/** Like `plainText`, but a link to a place in the file (`[roll back](#roll-back)`) gives the place. */
export function targetText(inlines: readonly PhrasingContent[]): string {
  return inlines
    .map((inline) =>
      inline.type === 'link' && inline.url.startsWith('#')
        ? inline.url.slice(1)
        : plainText(inline),
    )
    .join('');
}

export function lineOf(node: Nodes | undefined): number {
  return node?.position?.start.line ?? 1;
}
