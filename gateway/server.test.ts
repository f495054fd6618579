import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import type { TokenEntry } from './access/tokens.ts';
import { webhookOf } from '../shared/testing/webhook.ts';
import { firingAlert } from './test-gateway.ts';

interface Listening {
  url: string;
  port: number;
  tokens?: TokenEntry[];
}

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-server-'));
  folders.push(folder);
  return folder;
}

function run(...options: string[]): ChildProcess {
  const server = new URL('server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [server, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function listening(child: ChildProcess): Promise<Listening> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    return JSON.parse(line) as Listening;
  }
  throw new Error('the server ended');
}

test('the server makes tokens once, takes alerts, and stops on SIGTERM', async () => {
  const data = await newFolder();
  const child = run('--data', data, '--port', '0', '--room', 'ops', '--person', 'Ada');
  const { url, tokens } = await listening(child);
  expect(tokens?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'ingest sources',
    'read readers',
    'person Ada',
  ]);
  expect((await stat(join(data, 'tokens.json'))).mode & 0o777).toBe(0o600);
  const answer = await fetch(`${url}/ingest/alertmanager`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens?.[0]?.token ?? ''}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(webhookOf(firingAlert('a', Date.now()))),
  });
  expect(await answer.json()).toMatchObject({ accepted: 1 });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);

  const again = run('--data', data, '--port', '0');
  const second = await listening(again);
  expect(second.tokens).toBeUndefined();
});

test('W2 what was answered with 200 survives a SIGKILL', async () => {
  const data = await newFolder();
  const child = run('--data', data, '--port', '0');
  const { url, tokens } = await listening(child);
  const token = tokens?.[0]?.token ?? '';
  let accepted = 0;
  const posting = (async () => {
    for (let n = 0; ; n += 1) {
      const response = await fetch(`${url}/ingest/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(webhookOf(firingAlert(`h${n}`, Date.now()))),
      });
      accepted += ((await response.json()) as { accepted: number }).accepted;
    }
  })().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 400));
  child.kill('SIGKILL');
  await posting;
  expect(accepted).toBeGreaterThan(5);
  const again = run('--data', data, '--port', '0');
  const { url: second } = await listening(again);
  const health = (await (await fetch(`${second}/healthz`)).json()) as { lastSeq: number };
  expect(health.lastSeq).toBeGreaterThanOrEqual(accepted + 1);
});

test('beyond this machine it starts only with tokens, and says what is wrong', async () => {
  const data = await newFolder();
  const child = run('--data', data, '--host', '0.0.0.0', '--port', '0');
  let text = '';
  child.stderr?.on('data', (piece: Buffer) => (text += piece.toString()));
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(1);
  expect(text).toContain('--tokens is needed');
});
