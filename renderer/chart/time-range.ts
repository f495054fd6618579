import { scaleTime, scaleUtc } from 'd3';

/** A window in time and where its moments stand on a strip of some width. Pure. */

export interface TimeRange {
  /** ms since the epoch, both ends included. */
  readonly from: number;
  readonly to: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
  /** A midnight: its label is the day. */
  readonly isDay: boolean;
}

export const MIN_SPAN_MS = 10_000;
const MAX_SPAN_MS = 10 * 366 * 24 * 3_600_000;

export function spanOf(range: TimeRange): number {
  return range.to - range.from;
}

/** Where a moment stands, in pixels from the left; outside of the strip for moments outside. */
export function xOf(range: TimeRange, width: number, at: number): number {
  return ((at - range.from) / spanOf(range)) * width;
}

/** The moment that stands at a pixel, in whole ms. */
export function atOf(range: TimeRange, width: number, x: number): number {
  return Math.round(range.from + (width === 0 ? 0 : x / width) * spanOf(range));
}

/** The window made `factor` times as long, with `anchor` staying where it stands. */
export function zoomRange(range: TimeRange, factor: number, anchor: number): TimeRange {
  const span = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, spanOf(range) * factor));
  const share = (anchor - range.from) / spanOf(range);
  const from = Math.round(anchor - share * span);
  return { from, to: Math.round(from + span) };
}

export function panRange(range: TimeRange, byMs: number): TimeRange {
  return { from: Math.round(range.from + byMs), to: Math.round(range.to + byMs) };
}

/** The window moved so that a moment outside of it stands at a third from the right; else itself. */
export function rangeWith(range: TimeRange, moment: number): TimeRange {
  if (moment >= range.from && moment <= range.to) return range;
  const from = Math.round(moment - (spanOf(range) * 2) / 3);
  return { from, to: from + spanOf(range) };
}

/**
 * The window widened to whole buckets, so that bars stay what they are while the window moves.
 * @returns at most `most` + 1 buckets of a length from a fixed ladder
 */
export function bucketsOf(
  range: TimeRange,
  most: number,
): { readonly range: TimeRange; readonly count: number; readonly bucketMs: number } {
  const wanted = spanOf(range) / Math.max(1, most);
  const bucketMs = LADDER_MS.find((step) => step >= wanted) ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
  const from = Math.floor(range.from / bucketMs) * bucketMs;
  const count = Math.max(1, Math.ceil((range.to - from) / bucketMs));
  return { range: { from, to: from + count * bucketMs }, count, bucketMs };
}

/** Round moments of a zone with their labels, about one every `gap` pixels. */
export function ticksOf(
  range: TimeRange,
  width: number,
  gap: number,
  zone: 'local' | 'utc' = 'local',
): readonly Tick[] {
  if (width <= 0 || spanOf(range) <= 0) return [];
  const dates = (zone === 'utc' ? scaleUtc() : scaleTime())
    .domain([new Date(range.from), new Date(range.to)])
    .ticks(Math.max(1, Math.floor(width / gap)));
  const withSeconds = dates.some((date) => date.getSeconds() !== 0);
  return dates.map((date) => {
    const [month, day, hour, minute] =
      zone === 'utc'
        ? [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()]
        : [date.getMonth(), date.getDate(), date.getHours(), date.getMinutes()];
    const isDay = hour === 0 && minute === 0 && date.getSeconds() === 0;
    const label = isDay
      ? `${two(month + 1)}-${two(day)}`
      : `${two(hour)}:${two(minute)}${withSeconds ? `:${two(date.getSeconds())}` : ''}`;
    return { at: date.getTime(), label, isDay };
  });
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LADDER_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 4, 6, 12, 24].map((count) => count * HOUR_MS),
];

function two(value: number): string {
  return String(value).padStart(2, '0');
}
