import { muxClient, type Channel, type ClosablePort, type MuxClient } from '../ipc/multiplex.ts';
import type { Audience } from '../../shared/ipc/server.ts';

/** A core's process that was started. */
export interface CoreProcess {
  channel: Channel;
  /** Asks it to end; it closes its files first. */
  stop(): void;
  /** Ends it now. */
  kill(): void;
}

export interface CoreSupervisor {
  /** Null while no core runs. */
  openPort(client: string, audience: Audience): ClosablePort | null;
  /** Ends the core, for good; resolves when it has ended (or was killed after `patienceMs`). */
  stop(patienceMs: number): Promise<void>;
}

/**
 * Keeps a core running: one that dies is started again, at once the first time and then with
 * growing pauses (up to five seconds), for as long as the application lives.
 */
export function superviseCore(options: {
  start: () => CoreProcess;
  /** A core is ready; ports of an earlier one are dead. */
  onReady: () => void;
  /** The core ended without being asked to. */
  onLost: () => void;
  /** A core that lived so long after it was ready was not broken from the start. */
  steadyMs?: number;
}): CoreSupervisor {
  let running: { process: CoreProcess; mux: MuxClient } | null = null;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const process = options.start();
    const mux = muxClient(process.channel);
    running = { process, mux };
    let steady: NodeJS.Timeout | undefined;
    mux.onReady(() => {
      steady = setTimeout(() => (failures = 0), options.steadyMs ?? STEADY_MS);
      options.onReady();
    });
    process.channel.onClose(() => {
      clearTimeout(steady);
      running = null;
      if (stopping) return;
      options.onLost();
      timer = setTimeout(start, pauseBeforeMs(failures));
      failures += 1;
    });
  };
  start();

  return {
    openPort: (client, audience) => running?.mux.openPort(client, audience) ?? null,
    async stop(patienceMs) {
      stopping = true;
      clearTimeout(timer);
      if (running === null) return;
      const { process } = running;
      const ended = new Promise<void>((done) => void process.channel.onClose(done));
      process.stop();
      const killer = setTimeout(() => process.kill(), patienceMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** How long to wait before the start that follows `failures` quick ends. */
export function pauseBeforeMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures);
}

const STEADY_MS = 30_000;
const LONGEST_PAUSE_MS = 5_000;
