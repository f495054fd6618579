import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseRfc3339 } from '../../shared/kit/time.ts';
import { adapters, isFormatName } from '../../shared/adapters/registry.ts';
import { sourceNameProblem } from '../../shared/adapters/record.ts';
import { sealFact } from '../../shared/facts/fact.ts';
import { readSourceSettings } from '../../gateway/ingest/source-settings.ts';
import { UsageError, type Command } from './command.ts';

/** What an outside format says, without a gateway: for trying a sender out, and for tests of others. */
export const adaptCommands: Record<string, Command> = {
  adapt: {
    usage: 'adapt --format <name> [--file F] [--source NAME] [--now TIME] [--settings F] | --list',
    does: 'prints { facts, problems } of what a source sends (standard input without --file)',
    run(words) {
      const { values } = parseArgs({
        args: words,
        options: {
          list: { type: 'boolean' },
          format: { type: 'string' },
          file: { type: 'string' },
          source: { type: 'string', default: 'adapt' },
          now: { type: 'string' },
          settings: { type: 'string' },
        },
      });
      if (values.list === true) {
        console.log(Object.keys(adapters).join('\n'));
        return 0;
      }
      const { format, source } = values;
      if (format === undefined)
        throw new UsageError('--format is missing (adapt --list names them)');
      if (!isFormatName(format))
        throw new UsageError(`${format} is not a format (adapt --list names them)`);
      const nameProblem = sourceNameProblem(source);
      if (nameProblem !== null) throw new UsageError(nameProblem);
      const now = values.now === undefined ? Date.now() : parseRfc3339(values.now);
      if (now === null) throw new UsageError(`--now: ${values.now ?? ''} is not a time (RFC 3339)`);
      const settings = values.settings && readSourceSettings(values.settings).get(source);
      const adapted = adapters[format].adapt(readFileSync(values.file ?? 0), {
        now,
        source,
        declaredBy: () => new Map(),
        ...(settings && { settings }),
      });
      const problems = adapted.rejected === null ? adapted.problems : [adapted.rejected];
      const facts = adapted.facts.map((draft) => sealFact(draft));
      console.log(JSON.stringify({ facts, problems }, null, 2));
      return adapted.rejected === null ? 0 : 1;
    },
  },
};
