import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** What the Electron runtime needs of Debian 12 (newer releases: the t64 names). */
export const runtimePackages = [
  'unzip',
  'xvfb',
  'xauth',
  'iproute2',
  'fonts-noto-cjk',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libcups2',
  'libdrm2',
  'libxkbcommon0',
];

/** What the end-to-end tests need besides: a real Prometheus, a real Alertmanager with its amtool. */
export const endToEndPackages = [...runtimePackages, 'prometheus-alertmanager', 'prometheus'];

/** What the tests of faults need: a tracer that injects faults, a clock that lies, a broker. */
export const faultPackages = ['strace', 'faketime', 'nats-server'];

/** A display for windows. */
export interface Display {
  /** To be added to the environment of what opens windows. */
  env: Record<string, string>;
  /** True when there was none and an Xvfb was started: then there is no GPU either. */
  started: boolean;
  stop(): Promise<void>;
}

/** Which of the packages are missing; none where there is no dpkg to ask. */
export async function missingPackages(wanted: readonly string[]): Promise<string[]> {
  if (!existsSync('/usr/bin/dpkg-query')) return [];
  const format = '${Package} ${db:Status-Status}\\n';
  const names = wanted.flatMap((name) => [name, `${name}t64`]);
  // dpkg-query exits 1 when it does not know one of them, and still prints the others.
  const { stdout } = await run('dpkg-query', ['-W', '-f', format, ...names]).catch(
    (error: unknown) => ({ stdout: stdoutOf(error) }),
  );
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.slice(0, line.indexOf(' '))),
  );
  return wanted.filter((name) => !installed.has(name) && !installed.has(`${name}t64`));
}

/**
 * Installs what is missing when root; otherwise throws one line with the exact command. Does
 * nothing, quickly, when everything is there.
 */
export async function ensurePackages(wanted: readonly string[]): Promise<void> {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `Missing Debian packages: sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    );
  }
  process.stderr.write(`Installing Debian packages: ${missing.join(' ')} …\n`);
  if (!(await haveCandidates(missing))) await apt(['update', '-qq']);
  const names = await Promise.all(missing.map(nameInThisRelease));
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names];
  try {
    await apt(install);
  } catch {
    // Lists that are older than the mirror name files that are gone.
    await apt(['update', '-qq']);
    await apt(install);
  }
}

/**
 * Gives windows a display: the present one, else an own Xvfb on a free number, reachable over its
 * unix socket only (that socket also works inside a network namespace).
 */
export async function ensureDisplay(): Promise<Display> {
  const present = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'];
  if (process.platform !== 'linux' || (present !== undefined && present !== '')) {
    return { env: {}, started: false, stop: async () => {} };
  }
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((done) => {
    server.once('exit', () => done());
    server.once('error', () => done());
  });
  const stopNow = () => void server.kill('SIGTERM');
  process.once('exit', stopNow);
  const number = await new Promise<string>((done, fail) => {
    const failed = (why: string) => fail(new Error(`No display, and Xvfb did not start (${why}).`));
    let text = '';
    server.stdio[3]?.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes('\n')) done(text.trim());
    });
    server.once('error', (error) => failed(error.message));
    server.once('exit', (code, signal) => failed(`ended with ${code ?? signal}`));
    setTimeout(() => failed('silent for 20 s'), 20_000).unref();
  });
  return {
    env: { DISPLAY: `:${number}` },
    started: true,
    stop: async () => {
      process.off('exit', stopNow);
      stopNow();
      await ended;
    },
  };
}

const run = promisify(execFile);

async function apt(args: string[]): Promise<void> {
  const child = spawn('apt-get', args, {
    // Its output belongs to people, not to a caller that reads our stdout.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  await new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) =>
      code === 0 ? done() : fail(new Error(`apt-get ${args.join(' ')} ended with ${code}`)),
    );
  });
}

async function haveCandidates(names: readonly string[]): Promise<boolean> {
  return (await Promise.all(names.map((name) => hasCandidate(name)))).every(Boolean);
}

async function nameInThisRelease(name: string): Promise<string> {
  return !(await hasCandidate(name)) && (await hasCandidate(`${name}t64`)) ? `${name}t64` : name;
}

async function hasCandidate(name: string): Promise<boolean> {
  const { stdout } = await run('apt-cache', ['policy', name]).catch((error: unknown) => ({
    stdout: stdoutOf(error),
  }));
  return /Candidate: (?!\(none\))/.test(stdout);
}

function stdoutOf(error: unknown): string {
  if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') {
    return error.stdout;
  }
  throw error;
}

if (import.meta.main) {
  const wanted = process.argv.includes('--e2e') ? endToEndPackages : runtimePackages;
  try {
    await ensurePackages(wanted);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
