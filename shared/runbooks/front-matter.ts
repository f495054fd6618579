import { LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import { slugOf } from './names.ts';
import { clip, reasonOf, type Report } from './report.ts';

export interface FrontMatter {
  id?: string;
  title?: string;
  severity?: string;
  version?: string;
  lastRehearsed?: string;
  alerts?: string[];
  services?: string[];
  roles?: string[];
}

const MAX_FRONT_MATTER = 16 * 1024;

const FRONT_MATTER_KEYS = new Set([
  'id',
  'title',
  'alerts',
  'services',
  'severity',
  'version',
  'last-rehearsed',
  'roles',
]);

/** Keys of site generators and notebooks that people keep in the same files; they mean nothing here. */
const FOREIGN_KEYS = new Set([
  'weight',
  'description',
  'tags',
  'draft',
  'date',
  'layout',
  'runme',
  'shell',
  'cwd',
  'tag',
  'terminalRows',
  'skipPrompts',
]);

/** Takes the YAML at the top of a file apart from its Markdown, whose lines keep their numbers. */
export function splitFrontMatter(
  source: string,
  report: Report,
): { frontMatter: FrontMatter; markdown: string } {
  const opening = /^---[ \t]*\r?\n/.exec(source);
  if (!opening) return { frontMatter: {}, markdown: source };
  const closing = /^(?:---|\.\.\.)[ \t]*$/m;
  const after = source.slice(opening[0].length);
  const end = closing.exec(after);
  // Markdown may begin with a thematic break: without a closing line it is no front matter.
  if (!end) return { frontMatter: {}, markdown: source };
  const yaml = after.slice(0, end.index);
  const length = opening[0].length + end.index + end[0].length;
  // Blank lines in its place keep the line numbers of what follows.
  const markdown = source.slice(0, length).replace(/[^\r\n]/g, '') + source.slice(length);
  return { frontMatter: readFrontMatter(yaml, report), markdown };
}

function readFrontMatter(yaml: string, report: Report): FrontMatter {
  const result: FrontMatter = {};
  if (yaml.length > MAX_FRONT_MATTER) {
    report(1, 'front-matter', `the front matter has more than ${MAX_FRONT_MATTER} characters`);
    return result;
  }
  const lines = new LineCounter();
  let document;
  try {
    document = parseDocument(yaml, { lineCounter: lines, schema: 'core', logLevel: 'silent' });
  } catch (error) {
    report(1, 'front-matter', `the front matter is not YAML: ${reasonOf(error)}`);
    return result;
  }
  // The front matter begins on line 2 of the file.
  const lineAt = (offset: number | undefined) =>
    offset === undefined ? 1 : Math.max(1, lines.linePos(offset).line + 1);
  for (const error of document.errors) {
    report(
      lineAt(error.pos[0]),
      'front-matter',
      `the front matter is not YAML: ${reasonOf(error)}`,
    );
  }
  if (document.contents === null) return result;
  if (!isMap(document.contents)) {
    report(2, 'front-matter', 'the front matter is not a list of keys and values');
    return result;
  }
  for (const pair of document.contents.items) {
    const keyNode = pair.key;
    const key = isScalar(keyNode) ? String(keyNode.value) : '';
    const line = lineAt(isScalar(keyNode) ? keyNode.range?.[0] : undefined);
    if (FOREIGN_KEYS.has(key)) continue;
    if (!FRONT_MATTER_KEYS.has(key)) {
      report(line, 'front-matter-key', `unknown key "${clip(key)}" in the front matter`);
      continue;
    }
    let value: unknown;
    try {
      value = (pair.value as { toJS?: (doc: unknown) => unknown } | null)?.toJS?.(document) ?? null;
    } catch (error) {
      report(line, 'front-matter-value', `"${key}" cannot be read: ${reasonOf(error)}`);
      continue;
    }
    readFrontMatterValue(result, key, value, line, report);
  }
  return result;
}

function readFrontMatterValue(
  result: FrontMatter,
  key: string,
  value: unknown,
  line: number,
  report: Report,
): void {
  if (key === 'alerts' || key === 'services' || key === 'roles') {
    const list = textsOf(value);
    if (list === null) {
      report(line, 'front-matter-value', `"${key}" is not a list of names`);
    } else result[key] = list;
    return;
  }
  const text = textOf(value);
  if (text === null || text === '') {
    report(line, 'front-matter-value', `"${key}" is not a text`);
    return;
  }
  if (key === 'last-rehearsed') {
    if (!isCalendarDay(text)) {
      report(line, 'front-matter-value', `"last-rehearsed" is not a day as YYYY-MM-DD`);
      return;
    }
    result.lastRehearsed = text;
  } else if (key === 'id') {
    const id = slugOf(text);
    if (id === '') report(line, 'front-matter-value', `"id" has no letter or digit`);
    else result.id = id;
  } else if (key === 'title' || key === 'severity' || key === 'version') result[key] = text;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return null;
}

function textsOf(value: unknown): string[] | null {
  if (value === null) return [];
  const single = textOf(value);
  if (single !== null) return single.split(',').flatMap((part) => part.trim() || []);
  if (!Array.isArray(value)) return null;
  const result: string[] = [];
  for (const member of value as unknown[]) {
    const text = textOf(member);
    if (text === null) return null;
    if (text !== '') result.push(text);
  }
  return [...new Set(result)];
}

function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const moment = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text);
}
