import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One nats-server of a test's cluster; killed and started again at the same ports and folder. */
export interface BrokerNode {
  readonly name: string;
  readonly url: string;
  readonly folder: string;
  readonly running: () => boolean;
  /** The last lines that it logged. */
  readonly log: () => string;
  start(): Promise<void>;
  /** SIGKILL unless told otherwise; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface BrokerCluster {
  readonly nodes: readonly BrokerNode[];
  /** For `--nats`: all nodes. */
  readonly urls: string;
  readonly folder: string;
  /** Ends every node and removes the folder. */
  dispose(): Promise<void>;
}

export interface ClusterOptions {
  /** 3 unless told otherwise; 1 is a server without a cluster. */
  readonly nodes?: number;
  readonly jetstream?: boolean;
  /** A token that clients have to show. */
  readonly token?: string;
}

const LOG_LENGTH = 20_000;

/** Starts nats-server processes on free loopback ports, with stores in a folder of their own. */
export async function startBrokers(options: ClusterOptions = {}): Promise<BrokerCluster> {
  const { nodes: count = 3, jetstream = true, token } = options;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nats-'));
  const ports = await freePorts(count * 2);
  const clientPorts = ports.slice(0, count);
  const routePorts = ports.slice(count);
  const nodes: BrokerNode[] = [];
  for (const [index, port] of clientPorts.entries()) {
    const name = `n${index + 1}`;
    const store = join(folder, name);
    await mkdir(store, { recursive: true });
    const configuration = join(folder, `${name}.conf`);
    await writeFile(
      configuration,
      [
        `server_name: ${name}`,
        `listen: 127.0.0.1:${port}`,
        ...(jetstream ? [`jetstream { store_dir: "${store}", max_mem: 64MB, max_file: 4GB }`] : []),
        ...(token === undefined ? [] : [`authorization { token: "${token}" }`]),
        ...(count === 1
          ? []
          : [
              'cluster {',
              '  name: holdfast',
              `  listen: 127.0.0.1:${routePorts[index] ?? 0}`,
              `  routes: [${routePorts.map((route) => `nats-route://127.0.0.1:${route}`).join(', ')}]`,
              '}',
            ]),
        '',
      ].join('\n'),
    );
    nodes.push(brokerNode(name, `nats://127.0.0.1:${port}`, store, configuration));
  }
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    urls: nodes.map(({ url }) => url).join(','),
    folder,
    async dispose() {
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function brokerNode(name: string, url: string, folder: string, configuration: string): BrokerNode {
  let child: ChildProcess | null = null;
  let log = '';
  const isRunning = (process: ChildProcess | null): process is ChildProcess =>
    process !== null && process.exitCode === null && process.signalCode === null;
  return {
    name,
    url,
    folder,
    running: () => isRunning(child),
    log: () => log,
    async start() {
      if (isRunning(child)) return;
      const started = spawn('nats-server', ['-c', configuration], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      });
      child = started;
      const ready = new Promise<void>((resolve, reject) => {
        started.stderr.on('data', (piece: Buffer) => {
          log = (log + piece.toString()).slice(-LOG_LENGTH);
          if (log.includes('Server is ready')) resolve();
        });
        started.once('error', reject);
        started.once('exit', (code) => reject(new Error(`${name} ended (${code}): ${log}`)));
      });
      log = '';
      await ready;
    },
    async stop(signal = 'SIGKILL') {
      if (!isRunning(child)) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

/** Ports that nobody holds now: asked for together, so that none is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(
    servers.map(async (server) => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }),
  );
  return ports;
}
