import { RUNBOOK_LIMIT_BYTES, type RunbookProblem } from '../format.ts';
import { utf8Length } from '../limits.ts';
import { runbookBaseName, slugOf } from '../names.ts';
import { parseRunbook } from '../parse.ts';
import { clip, reasonOf, type Report } from '../report.ts';
import { orquestaMarkdown } from './orquesta.ts';
import { rundeckJobs, rundeckMarkdown } from './rundeck.ts';
import { readYaml } from './yaml-tree.ts';

export type ImportFormat = 'markdown' | 'runme' | 'orquesta' | 'rundeck' | 'unknown';

/** A runbook in our Markdown, with what is wrong in it by the lines of this text. */
export interface ConvertedRunbook {
  readonly fileName: string;
  readonly text: string;
  readonly problems: readonly RunbookProblem[];
}

export interface Conversion {
  readonly format: ImportFormat;
  /** None where the file is none that we know; a Rundeck file may hold several jobs. */
  readonly runbooks: readonly ConvertedRunbook[];
  /** What was not carried over, by the lines of the file that was read. */
  readonly problems: readonly RunbookProblem[];
}

const MAX_PROBLEMS = 200;
const MAX_JOBS = 100;

/**
 * Reads a runbook of another tool: plain Markdown (Meaning, Impact, Diagnosis, Mitigation), runme
 * notebooks, Orquesta workflows, Rundeck jobs. Markdown stays as it is, line by line, so importing
 * what was imported changes nothing. Never throws.
 * @param fileName with or without folders
 */
export function convertRunbook(text: string, fileName: string): Conversion {
  const problems: RunbookProblem[] = [];
  const report: Report = (line, code, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ line, code, message });
  };
  const done = (format: ImportFormat, runbooks: readonly ConvertedRunbook[]): Conversion => ({
    format,
    runbooks,
    problems: problems.toSorted((left, right) => left.line - right.line),
  });
  const bytes = utf8Length(text);
  if (bytes > RUNBOOK_LIMIT_BYTES) {
    const limit = String(RUNBOOK_LIMIT_BYTES);
    report(1, 'too-large', `the file has ${String(bytes)} bytes, more than ${limit}`);
    return done('unknown', []);
  }
  const source = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  try {
    if (/\.(?:ya?ml|json)$/i.test(fileName)) {
      const { format, runbooks } = fromYaml(source, baseOf(fileName), report);
      return done(format, runbooks);
    }
    const isRunme =
      /^---\n(?:[^\n]*\n)*?runme:/.test(source) || /^ {0,3}(?:```+|~~~+)\w* ?\{/m.test(source);
    return done(isRunme ? 'runme' : 'markdown', [converted(`${baseOf(fileName)}.md`, source)]);
  } catch (error) {
    report(1, 'unreadable', `not readable: ${reasonOf(error)}`);
    return done('unknown', []);
  }
}

function fromYaml(
  source: string,
  base: string,
  report: Report,
): { format: ImportFormat; runbooks: ConvertedRunbook[] } {
  const tree = readYaml(source, report);
  if (tree === null) return { format: 'unknown', runbooks: [] };
  const jobs = rundeckJobs(tree);
  if (jobs.length > 0) {
    if (jobs.length > MAX_JOBS) {
      report(
        jobs[MAX_JOBS]?.line ?? 1,
        'import',
        `more than ${String(MAX_JOBS)} jobs; left out from here`,
      );
    }
    const names = new Set<string>();
    const runbooks = jobs.slice(0, MAX_JOBS).map((job) => {
      const { title, text } = rundeckMarkdown(job, report);
      const wanted = jobs.length === 1 ? base : slugOf(title) || base;
      let name = wanted;
      for (let count = 2; names.has(name); count += 1) name = `${wanted}-${String(count)}`;
      names.add(name);
      return converted(`${name}.md`, text);
    });
    return { format: 'rundeck', runbooks };
  }
  if (tree.get('tasks')?.isMap() === true) {
    const text = orquestaMarkdown(tree, base, report);
    return { format: 'orquesta', runbooks: [converted(`${base}.md`, text)] };
  }
  report(1, 'import', `neither an Orquesta workflow nor a Rundeck job: "${clip(base)}"`);
  return { format: 'unknown', runbooks: [] };
}

function converted(fileName: string, text: string): ConvertedRunbook {
  return { fileName, text, problems: parseRunbook(text, { fileName }).problems };
}

/** A name that can be a file's on every system. */
function baseOf(fileName: string): string {
  const base = runbookBaseName(fileName)
    .replace(/\.(?:ya?ml|json)$/i, '')
    .replaceAll(/[\\/:*?"<>|\p{C}]+/gu, '-')
    .replace(/^[\s.]+/, '')
    .slice(0, 150)
    .trim();
  return base === '' ? 'runbook' : base;
}
