import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createCore } from '../../../main/core.ts';
import { createCoreClient } from '../../../shared/ipc/client.ts';
import type { RequestName } from '../../../shared/ipc/contract.ts';
import { portPair } from '../../../shared/ipc/port.ts';
import type { DeskAsk, DeskSays, DeskSettings } from './crash-desk.ts';

/**
 * The victim: a desk's whole core in a process of its own, without a window. It is asked over
 * standard input and answers over standard output, one JSON a line; the first line tells its pid
 * once the first query is answered.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as DeskSettings;
const lines = createInterface({ input: process.stdin });
lines.once('close', () => process.exit(0));
await once(lines, 'line');
const core = createCore({
  profile: settings.profile,
  resources: settings.resources,
  version: 'test',
  ...(settings.space && { space: settings.space }),
  ...(settings.logLimits && { logLimits: settings.logLimits }),
});
const [windowEnd, coreWindowEnd] = portPair();
const [shellEnd, coreShellEnd] = portPair();
core.attach(coreWindowEnd, 'window');
core.attach(coreShellEnd, 'shell');
const window = createCoreClient(windowEnd);
const shell = createCoreClient(shellEnd);

window.on('rows', ({ upserts }) => {
  for (const row of upserts) say({ status: row as never });
});
await window.ask('session.write', { person: settings.person ?? 'Ada' });
await openRoom();
const { gateway } = settings;
if (gateway) await shell.ask('room.connect', { ...gateway, tokenKept: false });
const { rows } = await window.ask('subscription.open', {
  id: 'status',
  table: 'status',
  position: { mode: 'live' },
});
say({ ready: process.pid, status: rows[0] as never });

lines.on('line', (line) => {
  const { id, name, body } = JSON.parse(line) as DeskAsk;
  if (name === 'stop') {
    void core.stop().then(() => process.exit(0));
    return;
  }
  shell.ask(name as RequestName, body as never).then(
    (answer: unknown) => say({ id, answer }),
    (error: { code?: string; message: string }) =>
      say({ id, error: { code: error.code ?? 'failed', message: error.message } }),
  );
});

/** As a person would who is told that the disk failed: once more. */
async function openRoom(): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await window.ask('room.open', {});
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function say(said: DeskSays): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}
