import { join } from 'node:path';
import { createCore } from '../../main/core.ts';
import { createCoreClient } from '../../shared/ipc/client.ts';
import { portPair } from '../../shared/ipc/port.ts';

/** A core over a profile that says how many alerts it shows, and stays until it is ended. */
const [windowEnd, coreEnd] = portPair();
const core = createCore({
  profile: process.argv[2] ?? '',
  resources: join(import.meta.dirname, '..', '..', 'resources'),
  version: 'bench',
});
core.attach(coreEnd, 'window');
const window = createCoreClient(windowEnd);
const { rows } = await window.ask('table.read', { table: 'alerts', position: { mode: 'live' } });
console.log(rows.length);
setInterval(() => undefined, 60_000);
