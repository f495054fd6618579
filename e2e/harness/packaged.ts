import { join } from 'node:path';
import { projectFolder } from '../../scripts/cache.ts';
import { startElectron, type ElectronProcess } from './electron-process.ts';

/** Where `scripts/package.ts` leaves the unpacked application. */
export const packagedExecutable = join(projectFolder, 'dist', 'linux-unpacked', 'holdfast');

/** Starts the package: what is packaged for release takes no inspector of Node's. */
export function launchPackaged(profile: string): Promise<ElectronProcess> {
  return startElectron({
    executable: packagedExecutable,
    inspectable: false,
    env: process.env,
    words: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(process.env['HOLDFAST_WITHOUT_GPU'] === '1'
        ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']
        : []),
      `--profile=${profile}`,
    ],
  });
}
