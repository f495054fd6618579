import { slugOf } from '../names.ts';
import { GROUP_SECTIONS, INTRO_SECTIONS } from '../sections.ts';

/** A step on its way into our Markdown. */
export interface StepToWrite {
  readonly id: string;
  readonly title: string;
  /** The source's own words: quoted, so that nothing in them is taken for structure. */
  readonly says?: readonly string[];
  readonly fences?: readonly { readonly language: string; readonly text: string }[];
  /** Whole lines of structure, made here: `Ask: …`, `Wait: …`, `Then: …`. */
  readonly lines?: readonly string[];
}

/** What an importer found, as one runbook file. */
export function writeRunbook(runbook: {
  readonly title: string;
  readonly origin: string;
  readonly intro: readonly string[];
  readonly steps: readonly StepToWrite[];
}): string {
  const title = oneLine(runbook.title) || 'Runbook';
  const parts = [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    '',
    `# ${escaped(title)}`,
    '',
    `Imported from ${runbook.origin}.`,
    '',
  ];
  for (const text of runbook.intro) parts.push(...quoted(text), '');
  for (const step of runbook.steps) {
    parts.push(`## ${headingOf(step.title)} {#${step.id}}`, '');
    for (const text of step.says ?? []) {
      const lines = quoted(text);
      if (lines.length > 0) parts.push(...lines, '');
    }
    for (const fence of step.fences ?? []) parts.push(...fenced(fence.language, fence.text), '');
    const lines = step.lines ?? [];
    if (lines.length > 0) parts.push(...lines.map((line) => `- ${line}`), '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

/** Gives each name an id of its own, in their order. */
export function idsFor(names: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set(['next', 'end']);
  names.forEach((name, index) => {
    const wanted = slugOf(name) || `step-${String(index + 1)}`;
    let id = wanted;
    for (let count = 2; taken.has(id); count += 1) id = `${wanted.slice(0, 70)}-${String(count)}`;
    taken.add(id);
    ids.set(name, id);
  });
  return ids;
}

/** A text inside a line of structure: one line, and no arrow or `;` that would be read as one. */
export function inLine(text: string): string {
  return escaped(
    oneLine(text)
      .replaceAll(/→|⇒|->|=>/g, ' ')
      .replaceAll(/[;；?？]/g, ',')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

/** The line that asks a question: every answer with where it leads. */
export function askLine(
  form: 'choice' | 'yes/no' | 'number' | 'text',
  question: string,
  answers: readonly (readonly [answer: string, target: string])[] = [],
): string {
  const head = form === 'choice' ? 'Ask' : `Ask (${form})`;
  const taken = new Set<string>();
  const offered = answers.map(([answer, target]) => {
    const wanted = inLine(answer) || '…';
    let name = wanted;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) {
      name = `${wanted} (${String(count)})`;
    }
    taken.add(name.toLowerCase());
    return `${name} → ${target}`;
  });
  return `${head}: ${inLine(question)}? ${offered.join('; ')}`.trimEnd();
}

function headingOf(title: string): string {
  const line = oneLine(title) || 'Step';
  const name = line.toLowerCase();
  // Under such a name it would be read as a part of the introduction, or as a group of steps.
  return escaped(INTRO_SECTIONS.has(name) || GROUP_SECTIONS.has(name) ? `${line} (step)` : line);
}

function quoted(text: string): string[] {
  const lines = text.trim().split(/\r\n|\r|\n/);
  if (lines.join('').trim() === '') return [];
  return lines.slice(0, 500).map((line) => `> ${escaped(line.trim())}`.trimEnd());
}

function fenced(language: string, text: string): string[] {
  const lines = text.replace(/\s+$/, '').split(/\r\n|\r|\n/);
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}${language}`, ...lines, fence];
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}

/** Text as text: what Markdown would read as its own marks is escaped, and nothing else. */
function escaped(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[\\`*[]/g, (mark) => `\\${mark}`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replaceAll(/<(?=[A-Za-z/!?])/g, '\\<')
    .replaceAll(/&(?=[#A-Za-z])/g, '\\&')
    .replace(/^(\s*)([-+=>#~|])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])/, '$1\\$2');
}
