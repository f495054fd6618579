import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { createCore } from './core.ts';
import { channelToParent } from './ipc/child-channel.ts';
import { attachEcho } from './ipc/echo.ts';
import { muxServer } from './ipc/multiplex.ts';
import { channelToParentPort } from './ipc/parent-port-channel.ts';
import { catchTheRest } from './last-resort.ts';

/**
 * The core's own process: an Electron utility process or a Node child. Options come as arguments
 * (--profile, --resources, --app-version, --journal=none); it ends when its parent does.
 */

// While a million facts pass through, V8 would rather take memory than collect: 450 MB, of which 45
// are alive. So the young generation stays as small as it begins, and the old one grows by less at a
// time: 250 MB for a tenth more CPU.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=40');

const channel = channelToParentPort() ?? channelToParent();
if (channel === null) throw new Error('The core is started by the shell, not by hand.');

const { values } = parseArgs({
  options: {
    profile: { type: 'string' },
    resources: { type: 'string' },
    'app-version': { type: 'string' },
    journal: { type: 'string' },
  },
});
if (values.profile === undefined || values.resources === undefined) {
  throw new Error('The core needs --profile and --resources.');
}

const withoutJournal = values.journal === 'none';
const core = createCore({
  profile: values.profile,
  resources: values.resources,
  version: values['app-version'] ?? '',
  ...(withoutJournal && { journal: 'none' }),
});

// Not before: a core that cannot even be made must end, so that it is started anew.
process.stderr.on('error', () => {});
catchTheRest({
  on: (name, listener) => process.on(name, listener),
  log: (line) => console.error(line),
  giveUp: () => process.exit(70),
  now: () => performance.now(),
});

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void core.stop().finally(() => process.exit(0));
};
channel.onClose(stop);
process.on('SIGTERM', stop);
// Ctrl+C in a terminal reaches the whole group; the shell decides when the core ends.
process.on('SIGINT', () => {});

muxServer(channel, (port, audience) => {
  const detachCore = core.attach(port, audience);
  // The core without a journal exists to test what carries it.
  const detachEcho = withoutJournal ? attachEcho(port) : undefined;
  return () => {
    detachCore();
    detachEcho?.();
  };
});
