import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createCoreClient, type CoreClient } from '../../shared/ipc/client.ts';
import { portPair } from '../../shared/ipc/port.ts';
import { createCore, type Core } from '../core.ts';

/** A core in the test's own process with one window and one shell at it. Only tests import this. */
export interface Desk {
  readonly core: Core;
  readonly window: CoreClient;
  readonly shell: CoreClient;
}

export function openDesk(options: { profile: string; now?: () => number }): Desk {
  const core = createCore({
    profile: options.profile,
    resources: join(import.meta.dirname, '..', '..', 'resources'),
    version: 'test',
    ...(options.now && { now: options.now }),
  });
  onTestFinished(() => core.stop());
  const [windowEnd, coreWindowEnd] = portPair();
  const [shellEnd, coreShellEnd] = portPair();
  core.attach(coreWindowEnd, 'window');
  core.attach(coreShellEnd, 'shell');
  return { core, window: createCoreClient(windowEnd), shell: createCoreClient(shellEnd) };
}
