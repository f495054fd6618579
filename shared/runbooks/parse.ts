import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Heading, RootContent } from 'mdast';
import { reachableFrom } from './branches.ts';
import { addDefinition, lineOf, plainText, toBlocks, type TreeContext } from './document-tree.ts';
import {
  RUNBOOK_LIMIT_BYTES,
  type Runbook,
  type RunbookProblem,
  type RunbookStep,
} from './format.ts';
import { splitFrontMatter } from './front-matter.ts';
import { complexityOf, utf8Length } from './limits.ts';
import { runbookBaseName, slugOf } from './names.ts';
import { referencesOf } from './parameters.ts';
import { readStep, type Draft, type PendingTarget } from './read-step.ts';
import { clip, reasonOf, type Report } from './report.ts';
import { GROUP_SECTIONS, INTRO_SECTIONS } from './sections.ts';

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

const MAX_STEPS = 500;
const MAX_PROBLEMS = 200;
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
