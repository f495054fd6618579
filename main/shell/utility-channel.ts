import type { UtilityProcess } from 'electron';
import { channelOver } from '../ipc/child-channel.ts';
import type { Channel } from '../ipc/multiplex.ts';

/** The channel to an Electron utility process; closes when it exits. */
export function channelToUtility(process: UtilityProcess): Channel {
  return channelOver({
    send: (message) => process.postMessage(message),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('exit', listener),
  });
}
