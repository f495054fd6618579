import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { timelineCsv, timelineMarkdown } from '../../shared/bundle/timeline-text.ts';
import { loadBundle } from '../bundles/import.ts';
import { openJournal } from '../journal/journal.ts';

/** Headless commands: what can be asked of files and journals without a window. */

interface Command {
  readonly usage: string;
  readonly does: string;
  run(words: string[]): number;
}

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
  'journal check': {
    usage: 'journal check <profile folder>',
    does: 'checks the row hash of every fact of a desk (the application must be closed)',
    run([profile]) {
      if (profile === undefined) return usage('journal check');
      const folder = join(resolve(profile), 'rooms', 'live');
      if (!existsSync(join(folder, 'journal-0001.sqlite'))) {
        console.error(`no journal in ${folder}`);
        return 2;
      }
      const journal = openJournal({ folder });
      try {
        const damaged = journal.facts.damaged();
        console.log(
          JSON.stringify({
            facts: journal.facts.lastSeq(),
            damaged: damaged.map(({ seq }) => seq),
          }),
        );
        return damaged.length === 0 ? 0 : 1;
      } finally {
        journal.close();
      }
    },
  },
};

function usage(name?: string): number {
  const shown = name === undefined ? Object.values(commands) : [commands[name]];
  console.error('usage: npm run -s holdfast -- <command>\n');
  for (const command of shown)
    if (command) console.error(`  ${command.usage}\n      ${command.does}`);
  return 2;
}

const words = process.argv.slice(2);
const command = commands[words.slice(0, 2).join(' ')];
process.exitCode = command ? command.run(words.slice(2)) : usage();
