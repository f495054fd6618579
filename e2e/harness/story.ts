import { test as base } from '@playwright/test';
import { launchDesktop, scratchProfile, type Desktop, type LaunchOptions } from './app.ts';
import { startGateway, TOKENS, type GatewayProcess } from './gateway.ts';

/** What a story has at hand; everything it started ends with it. */
interface Stage {
  /** A profile folder of its own. */
  readonly profile: string;
  readonly gateway: GatewayProcess;
  /** Starts the application; by default at the story's profile, without a gateway. */
  readonly launch: (options?: Partial<LaunchOptions>) => Promise<Desktop>;
  /** Starts it connected to the story's gateway as Maya. */
  readonly launchConnected: () => Promise<Desktop>;
}

export const test = base.extend<Stage>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  profile: async ({}, use) => {
    const { folder, remove } = scratchProfile();
    await use(folder);
    remove();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
  gateway: async ({}, use) => {
    const gateway = await startGateway();
    await use(gateway);
    await gateway.remove();
  },
  launch: async ({ profile }, use) => {
    const started: Desktop[] = [];
    await use(async (options) => {
      const desktop = await launchDesktop({ profile, ...options });
      started.push(desktop);
      return desktop;
    });
    for (const desktop of started) await desktop.close();
  },
  launchConnected: async ({ gateway, launch }, use) => {
    await use(() => launch({ gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' } }));
  },
});

export { expect } from '@playwright/test';
