import { fromMarkdown } from 'mdast-util-from-markdown';
import type {
  Definition,
  Heading,
  List,
  ListItem,
  Nodes,
  Paragraph,
  PhrasingContent,
  RootContent,
} from 'mdast';
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import {
  RUNBOOK_LIMIT_BYTES,
  isSafeUrl,
  type Block,
  type Inline,
  type Runbook,
  type RunbookAnswer,
  type RunbookCommand,
  type RunbookLink,
  type RunbookProblem,
  type RunbookProblemCode,
  type RunbookStep,
  type StepKind,
} from './format.ts';
import { reachableFrom, sameAnswer } from './branches.ts';
import { runbookBaseName, slugOf } from './names.ts';

export interface ParsedRunbook {
  readonly runbook: Runbook;
  readonly problems: readonly RunbookProblem[];
}

/**
 * Reads a runbook from Markdown (format: README.md in this folder). Never throws: what cannot be
 * understood becomes a problem with its line, and everything beside it is still read. In the runbook
 * that comes back every `goTo` and `then` names a step that exists (a target that does not is
 * reported and replaced by `next`), and step ids are unique.
 * @param text the whole file
 * @param options.fileName with or without folders; gives id, title and alert where the file says none
 */
export function parseRunbook(text: string, options: { fileName: string }): ParsedRunbook {
  const problems: RunbookProblem[] = [];
  const report: Report = (line, code, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ line, code, message });
  };
  const base = runbookBaseName(options.fileName);
  let runbook: Runbook;
  const bytes = utf8Length(text);
  if (bytes > RUNBOOK_LIMIT_BYTES) {
    report(1, 'too-large', `the file has ${bytes} bytes, more than ${RUNBOOK_LIMIT_BYTES}`);
    runbook = emptyRunbook(base);
  } else {
    try {
      runbook = parseText(text, base, report);
    } catch (error) {
      // The parsers under us are recursive in places: a file made to exhaust the stack ends here.
      report(1, 'unreadable', `not readable as Markdown: ${reasonOf(error)}`);
      runbook = emptyRunbook(base);
    }
  }
  problems.sort((left, right) => left.line - right.line);
  return { runbook, problems };
}

/**
 * A duration as `30s`, `5m`, `2h`, `1h 30m`, `10 minutes` at the start of a text.
 * @returns its length and the text after it, or null when the text begins with none
 */
export function readDuration(text: string): { durationMs: number; rest: string } | null {
  let rest = text.trim();
  let durationMs = 0;
  let found = false;
  for (;;) {
    const match = DURATION_PART.exec(rest);
    if (!match) break;
    const unit = (match[2] ?? '').toLowerCase();
    durationMs += Number(match[1]) * (UNIT_MS.get(unit) ?? 0);
    rest = rest.slice(match[0].length).trimStart();
    found = true;
  }
  return found ? { durationMs: Math.round(durationMs), rest } : null;
}

type Report = (line: number, code: RunbookProblemCode, message: string) => void;

interface FrontMatter {
  id?: string;
  title?: string;
  severity?: string;
  version?: string;
  lastRehearsed?: string;
  alerts?: string[];
  services?: string[];
  roles?: string[];
}

/** A step whose branches are not resolved yet. */
interface Draft {
  readonly title: string;
  readonly explicitId: string | null;
  readonly line: number;
  readonly nodes: RootContent[];
}

interface PendingTarget {
  readonly line: number;
  readonly written: string;
  readonly set: (target: string) => void;
}

interface Context {
  readonly report: Report;
  readonly definitions: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 24;
const MAX_CONTAINERS = 40;
const MAX_EMPHASIS_WORK = 20_000_000;
const MAX_STEPS = 500;
const MAX_PROBLEMS = 200;
const MAX_WAIT_MS = 24 * 3_600_000;
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

/** Sections that explain and ask nothing: they are read before the first step. */
const INTRO_SECTIONS = new Set([
  'meaning',
  'impact',
  'overview',
  'summary',
  'background',
  'description',
  'context',
  'symptoms',
  'when to use',
  'when to use this',
  'prerequisites',
  'before you start',
  'references',
  'see also',
  '含义',
  '影响',
  '概述',
  '背景',
  '说明',
]);

/** Sections whose `###` headings are the steps. */
const GROUP_SECTIONS = new Set([
  'steps',
  'procedure',
  'actions',
  'diagnosis',
  'investigation',
  'troubleshooting',
  'mitigation',
  'resolution',
  'recovery',
  'remediation',
  'verification',
  'aftercare',
  '步骤',
  '诊断',
  '处置',
  '缓解',
  '恢复',
  '验证',
]);

type Keyword = 'expect' | 'ask' | 'wait' | 'then';

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ['expect', 'expect'],
  ['expected', 'expect'],
  ['预期', 'expect'],
  ['ask', 'ask'],
  ['提问', 'ask'],
  ['wait', 'wait'],
  ['等待', 'wait'],
  ['then', 'then'],
  ['然后', 'then'],
]);

const KEYWORD_LINE = /^\s*(expected|expect|ask|wait|then|预期|提问|等待|然后)\s*[:：]\s*/i;

const ARROW = /→|⇒|->|=>/;

const DURATION_PART =
  /^(\d{1,7}(?:\.\d{1,3})?)\s*(seconds|second|secs|sec|s|minutes|minute|mins|min|m|hours|hour|hrs|hr|h|秒钟|秒|分钟|分|小时)(?![a-z])/i;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ...['seconds', 'second', 'secs', 'sec', 's', '秒钟', '秒'].map((unit) => [unit, 1_000] as const),
  ...['minutes', 'minute', 'mins', 'min', 'm', '分钟', '分'].map((unit) => [unit, 60_000] as const),
  ...['hours', 'hour', 'hrs', 'hr', 'h', '小时'].map((unit) => [unit, 3_600_000] as const),
]);

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

function parseText(text: string, base: string, report: Report): Runbook {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const { frontMatter, markdown } = splitFrontMatter(source, report);
  const tooComplex = complexityOf(markdown);
  if (tooComplex) {
    report(tooComplex.line, 'too-complex', tooComplex.message);
    return emptyRunbook(base);
  }
  const tree = fromMarkdown(markdown);

  const definitions = new Map<string, string>();
  for (const node of tree.children) {
    if (node.type === 'definition') addDefinition(definitions, node);
  }
  const context: Context = { report, definitions };

  const outline = readOutline(tree.children, context);
  const title = frontMatter.title ?? outline.title ?? (base === '' ? 'Runbook' : base);
  let introNodes = outline.intro;
  const drafts = outline.drafts;
  if (drafts.length === 0 && introNodes.length > 0) {
    drafts.push({ title, explicitId: 'read', line: lineOf(introNodes[0]), nodes: introNodes });
    introNodes = [];
  }
  const extra = drafts.splice(MAX_STEPS)[0];
  if (extra)
    report(extra.line, 'too-many-steps', `more than ${MAX_STEPS} steps; left out from here`);
  if (drafts.length === 0) report(1, 'no-steps', 'the file has no step: a step is a ## heading');

  const runbook: Runbook = {
    ...emptyRunbook(base),
    title,
    intro: toBlocks(introNodes, context, 0, null),
  };
  if (frontMatter.id !== undefined) runbook.id = frontMatter.id;
  if (frontMatter.alerts !== undefined) runbook.alerts = frontMatter.alerts;
  if (frontMatter.services !== undefined) runbook.services = frontMatter.services;
  if (frontMatter.roles !== undefined) runbook.roles = frontMatter.roles;
  if (frontMatter.severity !== undefined) runbook.severity = frontMatter.severity;
  if (frontMatter.version !== undefined) runbook.version = frontMatter.version;
  if (frontMatter.lastRehearsed !== undefined) runbook.lastRehearsed = frontMatter.lastRehearsed;

  const targets: PendingTarget[] = [];
  const ids = new Set<string>();
  drafts.forEach((draft, index) => {
    const id = claimId(draft, index, ids, report);
    runbook.steps.push(readStep(draft, id, context, targets));
  });
  for (const target of targets) target.set(resolveTarget(target, ids, report));
  reportUnreachable(runbook.steps, report);
  return runbook;
}

/**
 * The Markdown parser under us takes quadratic time for long runs of emphasis marks or brackets and for deeply
 * nested quotes and lists (minutes for a file of our size limit). Neither is in a runbook that a
 * person wrote, so such a file is refused before it is parsed.
 */
function complexityOf(markdown: string): { line: number; message: string } | null {
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

function emptyRunbook(base: string): Runbook {
  const slug = slugOf(base);
  return {
    id: slug === '' ? 'runbook' : slug,
    title: base === '' ? 'Runbook' : base,
    alerts: looksLikeAlertName(base) ? [base] : [],
    services: [],
    roles: [],
    intro: [],
    steps: [],
  };
}

/** `KubePodCrashLooping`, `etcdGRPCRequestsSlow`: one word with small and capital letters. */
function looksLikeAlertName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_:]*$/.test(name) && /[A-Z]/.test(name) && /[a-z]/.test(name);
}

// --- front matter ---------------------------------------------------------------------------------

function splitFrontMatter(
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

// --- outline: which part of the file is which step ------------------------------------------------

interface Outline {
  title: string | null;
  readonly intro: RootContent[];
  readonly drafts: Draft[];
}

function readOutline(nodes: readonly RootContent[], context: Context): Outline {
  const outline: Outline = { title: null, intro: [], drafts: [] };
  let target = outline.intro;
  let inGroup = false;
  const begin = (heading: Heading) => {
    const draft = draftOf(heading, context);
    outline.drafts.push(draft);
    target = draft.nodes;
  };
  nodes.forEach((node, index) => {
    if (node.type === 'definition') return;
    if (node.type !== 'heading') {
      target.push(node);
      return;
    }
    if (node.depth === 1 && outline.title === null && outline.drafts.length === 0) {
      const title = splitHeading(node).title;
      if (title !== '') outline.title = title;
      return;
    }
    if (node.depth <= 2) {
      const name = splitHeading(node).title.toLowerCase();
      inGroup = GROUP_SECTIONS.has(name) && hasStepHeadings(nodes, index);
      if (INTRO_SECTIONS.has(name)) {
        outline.intro.push(node);
        target = outline.intro;
      } else if (!inGroup) begin(node);
      else if (name === 'steps' || name === '步骤' || name === 'procedure') target = outline.intro;
      else if (nodes[index + 1]?.type === 'heading') target = outline.intro;
      else begin(node);
      return;
    }
    if (node.depth === 3 && inGroup) begin(node);
    else target.push(node);
  });
  return outline;
}

/** Whether a `###` heading comes before the section that begins at `index` ends. */
function hasStepHeadings(nodes: readonly RootContent[], index: number): boolean {
  for (let place = index + 1; place < nodes.length; place += 1) {
    const node = nodes[place];
    if (node?.type !== 'heading') continue;
    if (node.depth <= 2) return false;
    if (node.depth === 3) return true;
  }
  return false;
}

function splitHeading(heading: Heading): { title: string; explicitId: string | null } {
  const text = plainText(heading).replace(/\s+/g, ' ').trim();
  const match = /\s*\{#([^\s{}]{1,80})\}$/.exec(text);
  if (!match) return { title: text, explicitId: null };
  return { title: text.slice(0, match.index).trim(), explicitId: match[1] ?? null };
}

function draftOf(heading: Heading, context: Context): Draft {
  const { title, explicitId } = splitHeading(heading);
  const line = lineOf(heading);
  let id = explicitId;
  if (id !== null && slugOf(id) !== id) {
    context.report(
      line,
      'step-id',
      `"${clip(id)}" is not a step id: small letters, digits and - only`,
    );
    id = slugOf(id) || null;
  }
  return { title: title === '' ? 'Step' : title, explicitId: id, line, nodes: [] };
}

function claimId(draft: Draft, index: number, ids: Set<string>, report: Report): string {
  let wanted = draft.explicitId ?? slugOf(draft.title);
  if (wanted === '') wanted = `step-${index + 1}`;
  if (wanted === 'next' || wanted === 'end') {
    if (draft.explicitId !== null) {
      report(draft.line, 'step-id', `"${wanted}" has a meaning of its own and cannot be a step id`);
    }
    wanted = `${wanted}-step`;
  }
  let id = wanted;
  for (let count = 2; ids.has(id); count += 1) id = `${wanted}-${count}`;
  if (id !== wanted) {
    report(
      draft.line,
      'duplicate-step',
      `a step with the id "${wanted}" stands above; this one is "${id}"`,
    );
  }
  ids.add(id);
  return id;
}

// --- one step -------------------------------------------------------------------------------------

/** A run of lines of a paragraph: free text, or one structured entry. */
interface Segment {
  readonly keyword: Keyword | null;
  readonly line: number;
  readonly inlines: PhrasingContent[];
}

function readStep(
  draft: Draft,
  id: string,
  context: Context,
  targets: PendingTarget[],
): RunbookStep {
  const step: RunbookStep = {
    id,
    title: draft.title,
    line: draft.line,
    kind: 'instruct',
    body: [],
    commands: [],
    links: [],
  };
  for (const node of draft.nodes) {
    if (node.type === 'paragraph') {
      for (const segment of segmentsOf(node)) readSegment(step, segment, [], context, targets);
    } else if (node.type === 'list') readList(step, node, context, targets);
    else step.body.push(...toBlocks([node], context, 0, step.commands));
  }
  step.links = linksOf(draft.nodes, context);
  step.kind = kindOf(step);
  return step;
}

function kindOf(step: RunbookStep): StepKind {
  if (step.ask) return 'ask';
  if (step.waitMs !== undefined) return 'wait';
  if (step.commands.length > 0) return 'command';
  return step.expect === undefined ? 'instruct' : 'check';
}

function readList(step: RunbookStep, list: List, context: Context, targets: PendingTarget[]): void {
  let kept: ListItem[] = [];
  let start = list.start ?? 1;
  const flush = () => {
    if (kept.length === 0) return;
    step.body.push(...toBlocks([{ ...list, start, children: kept }], context, 0, step.commands));
    start += kept.length;
    kept = [];
  };
  for (const item of list.children) {
    const [head, ...rest] = item.children;
    const segments = head?.type === 'paragraph' ? segmentsOf(head) : [];
    if (!segments.some((segment) => segment.keyword !== null)) {
      kept.push(item);
      continue;
    }
    flush();
    const last = segments.length - 1;
    segments.forEach((segment, index) => {
      readSegment(step, segment, index === last ? rest : [], context, targets);
    });
  }
  flush();
}

function readSegment(
  step: RunbookStep,
  segment: Segment,
  nested: RootContent[],
  context: Context,
  targets: PendingTarget[],
): void {
  const keep = () => {
    step.body.push(
      ...toBlocks(
        [{ type: 'paragraph', children: segment.inlines }, ...nested],
        context,
        0,
        step.commands,
      ),
    );
  };
  const { report } = context;
  const text = plainText({ type: 'paragraph', children: segment.inlines })
    .replace(KEYWORD_LINE, '')
    .trim();
  switch (segment.keyword) {
    case null:
      keep();
      return;
    case 'expect': {
      const parts = [text, ...nested.map((node) => plainText(node).trim())];
      const expectation = parts.filter((part) => part !== '').join('\n');
      if (expectation === '') return;
      step.expect = step.expect === undefined ? expectation : `${step.expect}\n${expectation}`;
      return;
    }
    case 'wait': {
      const duration = readDuration(text);
      if (!duration) {
        report(segment.line, 'wait', `"${clip(text)}" is not a duration such as 30s, 5m or 2h`);
        keep();
      } else if (duration.durationMs <= 0 || duration.durationMs > MAX_WAIT_MS) {
        report(segment.line, 'wait', `a wait lies between 1s and 24h`);
        keep();
      } else if (step.waitMs !== undefined) {
        report(segment.line, 'repeated', 'a step has one wait; this one is shown as text');
        keep();
      } else {
        step.waitMs = duration.durationMs;
        if (/[\p{L}\p{N}]/u.test(duration.rest) || nested.length > 0) keep();
      }
      return;
    }
    case 'then': {
      const written = targetText(segment.inlines).replace(KEYWORD_LINE, '');
      if (step.then !== undefined) {
        report(segment.line, 'repeated', 'a step has one "Then"; this one is shown as text');
        keep();
        return;
      }
      step.then = 'next';
      targets.push({
        line: segment.line,
        written: written.replace(new RegExp(`^\\s*(?:${ARROW.source})`), ''),
        set: (target) => {
          if (target === 'next') delete step.then;
          else step.then = target;
        },
      });
      return;
    }
    case 'ask': {
      if (step.ask) {
        report(segment.line, 'repeated', 'a step asks one question; this one is shown as text');
        keep();
        return;
      }
      readAsk(step, segment, nested, context, targets, keep);
    }
  }
}

/** `question? answer → step; answer → step`, or the answers as a list below the question. */
function readAsk(
  step: RunbookStep,
  segment: Segment,
  nested: readonly RootContent[],
  context: Context,
  targets: PendingTarget[],
  keep: () => void,
): void {
  const { report } = context;
  const text = targetText(segment.inlines).replace(KEYWORD_LINE, '').replace(/\s+/g, ' ').trim();
  const arrow = text.search(ARROW);
  const head = arrow < 0 ? text : text.slice(0, arrow);
  const cut = arrow < 0 ? text.length - 1 : Math.max(head.lastIndexOf('?'), head.lastIndexOf('？'));
  if (cut < 0 && arrow >= 0) {
    report(segment.line, 'ask', 'the question before the answers does not end with "?"');
  }
  const question = text.slice(0, cut + 1).trim();
  const parts = text
    .slice(cut + 1)
    .split(/[;；]/)
    .map((part) => ({ line: segment.line, text: part }));
  for (const node of nested) {
    if (node.type !== 'list') continue;
    for (const item of node.children) {
      const inlines = item.children[0]?.type === 'paragraph' ? item.children[0].children : [];
      parts.push({ line: lineOf(item), text: targetText(inlines) });
    }
  }
  const answers: RunbookAnswer[] = [];
  const pending: PendingTarget[] = [];
  for (const part of parts) {
    const written = part.text.trim();
    if (written === '' || written === '.') continue;
    const place = written.search(ARROW);
    const answer =
      place < 0
        ? ''
        : written
            .slice(0, place)
            .replace(/[\s,:]+$/, '')
            .trim();
    if (answer === '') {
      report(part.line, 'ask', `"${clip(written)}" is not an answer such as "yes → step-id"`);
      continue;
    }
    if (answers.some((other) => sameAnswer(other.answer, answer))) {
      report(part.line, 'ask', `the answer "${clip(answer)}" stands there twice`);
      continue;
    }
    const entry: RunbookAnswer = { answer, goTo: 'next' };
    answers.push(entry);
    pending.push({
      line: part.line,
      written: written.slice(place).replace(ARROW, ''),
      set: (target) => {
        entry.goTo = target;
      },
    });
  }
  if (answers.length === 0) {
    report(segment.line, 'ask', 'a question without answers; it is shown as text');
    keep();
    return;
  }
  step.ask = { question: question === '' ? step.title : question, answers };
  targets.push(...pending);
}

function resolveTarget(target: PendingTarget, ids: ReadonlySet<string>, report: Report): string {
  const written = target.written
    .trim()
    .replace(/[.。]$/, '')
    .replace(/^#/, '')
    .trim();
  const lower = written.toLowerCase();
  if (lower === 'next' || lower === '下一步') return 'next';
  if (lower === 'end' || lower === '结束') return 'end';
  if (ids.has(written)) return written;
  const slug = slugOf(written);
  if (ids.has(slug)) return slug;
  report(
    target.line,
    'target',
    `there is no step "${clip(written)}"; the run would go to the step below`,
  );
  return 'next';
}

function reportUnreachable(steps: readonly RunbookStep[], report: Report): void {
  const reached = reachableFrom(steps, 0);
  steps.forEach((step, index) => {
    if (!reached.has(index)) {
      report(step.line, 'unreachable', `no way leads to the step "${clip(step.id)}"`);
    }
  });
}

/** Splits a paragraph where one of its lines begins with a keyword. */
function segmentsOf(paragraph: Paragraph): Segment[] {
  const first = lineOf(paragraph);
  const segments: { keyword: Keyword | null; line: number; inlines: PhrasingContent[] }[] = [];
  linesOf(paragraph.children).forEach((inlines, index) => {
    const match = KEYWORD_LINE.exec(plainText({ type: 'paragraph', children: inlines }));
    const keyword = KEYWORDS.get((match?.[1] ?? '').toLowerCase()) ?? null;
    const open = segments.at(-1);
    if (open && keyword === null) open.inlines.push({ type: 'text', value: '\n' }, ...inlines);
    else segments.push({ keyword, line: first + index, inlines: [...inlines] });
  });
  return segments;
}

function linesOf(children: readonly PhrasingContent[]): PhrasingContent[][] {
  let line: PhrasingContent[] = [];
  const lines = [line];
  for (const child of children) {
    if (child.type === 'break') {
      line = [];
      lines.push(line);
    } else if (child.type === 'text') {
      child.value.split(/\r?\n/).forEach((value, index) => {
        if (index > 0) {
          line = [];
          lines.push(line);
        }
        if (value !== '') line.push({ type: 'text', value });
      });
    } else line.push(child);
  }
  return lines;
}

// --- the document tree ----------------------------------------------------------------------------

/** `commands` collects the fences to copy; null where none are wanted (the introduction). */
function toBlocks(
  nodes: readonly RootContent[],
  context: Context,
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
  context: Context,
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
      const language = (node.lang ?? '').replace(/\{.*$/, '').toLowerCase();
      const command = commandOf(language, node.value);
      if (command === null || commands === null) {
        return { type: 'code', language, text: node.value };
      }
      commands.push({ language, text: command });
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

function toInlines(nodes: readonly PhrasingContent[], context: Context, depth: number): Inline[] {
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
        else
          for (const child of children)
            child.type === 'text' ? addText(child.text) : result.push(child);
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

function linksOf(nodes: readonly RootContent[], context: Context): RunbookLink[] {
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
  context: Context,
): string {
  if (node.type === 'link' || node.type === 'image') return node.url.trim();
  return context.definitions.get(node.identifier.toLowerCase()) ?? '';
}

function addDefinition(definitions: Map<string, string>, node: Definition): void {
  const key = node.identifier.toLowerCase();
  if (!definitions.has(key)) definitions.set(key, node.url.trim());
}

/** The text of a node as a reader sees it. */
function plainText(node: Nodes, depth = 0): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? '';
  if ('value' in node) return node.value;
  if (!('children' in node) || depth > MAX_DEPTH) return '';
  const separator =
    node.type === 'list' || node.type === 'listItem' || node.type === 'blockquote' ? '\n' : '';
  return node.children.map((child) => plainText(child, depth + 1)).join(separator);
}

/** Like `plainText`, but a link to a place in the file (`[roll back](#roll-back)`) gives the place. */
function targetText(inlines: readonly PhrasingContent[]): string {
  return inlines
    .map((inline) =>
      inline.type === 'link' && inline.url.startsWith('#')
        ? inline.url.slice(1)
        : plainText(inline),
    )
    .join('');
}

function lineOf(node: Nodes | undefined): number {
  return node?.position?.start.line ?? 1;
}

function utf8Length(text: string): number {
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

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return clip(message.split('\n')[0] ?? '');
}
