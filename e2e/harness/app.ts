import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { projectFolder } from '../../scripts/cache.ts';
import { prepareRun } from '../../scripts/electron.ts';
import { startElectron, type ElectronProcess } from './electron-process.ts';

/** The desktop application in the real Electron, at a profile of its own. */
export interface Desktop {
  readonly page: Page;
  readonly profile: string;
  readonly pid: number;
  readonly evaluate: ElectronProcess['evaluate'];
  readonly attachAgain: ElectronProcess['attachAgain'];
  /** Ends it as a power cut would: no chance to save anything. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly profile: string;
  readonly gateway?: { url: string; token: string; person: string };
  readonly env?: Record<string, string>;
  readonly words?: readonly string[];
  /** The profile is a disk of its own, in memory, of this size (of `mount`: `220m`). */
  readonly disk?: string;
}

export function scratchProfile(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function launchDesktop(options: LaunchOptions): Promise<Desktop> {
  const { gateway } = options;
  const run = await prepareRun(projectFolder, {
    withoutGpu: process.env['HOLDFAST_WITHOUT_GPU'] === '1',
  });
  let ended = false;
  const once = async (how: () => Promise<void>): Promise<void> => {
    if (ended) return;
    ended = true;
    try {
      await how();
    } finally {
      await run.dispose();
    }
  };
  try {
    const electron = await startElectron({
      executable: run.executable,
      words: [...run.args, `--profile=${options.profile}`, ...(options.words ?? [])],
      ...(options.disk !== undefined && { disk: { folder: options.profile, size: options.disk } }),
      inspectable: true,
      env: {
        ...process.env,
        ...run.env,
        ...(gateway && {
          HOLDFAST_GATEWAY: gateway.url,
          HOLDFAST_TOKEN: gateway.token,
          HOLDFAST_PERSON: gateway.person,
        }),
        ...options.env,
      },
    });
    return {
      get page() {
        return electron.page;
      },
      profile: options.profile,
      pid: electron.pid,
      evaluate: electron.evaluate,
      attachAgain: electron.attachAgain,
      kill: () => once(electron.kill),
      close: () =>
        once(async () => {
          try {
            await expectNoViolations(electron.page);
          } finally {
            await electron.close();
          }
        }),
    };
  } catch (error) {
    await run.dispose();
    throw error;
  }
}

/** Every story ends by asserting that the content security policy was never broken. */
async function expectNoViolations(page: Page): Promise<void> {
  expect(await page.evaluate(() => window.__cspViolations)).toEqual([]);
}
