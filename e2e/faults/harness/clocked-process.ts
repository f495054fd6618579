import { fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { channelToChild } from '../../../main/ipc/child-channel.ts';
import { muxClient } from '../../../main/ipc/multiplex.ts';
import { createCoreClient, type CoreClient } from '../../../shared/ipc/client.ts';
import type { StatusRow } from '../../../shared/ipc/rows.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

/** The system's clock as some processes see it: set while they run. Steady clocks stay true. */
export interface LyingClock {
  /** How far it is ahead of the true time (ms). */
  set(aheadMs: number): void;
  aheadMs(): number;
  readonly environment: NodeJS.ProcessEnv;
}

/** @param folder where the file lies that libfaketime looks at with every reading of the clock */
export function lyingClock(folder: string, aheadMs: number): LyingClock {
  if (LIBRARY === undefined) throw new Error('libfaketime is not there: install "faketime"');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'clock');
  let ahead = aheadMs;
  const write = (): void => {
    // libfaketime: relative seconds with a sign.
    writeFileSync(file, `${ahead < 0 ? '-' : '+'}${Math.abs(ahead) / 1_000}\n`);
  };
  write();
  return {
    set(nextMs) {
      ahead = nextMs;
      write();
    },
    aheadMs: () => ahead,
    environment: {
      ...process.env,
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
  };
}

export interface ClockedDesk {
  readonly window: CoreClient;
  readonly shell: CoreClient;
  readonly child: ChildProcess;
  status(): Promise<StatusRow>;
  rows(table: 'alerts' | 'sources' | 'incidents'): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** The core as the shell starts it, in a process whose clock lies; a person's token and address. */
export async function startClockedDesk(
  profile: string,
  clock: LyingClock,
  gateway: { readonly address: string; readonly token: string },
): Promise<ClockedDesk> {
  mkdirSync(profile, { recursive: true });
  const child = fork(
    join(ROOT, 'main', 'core-process.ts'),
    [`--profile=${profile}`, `--resources=${join(ROOT, 'resources')}`, '--app-version=test'],
    {
      execArgv: [],
      serialization: 'advanced',
      env: clock.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const channel = muxClient(channelToChild(child));
  await new Promise<void>((resolve, reject) => {
    channel.onReady(resolve);
    child.once('exit', (code) => reject(new Error(`the core ended with ${code}`)));
  });
  const window = createCoreClient(channel.openPort('window', 'window'));
  const shell = createCoreClient(channel.openPort('shell', 'shell'));
  await shell.ask('room.connect', { ...gateway, tokenKept: false });
  const rows: ClockedDesk['rows'] = async (table) =>
    (await window.ask('table.read', { table, position: { mode: 'live' } })).rows;
  return {
    window,
    shell,
    child,
    rows,
    async status() {
      const answer = await window.ask('table.read', {
        table: 'status',
        position: { mode: 'live' },
      });
      return answer.rows[0] as unknown as StatusRow;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null) child.disconnect();
      await ended;
    },
  };
}

/** The gateway's own process, with a clock that lies or without. */
export async function startGatewayProcess(options: {
  readonly folder: string;
  readonly tokens: readonly object[];
  readonly clock?: LyingClock;
}): Promise<{ readonly url: string; readonly child: ChildProcess; stop(): Promise<void> }> {
  mkdirSync(options.folder, { recursive: true });
  const tokens = join(options.folder, 'given-tokens.json');
  writeFileSync(tokens, JSON.stringify(options.tokens));
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'gateway', 'server.ts'),
      '--data',
      options.folder,
      '--port',
      '0',
      '--tokens',
      tokens,
      '--room',
      'test',
    ],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: options.clock?.environment ?? process.env,
    },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly event: string; readonly url: string };
    if (said.event === 'listening') return { url: said.url, child, stop };
  }
  throw new Error('the gateway ended before it listened');
}
