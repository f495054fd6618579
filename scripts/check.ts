import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Types, lint, format, dependency rule, unused code: everything that is known without running. */

const root = join(import.meta.dirname, '..');

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** A tool that saw nothing must not count as content. */
  readonly saw?: RegExp;
}

const realms = ['shared', 'gateway', 'main', 'renderer', 'scripts', 'e2e'];

const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  {
    name: 'dependency rule',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', ...realms],
    saw: /\((?:[1-9]\d{2,}) modules/,
  },
  { name: 'unused code', command: ['knip', '--no-progress'] },
];

export function runChecks(only: readonly string[] = []): CheckResult[] {
  return checks
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map(({ name, command, saw }) => {
      const start = Date.now();
      const [tool = '', ...parameters] = command;
      const run = spawnSync(join(root, 'node_modules', '.bin', tool), parameters, {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
        maxBuffer: 64 * 1024 * 1024,
      });
      const output = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim();
      const passed = run.status === 0 && (saw === undefined || saw.test(output));
      const seconds = (Date.now() - start) / 1_000;
      console.log(`${passed ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`);
      if (!passed) console.log(output);
      return { name, passed, seconds, output };
    });
}

if (import.meta.main) {
  const results = runChecks(process.argv.slice(2));
  process.exitCode = results.length > 0 && results.every(({ passed }) => passed) ? 0 : 1;
}
