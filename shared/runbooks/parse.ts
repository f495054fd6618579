import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Code, Heading, List, ListItem, Paragraph, PhrasingContent, RootContent } from 'mdast';
import { conditionOf, reachableFrom, sameAnswer } from './branches.ts';
import {
  addDefinition,
  languageOf,
  lineOf,
  linksOf,
  plainText,
  targetText,
  toBlocks,
  type TreeContext,
} from './document-tree.ts';
import {
  RUNBOOK_LIMIT_BYTES,
  type Runbook,
  type RunbookAnswer,
  type RunbookAsk,
  type RunbookProblem,
  type RunbookStep,
  type StepKind,
} from './format.ts';
import { readAction, readRequest } from './fences.ts';
import { splitFrontMatter } from './front-matter.ts';
import { complexityOf, utf8Length } from './limits.ts';
import { runbookBaseName, slugOf } from './names.ts';
import { referencesOf } from './parameters.ts';
import { GROUP_SECTIONS, INTRO_SECTIONS } from './sections.ts';
import { clip, reasonOf, type Report } from './report.ts';

export interface ParsedRunbook {
  readonly runbook: Runbook;
  readonly problems: readonly RunbookProblem[];
}

/**
 * Reads a runbook from Markdown (format: README.md in this folder). Never throws: what cannot be
 * understood becomes a problem with its line, and everything beside it is still read. In the runbook
 * that comes back every `goTo` names a step that exists (a target that does not is
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

const MAX_STEPS = 500;
const MAX_PROBLEMS = 200;
const MAX_WAIT_MS = 24 * 3_600_000;

type Keyword = 'expect' | 'ask' | 'wait' | 'then' | 'approve' | 'record';

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
  ['approve', 'approve'],
  ['批准', 'approve'],
  ['record', 'record'],
  ['记录', 'record'],
]);

const KEYWORD_LINE =
  /^\s*(?:(expected|expect|wait|then|approve|record|预期|等待|然后|批准|记录)|(ask|提问)\s*(?:[(（]([^()（）]{1,20})[)）])?)\s*[:：]\s*/i;

const ASK_FORMS: ReadonlyMap<string, NonNullable<RunbookAsk['form']> | 'choice'> = new Map([
  ['choice', 'choice'],
  ['选择', 'choice'],
  ['yes/no', 'yes-no'],
  ['是否', 'yes-no'],
  ['number', 'number'],
  ['数字', 'number'],
  ['text', 'text'],
  ['文字', 'text'],
]);

const ARROW = /→|⇒|->|=>/;

const DURATION_PART =
  /^(\d{1,7}(?:\.\d{1,3})?)\s*(seconds|second|secs|sec|s|minutes|minute|mins|min|m|hours|hour|hrs|hr|h|秒钟|秒|分钟|分|小时)(?![a-z])/i;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ...['seconds', 'second', 'secs', 'sec', 's', '秒钟', '秒'].map((unit) => [unit, 1_000] as const),
  ...['minutes', 'minute', 'mins', 'min', 'm', '分钟', '分'].map((unit) => [unit, 60_000] as const),
  ...['hours', 'hour', 'hrs', 'hr', 'h', '小时'].map((unit) => [unit, 3_600_000] as const),
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
  const context: TreeContext = { report, definitions };

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
  reportReferences(runbook.steps, report);
  return runbook;
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

// --- outline: which part of the file is which step ------------------------------------------------

interface Outline {
  title: string | null;
  readonly intro: RootContent[];
  readonly drafts: Draft[];
}

function readOutline(nodes: readonly RootContent[], context: TreeContext): Outline {
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

function draftOf(heading: Heading, context: TreeContext): Draft {
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
  context: TreeContext,
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
    else if (node.type === 'code' && languageOf(node) === 'action')
      readActionFence(step, node, context);
    else step.body.push(...toBlocks([node], context, 0, step.commands));
  }
  readRequestFence(step, draft.nodes, context);
  step.links = linksOf(draft.nodes, context);
  step.kind = kindOf(step);
  return step;
}

function kindOf(step: RunbookStep): StepKind {
  if (step.ask) return 'ask';
  if (step.approve !== undefined) return 'approve';
  if (step.action) return 'action';
  if (step.waitMs !== undefined) return 'wait';
  if (step.record !== undefined) return 'note';
  if (step.request) return 'http';
  if (step.commands.length > 0) return 'command';
  return step.expect === undefined ? 'instruct' : 'check';
}

function readActionFence(step: RunbookStep, node: Code, context: TreeContext): void {
  const line = lineOf(node);
  if (step.action) {
    context.report(line, 'repeated', 'a step has one action; this one is shown as text');
  } else {
    const action = readAction(node.value, line + 1, context.report);
    if (action) {
      step.action = action;
      return;
    }
  }
  step.body.push(...toBlocks([node], context, 0, step.commands));
}

/** The first request of a step is the one that it is about; it stays to be copied as it is written. */
function readRequestFence(
  step: RunbookStep,
  nodes: readonly RootContent[],
  context: TreeContext,
): void {
  for (const node of nodes) {
    if (node.type !== 'code' || languageOf(node) !== 'http') continue;
    const request = readRequest(node.value, lineOf(node) + 1, context.report);
    if (request) step.request ??= request;
  }
}

function readList(
  step: RunbookStep,
  list: List,
  context: TreeContext,
  targets: PendingTarget[],
): void {
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
  context: TreeContext,
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
    case 'approve':
    case 'record': {
      const { keyword } = segment;
      if (step[keyword] !== undefined) {
        report(segment.line, 'repeated', `a step has one "${keyword}"; this one is shown as text`);
        keep();
      } else if (text === '') {
        const what = keyword === 'approve' ? 'who has to agree' : 'what is to be written down';
        report(segment.line, keyword, `it does not say ${what}`);
      } else {
        step[keyword] = text;
        if (nested.length > 0) step.body.push(...toBlocks(nested, context, 0, step.commands));
      }
      return;
    }
    case 'then': {
      const written = targetText(segment.inlines).replace(KEYWORD_LINE, '');
      if (step.goTo !== undefined) {
        report(segment.line, 'repeated', 'a step has one "Then"; this one is shown as text');
        keep();
        return;
      }
      step.goTo = 'next';
      targets.push({
        line: segment.line,
        written: written.replace(new RegExp(`^\\s*(?:${ARROW.source})`), ''),
        set: (target) => {
          if (target === 'next') delete step.goTo;
          else step.goTo = target;
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
  context: TreeContext,
  targets: PendingTarget[],
  keep: () => void,
): void {
  const { report } = context;
  const whole = targetText(segment.inlines);
  const form = formOf(KEYWORD_LINE.exec(whole)?.[3], segment.line, report);
  const text = whole.replace(KEYWORD_LINE, '').replace(/\s+/g, ' ').trim();
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
    if (form === 'number' && conditionOf(answer) === null) {
      report(part.line, 'ask', `"${clip(answer)}" is not a condition such as < 3, 5..9 or else`);
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
  if (answers.length === 0 && form === 'yes-no') {
    const isChinese = /^\s*提问/.test(whole);
    for (const answer of isChinese ? ['是', '否'] : ['yes', 'no']) {
      answers.push({ answer, goTo: 'next' });
    }
  }
  if (answers.length === 0 && (form === 'choice' || form === 'yes-no')) {
    report(segment.line, 'ask', 'a question without answers; it is shown as text');
    keep();
    return;
  }
  step.ask = {
    question: question === '' ? step.title : question,
    ...(form === 'choice' ? {} : { form }),
    answers,
  };
  targets.push(...pending);
}

function formOf(
  written: string | undefined,
  line: number,
  report: Report,
): NonNullable<RunbookAsk['form']> | 'choice' {
  if (written === undefined) return 'choice';
  const form = ASK_FORMS.get(written.trim().toLowerCase());
  if (form === undefined) {
    report(line, 'ask', `"${clip(written)}" is none of choice, yes/no, number and text`);
  }
  return form ?? 'choice';
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

function reportReferences(steps: readonly RunbookStep[], report: Report): void {
  for (const { action, line } of steps) {
    for (const { name, value } of action?.parameters ?? []) {
      for (const id of referencesOf(value)) {
        if (steps.some((step) => step.id === id && step.ask)) continue;
        report(line, 'action', `"${name}" takes the answer of "${clip(id)}", which asks nothing`);
      }
    }
  }
}

/** Splits a paragraph where one of its lines begins with a keyword. */
function segmentsOf(paragraph: Paragraph): Segment[] {
  const first = lineOf(paragraph);
  const segments: { keyword: Keyword | null; line: number; inlines: PhrasingContent[] }[] = [];
  linesOf(paragraph.children).forEach((inlines, index) => {
    const match = KEYWORD_LINE.exec(plainText({ type: 'paragraph', children: inlines }));
    const keyword = KEYWORDS.get((match?.[1] ?? match?.[2] ?? '').toLowerCase()) ?? null;
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
