import { readFileSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/**
 * Flips a bit of a row wherever its bytes lie in a journal's file, as a failing disk would: SQLite
 * notices nothing, and nothing is left to salvage. Only tests import this.
 */
export function flipRow(path: string, seq: number): void {
  const database = new Sqlite(path);
  const rowHash = database.prepare('SELECT row_hash FROM fact WHERE seq = ?').pluck().get(seq);
  database.pragma('journal_mode = DELETE');
  database.close();
  const bytes = readFileSync(path);
  const sought = rowHash as Buffer;
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + 1)) {
    bytes[at + 5] = (bytes[at + 5] ?? 0) ^ 0x10;
  }
  writeFileSync(path, bytes);
}
