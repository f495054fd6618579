import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './alertmanager.ts';
import { end, untilReady } from './process.ts';

/** Numbers that a story sets and a Prometheus scrapes. */
export interface Gauges {
  readonly address: string;
  set(name: string, value: number): void;
  stop(): Promise<void>;
}

export async function startGauges(names: readonly string[]): Promise<Gauges> {
  const values = new Map(names.map((name) => [name, 0]));
  const server: Server = createServer((_request, reply) => {
    reply.setHeader('content-type', 'text/plain; version=0.0.4');
    reply.end([...values].map(([name, value]) => `${name} ${value}\n`).join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    set(name, value) {
      if (!values.has(name)) throw new Error(`there is no gauge ${name}`);
      values.set(name, value);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Something that alerts are sent to by Alertmanager's API v2. */
export interface AlertReceiver {
  readonly address: string;
  /** A bearer token, where it wants one. */
  readonly token?: string;
}

export interface PrometheusOptions {
  /** The rule file, as YAML. */
  readonly rules: string;
  readonly scrape: string;
  readonly receivers: readonly AlertReceiver[];
  readonly externalLabels: Readonly<Record<string, string>>;
  /** Taken off every alert before it is sent, as a pair of Prometheus needs it. */
  readonly droppedLabel: string;
}

/** Debian's Prometheus on loopback: it scrapes and evaluates every second. */
export interface Prometheus {
  readonly url: string;
  kill(): Promise<void>;
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-prometheus-'));
  writeFileSync(join(folder, 'rules.yml'), options.rules);
  writeFileSync(join(folder, 'prometheus.yml'), configOf(options));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Else it repeats what fires once a minute only, and is slow to notice a dead receiver.
      '--rules.alert.resend-delay=2s',
      '--alertmanager.notification-queue-capacity=1000',
    ],
    { stdio: 'ignore' },
  );
  await untilReady(`${url}/-/ready`, child);
  return {
    url,
    async kill() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(options: PrometheusOptions): string {
  const labels = Object.entries(options.externalLabels).map(
    ([name, value]) => `    ${name}: ${value}`,
  );
  const receivers = options.receivers.map(
    ({ address, token }) => `    - timeout: 2s
      api_version: v2
      static_configs: [{ targets: ['${address}'] }]${
        token === undefined
          ? ''
          : `
      authorization: { type: Bearer, credentials: ${token} }`
      }`,
  );
  return `global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels:
${labels.join('\n')}
rule_files: [rules.yml]
scrape_configs:
  - job_name: story
    static_configs: [{ targets: ['${options.scrape}'] }]
alerting:
  alert_relabel_configs:
    - action: labeldrop
      regex: ${options.droppedLabel}
  alertmanagers:
${receivers.join('\n')}
`;
}
