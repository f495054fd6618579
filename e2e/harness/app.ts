import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, type ElectronApplication, type Page } from '@playwright/test';
import { projectFolder } from '../../scripts/cache.ts';
import { prepareRun, type PreparedRun } from '../../scripts/electron.ts';

/** The desktop application in the real Electron, at a profile of its own. */
export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
  /** Ends it as a power cut would: no chance to save anything. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly profile: string;
  readonly gateway?: { url: string; token: string; person: string };
  readonly env?: Record<string, string>;
  readonly words?: readonly string[];
}

export function scratchProfile(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function launchDesktop(options: LaunchOptions): Promise<Desktop> {
  const run = await prepareRun(projectFolder, {
    withoutGpu: process.env['HOLDFAST_WITHOUT_GPU'] === '1',
  });
  const app = await launch(run, options);
  const { pid } = app.process();
  let ended = false;
  const end = async (how: () => Promise<unknown>): Promise<void> => {
    if (ended) return;
    ended = true;
    await how().catch(() => undefined);
    await run.dispose();
  };
  try {
    const page = await app.firstWindow();
    page.setDefaultTimeout(20_000);
    await page.waitForSelector('[data-testid="start-name"], [data-testid="connection"]');
    return {
      app,
      page,
      profile: options.profile,
      kill: () =>
        end(async () => {
          const gone = new Promise((resolve) => app.process().once('exit', resolve));
          app.process().kill('SIGKILL');
          await gone;
        }),
      close: () =>
        end(async () => {
          await expectNoViolations(page);
          await app.close();
        }),
    };
  } catch (error) {
    // A failed launch leaves Electron running.
    await end(async () => {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    });
    throw error;
  }
}

async function launch(run: PreparedRun, options: LaunchOptions): Promise<ElectronApplication> {
  const { gateway } = options;
  return _electron.launch({
    executablePath: run.executable,
    args: [...run.args, `--profile=${options.profile}`, ...(options.words ?? [])],
    env: {
      ...stringsOf(process.env),
      ...run.env,
      ...(gateway && {
        HOLDFAST_GATEWAY: gateway.url,
        HOLDFAST_TOKEN: gateway.token,
        HOLDFAST_PERSON: gateway.person,
      }),
      ...options.env,
    },
    timeout: 30_000,
  });
}

/** Every story ends by asserting that the content security policy was never broken. */
async function expectNoViolations(page: Page): Promise<void> {
  const violations = await page.evaluate(
    () => (window as unknown as { __cspViolations?: unknown[] }).__cspViolations,
  );
  expect(violations).toEqual([]);
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
