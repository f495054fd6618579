import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJetStreamPlace } from './jetstream-place.ts';
import { isRetryable, roomNames, versionDoubt } from './journal/jetstream-broker.ts';
import { JetStreamApiError } from '@nats-io/jetstream';

function file(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-place-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, content);
  return path;
}

test('where the brokers are is read from one list, and secrets come from files or the environment', () => {
  const nats = 'nats://a:4222, tls://b:4222,nats://c';
  expect(readJetStreamPlace({ nats })).toEqual({
    servers: ['nats://a:4222', 'tls://b:4222', 'nats://c'],
    replicas: 3,
  });
  expect(readJetStreamPlace({ nats, tokenFile: file('hush\n'), token: 'older' })).toMatchObject({
    credentials: { token: 'hush' },
  });
  expect(readJetStreamPlace({ nats, user: 'u', password: 'p', replicas: '1' })).toMatchObject({
    credentials: { user: 'u', password: 'p' },
    replicas: 1,
  });
  const caFile = file('pem');
  expect(readJetStreamPlace({ nats, caFile })).toMatchObject({ tls: { caFile } });
});

test('what is wrong with it is said, and a secret in an address is refused', () => {
  expect(() => readJetStreamPlace({})).toThrow('--journal jetstream needs --nats');
  expect(() => readJetStreamPlace({ nats: 'http://a' })).toThrow('is not nats://host:port');
  expect(() => readJetStreamPlace({ nats: 'nats://user:hush@a' })).toThrow('does not belong into');
  expect(() => readJetStreamPlace({ nats: 'nats://a', replicas: '9' })).toThrow('--replicas');
  expect(() => readJetStreamPlace({ nats: 'nats://a', tokenFile: '/nowhere' })).toThrow('/nowhere');
  expect(() => readJetStreamPlace({ nats: 'nats://a', certFile: file('x') })).toThrow('--nats-key');
});

test('a broker that is too old for real use is told apart', () => {
  expect(versionDoubt('2.9.10')).toContain('test broker only');
  expect(versionDoubt('2.11.9')).toContain('sync_interval: always');
  expect(versionDoubt('2.12.0')).toBeNull();
  expect(versionDoubt('3.0.0-beta')).toBeNull();
});

test('rooms whose names differ have streams of their own', () => {
  const rooms = [
    'ops',
    'Ops',
    'o ps',
    'o.ps',
    'o_ps',
    '运维',
    'x'.repeat(500),
    `${'x'.repeat(499)}y`,
  ];
  const names = rooms.map((room) => roomNames(room).facts);
  // Upper and lower case are one name in a stream's name: the stream itself says whose it is.
  expect(new Set(names).size).toBe(rooms.length - 1);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,100}$/);
  expect(roomNames('ops', 'MINE').leaseSubject('pull alertmanager prod.eu')).toMatch(
    /^holdfast\.MINE\.lease\.[^. *>]+$/,
  );
  expect(() => roomNames('ops', 'a.b')).toThrow("a stream's name");
});

test('what passes by itself is told from what does not', () => {
  const answered = (code: number, err_code: number): JetStreamApiError =>
    new JetStreamApiError({ code, err_code, description: 'x' });
  expect(isRetryable(new Error('jetstream is not enabled'))).toBe(true);
  expect(isRetryable(answered(503, 10_008))).toBe(true);
  expect(isRetryable(answered(404, 10_059))).toBe(true);
  expect(isRetryable(answered(400, 10_054))).toBe(false);
});
