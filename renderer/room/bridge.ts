import type { Port } from '../../shared/ipc/port.ts';

/** What the preload script puts on the window. */
export interface Bridge {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  shell(name: string, body: unknown): Promise<unknown>;
  onShell(listener: (message: unknown) => void): () => void;
}

declare global {
  interface Window {
    holdfast?: Bridge;
  }
}

/** The window's bridge; outside a window (in a unit test) one that says nothing. */
export function bridge(): Bridge {
  return (globalThis as { holdfast?: Bridge }).holdfast ?? SILENT;
}

/** The bridge as a port to the core. */
export function bridgePort(): Port {
  const found = bridge();
  return {
    post: (message) => found.post(message),
    onMessage: (listener) => found.onMessage(listener),
  };
}

const SILENT: Bridge = {
  post() {},
  onMessage: () => () => {},
  shell: () => Promise.reject(new Error('no window')),
  onShell: () => () => {},
};
