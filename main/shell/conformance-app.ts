import { app, utilityProcess } from 'electron';
import { muxClient } from '../ipc/multiplex.ts';
import { portConformance } from '../ipc/port-conformance.ts';
import { channelToUtility } from './utility-channel.ts';

/**
 * Not a part of the application: an Electron main that runs the ports' conformance suite over real
 * utility processes whose core opens no database, prints one line of JSON a law, and ends.
 * HOLDFAST_CONFORMANCE names the built core, a profile and the resources.
 */
void app.whenReady().then(async () => {
  const [core = '', profile = '', resources = ''] = JSON.parse(
    process.env['HOLDFAST_CONFORMANCE'] ?? '[]',
  ) as string[];
  for (const { name, fatal, run } of portConformance) {
    const child = utilityProcess.fork(core, [
      `--profile=${profile}`,
      `--resources=${resources}`,
      '--journal=none',
    ]);
    const channel = channelToUtility(child);
    let failure: string | null = null;
    try {
      await run({
        openPort: muxClient(channel).openPort,
        crash: () => {
          if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
        },
        onLost: (listener) => void channel.onClose(listener),
      });
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    console.log(`law ${JSON.stringify({ name, failure })}`);
    if (!fatal) child.kill();
  }
  app.exit(0);
});
