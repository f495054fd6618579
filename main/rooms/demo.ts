import { rmSync } from 'node:fs';
import type { Room } from './room.ts';

export interface Demo {
  stop(): void;
}

export function startDemo(options: {
  resources: string;
  folder: string;
  speed: number;
  now: () => number;
  open: (folder: string) => Room;
}): Demo {
  rmSync(options.folder, { recursive: true, force: true });
  options.open(options.folder);
  return { stop() {} };
}
