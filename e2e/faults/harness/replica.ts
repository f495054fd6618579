import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder } from '../../../scripts/cache.ts';

/** A gateway process of a room whose journal is a JetStream stream; killed and started at will. */
export interface Replica {
  readonly url: () => string;
  readonly folder: string;
  /** The last lines of its log. */
  readonly log: () => string;
  start(): Promise<void>;
  /** SIGKILL unless told otherwise. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface ReplicaOptions {
  readonly folder: string;
  readonly brokers: string;
  readonly room: string;
  readonly tokens: readonly { kind: string; name: string; token: string }[];
  readonly replicas?: number;
  readonly more?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const LOG_LENGTH = 20_000;

export function replicaOf(options: ReplicaOptions): Replica {
  const { folder, brokers, room } = options;
  mkdirSync(folder, { recursive: true });
  const tokens = join(folder, 'tokens.json');
  writeFileSync(tokens, JSON.stringify(options.tokens));
  let child: ChildProcess | null = null;
  let port = 0;
  let log = '';
  return {
    url: () => `http://127.0.0.1:${port}`,
    folder,
    log: () => log,
    async start() {
      const started = spawn(
        process.execPath,
        [
          'gateway/server.ts',
          `--data=${join(folder, 'data')}`,
          `--port=${port}`,
          `--tokens=${tokens}`,
          `--room=${room}`,
          '--journal=jetstream',
          `--nats=${brokers}`,
          `--replicas=${options.replicas ?? 3}`,
          ...(options.more ?? []),
        ],
        {
          cwd: projectFolder,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, ...options.environment },
        },
      );
      child = started;
      started.stderr.on('data', (piece: Buffer) => {
        log = (log + piece.toString()).slice(-LOG_LENGTH);
      });
      const [line] = (await Promise.race([
        once(createInterface({ input: started.stdout }), 'line'),
        once(started, 'exit').then(() => {
          throw new Error(`the gateway ended before it listened: ${log}`);
        }),
      ])) as [string];
      port = (JSON.parse(line) as { port: number }).port;
    },
    async stop(signal = 'SIGKILL') {
      const running = child;
      child = null;
      if (running === null || running.exitCode !== null || running.signalCode !== null) return;
      const gone = once(running, 'exit');
      running.kill(signal);
      await gone;
    },
  };
}
