import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a network does to a connection. The names follow what operators know from other fault
 * proxies (latency, bandwidth, slicer, limit_data, slow_close, reset_peer, timeout).
 */
export interface Faults {
  /** How long each piece is under way (ms), and by how much more it may be. Order is kept. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Bytes per second each way; null is as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** Pieces at most so large; null leaves them as they come. */
  readonly sliceBytes: number | null;
  /** Nothing moves and nothing is lost: a partition that heals, or a peer that is stopped. */
  readonly stalled: boolean;
  /** What is sent vanishes and no side hears of it; such a connection stays dead when healed. */
  readonly halfOpen: boolean;
  /** New connections are taken and lead nowhere, also when healed. */
  readonly blackHole: boolean;
  /** After so many bytes, counted over both ways, a connection is reset in the middle. */
  readonly limitBytes: number | null;
  /** The end of one side reaches the other so much later (ms). */
  readonly closeDelayMs: number;
}

export const NO_FAULTS: Faults = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: null,
  sliceBytes: null,
  stalled: false,
  halfOpen: false,
  blackHole: false,
  limitBytes: null,
  closeDelayMs: 0,
};

export interface FaultProxy {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** From now on these faults and no others; connections that are open feel them as well. */
  set(faults: Partial<Faults>): void;
  heal(): void;
  /** Ends every connection with RST, in the middle of whatever it carries. */
  reset(): void;
  /** Nobody listens: connections are refused, those that are open end with RST. */
  refuse(): Promise<void>;
  /** Listens again after `refuse`, on the same port. */
  accept(): Promise<void>;
  readonly counts: {
    connections(): number;
    open(): number;
    /** Bytes that reached the other side. */
    forwarded(): number;
    swallowed(): number;
  };
  close(): Promise<void>;
}

/**
 * A TCP proxy on a free loopback port that does to its connections what it is told, while they run.
 * @param target port on 127.0.0.1, asked for each connection, so that a restarted server may move
 * @param random 0 ≤ x < 1, for the jitter: a seeded one makes a run repeatable
 */
export async function openFaultProxy(
  target: () => number,
  random: () => number = Math.random,
): Promise<FaultProxy> {
  let faults = NO_FAULTS;
  let changed: (() => void)[] = [];
  const links = new Set<Link>();
  const counts = { connections: 0, forwarded: 0, swallowed: 0 };
  let server: Server | null = null;
  let port = 0;

  interface Link {
    dead: boolean;
    bytes: number;
    readonly sockets: Socket[];
  }

  function set(next: Partial<Faults>): void {
    faults = { ...NO_FAULTS, ...next };
    if (faults.halfOpen) for (const link of links) link.dead = true;
    const waiting = changed;
    changed = [];
    for (const wake of waiting) wake();
  }

  function cut(link: Link): void {
    links.delete(link);
    for (const socket of link.sockets) socket.resetAndDestroy();
  }

  /** One end is gone: the other hears of it, unless the line between them is dead. */
  function closed(link: Link): void {
    if (link.dead && link.sockets.some((socket) => !socket.destroyed)) return;
    links.delete(link);
    for (const socket of link.sockets) socket.destroySoon();
  }

  function take(client: Socket): void {
    counts.connections += 1;
    const link: Link = { dead: faults.blackHole || faults.halfOpen, bytes: 0, sockets: [client] };
    links.add(link);
    client.on('error', () => link.dead || cut(link));
    client.on('close', () => closed(link));
    if (link.dead) {
      client.on('data', (piece: Buffer) => (counts.swallowed += piece.length));
      return;
    }
    const server = connect({ host: '127.0.0.1', port: target(), allowHalfOpen: true });
    link.sockets.push(server);
    server.setNoDelay(true);
    client.setNoDelay(true);
    server.on('error', () => link.dead || cut(link));
    server.on('close', () => closed(link));
    forward(link, client, server);
    forward(link, server, client);
  }

  function forward(link: Link, from: Socket, to: Socket): void {
    const queue: { piece: Buffer; due: number }[] = [];
    let lastDue = 0;
    let running = false;
    let ended = false;

    from.on('data', (piece: Buffer) => {
      if (link.dead) {
        counts.swallowed += piece.length;
        return;
      }
      const due = performance.now() + faults.latencyMs + random() * faults.jitterMs;
      lastDue = Math.max(lastDue, due);
      queue.push({ piece, due: lastDue });
      // What waits here waits in memory: the sender is to feel it.
      if (queue.length > 1_000) from.pause();
      void run();
    });
    from.on('end', () => {
      ended = true;
      void run();
    });

    async function run(): Promise<void> {
      if (running) return;
      running = true;
      while (queue.length > 0 && links.has(link)) {
        const head = queue.shift();
        if (head === undefined) break;
        if (queue.length < 500) from.resume();
        const wait = head.due - performance.now();
        if (wait > 0) await pause(wait);
        await send(head.piece);
      }
      running = false;
      if (!ended || queue.length > 0 || link.dead || !links.has(link)) return;
      await pause(faults.closeDelayMs);
      if (!to.destroyed) to.end();
    }

    async function send(piece: Buffer): Promise<void> {
      for (let at = 0; at < piece.length && links.has(link);) {
        while (faults.stalled && links.has(link)) await change();
        if (link.dead) {
          counts.swallowed += piece.length - at;
          return;
        }
        const { bytesPerSecond, sliceBytes, limitBytes } = faults;
        let size = Math.min(piece.length - at, sliceBytes ?? Infinity);
        // A slow line carries its bytes in small portions, not one large one after a long wait.
        if (bytesPerSecond !== null) size = Math.min(size, Math.max(1, bytesPerSecond / 50));
        if (limitBytes !== null) size = Math.min(size, limitBytes - link.bytes);
        size = Math.trunc(size);
        if (size > 0) {
          if (to.destroyed) return;
          const flushed = to.write(piece.subarray(at, at + size));
          at += size;
          link.bytes += size;
          counts.forwarded += size;
          if (!flushed) await drained(to);
        }
        if (limitBytes !== null && link.bytes >= limitBytes) {
          cut(link);
          return;
        }
        if (bytesPerSecond !== null) await pause((size / bytesPerSecond) * 1_000);
        else if (sliceBytes !== null) await pause(0);
      }
    }
  }

  /** Until the faults are others. */
  function change(): Promise<void> {
    return new Promise((resolve) => changed.push(resolve));
  }

  /** Waits, but no longer than these faults last: a healed line does not owe old waits. */
  async function pause(forMs: number): Promise<void> {
    let timer: NodeJS.Timeout | null = null;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, forMs);
    });
    await Promise.race([over, change()]);
    if (timer !== null) clearTimeout(timer);
  }

  async function accept(): Promise<void> {
    if (server !== null) return;
    for (let attempt = 1; ; attempt += 1) {
      const made = createServer({ allowHalfOpen: true, pauseOnConnect: false }, take);
      try {
        await new Promise<void>((resolve, reject) => {
          made.once('error', reject);
          made.listen(port, '127.0.0.1', resolve);
        });
        server = made;
        port = (made.address() as AddressInfo).port;
        return;
      } catch (error) {
        // Somebody may have the port for a moment: an outgoing connection takes any free one.
        if (attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async function refuse(): Promise<void> {
    const former = server;
    server = null;
    if (former === null) return;
    const gone = new Promise((resolve) => former.close(resolve));
    for (const link of links) cut(link);
    await gone;
  }

  await accept();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    set,
    heal: () => set({}),
    reset() {
      for (const link of links) cut(link);
    },
    refuse,
    accept,
    counts: {
      connections: () => counts.connections,
      open: () => links.size,
      forwarded: () => counts.forwarded,
      swallowed: () => counts.swallowed,
    },
    async close() {
      set({});
      await refuse();
    },
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
