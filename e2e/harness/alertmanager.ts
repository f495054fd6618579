import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TOKENS, type GatewayProcess } from './gateway.ts';
import { end, untilReady } from './process.ts';

const run = promisify(execFile);

/** Debian's Alertmanager, on loopback, with the gateway as its only webhook. */
export interface Alertmanager {
  readonly url: string;
  /** Its own command line tool: `amtool alert …`. */
  amtool(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface AlertmanagerOptions {
  /** `inhibit_rules` of its configuration, as YAML. */
  readonly inhibitRules?: string;
  /** Members of its cluster that are there already: a pair tells each alert once. */
  readonly peers?: readonly string[];
  /** Where it speaks with its peers; absent: it is alone. */
  readonly clusterAddress?: string;
  /** The gateway's path for its webhook. */
  readonly path?: string;
  /** Where it listens; absent: at a free port. */
  readonly port?: number;
}

export async function startAlertmanager(
  gateway: GatewayProcess,
  options: AlertmanagerOptions = {},
): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-alertmanager-'));
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(
    config,
    `route:
  receiver: holdfast
  group_by: [alertname, service]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: holdfast
    webhook_configs:
      - url: ${gateway.url}${options.path ?? '/ingest/alertmanager'}
        send_resolved: true
        http_config:
          authorization:
            credentials: ${TOKENS.ingest}
${options.inhibitRules ?? ''}`,
  );
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const { clusterAddress = '', peers = [] } = options;
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--cluster.listen-address=${clusterAddress}`,
      ...(clusterAddress === '' ? [] : [`--cluster.advertise-address=${clusterAddress}`]),
      ...peers.map((peer) => `--cluster.peer=${peer}`),
    ],
    { stdio: 'ignore' },
  );
  await untilReady(`${url}/-/ready`, child);
  return {
    url,
    async amtool(...words) {
      const { stdout } = await run('amtool', [`--alertmanager.url=${url}`, ...words]);
      return stdout;
    },
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
