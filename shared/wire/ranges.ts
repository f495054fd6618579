import type { Range } from './protocol.ts';

/** Sets of sequences as sorted, disjoint, non-adjacent ranges. */

export function addRange(ranges: readonly Range[], from: number, to: number): Range[] {
  if (to < from) return [...ranges];
  const merged: Range[] = [];
  let low = from;
  let high = to;
  for (const [start, end] of ranges) {
    if (end < low - 1 || start > high + 1) merged.push([start, end]);
    else {
      low = Math.min(low, start);
      high = Math.max(high, end);
    }
  }
  merged.push([low, high]);
  return merged.sort((left, right) => left[0] - right[0]);
}

/** The parts of first…last that the ranges do not hold, in order. */
export function missingRanges(ranges: readonly Range[], first: number, last: number): Range[] {
  const missing: Range[] = [];
  let next = first;
  for (const [start, end] of ranges) {
    if (end < next) continue;
    if (start > last) break;
    if (start > next) missing.push([next, Math.min(start - 1, last)]);
    next = Math.max(next, end + 1);
  }
  if (next <= last) missing.push([next, last]);
  return missing;
}

export function countRanges(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start + 1, 0);
}

/** Brings any list of ranges into the normal form; drops what is reversed. */
export function normalizeRanges(ranges: readonly Range[]): Range[] {
  const set: Range[] = [];
  const sorted = ranges.filter(([from, to]) => from <= to).sort((one, other) => one[0] - other[0]);
  for (const [from, to] of sorted) {
    const last = set.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else set.push([from, to]);
  }
  return set;
}
