import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Range } from '../../shared/wire/protocol.ts';
import { holesOf, inspectFile, isDamage, openRowCheck, startOf } from './inspect.ts';
import {
  journalFile,
  journalFiles,
  openJournalFileReadOnly,
  readMeta,
  sealOf,
  undoHalfMade,
} from './journal-files.ts';
import { readWitness } from './witness.ts';

/** A file of a journal as a check from outside finds it. */
export interface CheckedFile {
  readonly number: number;
  readonly name: string;
  readonly sealed: boolean;
  /** Facts in it, as far as it can be read. */
  readonly checked: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly damaged: readonly number[];
  /** What is wrong, in words; null when nothing is. */
  readonly damage: string | null;
}

/**
 * Checks the files of a journal, whoever has them open: a desk's, a backup's, or rolling copies. It
 * writes nothing, but undoes what a killed process left half-made.
 * @throws ForeignFileError when a newer version wrote one
 */
export function checkFolder(folder: string, options: { readonly rows: boolean }): CheckedFile[] {
  const row = journalFiles(folder);
  const witness = readWitness(folder);
  for (const { path } of row) undoHalfMade(path);
  const checked = row.map((file, index) => {
    const newest = index === row.length - 1;
    // While the application writes, the newest fact is told a moment after it is stored.
    const { damage } = inspectFile(file, { newest, witness });
    return checkFile(file, damage, options.rows);
  });
  if (row.length === 0 && witness !== null) {
    checked.push(checkFile(journalFile(folder, 1), 'the file is missing', options.rows));
  }
  const mirrors = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^[ab]\.sqlite$/.test(name))
    : [];
  for (const name of mirrors) {
    checked.push(checkFile({ number: 0, name, path: join(folder, name) }, null, options.rows));
  }
  return checked;
}

const ROWS = 1_000;

function checkFile(
  file: { readonly number: number; readonly name: string; readonly path: string },
  found: string | null,
  rows: boolean,
): CheckedFile {
  const nothing: CheckedFile = {
    number: file.number,
    name: basename(file.path),
    sealed: false,
    checked: 0,
    bytes: existsSync(file.path) ? statSync(file.path).size : 0,
    firstSeq: 0,
    lastSeq: 0,
    damaged: [],
    damage: found,
  };
  let database: Database | null = null;
  try {
    database = openJournalFileReadOnly(file.path);
    const [count, firstSeq, lastSeq] = database
      .prepare('SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM fact')
      .raw()
      .get() as [number, number, number];
    const about = { ...nothing, sealed: sealOf(database) !== null, firstSeq, lastSeq };
    if (!rows) return { ...about, checked: count };
    const isMirror = readMeta(database, 'mirrors') !== null;
    const known: Range[] = isMirror ? [[0, Number.MAX_SAFE_INTEGER]] : holesOf(database);
    const check = openRowCheck(database);
    const damaged: number[] = [];
    let checked = 0;
    for (let after = startOf(database); ;) {
      const step = check(after, ROWS, known);
      damaged.push(...step.damaged);
      checked += step.checked;
      after = step.lastSeq;
      if (step.ended) break;
    }
    const structure =
      found === null ? String(database.pragma('integrity_check(1)', { simple: true })) : 'ok';
    const damage =
      found ??
      (damaged.length > 0 ? `${damaged.length} facts do not fit their hash` : null) ??
      (structure === 'ok' ? null : structure);
    return { ...about, checked, damaged, damage };
  } catch (error) {
    // What was found is told, whatever else fails because of it.
    if (!isDamage(error) && found === null) throw error;
    return {
      ...nothing,
      damage: found ?? (error instanceof Error ? error.message : String(error)),
    };
  } finally {
    database?.close();
  }
}
