import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder } from '../../scripts/cache.ts';

export const TOKENS = {
  ingest: 'ingest-token-of-the-stories',
  prometheus: 'ingest-token-of-prometheus-in-stories',
  maya: 'person-token-of-maya-in-stories',
  ren: 'person-token-of-ren-in-stories',
};

/** A gateway as a process of its own, that can be killed and started again on the same journal. */
export interface GatewayProcess {
  readonly url: string;
  readonly folder: string;
  readonly port: number;
  post(path: string, body: unknown): Promise<Response>;
  kill(): Promise<void>;
  /** Starts it again: same port, same journal. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** @param words more of the gateway's own options, such as `--pull …` */
export async function startGateway(words: readonly string[] = []): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-e2e-gateway-'));
  const runbooks = join(folder, 'runbooks');
  mkdirSync(runbooks);
  const tokens = join(folder, 'tokens.json');
  writeFileSync(
    tokens,
    JSON.stringify([
      { kind: 'ingest', name: 'alertmanager', token: TOKENS.ingest },
      { kind: 'ingest', name: 'prometheus', token: TOKENS.prometheus },
      { kind: 'person', name: 'Maya', token: TOKENS.maya },
      { kind: 'person', name: 'Ren', token: TOKENS.ren },
    ]),
  );
  let child: ChildProcess | null = null;
  let port = 0;

  async function start(): Promise<void> {
    const started = spawn(
      process.execPath,
      [
        'gateway/server.ts',
        '--data',
        join(folder, 'data'),
        '--port',
        String(port),
        '--tokens',
        tokens,
        '--runbooks',
        runbooks,
        '--room',
        'stories',
        ...words,
      ],
      { cwd: projectFolder, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    child = started;
    const lines = createInterface({ input: started.stdout });
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(started, 'exit').then(() => {
        throw new Error('the gateway ended before it listened');
      }),
    ])) as [string];
    port = (JSON.parse(line) as { port: number }).port;
  }

  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }

  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    folder,
    port,
    post: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKENS.ingest}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      }),
    kill,
    restart: start,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
