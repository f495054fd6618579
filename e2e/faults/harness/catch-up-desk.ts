import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { channelToChild } from '../../../main/ipc/child-channel.ts';
import { muxClient } from '../../../main/ipc/multiplex.ts';
import { createCoreClient, type CoreClient } from '../../../shared/ipc/client.ts';
import type { StatusRow } from '../../../shared/ipc/rows.ts';

/** The real processes of a room: the gateway as its server runs it, and a desk's core as a child. */

const ROOT = join(import.meta.dirname, '..', '..', '..');
export const PERSON_TOKEN = 'person-token-of-ada';

export interface GatewayChild {
  readonly url: string;
  /** kill -9, and the same gateway again at the same address. */
  killAndRestart(): Promise<void>;
  /** CPU time of all its lives (ms). */
  cpuMs(): number;
  stop(): Promise<void>;
}

export async function gatewayChild(dataFolder: string, tokensFile: string): Promise<GatewayChild> {
  writeFileSync(
    tokensFile,
    JSON.stringify([{ kind: 'person', name: 'ada', token: PERSON_TOKEN }]),
    { mode: 0o600 },
  );
  let port = 0;
  let child: ChildProcess;
  let url = '';
  let spentMs = 0;
  async function start(): Promise<void> {
    child = spawn(
      process.execPath,
      [
        'gateway/server.ts',
        '--data',
        dataFolder,
        '--port',
        String(port),
        '--room',
        'catch-up',
      ].concat(['--tokens', tokensFile]),
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    const [line] = (await once(lines, 'line')) as [string];
    const told = JSON.parse(line) as { url: string; port: number };
    ({ url, port } = told);
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    spentMs += cpuOf(child.pid);
    child.kill(signal);
    await once(child, 'exit');
  }
  await start();
  onTestFinished(() => end('SIGKILL'));
  return {
    get url() {
      return url;
    },
    async killAndRestart() {
      await end('SIGKILL');
      await start();
    },
    cpuMs: () => spentMs + cpuOf(child.pid),
    stop: () => end('SIGTERM'),
  };
}

export interface DeskChild {
  readonly window: CoreClient;
  readonly shell: CoreClient;
  status(): Promise<StatusRow>;
  /** Memory (MB): now, and the most it ever took. */
  rssMb(): { now: number; most: number };
  cpuMs(): number;
  stop(): Promise<void>;
}

export async function deskChild(profile: string): Promise<DeskChild> {
  const child = fork(
    join(ROOT, 'main', 'core-process.ts'),
    [`--profile=${profile}`, `--resources=${join(ROOT, 'resources')}`, '--app-version=test'],
    { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const mux = muxClient(channelToChild(child));
  await new Promise<void>((resolve) => mux.onReady(resolve));
  const window = createCoreClient(mux.openPort('window', 'window'));
  const shell = createCoreClient(mux.openPort('shell', 'shell'));
  return {
    window,
    shell,
    async status() {
      const { rows } = await window.ask('table.read', {
        table: 'status',
        position: { mode: 'live' },
      });
      return rows[0] as unknown as StatusRow;
    },
    rssMb() {
      const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const kb = (name: string): number =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
      return { now: kb('VmRSS') / 1_024, most: kb('VmHWM') / 1_024 };
    },
    cpuMs: () => cpuOf(child.pid),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** User and system time of a process (ms); ticks are 10 ms on Linux. */
function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
