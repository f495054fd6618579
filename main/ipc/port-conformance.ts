import assert from 'node:assert/strict';
import { CoreError, createCoreClient } from '../../shared/ipc/client.ts';
import type { Port } from '../../shared/ipc/port.ts';
import type { Audience } from '../../shared/ipc/server.ts';
import type { ClosablePort } from './multiplex.ts';

/** A core without a journal (see attachEcho) behind whatever carries its ports. */
export interface ConformanceHost {
  openPort(client: string, audience: Audience): ClosablePort;
  /** Ends the core's process without warning; absent where the core has no process of its own. */
  crash?: () => void;
  onLost(listener: () => void): void;
}

/**
 * What every port must keep, whatever carries it: run over a port pair, a Node child and, in the
 * real Electron, a utility process. Independent of a test runner.
 */
export const portConformance: readonly {
  readonly name: string;
  /** True: the host is of no use afterwards, and must have `crash`. */
  readonly fatal?: true;
  run(host: ConformanceHost): Promise<void>;
}[] = [
  {
    name: 'messages arrive in the order in which they were posted',
    async run(host) {
      const port = host.openPort('order', 'window');
      const received = collect(port, 2_000);
      for (let index = 0; index < 2_000; index += 1) port.post({ type: 'echo', body: index });
      assert.deepEqual(
        await received,
        Array.from({ length: 2_000 }, (_, index) => index),
      );
      port.close();
    },
  },
  {
    name: 'a message of 20 MB arrives whole, its typed arrays as what they were',
    async run(host) {
      const port = host.openPort('large', 'window');
      const counts = new Uint32Array(4_000_000).map((_, index) => index * 3);
      const shares = new Float32Array(1_000_000).map((_, index) => index / 7);
      const received = collect(port, 1);
      port.post({ type: 'echo', body: { counts, shares, odd: new Uint8Array([1, 2, 3]) } });
      const [body] = (await received) as [{ counts: unknown; shares: unknown; odd: unknown }];
      assert.ok(body.counts instanceof Uint32Array && body.shares instanceof Float32Array);
      assert.ok(
        Buffer.from(body.counts.buffer, body.counts.byteOffset, body.counts.byteLength).equals(
          Buffer.from(counts.buffer),
        ),
      );
      assert.ok(
        Buffer.from(body.shares.buffer, body.shares.byteOffset, body.shares.byteLength).equals(
          Buffer.from(shares.buffer),
        ),
      );
      assert.deepEqual([...(body.odd as Uint8Array)], [1, 2, 3]);
      port.close();
    },
  },
  {
    name: 'odd but clonable values survive',
    async run(host) {
      const port = host.openPort('odd', 'window');
      const body = {
        undefined: undefined,
        nan: NaN,
        big: 2n ** 70n,
        lone: '\ud800',
        zero: '\0',
        '': [],
      };
      const received = collect(port, 1);
      port.post({ type: 'echo', body });
      assert.deepEqual(await received, [body]);
      port.close();
    },
  },
  {
    name: 'many clients do not hear each other',
    async run(host) {
      const ports = Array.from({ length: 20 }, (_, index) =>
        host.openPort(`many-${index}`, 'window'),
      );
      const received = ports.map((port) => collect(port, 50));
      for (let round = 0; round < 50; round += 1) {
        ports.forEach((port, index) => port.post({ type: 'echo', body: index }));
      }
      for (const [index, bodies] of (await Promise.all(received)).entries()) {
        assert.deepEqual(
          bodies,
          Array.from({ length: 50 }, () => index),
        );
      }
      for (const port of ports) port.close();
    },
  },
  {
    name: 'a closed port hears nothing more, and its name may be used again',
    async run(host) {
      const first = host.openPort('again', 'window');
      let heard = 0;
      first.onMessage(() => (heard += 1));
      first.post({ type: 'echo', body: 1 });
      first.close();
      const second = host.openPort('again', 'window');
      const received = collect(second, 1);
      second.post({ type: 'echo', body: 2 });
      assert.deepEqual(await received, [2]);
      assert.equal(heard, 0);
      second.close();
    },
  },
  {
    name: 'frames that are none reach no handler and harm nobody',
    async run(host) {
      const port = host.openPort('garbage', 'window');
      for (const garbage of garbageFrames) port.post(garbage);
      const client = createCoreClient(port);
      assert.equal((await client.ask('core.describe', {})).journal, null);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      port.close();
    },
  },
  {
    name: 'a request that does not exist is answered with an error',
    async run(host) {
      const port = host.openPort('unknown', 'window');
      const client = createCoreClient(port);
      for (const name of ['nothing.here', 'constructor', '__proto__', 'toString']) {
        await assert.rejects(client.ask(name as never, {} as never), hasCode('unknown-request'));
      }
      port.close();
    },
  },
  {
    name: 'a question that breaks its schema is answered with an error',
    async run(host) {
      const port = host.openPort('invalid', 'window');
      const client = createCoreClient(port);
      await assert.rejects(
        client.ask('demo.open', { speed: 'fast' } as never),
        hasCode('invalid-question'),
      );
      port.close();
    },
  },
  {
    name: 'what is reserved to the shell is forbidden for windows',
    async run(host) {
      const port = host.openPort('forbidden', 'window');
      const client = createCoreClient(port);
      await assert.rejects(
        client.ask('bundle.open', { path: '/etc/passwd' }),
        hasCode('forbidden'),
      );
      port.close();
      const shell = host.openPort('allowed', 'shell');
      const missing = createCoreClient(shell).ask('bundle.open', { path: '/nowhere.holdfast' });
      await assert.rejects(missing, (error) => !hasCode('forbidden')(error));
      shell.close();
    },
  },
  {
    name: 'the sudden end of the core is reported',
    fatal: true,
    async run(host) {
      const client = createCoreClient(host.openPort('crash', 'window'));
      await client.ask('core.describe', {});
      const lost = new Promise<void>((done) => host.onLost(done));
      host.crash?.();
      await lost;
    },
  },
];

// A broken question is answered under its own id: these are ids that no question here has.
const garbageFrames: readonly unknown[] = [
  null,
  0,
  'ask',
  [],
  {},
  { type: 'ask' },
  { type: 'ask', id: 'one', name: 'core.describe', body: {} },
  { type: 'ask', id: 1.5, name: 'core.describe', body: {} },
  { type: 'ask', id: 900_001, name: 7, body: {} },
  { type: 'answer', id: 1, body: {} },
  { type: 'event', name: 'rows', body: null },
  JSON.parse('{"type":"ask","id":900002,"__proto__":{"polluted":true}}'),
  new Uint8Array(1_000),
];

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CoreError && error.code === code;
}

/** The bodies of the next `count` echoes. */
function collect(port: Port, count: number): Promise<unknown[]> {
  return new Promise((done) => {
    const bodies: unknown[] = [];
    const stop = port.onMessage((message) => {
      bodies.push((message as { body: unknown }).body);
      if (bodies.length < count) return;
      stop();
      done(bodies);
    });
  });
}
