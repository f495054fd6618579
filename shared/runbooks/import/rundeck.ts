import type { Report } from '../report.ts';
import { askLine, idsFor, writeRunbook, type StepToWrite } from './write-markdown.ts';
import type { Tree } from './yaml-tree.ts';

/**
 * A Rundeck job (`sequence.commands`, `options`, …) as a runbook: options are asked for first, every
 * command is a step, an error handler is the way that a failed step takes.
 * Source of the format: docs.rundeck.com/docs/manual/document-format-reference/job-yaml-v12.html
 */
export function rundeckMarkdown(job: Tree, report: Report): { title: string; text: string } {
  const title = job.get('name')?.text() ?? 'Rundeck job';
  for (const [key, value] of job.entries()) {
    if (!KNOWN_KEYS.has(key)) report(value.line, 'import', `"${key}" of a job is left out`);
  }
  const drafts: Draft[] = [...optionsOf(job.get('options'), report), ...commandsOf(job, report)];
  const ids = idsFor(drafts.map((_, index) => nameOf(drafts, index)));
  const idAt = (index: number): string =>
    index >= drafts.length ? 'end' : (ids.get(nameOf(drafts, index)) ?? 'end');
  const steps = drafts.map(({ lines, handled, ...draft }, index): StepToWrite => {
    const asks = handled
      ? [
          askLine('choice', 'Did it work', [
            ['yes', idAt(index + 2)],
            ['no', 'next'],
          ]),
        ]
      : [];
    return { ...draft, id: idAt(index), lines: [...lines, ...asks] };
  });
  const text = writeRunbook({ title, origin: 'a Rundeck job', intro: introOf(job), steps });
  return { title, text };
}

/** Whether a tree is a job, or a list of them. */
export function rundeckJobs(tree: Tree): readonly Tree[] {
  const jobs = tree.isList() ? tree.items() : [tree];
  return jobs.filter((job) => job.get('sequence')?.get('commands') != null);
}

interface Draft extends Omit<StepToWrite, 'id' | 'lines'> {
  readonly lines: readonly string[];
  /** The step below is what is done when this one fails. */
  readonly handled: boolean;
}

/** What a person has no use for goes without a word: identity, logging, who may run it. */
const KNOWN_KEYS = new Set([
  'name',
  'description',
  'group',
  'id',
  'uuid',
  'options',
  'sequence',
  'timeout',
  'retry',
  'loglevel',
  'executionEnabled',
  'scheduleEnabled',
  'nodeFilterEditable',
  'defaultTab',
  'maxMultipleExecutions',
  'multipleExecutions',
  'nodefilters',
  'plugins',
]);

/** Names may repeat; with their place they do not. */
function nameOf(drafts: readonly Draft[], index: number): string {
  const title = drafts[index]?.title ?? '';
  const isFirst = drafts.findIndex((draft) => draft.title === title) === index;
  return isFirst ? title : `${title} ${String(index + 1)}`;
}

function introOf(job: Tree): string[] {
  const sequence = job.get('sequence');
  const retry = job.get('retry');
  const nodes = job.get('nodefilters')?.get('filter')?.text();
  return [
    job.get('description')?.text() ?? '',
    job.get('group') ? `Group: ${job.get('group')?.shown() ?? ''}` : '',
    nodes ? `On the nodes: ${nodes}` : '',
    job.get('timeout') ? `Time-out of the job: ${job.get('timeout')?.shown() ?? ''}` : '',
    retry ? `When it fails, the job is tried again (${retry.shown()}).` : '',
    sequence?.get('keepgoing')?.text() === 'true' ? 'A failed step does not stop the others.' : '',
  ].filter((text) => text !== '');
}

function optionsOf(tree: Tree | null, report: Report): Draft[] {
  // A list of options with names, or (older files) a map by name.
  const options: (readonly [string, Tree])[] = tree?.isMap()
    ? [...tree.entries()]
    : (tree?.items() ?? []).map((option) => [option.get('name')?.text() ?? 'option', option]);
  return options.map(([name, option]) => {
    const values = [...new Set((option.get('values')?.items() ?? []).map((item) => item.shown()))];
    const isEnforced = option.get('enforced')?.text() === 'true';
    const isSecret = option.get('secure')?.text() === 'true';
    const preset = option.get('value')?.text();
    const says = [
      option.get('description')?.text() ?? '',
      preset === undefined || preset === null ? '' : `Usually: ${preset}`,
      !isEnforced && values.length > 0 ? `For example: ${values.join(', ')}` : '',
      isSecret ? 'A secret: have it at hand, and do not write it down here.' : '',
    ];
    if (isSecret) {
      report(option.line, 'import', `the option "${name}" is a secret and is not asked for`);
    }
    const ask =
      isEnforced && values.length > 0
        ? askLine(
            'choice',
            `Which ${name}`,
            values.map((value) => [value, 'next']),
          )
        : askLine('text', `Which ${name}`);
    return { title: `Option ${name}`, says, lines: isSecret ? [] : [ask], handled: false };
  });
}

function commandsOf(job: Tree, report: Report): Draft[] {
  return (job.get('sequence')?.get('commands')?.items() ?? []).flatMap(
    (command, index): Draft[] => {
      const handler = command.get('errorhandler');
      const step = commandOf(command, `Step ${String(index + 1)}`, report);
      if (handler === null) return [{ ...step, handled: false }];
      const goesOn = handler.get('keepgoingOnSuccess')?.text() === 'true';
      const handling = commandOf(handler, `When “${step.title}” fails`, report);
      return [
        { ...step, handled: true },
        { ...handling, lines: goesOn ? [] : ['Then: end'], handled: false },
      ];
    },
  );
}

function commandOf(tree: Tree, fallback: string, report: Report): Omit<Draft, 'handled'> {
  const description = tree.get('description')?.text() ?? '';
  const title = description === '' ? fallback : description;
  const said = (text: string) => ({ title, says: [text], lines: [] });
  const exec = tree.get('exec')?.text();
  if (exec != null) return { title, fences: [{ language: 'sh', text: exec }], lines: [] };
  const script = tree.get('script')?.text();
  if (script != null) {
    const isShell = /^(?:\S*\/)?(?:ba|z|k)?sh\b/.test(
      tree.get('scriptInterpreter')?.text() ?? 'sh',
    );
    const args = tree.get('args')?.text();
    const language = isShell ? 'sh' : 'text';
    return {
      title,
      says: args ? [`Arguments: ${args}`] : [],
      fences: [{ language, text: script }],
      lines: [],
    };
  }
  for (const key of ['scriptfile', 'scripturl'] as const) {
    const place = tree.get(key)?.text();
    if (place == null) continue;
    report(tree.line, 'import', `the script ${place} is not part of the file; the step names it`);
    return said(`Run the script ${place} ${tree.get('args')?.text() ?? ''}`.trim());
  }
  const jobref = tree.get('jobref');
  if (jobref) {
    const name = [jobref.get('group')?.text(), jobref.get('name')?.text()]
      .filter(Boolean)
      .join('/');
    report(tree.line, 'import', `the job "${name}" is not part of the file; the step names it`);
    return said(`Run the job ${name} ${jobref.get('args')?.text() ?? ''}`.trim());
  }
  const type = tree.get('type')?.text();
  if (type != null) {
    report(
      tree.line,
      'import',
      `the plugin "${type}" has no counterpart; the step shows what it is told`,
    );
    return said(`${type}: ${tree.get('configuration')?.shown() ?? ''}`);
  }
  report(tree.line, 'import', 'a command of an unknown kind; the step shows what stands there');
  return said(tree.shown());
}
