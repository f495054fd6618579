import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunbookProblem } from '../../shared/runbooks/format.ts';
import { convertRunbook } from '../../shared/runbooks/import/convert.ts';
import { EXIT, UsageError, type Command, type Say } from './command.ts';

const FORMATS =
  'Markdown (also Meaning/Impact/Diagnosis/Mitigation), runme, Orquesta and Rundeck YAML';

/** What can be asked of runbook files without a window. */
export const runbookCommands: Record<string, Command> = {
  'runbook check': {
    usage: 'runbook check <file>…',
    does: 'names what is wrong in runbooks, by file and line; exit code 1 when something is',
    more: [
      `Reads ${FORMATS}.`,
      'Of other tools’ files it also names what would not be carried over.',
    ],
    run(words, say) {
      const { positionals } = parseArgs({ args: words, allowPositionals: true });
      if (positionals.length === 0) throw new UsageError('which files?');
      let found = 0;
      for (const path of positionals) {
        const { problems, runbooks } = convertRunbook(textOf(path), basename(path));
        const isOurs = /\.(?:md|markdown)$/i.test(path);
        const all = isOurs ? runbooks.flatMap((one) => one.problems) : problems;
        found += tell(path, [...(isOurs ? problems : []), ...all], say);
      }
      return found === 0 ? EXIT.done : EXIT.damaged;
    },
  },
  'runbook convert': {
    usage: 'runbook convert <file>… [--out FOLDER]',
    does: 'makes this application’s Markdown of runbooks of other tools (standard output without --out)',
    more: [
      `Reads ${FORMATS}. Nothing that is there is written over.`,
      'What was not carried over is named on standard error by file and line; the exit code is 1 where a',
      'file is no runbook.',
    ],
    run(words, say) {
      const { positionals, values } = parseArgs({
        args: words,
        allowPositionals: true,
        options: { out: { type: 'string' } },
      });
      if (positionals.length === 0) throw new UsageError('which files?');
      let code: number = EXIT.done;
      for (const path of positionals) {
        const { problems, runbooks } = convertRunbook(textOf(path), basename(path));
        tell(path, problems, { ...say, out: say.error });
        if (runbooks.length === 0) code = EXIT.damaged;
        for (const { fileName, text } of runbooks) {
          if (values.out === undefined) say.out(text.trimEnd());
          else if (!write(join(values.out, fileName), text, say)) code = EXIT.damaged;
        }
      }
      return code;
    },
  },
};

/** @throws UsageError where there is no such file, or it is far too large to be one */
function textOf(path: string): string {
  try {
    if (statSync(path).size > 16_000_000) throw new Error('larger than 16 MB');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

function write(path: string, text: string, say: Say): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    say.out(path);
    return true;
  } catch (error) {
    say.error(`${path}: ${error instanceof Error ? error.message : 'cannot be written'}`);
    return false;
  }
}

function tell(path: string, problems: readonly RunbookProblem[], say: Say): number {
  for (const { line, code, message } of problems) {
    say.out(`${path}:${String(line)}: ${message} (${code})`);
  }
  return problems.length;
}
