import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { GatewayOptions } from '../../../gateway/create-gateway.ts';
import { channelToChild } from '../../../main/ipc/child-channel.ts';
import { muxClient } from '../../../main/ipc/multiplex.ts';
import { projectFolder } from '../../../scripts/cache.ts';
import { createCoreClient, type CoreClient } from '../../../shared/ipc/client.ts';
import type { StatusRow } from '../../../shared/ipc/rows.ts';
import type { Probe } from './memory-probe.ts';

/** A process whose memory, descriptors and handles are looked at from outside. */
export interface MeasuredProcess {
  readonly pid: number;
  /** Resident memory now, and the most that it ever was (bytes). */
  memory(): { residentBytes: number; peakBytes: number };
  descriptors(): number;
  /** After a collection: what is really held. Fails when the process ends first. */
  probe(): Promise<Probe>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** How it ended, or null. */
  ended(): string | null;
}

export interface MeasuredGateway extends MeasuredProcess {
  readonly url: string;
  readonly port: number;
}

export interface MeasuredCore extends MeasuredProcess {
  readonly client: CoreClient;
  status(): Promise<StatusRow>;
}

const PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'memory-probe.ts')];

/** @param settings as for createGateway */
export async function startGateway(
  settings: Omit<GatewayOptions, 'logger' | 'now' | 'journal'>,
  onStart: (pid: number) => void = () => undefined,
): Promise<MeasuredGateway> {
  const program = join(import.meta.dirname, 'measured-gateway.ts');
  const child = spawn(process.execPath, [...PROBE, program, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(child.pid ?? 0);
  const measured = measure(child, () => child.kill('SIGTERM'));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', () => reject(new Error(`the gateway ended: ${measured.said()}`)));
  });
  const { url, port } = JSON.parse(line) as { url: string; port: number };
  return { ...measured, url, port };
}

export async function startCore(
  profile: string,
  onStart: (pid: number) => void = () => undefined,
): Promise<MeasuredCore> {
  const resources = join(projectFolder, 'resources');
  const child = fork(
    join(projectFolder, 'main', 'core-process.ts'),
    [`--profile=${profile}`, `--resources=${resources}`, '--app-version=test'],
    { serialization: 'advanced', execArgv: PROBE, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  onStart(child.pid ?? 0);
  const mux = muxClient(channelToChild(child));
  // It ends when the channel does.
  const measured = measure(child, () => child.disconnect());
  await new Promise<void>((resolve, reject) => {
    mux.onReady(resolve);
    child.once('exit', () => reject(new Error(`the core ended: ${measured.said()}`)));
  });
  const client = createCoreClient(mux.openPort('test', 'shell'));
  // What was asked and not answered fails then.
  child.once('exit', () => client.close());
  return {
    ...measured,
    client,
    async status() {
      const position = { mode: 'live' } as const;
      const { rows } = await client.ask('table.read', { table: 'status', position });
      return rows[0] as unknown as StatusRow;
    },
  };
}

function measure(
  child: ChildProcess,
  askToEnd: () => void,
): MeasuredProcess & { readonly said: () => string } {
  const pid = child.pid ?? 0;
  let end: string | null = null;
  let last: string[] = [];
  const probes: ((probe: Probe) => void)[] = [];
  // Every probe listens for its end.
  child.setMaxListeners(0);
  const gone = new Promise<void>((resolve) =>
    child.once('exit', (code, signal) => {
      end = signal ?? `code ${code}`;
      resolve();
    }),
  );
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('probe ')) {
        probes.shift()?.(JSON.parse(line.slice('probe '.length)) as Probe);
      } else last = [...last, line].slice(-20);
    });
  }
  return {
    pid,
    said: () => last.join('\n'),
    memory() {
      const text = readFileSync(`/proc/${pid}/status`, 'utf8');
      const read = (name: string): number =>
        Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? Number.NaN) * 1_024;
      return { residentBytes: read('VmRSS'), peakBytes: read('VmHWM') };
    },
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    probe: () =>
      new Promise((resolve, reject) => {
        if (end !== null) throw new Error('it has ended');
        probes.push(resolve);
        child.once('exit', () => reject(new Error('it ended')));
        child.kill('SIGUSR2');
      }),
    async kill() {
      if (end === null) child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (end === null) askToEnd();
      await gone;
    },
    ended: () => end,
  };
}

/** A limit on the memory of several processes together (cgroup v1), where this machine lets us. */
export interface MemoryLimit {
  /** Why there is none; null when it holds. */
  readonly missing: string | null;
  add(pid: number): void;
  /** How often something was ended or refused for it. */
  kills(): number;
  /** After the processes have gone. */
  remove(): void;
}

export function limitMemory(bytes: number): MemoryLimit {
  const folder = `/sys/fs/cgroup/memory/holdfast-test-${process.pid}-${Date.now()}`;
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'memory.limit_in_bytes'), String(bytes));
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error);
    return { missing, add: () => undefined, kills: () => 0, remove: () => undefined };
  }
  return {
    missing: null,
    add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    kills() {
      const text = readFileSync(join(folder, 'memory.oom_control'), 'utf8');
      return Number(/oom_kill (\d+)/.exec(text)?.[1] ?? 0);
    },
    remove() {
      try {
        rmdirSync(folder);
      } catch {
        // Still counted: the system removes it with the last page.
      }
    },
  };
}
