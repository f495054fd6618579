import { join } from 'node:path';
import { createCore } from '../../main/core.ts';
import { createCoreClient } from '../../shared/ipc/client.ts';
import { portPair } from '../../shared/ipc/port.ts';

/**
 * A core over a profile that says how many alerts it shows and how much CPU time that took (ms), and
 * stays until it is ended.
 */
const [windowEnd, coreEnd] = portPair();
const core = createCore({
  profile: process.argv[2] ?? '',
  resources: join(import.meta.dirname, '..', '..', 'resources'),
  version: 'bench',
});
core.attach(coreEnd, 'window');
const window = createCoreClient(windowEnd);
const { rows } = await window.ask('table.read', { table: 'alerts', position: { mode: 'live' } });
const { user, system } = process.cpuUsage();
console.log(`${rows.length} ${(user + system) / 1_000}`);
setInterval(() => undefined, 60_000);
