import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io, type Socket as Upstream } from 'socket.io-client';
import { FEED_NAMESPACE } from '../../../shared/wire/protocol.ts';

/** What may happen to whole messages; TCP itself neither doubles nor reorders. */
export interface MessageFaults {
  /** Chance (0…1) that a batch comes twice. */
  readonly duplicate: number;
  /** Chance that a batch waits until the next one has overtaken it. */
  readonly reorder: number;
  /** Chance that a batch never comes. */
  readonly drop: number;
  /** Chance that an answer (receipt, pushed …) never comes back. */
  readonly dropAnswer: number;
}

const NO_MESSAGE_FAULTS: MessageFaults = { duplicate: 0, reorder: 0, drop: 0, dropAnswer: 0 };

export interface FeedRelay {
  readonly url: string;
  readonly port: number;
  set(faults: Partial<MessageFaults>): void;
  heal(): void;
  readonly counts: { batches: number; duplicated: number; reordered: number; dropped: number };
  close(): Promise<void>;
}

/** How long a batch is held back at most when no other comes to overtake it. */
const HOLD_MS = 200;

/**
 * Stands between a gateway and its desks as a Socket.IO server that is a client of the gateway for
 * each of them. It knows no message but `batch`: whatever else is said passes as it is.
 */
export async function openFeedRelay(
  gatewayUrl: () => string,
  random: () => number,
): Promise<FeedRelay> {
  let faults = NO_MESSAGE_FAULTS;
  const counts = { batches: 0, duplicated: 0, reordered: 0, dropped: 0 };
  const http = createServer();
  const server = new Server(http, { maxHttpBufferSize: 1e8 });
  const upstreams = new Set<Upstream>();

  server.of(FEED_NAMESPACE).on('connection', (desk: Socket) => {
    const gateway = io(new URL(FEED_NAMESPACE, gatewayUrl()).toString(), {
      auth: desk.handshake.auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    upstreams.add(gateway);
    let held: (() => void) | null = null;

    function release(): void {
      const waiting = held;
      held = null;
      waiting?.();
    }

    desk.onAny((event: string, ...given: unknown[]) => {
      pass(given, (message) => gateway.emit(event, ...message));
    });
    gateway.onAny((event: string, ...given: unknown[]) => {
      if (event !== 'batch') {
        pass(given, (message) => desk.emit(event, ...message));
        return;
      }
      counts.batches += 1;
      const send = (): void => pass(given, (message) => desk.emit(event, ...message));
      if (random() < faults.drop) {
        counts.dropped += 1;
        return;
      }
      if (random() < faults.duplicate) {
        counts.duplicated += 1;
        send();
      }
      if (held === null && random() < faults.reorder) {
        counts.reordered += 1;
        held = send;
        setTimeout(release, HOLD_MS);
        return;
      }
      send();
      release();
    });
    gateway.on('disconnect', () => desk.conn.close());
    gateway.on('connect_error', () => desk.conn.close());
    desk.on('disconnect', () => {
      held = null;
      upstreams.delete(gateway);
      gateway.disconnect();
    });
  });

  /** Hands a message on; its answer, if one is asked for, comes back the same way. */
  function pass(given: readonly unknown[], send: (message: unknown[]) => void): void {
    const last = given.at(-1);
    if (typeof last !== 'function') {
      send([...given]);
      return;
    }
    const answer = (...answers: unknown[]): void => {
      if (random() >= faults.dropAnswer) (last as (...args: unknown[]) => void)(...answers);
    };
    send([...given.slice(0, -1), answer]);
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    set: (next) => (faults = { ...NO_MESSAGE_FAULTS, ...next }),
    heal: () => (faults = NO_MESSAGE_FAULTS),
    counts,
    async close() {
      for (const gateway of upstreams) gateway.disconnect();
      await server.close();
    },
  };
}
