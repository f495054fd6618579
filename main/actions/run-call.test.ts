import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ActionCall } from '../../shared/facts/execution.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { runCall } from './run-call.ts';

const LIMITS = { timeoutMs: 5_000, outputBytes: 100_000 };

type CommandCall = Extract<ActionCall, { kind: 'command' }>;

function shell(script: string, more: Partial<CommandCall> = {}): CommandCall {
  return {
    kind: 'command',
    executable: '/bin/sh',
    sha256: null,
    argv: ['-c', script],
    environment: [],
    workingFolder: '/',
    ...more,
  };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function pidsOf(file: string): Promise<number[]> {
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/^\d+ \d+\n/), 5_000);
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

test('A7 a time-out ends the whole group of processes, also one that does not listen', async () => {
  const pids = join(scratchFolder(), 'pids');
  const deaf = `trap '' TERM; (trap '' TERM; sleep 60) & echo $! $$ > ${pids}; sleep 60; sleep 60`;
  const begun = runCall(shell(deaf), { ...LIMITS, timeoutMs: 500 });
  const running = await pidsOf(pids);
  expect(running.map(isAlive)).toEqual([true, true]);
  expect(await begun.ended).toMatchObject({ outcome: 'timed-out', code: null, signal: 'SIGKILL' });
  await vi.waitFor(() => expect(running.map(isAlive)).toEqual([false, false]), 5_000);
});

test('A7 what is stopped ends at once with all that it started', async () => {
  const pids = join(scratchFolder(), 'pids');
  const begun = runCall(shell(`sleep 60 & echo $! $$ > ${pids}; wait`), LIMITS);
  const running = await pidsOf(pids);
  begun.kill();
  expect(await begun.ended).toMatchObject({ outcome: 'stopped' });
  await vi.waitFor(() => expect(running.map(isAlive)).toEqual([false, false]), 5_000);
});

test('A7 what is stopped is asked to end first, and ended by force where it does not listen', async () => {
  const folder = scratchFolder();
  const pids = join(folder, 'pids');
  const script = (trap: string): string =>
    `trap "${trap}" TERM; echo $$ $$ > ${pids}; while :; do sleep 0.05; done`;
  const polite = runCall(shell(script(`echo tidied > ${folder}/tidied; exit 0`)), LIMITS);
  await pidsOf(pids);
  polite.stop();
  expect(await polite.ended).toMatchObject({ outcome: 'stopped', signal: null });
  expect(readFileSync(join(folder, 'tidied'), 'utf8')).toBe('tidied\n');
  writeFileSync(pids, '');
  const deaf = runCall(shell(script('')), LIMITS);
  const [pid = 0] = await pidsOf(pids);
  deaf.stop();
  expect(await deaf.ended).toMatchObject({ outcome: 'stopped', signal: 'SIGKILL' });
  expect(isAlive(pid)).toBe(false);
});

test('A7 no variable but those that are named, one working folder, no input, output kept to its limit', async () => {
  const environment = { LANG: 'C', SECRET: 'hush', PATH: '/usr/bin:/bin' };
  const call = shell('/usr/bin/env; pwd; cat', {
    environment: ['LANG', 'NONE'],
    workingFolder: '/tmp',
  });
  const { output } = await runCall(call, LIMITS, environment).ended;
  expect(output.split('\n').filter((line) => !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual([
    'LANG=C',
    '/tmp',
    '',
  ]);
  const loud = await runCall(
    shell('head -c 3000000 /dev/zero | tr "\\0" x', { environment: ['PATH'] }),
    {
      ...LIMITS,
      outputBytes: 50_000,
    },
  ).ended;
  expect(loud).toMatchObject({ outcome: 'exited', code: 0, outputBytes: 3_000_000, isCut: true });
  expect(loud.output.length).toBeLessThanOrEqual(20_000);
});

test('A2 an executable that is not the signed one, or is not there, is not started', async () => {
  const file = join(scratchFolder(), 'tool');
  writeFileSync(file, '#!/bin/sh\necho ran\n', { mode: 0o755 });
  const call = shell('', { executable: file, argv: [], sha256: 'a'.repeat(64) });
  expect(await runCall(call, LIMITS).ended).toMatchObject({
    outcome: 'not-started',
    reason: expect.stringContaining('not the one that was signed') as string,
    output: '',
  });
  const gone = shell('', { executable: '/no/such/tool' });
  expect(await runCall(gone, LIMITS).ended).toMatchObject({ outcome: 'not-started' });
  const broken = shell('', { argv: ['a\0b'] });
  expect(await runCall(broken, LIMITS).ended).toMatchObject({ outcome: 'not-started' });
  const nowhere = shell('echo ran', { workingFolder: '/no/such/folder' });
  expect(await runCall(nowhere, LIMITS).ended).toMatchObject({ outcome: 'not-started' });
});

test('the exit code and the signal are told', async () => {
  expect(await runCall(shell('echo no >&2; exit 3'), LIMITS).ended).toMatchObject({
    outcome: 'exited',
    code: 3,
    output: 'no\n',
  });
  expect(await runCall(shell('kill -9 $$'), LIMITS).ended).toMatchObject({
    outcome: 'signalled',
    signal: 'SIGKILL',
  });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(url: string, headers: { name: string; value: string }[] = []): ActionCall {
  return { kind: 'http', method: 'GET', url, headers, body: null };
}

test('A1 a redirect is told and not followed, and a token never comes back', async () => {
  const asked: string[] = [];
  const origin = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else response.end(`you sent ${request.headers.authorization}`);
  });
  const headers = [{ name: 'Authorization', value: 'Bearer {env:OPS_TOKEN}' }];
  const environment = { OPS_TOKEN: 'hush-hush' };
  const moved = await runCall(get(`${origin}/moved`, headers), LIMITS, environment).ended;
  expect(moved).toMatchObject({ outcome: 'exited', code: 302, output: 'Location: /elsewhere\n' });
  const plain = await runCall(get(`${origin}/x`, headers), LIMITS, environment).ended;
  expect(plain).toMatchObject({ code: 200, output: 'you sent Bearer •••' });
  expect(asked).toEqual(['/moved Bearer hush-hush', '/x Bearer hush-hush']);
  const missing = await runCall(get(`${origin}/x`, headers), LIMITS, {}).ended;
  expect(missing).toMatchObject({ outcome: 'not-started' });
  expect(asked).toHaveLength(2);
});

test('A1 a token is sent without the line end of its file, and one that no header carries is named and never told', async () => {
  const origin = await serve((request, response) =>
    response.end(`you sent ${request.headers.authorization}.`),
  );
  const headers = [{ name: 'Authorization', value: 'Bearer {env:OPS_TOKEN}' }];
  const send = (token: string) =>
    runCall(get(`${origin}/x`, headers), LIMITS, { OPS_TOKEN: token }).ended;
  expect(await send(' hush-hush\n')).toMatchObject({ code: 200, output: 'you sent Bearer •••.' });
  for (const token of ['hush\nhush', 'hush\u{1F511}', 'hush\u00e9', 'hush\0hush']) {
    const refused = await send(token);
    expect(refused).toMatchObject({
      outcome: 'not-started',
      reason: expect.stringContaining('OPS_TOKEN') as string,
    });
    expect(JSON.stringify(refused)).not.toContain('hush');
  }
  expect(await send(' \n')).toMatchObject({ outcome: 'not-started' });
  // A reason that the system gives may hold it as well.
  const named = { name: 'hush-hush {env:OPS_TOKEN}', value: '{env:OPS_TOKEN}' };
  const environment = { OPS_TOKEN: 'hush-hush' };
  const wrong = await runCall(get(`${origin}/x`, [named]), LIMITS, environment).ended;
  expect(wrong.reason).not.toBe('');
  expect(JSON.stringify(wrong)).not.toContain('hush');
});

test('A1 an address that does not parse is not asked, and the call ends', async () => {
  expect(await runCall(get('https://ops.example:65536/'), LIMITS).ended).toMatchObject({
    outcome: 'not-started',
  });
});

test('A6 A7 an answer that does not come, is too large, or breaks off', async () => {
  const origin = await serve((request, response) => {
    if (request.url === '/slow') return;
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begun', () => response.destroy());
      return;
    }
    response.end('x'.repeat(500_000));
  });
  const short = { ...LIMITS, timeoutMs: 300 };
  expect(await runCall(get(`${origin}/slow`), short).ended).toMatchObject({ outcome: 'timed-out' });
  // What was sent may have been taken.
  expect(await runCall(get(`${origin}/cut`), LIMITS).ended).toMatchObject({ outcome: 'unknown' });
  const large = await runCall(get(`${origin}/large`), LIMITS).ended;
  expect(large).toMatchObject({ outcome: 'exited', code: 200, isCut: true });
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  await once(gone.close(), 'close');
  expect(await runCall(get(`http://127.0.0.1:${port}/`), LIMITS).ended).toMatchObject({
    outcome: 'not-started',
  });
});
