import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles } from './build.ts';
import { projectFolder } from './cache.ts';
import { runChecks } from './check.ts';
import { findElectron } from './electron.ts';
import { packageApp } from './package.ts';
import { figureTable } from './tier/figure-table.ts';
import { endToEndPackages, ensureDisplay, ensurePackages } from './system-packages.ts';

/**
 * `npm test`: the checks, the unit and property tests, the tests of faults as far as every change can
 * afford them, and the end-to-end stories in the real Electron. `npm run test:full` runs the same
 * with the counts that the goals ask for, and prints a table of figures. Words choose stages, then files. The last line is
 * `N passed, N failed`.
 */

interface Tally {
  passed: number;
  failed: number;
}

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-results-'));
const bin = (name: string): string => join(projectFolder, 'node_modules', '.bin', name);

async function runTool(
  command: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const child = spawn(command, words, {
    cwd: projectFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function vitest(name: string, words: readonly string[]): Promise<Tally> {
  const file = join(scratch, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runTool(bin('vitest'), ['run', ...words, ...reporters]);
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  const failed = report.numFailedTests + (code !== 0 && report.numFailedTests === 0 ? 1 : 0);
  return { passed: report.numPassedTests, failed };
}

/**
 * The stories run where there is no network but loopback: what needs one fails. Without the right to
 * make such a namespace they run as they are, and say so.
 */
async function endToEnd(): Promise<Tally> {
  await ensurePackages(endToEndPackages);
  await findElectron();
  await buildBundles();
  // As it would be released: it is driven over Chromium's port, not over an inspector of Node's.
  await packageApp({ inspectable: false, built: true });
  const display = await ensureDisplay();
  const file = join(scratch, 'end-to-end.json');
  const env = {
    ...display.env,
    HOLDFAST_WITHOUT_GPU: display.started ? '1' : '0',
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  };
  const words = [bin('playwright'), 'test', '--config', 'e2e/playwright.config.ts'];
  const alone = ['ip link set lo up && exec "$@"', 'sh', process.execPath, ...words];
  try {
    const flags = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
    const isolated = (await runTool('unshare', [...flags, 'true'])) === 0;
    if (!isolated)
      console.log('No right to make a network namespace: the stories run with the network on.');
    const code = isolated
      ? await runTool('unshare', [...flags, 'sh', '-c', ...alone], { ...env, HOLDFAST_NETNS: '1' })
      : await runTool(process.execPath, words, { ...env, HOLDFAST_NETNS: '0' });
    const { stats } = JSON.parse(readFileSync(file, 'utf8')) as {
      stats: { expected: number; unexpected: number; flaky: number; skipped: number };
    };
    // A story that passes only the second time is a defect, and so is one that was left out.
    const failed = stats.unexpected + stats.flaky + stats.skipped;
    return { passed: stats.expected, failed: failed + (code !== 0 && failed === 0 ? 1 : 0) };
  } finally {
    await display.stop();
  }
}

async function stage(name: string, run: () => Promise<Tally>): Promise<Tally> {
  const start = Date.now();
  try {
    const tally = await run();
    const seconds = ((Date.now() - start) / 1_000).toFixed(0);
    console.log(`${name}: ${tally.passed} passed, ${tally.failed} failed in ${seconds} s\n`);
    return tally;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

const full = process.argv.includes('--full');
const words = process.argv.slice(2).filter((word) => word !== '--full');
const known = ['checks', 'unit', 'faults', 'end-to-end'];
const asked = words.filter((word) => known.includes(word));
const chosen = asked.length > 0 ? asked : known;
/** Words that name no stage choose files among the tests of faults. */
const files = words.filter((word) => !known.includes(word));
const figures = join(scratch, 'figures.ndjson');
if (full) {
  writeFileSync(figures, '');
  process.env['HOLDFAST_TIER'] = 'full';
  process.env['HOLDFAST_FIGURES'] = figures;
}
const stages: Record<string, () => Promise<Tally>> = {
  checks: async () => {
    const results = runChecks();
    const failed = results.filter(({ passed }) => !passed).length;
    return { passed: results.length - failed, failed };
  },
  unit: () => vitest('unit', []),
  faults: () => vitest('faults', ['--config', 'vitest.faults.config.ts', ...files]),
  'end-to-end': endToEnd,
};

const total: Tally = { passed: 0, failed: 0 };
for (const [name, run] of Object.entries(stages)) {
  if (!chosen.includes(name)) continue;
  const tally = await stage(name, run);
  total.passed += tally.passed;
  total.failed += tally.failed;
}
if (full) console.log(figureTable(readFileSync(figures, 'utf8')));
rmSync(scratch, { recursive: true, force: true });
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed`);
