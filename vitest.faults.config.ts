import { defineConfig } from 'vitest/config';

/**
 * Tests that kill processes, cut power, break networks and damage files: real processes, one file at
 * a time, so that none of them starves another. `HOLDFAST_TIER=full` does what the goals ask for.
 */
export default defineConfig({
  test: {
    include: ['e2e/faults/**/*.test.ts'],
    globalSetup: 'e2e/faults/setup.ts',
    testTimeout: 3_000_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
