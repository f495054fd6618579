import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildBundles } from './build.ts';
import { projectFolder } from './cache.ts';
import { prepareRun } from './electron.ts';
import { ensureDisplay, ensurePackages, runtimePackages } from './system-packages.ts';

/**
 * Builds and starts the desktop application; words after `--` go to it. Resolves with its exit code.
 * @param env added to the application's environment
 */
export async function startDesktop(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<number> {
  if (process.platform === 'linux') await ensurePackages(runtimePackages);
  await buildBundles();
  const display = await ensureDisplay();
  if (display.started) {
    console.log('There is no display here: the window is drawn on a virtual one (Xvfb), unseen.');
  }
  const run = await prepareRun(projectFolder, { withoutGpu: display.started });
  const child = spawn(run.executable, [...run.args, ...words], {
    stdio: ['ignore', 'inherit', 'ignore'],
    env: { ...process.env, ...display.env, ...run.env, ...env },
  });
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (signal?.aborted) end();
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 0;
  } finally {
    await run.dispose();
    await display.stop();
  }
}

if (import.meta.main) process.exitCode = await startDesktop(process.argv.slice(2));
