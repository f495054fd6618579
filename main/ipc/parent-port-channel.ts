import { channelOver } from './child-channel.ts';
import type { Channel } from './multiplex.ts';

/**
 * The channel of an Electron utility process to the main process; null when this process is none.
 * `process.parentPort` is described here by its shape: only the shell may import electron.
 */
export function channelToParentPort(): Channel | null {
  const port = (process as { parentPort?: ParentPort }).parentPort;
  if (port === undefined) return null;
  return channelOver({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', (event) => listener(event.data)),
    onClose: (listener) => port.on('close', () => listener()),
  });
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message' | 'close', listener: (event: { data: unknown }) => void): void;
}
