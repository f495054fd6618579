import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { portPair } from '../../shared/ipc/port.ts';
import { createCore, type Core } from '../core.ts';
import { channelOver, channelToChild } from './child-channel.ts';
import { attachEcho } from './echo.ts';
import { muxClient, muxServer, type Channel } from './multiplex.ts';
import { portConformance, type ConformanceHost } from './port-conformance.ts';

const profile = mkdtempSync(join(tmpdir(), 'holdfast-ports-'));
const resources = join(import.meta.dirname, '..', '..', 'resources');
afterAll(() => rmSync(profile, { recursive: true, force: true }));

describe('over a port pair', () => {
  let core: Core;
  beforeEach(() => {
    core = createCore({ profile, resources, version: 'test', journal: 'none' });
  });
  afterEach(() => core.stop());

  for (const { name, fatal, run } of portConformance) {
    if (fatal) continue;
    test(`port: ${name}`, () => run(hostInProcess(core)));
  }
});

describe('over a Node child', () => {
  for (const { name, run } of portConformance) {
    test(`port: ${name}`, async () => {
      const child = fork(
        join(import.meta.dirname, '..', 'core-process.ts'),
        [`--profile=${profile}`, `--resources=${resources}`, '--journal=none'],
        { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] },
      );
      const channel = channelToChild(child);
      const mux = muxClient(channel);
      try {
        await run({
          openPort: mux.openPort,
          crash: () => void child.kill('SIGKILL'),
          onLost: (listener) => void channel.onClose(listener),
        });
      } finally {
        child.kill('SIGKILL');
      }
    });
  }

  test('port: the child ends by itself when its parent lets go', async () => {
    const child = fork(
      join(import.meta.dirname, '..', 'core-process.ts'),
      [`--profile=${profile}`, `--resources=${resources}`, '--journal=none'],
      { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] },
    );
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    await new Promise<void>((done) => muxClient(channelToChild(child)).onReady(done));
    child.disconnect();
    expect(await ended).toBe(0);
  });
});

test('port: what is no envelope is dropped on both ends', async () => {
  const [left, right] = channelPair();
  let attached = 0;
  muxServer(right, () => {
    attached += 1;
    return () => {};
  });
  const mux = muxClient(left);
  for (const garbage of [
    null,
    1,
    'x',
    {},
    { type: 'open' },
    { type: 'open', client: '', audience: 'window' },
  ]) {
    left.send(garbage);
    right.send(garbage);
  }
  left.send({ type: 'open', client: 'x', audience: 'root' });
  left.send({ type: 'message', client: 'never-opened', message: 1 });
  await new Promise<void>((done) => mux.onReady(done));
  mux.openPort('one', 'window');
  await new Promise((done) => setTimeout(done, 10));
  expect(attached).toBe(1);
});

function hostInProcess(core: Core): ConformanceHost {
  const [left, right] = channelPair();
  muxServer(right, (port, audience) => {
    const stops = [core.attach(port, audience), attachEcho(port)];
    return () => stops.forEach((stop) => stop());
  });
  return { openPort: muxClient(left).openPort, onLost: () => {} };
}

function channelPair(): [Channel, Channel] {
  const [left, right] = portPair();
  const over = (port: typeof left): Channel =>
    channelOver({
      send: (message) => port.post(message),
      onMessage: (listener) => void port.onMessage(listener),
      onClose: () => {},
    });
  return [over(left), over(right)];
}
