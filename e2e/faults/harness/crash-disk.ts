import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../../../shared/kit/random.ts';
import type { FileOperation } from './strace.ts';

/**
 * A disk that keeps what was synced and, at a power cut, does with everything else what it likes:
 * keep it, drop it, keep some writes and not others, in any order, or tear one at a sector. File by
 * file, and the names in a folder likewise: they are safe once the folder was synced.
 */
export interface CrashDisk {
  /** Does the next operation. */
  apply(operation: FileOperation): void;
  /** What a power cut now may leave behind: bytes by path. */
  cut(random: Random): Map<string, Buffer>;
  /** What is there while the power stays on. */
  whole(): Map<string, Buffer>;
}

/** Bytes that a disk writes at once or not at all. */
const SECTOR = 512;

interface Inode {
  /** As far as it was synced. */
  durable: Buffer;
  /** With all that came after. */
  current: Buffer;
  pending: ({ at: number; bytes: Buffer } | { size: number })[];
}

type NameChange = { path: string; inode: Inode | null };

/** @param start the files that were there, and safe, before the first operation */
export function createCrashDisk(start: ReadonlyMap<string, Buffer>): CrashDisk {
  /** Names as every program sees them, and as they are safe; a folder is a name without an inode. */
  const names = new Map<string, Inode>();
  const durableNames = new Map<string, Inode>();
  const durableFolders = new Set<string>();
  let pendingFolders: string[] = [];
  let pendingNames: NameChange[] = [];
  for (const [path, bytes] of start) {
    const inode = { durable: bytes, current: bytes, pending: [] };
    names.set(path, inode);
    durableNames.set(path, inode);
  }

  function change(path: string, inode: Inode | null): void {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
    pendingNames.push({ path, inode });
  }

  function inodeOf(path: string): Inode {
    const inode = names.get(path);
    if (inode === undefined) throw new Error(`${path} was never opened`);
    return inode;
  }

  function syncFolder(folder: string): void {
    for (const { path, inode } of pendingNames) {
      if (dirname(path) !== folder) continue;
      if (inode === null) durableNames.delete(path);
      else durableNames.set(path, inode);
    }
    pendingNames = pendingNames.filter(({ path }) => dirname(path) !== folder);
    for (const path of pendingFolders) if (dirname(path) === folder) durableFolders.add(path);
    pendingFolders = pendingFolders.filter((path) => dirname(path) !== folder);
  }

  return {
    apply(operation) {
      switch (operation.what) {
        case 'open': {
          const known = names.get(operation.path);
          if (known === undefined) {
            change(operation.path, {
              durable: Buffer.alloc(0),
              current: Buffer.alloc(0),
              pending: [],
            });
          } else if (operation.cut) resize(known, 0);
          return;
        }
        case 'write': {
          const inode = inodeOf(operation.path);
          const { at, bytes } = operation;
          inode.current = written(inode.current, at, bytes);
          inode.pending.push({ at, bytes });
          return;
        }
        case 'truncate':
          resize(inodeOf(operation.path), operation.size);
          return;
        case 'sync': {
          const inode = names.get(operation.path);
          if (inode === undefined) syncFolder(operation.path);
          else {
            inode.durable = inode.current;
            inode.pending = [];
          }
          return;
        }
        case 'make-folder':
          pendingFolders.push(operation.path);
          return;
        case 'remove':
          if (names.has(operation.path)) change(operation.path, null);
          return;
        case 'rename': {
          const inode = inodeOf(operation.path);
          change(operation.to, inode);
          change(operation.path, null);
          return;
        }
        case 'send':
          return;
      }
    },
    cut(random) {
      const kept = new Map(durableNames);
      const mood = random();
      const keepsName = (): boolean => (mood < 0.4 ? false : mood < 0.7 ? true : random() < 0.5);
      const lostFolders = pendingFolders.filter(() => !keepsName());
      for (const { path, inode } of pendingNames) {
        if (!keepsName()) continue;
        if (inode === null) kept.delete(path);
        else kept.set(path, inode);
      }
      const image = new Map<string, Buffer>();
      for (const [path, inode] of kept) {
        if (lostFolders.some((folder) => path.startsWith(`${folder}/`))) continue;
        image.set(path, afterCut(inode, random));
      }
      return image;
    },
    whole: () => new Map([...names].map(([path, { current }]) => [path, current])),
  };

  function resize(inode: Inode, size: number): void {
    inode.current = resized(inode.current, size);
    inode.pending.push({ size });
  }
}

/** Writes an image under another folder. */
export function layOut(image: ReadonlyMap<string, Buffer>, from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const [path, bytes] of image) {
    const place = join(to, path.slice(from.length));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
}

/** One file after the cut: each file has a mood of its own. */
function afterCut(inode: Inode, random: Random): Buffer {
  const mood = random();
  if (inode.pending.length === 0 || mood < 0.25) return inode.durable;
  if (mood < 0.35) return inode.current;
  // Up to some moment in order; or any of them; or any sectors of any of them.
  const until = mood < 0.55 ? Math.trunc(random() * inode.pending.length) : Infinity;
  const share = random();
  let bytes = inode.durable;
  for (const [index, change] of inode.pending.entries()) {
    const last = index === until;
    if (index > until) break;
    if ('size' in change) {
      if (!last && (until !== Infinity || random() < share)) bytes = resized(bytes, change.size);
      continue;
    }
    const torn = last || (mood >= 0.75 && random() < 0.5);
    if (torn) {
      for (let offset = 0; offset < change.bytes.length; offset += SECTOR) {
        if (random() < 0.5) continue;
        const sector = change.bytes.subarray(offset, offset + SECTOR);
        bytes = written(bytes, change.at + offset, sector);
      }
    } else if (until !== Infinity || random() < share) {
      bytes = written(bytes, change.at, change.bytes);
    }
  }
  return bytes;
}

/** Copies, because earlier states of the file are still needed. */
function written(before: Buffer, at: number, bytes: Buffer): Buffer {
  const after = Buffer.alloc(Math.max(before.length, at + bytes.length));
  before.copy(after);
  bytes.copy(after, at);
  return after;
}

function resized(before: Buffer, size: number): Buffer {
  const after = Buffer.alloc(size);
  before.copy(after);
  return after;
}
