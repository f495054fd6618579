import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Configuration } from 'electron-builder';
import { buildBundles } from './build.ts';
import { projectFolder } from './cache.ts';
import { findElectron, nodeForCore } from './electron.ts';
import type { ElectronRuntime } from './electron.ts';
import { intendedFuses, readFuses, wrongFuses } from './fuses.ts';

/** A package as a folder that can be started. */
export interface PackagedApp {
  folder: string;
  executable: string;
  electronVersion: string;
}

/**
 * Builds the application and packs it as a Linux folder, then reads the fuses back from the
 * executable and throws when they are not the intended ones.
 *
 * `inspectable` is for tests: it alone lets `--inspect` in. Under the registry's Electron the
 * package carries a Node beside it for the core; such a package is a test build, not to be shipped.
 */
export async function packageApp(options: {
  inspectable: boolean;
  /** Leave out electron-vite's build when `out/` is fresh. */
  built?: boolean;
  outputFolder?: string;
}): Promise<PackagedApp> {
  process.chdir(projectFolder);
  if (options.built !== true) await buildBundles();
  const electron = await findElectron();
  const output = options.outputFolder ?? join(projectFolder, 'dist');
  const folder = join(output, 'linux-unpacked');
  await rm(folder, { recursive: true, force: true });
  const { build, Platform } = await import('electron-builder');
  await build({
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    config: { ...overrides(electron, options.inspectable), directories: { output } },
  });
  const executable = join(folder, 'holdfast');
  const intended = { ...intendedFuses, enableNodeCliInspectArguments: options.inspectable };
  const wrong = wrongFuses(await readFuses(executable), intended);
  if (wrong.length > 0) throw new Error(`Fuses not as intended: ${wrong.join(', ')}`);
  return { folder, executable, electronVersion: electron.version };
}

function overrides(electron: ElectronRuntime, inspectable: boolean): Configuration {
  const carrier = nodeForCore(electron.version);
  const node =
    carrier.kind === 'node-child'
      ? // Beside the release's own resources: lists of the two configurations are joined.
        { extraFiles: [{ from: carrier.node, to: 'resources/node/bin/node' }] }
      : {};
  return {
    electronDist: dirname(electron.executable),
    electronVersion: electron.version,
    ...node,
    ...(inspectable ? { electronFuses: { enableNodeCliInspectArguments: true } } : {}),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { test: { type: 'boolean', default: false } },
  });
  const app = await packageApp({ inspectable: values.test });
  process.stdout.write(
    `${app.executable} (Electron ${app.electronVersion}${app.electronVersion.startsWith('33.') ? ', a test build: not to be shipped' : ''})\n`,
  );
}
