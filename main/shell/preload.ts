import { contextBridge, ipcRenderer } from 'electron';
import type { ShellReply } from '../../shared/ipc/shell-contract.ts';
import {
  coreChannel,
  handledChannel,
  pulseChannel,
  shellChannel,
  shellEventChannel,
} from './channels.ts';

/**
 * All that a page gets of the world outside. Checks nothing: the main process and the core do, for
 * a page cannot be trusted to pass through here only.
 */
contextBridge.exposeInMainWorld('holdfast', {
  post: (message: unknown): void => ipcRenderer.send(coreChannel, message),
  onMessage: (listener: (message: unknown) => void) => listen(coreChannel, listener),
  shell: async (name: string, body: unknown): Promise<unknown> => {
    const reply = (await ipcRenderer.invoke(shellChannel, name, body)) as ShellReply;
    if (reply.ok) return reply.body;
    throw new Error(`${reply.code}: ${reply.message}`);
  },
  onShell: (listener: (event: unknown) => void) => listen(shellEventChannel, listener),
  versions: {
    electron: process.versions['electron'],
    chrome: process.versions['chrome'],
    node: process.versions.node,
  },
});

// Told before the page's own listeners run, in the same task: what follows comes after them.
ipcRenderer.on(coreChannel, (_event, message: { type?: unknown }) => {
  if (message.type === 'event') ipcRenderer.send(handledChannel);
});

// Answered by the page's own thread: one that hangs answers nothing.
ipcRenderer.on(pulseChannel, () => ipcRenderer.send(pulseChannel));
// From here on silence is a hang, even before the page has loaded.
ipcRenderer.send(pulseChannel);

function listen(channel: string, listener: (message: unknown) => void): () => void {
  const forward = (_event: unknown, message: unknown): void => listener(message);
  ipcRenderer.on(channel, forward);
  return () => void ipcRenderer.off(channel, forward);
}
