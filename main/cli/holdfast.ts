import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { timelineCsv, timelineMarkdown } from '../../shared/bundle/timeline-text.ts';
import { loadBundle } from '../bundles/import.ts';
import { actionCommands } from './action-commands.ts';
import { adaptCommands } from './adapt-command.ts';
import { UsageError, type Command } from './command.ts';
import { journalCommands } from './journal-commands.ts';
import { runbookCommands } from './runbook-commands.ts';

/** Headless commands: what can be asked of files and journals without a window. */

const commands: Record<string, Command> = {
  'bundle verify': {
    usage: 'bundle verify <file.holdfast>',
    does: 'checks every hash of an exported incident; exit code 1 names the first defect',
    run([path]) {
      if (path === undefined) return usage('bundle verify');
      const bundle = loadBundle(resolve(path));
      if (!bundle.ok) {
        console.error(
          `damaged: ${[bundle.error.place, bundle.error.reason].filter(Boolean).join(': ')}`,
        );
        return 1;
      }
      const { manifest } = bundle.value;
      console.log(
        JSON.stringify({
          title: manifest.title,
          incident: manifest.incident,
          facts: manifest.facts,
          exportedAt: new Date(manifest.exportedAt).toISOString(),
          verified: true,
        }),
      );
      return 0;
    },
  },
  'bundle timeline': {
    usage:
      'bundle timeline <file.holdfast> [--format markdown|csv] [--language en|zh-CN] [--out FILE]',
    does: 'prints the timeline of an exported incident',
    run(words) {
      const { values, positionals } = parseArgs({
        args: words,
        allowPositionals: true,
        options: {
          format: { type: 'string', default: 'markdown' },
          language: { type: 'string', default: 'en' },
          out: { type: 'string' },
        },
      });
      const [path] = positionals;
      if (path === undefined) return usage('bundle timeline');
      const bundle = loadBundle(resolve(path));
      if (!bundle.ok) {
        console.error(`damaged: ${bundle.error.place}: ${bundle.error.reason}`);
        return 1;
      }
      const write = values.format === 'csv' ? timelineCsv : timelineMarkdown;
      const text = write(bundle.value.facts, {
        title: bundle.value.manifest.title,
        exportedAt: bundle.value.manifest.exportedAt,
        language: values.language === 'zh-CN' ? 'zh-CN' : 'en',
      });
      if (values.out === undefined) process.stdout.write(text);
      else writeFileSync(values.out, text);
      return 0;
    },
  },
  ...actionCommands,
  ...adaptCommands,
  ...journalCommands,
  ...runbookCommands,
};

function usage(name?: string): number {
  const shown = name === undefined ? Object.values(commands) : [commands[name]];
  console.error('usage: npm run -s holdfast -- <command>\n');
  for (const command of shown)
    if (command) console.error(`  ${command.usage}\n      ${command.does}`);
  if (name === undefined) console.error('\n  <command> --help says more.');
  return 2;
}

function help({ usage: words, does, more = [] }: Command): number {
  console.log(`${words}\n    ${does}\n`);
  for (const line of more) console.log(`    ${line}`);
  return 0;
}

async function main(words: readonly string[]): Promise<number> {
  // Most commands have two words (`journal check`), some have one (`adapt`).
  const length = [2, 1].find((count) => Object.hasOwn(commands, words.slice(0, count).join(' ')));
  const name = words.slice(0, length ?? 0).join(' ');
  const command = commands[name];
  if (length === undefined || command === undefined) return usage();
  const rest = words.slice(length);
  if (rest.includes('--help') || rest.includes('-h')) return help(command);
  try {
    return await command.run(rest, { out: console.log, error: console.error });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n`);
    return usage(name);
  }
}

process.exitCode = await main(process.argv.slice(2));
