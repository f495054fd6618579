import { positionStore, usePosition } from './position.ts';
import { rowStore, useStatus } from './rows.ts';

/** Why nothing can be written: the desk shows the past, or a file that somebody exported. */
export type WriteBlock = 'review' | 'file';

/** Why nothing can be written now; null when it can. */
export function useWriteBlock(): WriteBlock | null {
  return blockOf(useStatus()?.room, usePosition().mode);
}

export function writeBlock(): WriteBlock | null {
  const room = rowStore('status').getState().rows.get('status')?.room;
  return blockOf(room, positionStore.getState().position.mode);
}

function blockOf(room: string | undefined, mode: string): WriteBlock | null {
  return room === 'bundle' ? 'file' : mode === 'live' ? null : 'review';
}
