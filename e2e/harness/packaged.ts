import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { projectFolder } from '../../scripts/cache.ts';

/** Where `scripts/package.ts` leaves the unpacked application. */
export const packagedExecutable = join(projectFolder, 'dist', 'linux-unpacked', 'holdfast');

export interface PackagedDesktop {
  readonly page: Page;
  close(): Promise<void>;
}

/**
 * Starts the package as a user would and drives it over Chromium's own debugging port: what is
 * packaged takes no inspector of Node's.
 */
export async function launchPackaged(profile: string): Promise<PackagedDesktop> {
  const words = [
    '--remote-debugging-port=0',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...(process.env['HOLDFAST_WITHOUT_GPU'] === '1'
      ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']
      : []),
    `--profile=${profile}`,
  ];
  const child = spawn(packagedExecutable, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const address = await debuggingAddress(child);
    const browser = await chromium.connectOverCDP(address);
    const page = await firstPage(browser);
    page.setDefaultTimeout(20_000);
    await page.waitForSelector('[data-testid="start-name"], [data-testid="connection"]');
    return {
      page,
      async close() {
        await browser.close().catch(() => undefined);
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    // Read to its end: a pipe that is full would stop the application.
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString();
      const address = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`the package ended before it listened: ${said}`)));
  });
}

async function firstPage(browser: Browser): Promise<Page> {
  for (let tries = 0; tries < 100; tries += 1) {
    const page = browser.contexts()[0]?.pages()[0];
    if (page) return page;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the package opened no window');
}
