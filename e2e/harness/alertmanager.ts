import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TOKENS, type GatewayProcess } from './gateway.ts';

const run = promisify(execFile);

/** Debian's Alertmanager, on loopback, with the gateway as its only webhook. */
export interface Alertmanager {
  /** Its own command line tool: `amtool alert …`. */
  amtool(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startAlertmanager(gateway: GatewayProcess): Promise<Alertmanager> {
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
      - url: ${gateway.url}/ingest/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials: ${TOKENS.ingest}
`,
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (tries > 100) throw new Error('Alertmanager did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    async amtool(...words) {
      const { stdout } = await run('amtool', [`--alertmanager.url=${url}`, ...words]);
      return stdout;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
