import type { RecordOf } from '../../shared/ipc/contract.ts';
import { backUp, type Backup } from '../journal/backup.ts';
import { openCopies, type Copies } from '../journal/copies.ts';
import { openRecordCheck, type RecordCheck } from '../journal/record-check.ts';
import type { Journal } from '../journal/journal.ts';
import { reportOf } from '../journal/salvage.ts';

/** What the record of a room does for itself while nobody asks: seals, checks, copies. */
export interface RecordKeeper {
  state(): 'whole' | 'salvaged' | 'damaged';
  read(): RecordOf;
  /** A check of every row begins now. */
  check(): void;
  /** A rolling copy begins now. */
  copy(): void;
  /** Writes a whole backup into a new folder there. */
  backUp(folder: string): Promise<Backup>;
  close(): void;
}

export interface RecordOptions {
  readonly journal: Journal;
  /** Where rolling copies go; null: none are made. */
  readonly copies: string | null;
  readonly now: () => number;
  /** True while others need the time: then less is done. */
  readonly busy: () => boolean;
  /** True while facts come in as fast as they can be taken: checks and copies wait, for a while. */
  readonly flooded: () => boolean;
  /** False while nothing but what people write may take space. */
  readonly mayGrow: () => boolean;
  readonly onChange: () => void;
  /** False where nothing is done by itself: a room that is only read. */
  readonly keeps: boolean;
}

/** One turn may take so long; requests wait no longer for it. */
const SLICE_MS = 8;
/** A quarter of the time while there is work, a tenth while others have some too. */
const PAUSE_MS = { working: 24, busy: 72, idle: 1_000, failed: 10_000 } as const;
/** The record comes after the first screen. */
const BEGIN_AFTER_MS = 3_000;
const SAVE_EVERY_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;
const QUARANTINE_SHOWN = 200;

export function keepRecord(options: RecordOptions): RecordKeeper {
  const { journal } = options;
  const check: RecordCheck = openRecordCheck(journal, options.now);
  const copies: Copies | null =
    options.copies === null
      ? null
      : openCopies({ journal, folder: options.copies, now: options.now });
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let savedAt = performance.now();
  /** On the monotonic clock. */
  let floodedSince: number | null = null;
  let damagedBefore = check.hasDamage();
  /** What failed last, so that it is written to the log once and not with every turn. */
  let problem = '';

  function plan(pauseMs: number): void {
    if (closed || !options.keeps) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(turn, pauseMs);
    timer.unref();
  }

  function turn(): void {
    timer = null;
    if (closed) return;
    let working = false;
    try {
      working = work();
      problem = '';
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== problem) console.error('the record:', error);
      problem = text;
      plan(PAUSE_MS.failed);
      return;
    }
    const found = check.hasDamage();
    if (found !== damagedBefore) {
      damagedBefore = found;
      options.onChange();
    }
    plan(!working ? PAUSE_MS.idle : options.busy() ? PAUSE_MS.busy : PAUSE_MS.working);
  }

  /** @returns true while more is to be done */
  function work(): boolean {
    const grows = options.mayGrow();
    if (grows && journal.isFull() && !journal.seal(SLICE_MS)) return true;
    if (mustWait()) return false;
    const copying = grows && copies !== null && copies.step(SLICE_MS);
    // In turn: a first copy of a large journal must not keep the check waiting.
    const checking = check.step(copying ? SLICE_MS / 2 : SLICE_MS);
    if (checking && grows && performance.now() - savedAt > SAVE_EVERY_MS) {
      savedAt = performance.now();
      check.save();
    }
    return copying || checking;
  }

  /** A flood that never ends must not keep copies and checks waiting for ever. */
  function mustWait(): boolean {
    if (!options.flooded()) {
      floodedSince = null;
      return false;
    }
    floodedSince ??= performance.now();
    return performance.now() - floodedSince < LONGEST_WAIT_MS;
  }

  plan(BEGIN_AFTER_MS);

  return {
    state() {
      if (check.hasDamage()) return 'damaged';
      return journal.salvage === null ? 'whole' : 'salvaged';
    },
    read() {
      const { running, checked, total, completedAt, damaged } = check.state();
      const { salvage } = journal;
      return {
        folder: journal.folder,
        files: journal.files().map(({ name, sealed, facts, bytes, firstSeq, lastSeq }) => ({
          name,
          sealed,
          facts,
          bytes,
          firstSeq,
          lastSeq,
        })),
        check: { running, checked, total, completedAt, damaged: [...damaged] },
        copies: copiesOf(copies),
        salvage: salvage === null ? null : { ...markOf(salvage), report: reportOf(salvage) },
        quarantine: journal.database
          .prepare(
            'SELECT at, source, place, reason, excerpt FROM quarantine ORDER BY id DESC LIMIT ?',
          )
          .all(QUARANTINE_SHOWN) as RecordOf['quarantine'],
      };
    },
    check() {
      if (!options.keeps) return;
      check.start();
      plan(0);
    },
    copy() {
      copies?.start();
      plan(0);
    },
    backUp: (folder) => backUp(journal, folder, options.now),
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      copies?.close();
      if (!options.keeps) return;
      try {
        check.save();
      } catch {
        // A pass that is begun anew costs only time.
      }
    },
  };
}

function copiesOf(copies: Copies | null): RecordOf['copies'] {
  if (copies === null) return { folder: '', problem: null, bytes: 0, points: [] };
  const { folder, problem, bytes, points } = copies.state();
  return { folder, problem, bytes, points: points.map((point) => ({ ...point })) };
}

function markOf({ at, reason, kept, missing, aside }: NonNullable<Journal['salvage']>) {
  return { at, reason, kept, missing, aside };
}
