import { defineConfig } from '@playwright/test';

/** One worker: the stories share two cores with a real Electron each. No retries: flaky is broken. */
export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env['CI'] === 'true',
  reporter: [['list'], ['json']],
});
