import type { Code, List, ListItem, Paragraph, PhrasingContent, RootContent } from 'mdast';
import { conditionOf, sameAnswer } from './branches.ts';
import {
  languageOf,
  lineOf,
  linksOf,
  plainText,
  targetText,
  toBlocks,
  type TreeContext,
} from './document-tree.ts';
import { readDuration } from './duration.ts';
import { readAction, readRequest } from './fences.ts';
import type { RunbookAnswer, RunbookAsk, RunbookStep, StepKind } from './format.ts';
import { clip, type Report } from './report.ts';

/** A step whose branches are not resolved yet. */
export interface Draft {
  readonly title: string;
  readonly explicitId: string | null;
  readonly line: number;
  readonly nodes: RootContent[];
}

/** A target as it is written, until every step has its id. */
export interface PendingTarget {
  readonly line: number;
  readonly written: string;
  readonly set: (target: string) => void;
}

/**
 * Reads what stands below a step's heading. Where it leads is added to `targets`: it can be told only
 * once every step has its id.
 */
export function readStep(
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

/** A run of lines of a paragraph: free text, or one structured entry. */
interface Segment {
  readonly keyword: Keyword | null;
  readonly line: number;
  readonly inlines: PhrasingContent[];
}

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
