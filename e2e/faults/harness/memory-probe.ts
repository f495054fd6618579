import { writeSync } from 'node:fs';

/** Loaded ahead of a measured process (`node --expose-gc --import`): tells at SIGUSR2 what it holds. */
export interface Probe {
  readonly heapUsed: number;
  readonly external: number;
  /** Timers, sockets and the like that keep the process alive, by kind. */
  readonly resources: Record<string, number>;
  /** Listeners of the process itself. */
  readonly listeners: number;
}

process.on('SIGUSR2', () => {
  // Twice: what the first finds free may free more.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const listeners = process
    .eventNames()
    .reduce((sum, name) => sum + process.listenerCount(name), 0);
  const probe: Probe = { heapUsed, external, resources, listeners };
  writeSync(2, `probe ${JSON.stringify(probe)}\n`);
});
