import { usePosition } from '../../room/position.ts';
import { useStatus } from '../../room/rows.ts';

/** Why nothing can be recorded now; null when it can. */
export function useWriteBlock(): 'review' | 'file' | null {
  const position = usePosition();
  const room = useStatus()?.room;
  if (room === 'bundle') return 'file';
  return position.mode === 'live' ? null : 'review';
}
