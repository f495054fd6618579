import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CoreClient } from '../../shared/ipc/client.ts';
import { createConnection } from './connection.ts';
import { openTokenStore, type KeyStore } from './token-store.ts';

const secret = 'canary-7f3a';
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-token-'));
  file = join(folder, 'token.bin');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('token', () => {
  test('is kept encrypted where there is a key store, and found at the next start', async () => {
    const tokens = openTokenStore(file, keyStore('gnome_libsecret'));
    const core = fakeCore();
    const first = createConnection(tokens, {});
    const answer = await first.connect(core, { address: 'gw', token: secret, remember: true });
    expect(answer).toMatchObject({ tokenKept: true, session: { gateway: 'http://gw' } });
    expect(readFileSync(file).includes(secret)).toBe(false);

    await createConnection(tokens, {}).restore(core);
    expect(core.connected.at(-1)).toEqual({ address: 'http://gw', token: secret, tokenKept: true });
  });

  test.each(['basic_text', 'unknown'])('is not kept with the backend %s', async (backend) => {
    const tokens = openTokenStore(file, keyStore(backend));
    const core = fakeCore();
    const connection = createConnection(tokens, {});
    const answer = await connection.connect(core, { address: 'gw', token: secret, remember: true });
    expect(answer.tokenKept).toBe(false);
    expect(existsSync(file)).toBe(false);
  });

  test('is forgotten when it was not to be kept', async () => {
    const tokens = openTokenStore(file, keyStore('kwallet5'));
    tokens.keep('old');
    const wish = { address: 'gw', token: secret, remember: false };
    await createConnection(tokens, {}).connect(fakeCore(), wish);
    expect(existsSync(file)).toBe(false);
  });

  test('is told to a core that is back, from memory', async () => {
    const core = fakeCore();
    const connection = createConnection(openTokenStore(file, keyStore('basic_text')), {});
    await connection.connect(core, { address: 'gw', token: secret, remember: false });
    await connection.restore(core);
    expect(core.connected).toHaveLength(2);
    expect(core.connected[1]).toMatchObject({ token: secret, tokenKept: false });
  });

  test('is not used again after a window has disconnected', async () => {
    const core = fakeCore();
    const connection = createConnection(openTokenStore(file, keyStore('basic_text')), {});
    await connection.connect(core, { address: 'gw', token: secret, remember: false });
    core.session.gateway = null;
    await connection.restore(core);
    expect(core.connected).toHaveLength(1);
  });

  test('a damaged file is as good as none', async () => {
    const tokens = openTokenStore(file, {
      ...keyStore('kwallet5'),
      decryptString: () => {
        throw new Error('damaged');
      },
    });
    tokens.keep(secret);
    expect(tokens.read()).toBeNull();
  });
});

test('gateway, token and person of the environment connect without keeping anything', async () => {
  const core = fakeCore();
  const tokens = openTokenStore(file, keyStore('kwallet5'));
  const given = { address: 'http://127.0.0.1:7411', token: secret, person: 'Ana' };
  await createConnection(tokens, given).restore(core);
  expect(core.session.person).toBe('Ana');
  expect(core.connected).toEqual([
    { address: 'http://127.0.0.1:7411', token: secret, tokenKept: false },
  ]);
  expect(existsSync(file)).toBe(false);
});

function keyStore(backend: string): KeyStore {
  const flip = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
  return {
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => flip(Buffer.from(text)),
    decryptString: (cipher) => flip(cipher).toString(),
  };
}

function fakeCore() {
  const session: { gateway: string | null; tokenKept: boolean; person: string | null } = {
    gateway: null,
    tokenKept: false,
    person: null,
  };
  const connected: unknown[] = [];
  const ask = (name: string, body: { address: string; tokenKept: boolean; person: string }) => {
    if (name === 'room.connect') {
      connected.push(body);
      session.gateway = body.address.includes('://') ? body.address : `http://${body.address}`;
      session.tokenKept = body.tokenKept;
      return Promise.resolve({ session: { ...session } });
    }
    if (name === 'session.write') session.person = body.person;
    return Promise.resolve({ ...session });
  };
  return { ask, on: () => () => {}, close() {}, session, connected } as unknown as CoreClient & {
    session: typeof session;
    connected: unknown[];
  };
}
