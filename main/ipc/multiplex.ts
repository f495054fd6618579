import { z } from 'zod';
import type { Port } from '../../shared/ipc/port.ts';
import type { Audience } from '../../shared/ipc/server.ts';

/**
 * Many ports over one channel between the shell and the core's process. Each message is an
 * envelope that names its client; what is no envelope, or names a client that is not open, is
 * dropped.
 */

/** A two-way channel of structured-clonable messages between two processes; keeps their order. */
export interface Channel {
  /** Does nothing once the channel is closed. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once, when the other process has gone; at once when it already has. */
  onClose(listener: () => void): () => void;
}

export interface ClosablePort extends Port {
  close(): void;
}

/**
 * The core's end. Calls `attach` for every client that opens; what it answers is called when the
 * client, or the channel, closes. Says that it is ready.
 */
export function muxServer(
  channel: Channel,
  attach: (port: Port, audience: Audience) => () => void,
): () => void {
  const clients = new Map<string, { deliver: (message: unknown) => void; detach: () => void }>();
  const detachAll = (): void => {
    for (const { detach } of clients.values()) detach();
    clients.clear();
  };
  const stopMessages = channel.onMessage((raw) => {
    const envelope = envelopeSchema.safeParse(raw);
    if (!envelope.success) return;
    const { type } = envelope.data;
    if (type === 'ready') return;
    const { client } = envelope.data;
    if (type === 'message') clients.get(client)?.deliver(envelope.data.message);
    else if (type === 'close') {
      clients.get(client)?.detach();
      clients.delete(client);
    } else if (!clients.has(client)) {
      const { port, deliver } = portFor(channel, client);
      clients.set(client, { deliver, detach: attach(port, envelope.data.audience) });
    }
  });
  const stopClose = channel.onClose(detachAll);
  channel.send({ type: 'ready' } satisfies Envelope);
  return () => {
    stopMessages();
    stopClose();
    detachAll();
  };
}

/** The shell's end. */
export interface MuxClient {
  /** @param client a name to recognise it by; it may be used again */
  openPort: (client: string, audience: Audience) => ClosablePort;
  /** Called when the core has said that it is ready; at once when it already has. */
  onReady(listener: () => void): void;
}

export function muxClient(channel: Channel): MuxClient {
  const clients = new Map<string, (message: unknown) => void>();
  const waiting: (() => void)[] = [];
  let ready = false;
  let opened = 0;
  channel.onMessage((raw) => {
    const envelope = envelopeSchema.safeParse(raw);
    if (!envelope.success) return;
    if (envelope.data.type === 'message') {
      clients.get(envelope.data.client)?.(envelope.data.message);
    } else if (envelope.data.type === 'ready' && !ready) {
      ready = true;
      for (const listener of waiting.splice(0)) listener();
    }
  });
  return {
    openPort(name, audience) {
      // Numbered, so that a late message to a closed port never reaches a new one of that name.
      opened += 1;
      const client = `${name}#${opened}`;
      const { port, deliver } = portFor(channel, client);
      clients.set(client, deliver);
      channel.send({ type: 'open', client, audience } satisfies Envelope);
      return {
        ...port,
        close() {
          clients.delete(client);
          channel.send({ type: 'close', client } satisfies Envelope);
        },
      };
    },
    onReady(listener) {
      if (ready) listener();
      else waiting.push(listener);
    },
  };
}

const clientSchema = z.string().min(1).max(100);
const envelopeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('open'),
    client: clientSchema,
    audience: z.enum(['window', 'shell']),
  }),
  z.strictObject({ type: z.literal('close'), client: clientSchema }),
  z.strictObject({ type: z.literal('message'), client: clientSchema, message: z.unknown() }),
]);
type Envelope = z.infer<typeof envelopeSchema>;

function portFor(
  channel: Channel,
  client: string,
): { port: Port; deliver: (message: unknown) => void } {
  const listeners = new Set<(message: unknown) => void>();
  return {
    port: {
      post: (message) => channel.send({ type: 'message', client, message } satisfies Envelope),
      onMessage(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    deliver(message) {
      for (const listener of listeners) listener(message);
    },
  };
}
