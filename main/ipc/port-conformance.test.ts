import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCoreClient } from '../../shared/ipc/client.ts';
import { contract, type RequestName } from '../../shared/ipc/contract.ts';
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

  for (const law of portConformance) {
    if (law.fatal) continue;
    test(`I3 ${law.name}`, async () => {
      await expect(law.run(hostInProcess(core))).resolves.toBeUndefined();
    });
  }
});

describe('over a Node child', () => {
  for (const law of portConformance) {
    test(`I3 ${law.name}`, async () => {
      const child = fork(
        join(import.meta.dirname, '..', 'core-process.ts'),
        [`--profile=${profile}`, `--resources=${resources}`, '--journal=none'],
        { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] },
      );
      const channel = channelToChild(child);
      const mux = muxClient(channel);
      try {
        const host: ConformanceHost = {
          openPort: mux.openPort,
          crash: () => void child.kill('SIGKILL'),
          onLost: (listener) => void channel.onClose(listener),
        };
        await expect(law.run(host)).resolves.toBeUndefined();
      } finally {
        child.kill('SIGKILL');
      }
    });
  }

  test('I3 the child ends by itself when its parent lets go', async () => {
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

test('I3 what is no envelope is dropped on both ends', async () => {
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

test('I2 a window is refused every request that is reserved to the shell', async () => {
  const core = createCore({ profile, resources, version: 'test', journal: 'none' });
  const client = createCoreClient(hostInProcess(core).openPort('window', 'window'));
  const reserved = Object.entries(contract).filter(([, channel]) => channel.audience === 'shell');
  expect(reserved.length).toBeGreaterThan(3);
  for (const [name] of reserved) {
    await expect(client.ask(name as RequestName, {})).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
  await core.stop();
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
