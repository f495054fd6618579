import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { ForeignFileError, openDatabase } from '../../gateway/journal/database.ts';
import { isDamage } from './inspect.ts';
import { JOURNAL_APPLICATION_ID } from './journal-files.ts';
import { journalMigrations } from './migrations.ts';

/** Reading what lies in a folder of rolling copies (copies.ts writes it). */

export const MIRRORS = ['a.sqlite', 'b.sqlite'] as const;

export interface CopyPoint {
  readonly at: number;
  readonly lastSeq: number;
  readonly file: string;
}

/** A point with what the small tables held, packed. */
export interface FullPoint extends CopyPoint {
  readonly content: Buffer;
}

/** All points that can be read, oldest first. */
export function readPoints(folder: string): CopyPoint[] {
  return readAllPoints(folder).map(withoutContent);
}

export function withoutContent({ at, lastSeq, file }: CopyPoint): CopyPoint {
  return { at, lastSeq, file };
}

/** One that lies in both mirrors is told once, as that one's whose newest point is older. */
export function readAllPoints(folder: string): FullPoint[] {
  const points = new Map<number, FullPoint>();
  for (const file of MIRRORS) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    try {
      const mirror = openMirrorFile(path);
      try {
        const rows = mirror.prepare('SELECT at, last_seq AS lastSeq, content FROM point').all();
        for (const row of rows as Omit<FullPoint, 'file'>[]) points.set(row.at, { ...row, file });
      } finally {
        mirror.close();
      }
    } catch (error) {
      // Damaged, or of a newer version: it offers nothing.
      if (!isDamage(error) && !(error instanceof ForeignFileError)) throw error;
    }
  }
  return [...points.values()].sort((left, right) => left.at - right.at);
}

/** Opens a mirror to write: a journal's file with a table of points. */
export function openMirrorFile(path: string): Database {
  const database = openDatabase({
    path,
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations,
    synchronous: 'NORMAL',
  });
  database.exec(
    'CREATE TABLE IF NOT EXISTS point (at INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, content BLOB NOT NULL) STRICT',
  );
  return database;
}

/** What the small tables held at a point, by table. */
export type PackedTables = Record<string, Record<string, unknown>[]>;

export function unpackTables(content: Buffer): PackedTables {
  return JSON.parse(inflateRawSync(content).toString('utf8'), (_key, value: unknown) => {
    const hex = (value as { $hex?: unknown } | null)?.$hex;
    return typeof hex === 'string' ? Buffer.from(hex, 'hex') : value;
  }) as PackedTables;
}
