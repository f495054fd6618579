import type { ChildProcess } from 'node:child_process';
import type { Channel } from './multiplex.ts';

/**
 * The channel to a Node child that was forked with `serialization: 'advanced'` (JSON would lose
 * typed arrays). Closes when the child exits, not when it lets go: then its files are closed.
 */
export function channelToChild(child: ChildProcess): Channel {
  return channelOver({
    send: (message) => {
      // A child that died a moment ago is reported by `exit`, not by an error here.
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.once('exit', listener).once('error', listener),
  });
}

/** The other end, in the child itself; null when this process was not forked. */
export function channelToParent(): Channel | null {
  if (process.send === undefined) return null;
  return channelOver({
    send: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
  });
}

/** A channel over anything that tells messages and its end by callbacks. */
export function channelOver(carrier: {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}): Channel {
  const listeners = new Set<(message: unknown) => void>();
  const closeListeners = new Set<() => void>();
  let closed = false;
  carrier.onMessage((message) => {
    for (const listener of listeners) listener(message);
  });
  carrier.onClose(() => {
    if (closed) return;
    closed = true;
    for (const listener of closeListeners) listener();
  });
  return {
    send(message) {
      if (!closed) carrier.send(message);
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onClose(listener) {
      if (closed) listener();
      else closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
  };
}
