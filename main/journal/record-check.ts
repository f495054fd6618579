import { writeFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { FileOfRow, Journal } from './journal.ts';
import { journalFile } from './journal-files.ts';
import { damageMarkPath, holesOf, openRowCheck, startOf } from './inspect.ts';

/** What the check of every row has found so far. */
export interface CheckState {
  readonly running: boolean;
  readonly checked: number;
  readonly total: number;
  readonly completedAt: number | null;
  readonly damaged: readonly number[];
}

/**
 * The check of every row's hash over all files, in slices, pass after pass. It goes on where it was
 * when the journal was closed.
 */
export interface RecordCheck {
  state(): CheckState;
  /** Whether a damaged row was found; cheap. */
  hasDamage(): boolean;
  /** Begins a pass now, from the first fact. */
  start(): void;
  /** Checks for so long. @returns false where there is nothing to do before the next pass */
  step(budgetMs: number): boolean;
  /** Keeps the place. */
  save(): void;
}

/** How long after a pass the next one begins. */
export const CHECK_REST_MS = 3_600_000;
/** Few enough for one slice even where rows are long. */
const ROWS = 200;
const DAMAGED_SHOWN = 1_000;

interface Place {
  /** Number of the file, and the seq in it up to which all is checked. */
  file: number;
  after: number;
  checked: number;
  running: boolean;
  completedAt: number | null;
  damaged: number[];
}

export function openRecordCheck(journal: Journal, now: () => number): RecordCheck {
  const place = placeOf(journal);
  let check: { database: Database; run: ReturnType<typeof openRowCheck> } | null = null;
  let found: number[] = [...place.damaged];

  function begin(): void {
    const [first] = journal.files();
    place.file = first?.number ?? 1;
    place.after = -1;
    place.checked = 0;
    place.running = true;
    place.damaged = [];
    found = [];
  }

  /** The files may have changed since: the newest was sealed, and has another connection. */
  function current(): { file: FileOfRow; database: Database } | null {
    const files = journal.files();
    const index = files.findIndex(({ number }) => number >= place.file);
    const [file, database] = [files[index], journal.databases()[index]];
    return file && database ? { file, database } : null;
  }

  function stepFile(file: FileOfRow, database: Database): boolean {
    if (check?.database !== database) check = { database, run: openRowCheck(database) };
    if (place.after < 0 || place.file !== file.number) {
      place.file = file.number;
      place.after = startOf(database);
    }
    const { checked, lastSeq, damaged, ended } = check.run(place.after, ROWS, holesOf(database));
    place.checked += checked;
    place.after = lastSeq;
    if (damaged.length > 0) note(file, damaged);
    return ended;
  }

  function note(file: FileOfRow, damaged: readonly number[]): void {
    place.damaged = [...place.damaged, ...damaged].slice(0, DAMAGED_SHOWN);
    found = [...new Set([...found, ...place.damaged])].slice(0, DAMAGED_SHOWN);
    // Beside the file, not in it: a damaged file may take nothing.
    const mark = { at: now(), seqs: place.damaged };
    writeFileSync(
      damageMarkPath(journalFile(journal.folder, file.number)),
      `${JSON.stringify(mark)}\n`,
      { mode: 0o600 },
    );
  }

  return {
    state: () => ({
      running: place.running,
      checked: place.checked,
      total: journal.files().reduce((sum, { facts }) => sum + facts, 0),
      completedAt: place.completedAt,
      damaged: [...found].sort((left, right) => left - right),
    }),
    hasDamage: () => found.length > 0,
    start: begin,
    step(budgetMs) {
      if (!place.running) {
        const since = now() - (place.completedAt ?? -Infinity);
        // A clock that was set back must not stop the check for years.
        if (since >= 0 && since < CHECK_REST_MS) return false;
        begin();
      }
      const until = performance.now() + budgetMs;
      do {
        const at = current();
        if (at === null || (stepFile(at.file, at.database) && !nextFile(at.file))) {
          place.running = false;
          place.completedAt = now();
          found = [...place.damaged];
          this.save();
          return false;
        }
      } while (performance.now() < until);
      return true;
    },
    save: () => journal.setMeta('check', JSON.stringify(place)),
  };

  function nextFile(file: FileOfRow): boolean {
    const next = journal.files().find(({ number }) => number > file.number);
    if (next === undefined) return false;
    place.file = next.number;
    place.after = -1;
    return true;
  }
}

function placeOf(journal: Journal): Place {
  const nothing: Place = {
    file: 1,
    after: -1,
    checked: 0,
    running: false,
    completedAt: null,
    damaged: [],
  };
  try {
    const kept = JSON.parse(journal.meta('check') ?? '{}') as Partial<Place>;
    return { ...nothing, ...kept, damaged: kept.damaged ?? [] };
  } catch {
    return nothing;
  }
}
