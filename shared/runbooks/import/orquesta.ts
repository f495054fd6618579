import type { Report } from '../report.ts';
import { askLine, idsFor, writeRunbook, type StepToWrite } from './write-markdown.ts';
import type { Tree } from './yaml-tree.ts';

/**
 * A StackStorm Orquesta workflow (`version`, `tasks`, …) as a runbook: every task a step, its
 * transitions a question or a `Then`. A person walks what an engine ran, so branches that ran beside
 * each other follow one another.
 * Source of the format: docs.stackstorm.com/orquesta/languages/orquesta.html
 */
export function orquestaMarkdown(tree: Tree, title: string, report: Report): string {
  const tasks = readTasks(tree.get('tasks'), report);
  for (const [key, value] of tree.entries()) {
    if (!KNOWN_KEYS.has(key)) report(value.line, 'import', `"${key}" of a workflow is left out`);
  }
  const after = sequenced(inOrder(tasks, new Map()), report);
  const ordered = inOrder(tasks, after);
  const ids = idsFor(ordered.map(({ name }) => name));
  const target = (name: string, from: Task): string => {
    const goes = after.get(`${from.name}\n${name}`) ?? name;
    const engine = ENGINE.get(goes);
    if (engine !== undefined && !ids.has(goes)) return engine === 'self' ? idOf(ids, from) : engine;
    return ids.get(goes) ?? 'end';
  };
  const steps = ordered.flatMap((task, index) =>
    stepsOf(task, {
      ids,
      next: ordered[index + 1] ?? null,
      target: (name) => target(name, task),
      end: after.get(`${task.name}\n`) ?? null,
    }),
  );
  return writeRunbook({
    title,
    origin: 'a StackStorm Orquesta workflow',
    intro: introOf(tree),
    steps,
  });
}

interface Transition {
  readonly when: 'always' | 'succeeded' | 'failed' | 'other';
  readonly words: string;
  readonly targets: readonly string[];
  readonly line: number;
}

interface Task {
  readonly name: string;
  readonly tree: Tree;
  readonly transitions: readonly Transition[];
}

const KNOWN_KEYS = new Set(['version', 'description', 'input', 'vars', 'tasks', 'output']);
const TASK_KEYS = new Set(['action', 'input', 'next', 'join', 'delay', 'retry', 'with']);
/** Names that the engine itself understands: where a person goes. */
const ENGINE: ReadonlyMap<string, 'end' | 'self' | 'next'> = new Map([
  ['fail', 'end'],
  ['noop', 'end'],
  ['continue', 'next'],
  ['retry', 'self'],
]);

function idOf(ids: ReadonlyMap<string, string>, task: Task): string {
  return ids.get(task.name) ?? 'end';
}

function introOf(tree: Tree): string[] {
  const list = (key: string, title: string): string => {
    const items = tree.get(key)?.items() ?? [];
    return items.length === 0 ? '' : `${title}: ${items.map((item) => item.shown()).join(', ')}`;
  };
  return [
    tree.get('description')?.text() ?? '',
    list('input', 'Inputs'),
    list('vars', 'Variables'),
    list('output', 'Output'),
  ].filter((text) => text !== '');
}

function readTasks(tree: Tree | null, report: Report): Task[] {
  return (tree?.entries() ?? []).map(([name, task]) => {
    for (const [key, value] of task.entries()) {
      if (!TASK_KEYS.has(key)) report(value.line, 'import', `"${key}" of "${name}" is left out`);
    }
    const transitions = (task.get('next')?.items() ?? []).map(readTransition);
    return { name, tree: task, transitions };
  });
}

function readTransition(tree: Tree): Transition {
  const words = (tree.get('when')?.text() ?? '').replace(/^<%\s*|\s*%>$/g, '').trim();
  const targets = (tree.get('do')?.items() ?? []).flatMap((item) =>
    (item.text() ?? '').split(',').flatMap((name) => name.trim() || []),
  );
  const when =
    words === '' || /^completed\(\)$/.test(words)
      ? 'always'
      : /^succeeded\(\)$/.test(words)
        ? 'succeeded'
        : /^failed\(\)$/.test(words)
          ? 'failed'
          : 'other';
  return { when, words, targets, line: tree.line };
}

/** Tasks from where the workflow begins, as a person walks them. */
function inOrder(tasks: readonly Task[], after: ReadonlyMap<string, string>): Task[] {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const leadsTo = (task: Task): string[] => {
    const targets = targetsOf(task).map((name) => after.get(`${task.name}\n${name}`) ?? name);
    const atEnd = after.get(`${task.name}\n`);
    return atEnd === undefined ? targets : [...targets, atEnd];
  };
  const led = new Set(tasks.flatMap((task) => leadsTo(task).filter((name) => name !== task.name)));
  const ordered: Task[] = [];
  const seen = new Set<string>();
  const visit = (start: Task): void => {
    const open = [start];
    for (let task = open.pop(); task !== undefined; task = open.pop()) {
      if (seen.has(task.name)) continue;
      seen.add(task.name);
      ordered.push(task);
      open.push(
        ...leadsTo(task)
          .toReversed()
          .flatMap((name) => byName.get(name) ?? []),
      );
    }
  };
  for (const task of tasks) if (!led.has(task.name)) visit(task);
  for (const task of tasks) visit(task);
  return ordered;
}

function targetsOf(task: Task): string[] {
  return task.transitions.flatMap(({ targets }) => targets);
}

/**
 * Where tasks fork, one branch follows the other: `from\nto` → where it leads instead, `from\n` →
 * where the end of a branch leads. Only the last branch may itself branch.
 */
function sequenced(tasks: readonly Task[], report: Report): Map<string, string> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const after = new Map<string, string>();
  for (const task of tasks) {
    for (const { targets, line } of task.transitions) {
      const heads = targets.filter((name) => byName.has(name));
      if (heads.length < 2) continue;
      report(
        line,
        'import',
        `"${task.name}" leads to ${String(heads.length)} tasks at once; here they follow one another`,
      );
      const chains = heads.map((head) => chainOf(head, byName));
      const order = [
        ...chains.filter(({ isLine }) => isLine),
        ...chains.filter(({ isLine }) => !isLine),
      ];
      order.forEach((chain, index) => {
        if (index > 0) return;
        for (const head of heads) after.set(`${task.name}\n${head}`, chain.head);
      });
      order.forEach((chain, index) => {
        const next = order[index + 1];
        if (next === undefined) return;
        if (chain.isLine) after.set(`${chain.last}\n${chain.joins}`, next.head);
        else
          report(
            line,
            'import',
            `no way leads from "${chain.head}" to "${next.head}": both branch`,
          );
      });
    }
  }
  return after;
}

/** A branch up to its end or to a task that joins others; not a line where it branches itself. */
function chainOf(
  head: string,
  byName: ReadonlyMap<string, Task>,
): { head: string; last: string; joins: string; isLine: boolean } {
  const seen = new Set<string>();
  let name = head;
  for (;;) {
    const task = byName.get(name);
    seen.add(name);
    const targets = task ? targetsOf(task) : [];
    const [only = ''] = targets;
    if (targets.length > 1 || seen.has(only)) return { head, last: name, joins: '', isLine: false };
    if (only === '' || !byName.has(only) || byName.get(only)?.tree.get('join')) {
      return { head, last: name, joins: only, isLine: true };
    }
    name = only;
  }
}

interface Ways {
  readonly ids: ReadonlyMap<string, string>;
  readonly next: Task | null;
  readonly target: (name: string) => string;
  readonly end: string | null;
}

function stepsOf(task: Task, ways: Ways): StepToWrite[] {
  const { action, parameters } = readAction(task.tree);
  const id = idOf(ways.ids, task);
  const asked = action === 'core.ask' ? askedOf(task.tree) : [];
  const goes = waysOf(task, ways);
  const says = [action === '' ? '' : `Action: ${action}`, ...remarksOf(task.tree)];
  const { fences, said } = contentOf(action, parameters);
  says.push(...said);
  const delay = durationOf(task.tree.get('delay')?.text() ?? '');
  const wait = delay === null ? [] : [`Wait: ${delay}`];
  if (asked.length === 0) {
    return [{ id, title: task.name, says, fences, lines: [...wait, ...goes.lines] }];
  }
  return asked.map(({ question, form, answers }, index) => {
    const isLast = index === asked.length - 1;
    const lines =
      !isLast || form === 'number' || form === 'text'
        ? [
            askLine(
              form,
              question,
              answers.map((answer) => [answer, 'next']),
            ),
            ...(isLast ? goes.plain : []),
          ]
        : [askLine(form, question, answersTo(form, answers, goes))];
    return {
      id: index === 0 ? id : `${id.slice(0, 70)}-q${String(index + 1)}`,
      title: index === 0 ? task.name : `${task.name}: ${question}`,
      says: index === 0 ? says : [],
      lines: index === 0 ? [...wait, ...lines] : lines,
    };
  });
}

function answersTo(
  form: 'choice' | 'yes/no',
  answers: readonly string[],
  goes: { readonly good: string; readonly bad: string },
): [string, string][] {
  if (form === 'yes/no') {
    return [
      ['yes', goes.good],
      ['no', goes.bad],
    ];
  }
  return answers.map((answer) => [answer, goes.good]);
}

/** Where a task leads: as lines of a step, and apart for when all went well or not. */
function waysOf(
  task: Task,
  ways: Ways,
): { lines: string[]; plain: string[]; good: string; bad: string } {
  const below = ways.next ? idOf(ways.ids, ways.next) : 'end';
  const short = (target: string): string => (target === below ? 'next' : target);
  const found = task.transitions.map((transition) => ({
    ...transition,
    target: short(ways.target(transition.targets[0] ?? '')),
  }));
  const endOf = short(ways.end ? (ways.ids.get(ways.end) ?? 'end') : 'end');
  const of = (when: Transition['when']): string | null =>
    found.find((transition) => transition.when === when)?.target ?? null;
  const always = of('always');
  const good = of('succeeded') ?? always ?? endOf;
  const bad = of('failed') ?? always ?? 'end';
  const then = (target: string): string[] => (target === 'next' ? [] : [`Then: ${target}`]);
  const isPlain = found.every(({ when }) => when === 'always' || when === 'succeeded');
  if (isPlain) return { lines: then(good), plain: then(good), good, bad };
  const answers: [string, string][] = found.map(({ when, words, target }) => [
    when === 'always' ? 'ended' : when === 'other' ? words : when,
    target,
  ]);
  if (of('succeeded') === null && always === null && of('other') === null)
    answers.unshift(['succeeded', good]);
  return { lines: [askLine('choice', 'How did it end', answers)], plain: then(good), good, bad };
}

function remarksOf(tree: Tree): string[] {
  const says: string[] = [];
  const retry = tree.get('retry');
  if (retry) says.push(`When it fails, try again (${retry.shown()}).`);
  const join = tree.get('join');
  if (join) says.push(`Begin when these branches are through: ${join.shown()}.`);
  const items = tree.get('with');
  if (items) says.push(`Once for each of: ${items.shown()}`);
  for (const transition of tree.get('next')?.items() ?? []) {
    const publish = transition.get('publish');
    if (publish)
      says.push(
        `Keep for later: ${publish
          .items()
          .map((item) => item.shown())
          .join(', ')}`,
      );
  }
  return says;
}

/** `core.local cmd="…"` and `input:` say the same. */
function readAction(tree: Tree): { action: string; parameters: ReadonlyMap<string, string> } {
  const written = (tree.get('action')?.text() ?? '').trim();
  const [action = ''] = written.split(/\s/, 1);
  const parameters = new Map<string, string>();
  for (const match of written
    .slice(action.length)
    .matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S+)/g)) {
    parameters.set(match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/s, '$2'));
  }
  for (const [name, value] of tree.get('input')?.entries() ?? [])
    parameters.set(name, value.shown());
  return { action, parameters };
}

function contentOf(
  action: string,
  parameters: ReadonlyMap<string, string>,
): { fences: { language: string; text: string }[]; said: string[] } {
  const command = parameters.get('cmd');
  if (/^core\.(?:local|remote)(?:_sudo)?$/.test(action) && command !== undefined) {
    const hosts = parameters.get('hosts');
    return {
      fences: [{ language: 'sh', text: command }],
      said: hosts === undefined ? [] : [`On the hosts: ${hosts}`],
    };
  }
  const url = parameters.get('url') ?? '';
  if (action === 'core.http' && /^https?:\/\/[^\s/]\S*$/i.test(url)) {
    const method = (parameters.get('method') ?? 'GET').toUpperCase();
    const known = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) ? method : 'GET';
    return {
      fences: [
        { language: 'http', text: `${known} ${url}\n\n${parameters.get('body') ?? ''}`.trim() },
      ],
      said: [],
    };
  }
  const said = [...parameters].filter(([name]) => name !== 'schema');
  return { fences: [], said: said.map(([name, value]) => `${name}: ${value}`) };
}

interface Asked {
  readonly question: string;
  readonly form: 'choice' | 'yes/no' | 'number' | 'text';
  readonly answers: readonly string[];
}

/** The questions of an inquiry, from its JSON Schema. */
function askedOf(tree: Tree): Asked[] {
  const properties = tree.get('input')?.get('schema')?.get('properties')?.entries() ?? [];
  return properties.map(([name, property]) => {
    const question = (property.get('description')?.text() ?? name).replace(/[?？]+\s*$/, '');
    const type = property.get('type')?.text() ?? 'string';
    const answers = [...new Set((property.get('enum')?.items() ?? []).map((item) => item.shown()))];
    if (answers.length > 0) return { question, form: 'choice', answers };
    if (type === 'boolean') return { question, form: 'yes/no', answers: [] };
    const isNumber = type === 'number' || type === 'integer';
    return { question, form: isNumber ? 'number' : 'text', answers: [] };
  });
}

function durationOf(text: string): string | null {
  const seconds = Number(text);
  return text.trim() !== '' && seconds >= 1 && seconds <= 86_400 ? `${String(seconds)}s` : null;
}
