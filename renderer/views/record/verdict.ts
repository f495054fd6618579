import type { RecordOf } from '../../../shared/ipc/contract.ts';
import type { GapRow, StatusRow } from '../../../shared/ipc/rows.ts';

/** Whether the record can be trusted, as one thing to say. Pure. */
export type Verdict =
  /** Rows were found whose hash does not fit. */
  | { readonly kind: 'damaged'; readonly count: number }
  /** Saved from a damaged file; `refill` says how far the gateway has given back the rest. */
  | {
      readonly kind: 'salvaged';
      readonly at: number;
      readonly kept: number;
      readonly missing: number | null;
      readonly refill: 'waiting' | 'coming' | 'done';
    }
  /** Whole on this desk, but the feed lost something that is not healed. */
  | { readonly kind: 'gap'; readonly count: number; readonly newest: GapRow }
  /** Nothing wrong is known, but not every row was looked at yet. */
  | {
      readonly kind: 'unchecked';
      readonly facts: number;
      readonly files: number;
      readonly percent: number;
    }
  | {
      readonly kind: 'whole';
      readonly facts: number;
      readonly files: number;
      readonly checkedAt: number;
    }
  /** A demo or an opened file: not this desk's own record. */
  | { readonly kind: 'opened'; readonly facts: number; readonly files: number }
  | { readonly kind: 'empty' };

type Feed = Pick<StatusRow, 'room' | 'feed' | 'feedBehind' | 'gaps' | 'record'>;

/** The worst that is known comes first; "whole" is said only when every row was looked at. */
export function verdictOf(record: RecordOf, status: Feed): Verdict {
  const { check, salvage, files } = record;
  if (check.damaged.length > 0 || status.record === 'damaged') {
    return { kind: 'damaged', count: check.damaged.length };
  }
  const facts = files.reduce((sum, file) => sum + file.facts, 0);
  if (status.room !== 'live') return { kind: 'opened', facts, files: files.length };
  const open = status.gaps.filter((gap) => gap.healedAt === null);
  const newest = open.at(-1);
  const refill = refillOf(status);
  // What was given back and wholly checked since is whole: the report stays below.
  const isHealed = salvage !== null && refill === 'done' && (check.completedAt ?? 0) > salvage.at;
  if (salvage !== null && !isHealed) {
    return {
      kind: 'salvaged',
      at: salvage.at,
      kept: salvage.kept,
      missing: salvage.missing,
      refill,
    };
  }
  if (newest) return { kind: 'gap', count: open.length, newest };
  if (facts === 0) return { kind: 'empty' };
  if (check.completedAt === null) {
    const percent = check.total === 0 ? 0 : Math.floor((100 * check.checked) / check.total);
    return { kind: 'unchecked', facts, files: files.length, percent };
  }
  return { kind: 'whole', facts, files: files.length, checkedAt: check.completedAt };
}

function refillOf(status: Feed): 'waiting' | 'coming' | 'done' {
  if (status.feed === 'syncing' || (status.feed === 'connected' && status.feedBehind > 0)) {
    return 'coming';
  }
  return status.feed === 'connected' ? 'done' : 'waiting';
}
