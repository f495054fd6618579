import type { KitTranslate } from './kit-text.ts';
import { zoneAt, zoneStore, type Zone } from './zone.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `02:14:07` in the zone that is shown. */
export function formatTime(moment: number, zone: Zone = shownZone()): string {
  const date = new Date(moment);
  return zone === 'utc'
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
    : `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-03-01` in the zone that is shown. */
export function formatDate(moment: number, zone: Zone = shownZone()): string {
  const date = new Date(moment);
  return zone === 'utc'
    ? `${String(date.getUTCFullYear())}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
    : `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The time; with its day in front where that is not the day of `now` (in the zone that is shown). */
export function formatMoment(moment: number, now: number, zone: Zone = shownZone()): string {
  const date = formatDate(moment, zone);
  const today = formatDate(now, zone);
  if (date === today) return formatTime(moment, zone);
  const day = date.slice(0, 4) === today.slice(0, 4) ? date.slice(5) : date;
  return `${day} ${formatTime(moment, zone)}`;
}

/** A moment in both zones, each with its name: what a tooltip says. */
export function formatBothZones(moment: number): { local: string; zone: string; utc: string } {
  return {
    local: `${formatDate(moment, 'local')} ${formatTime(moment, 'local')}`,
    zone: zoneAt(moment),
    utc: formatUtc(moment),
  };
}

/** ISO 8601 in UTC with seconds: `2026-03-01 02:14:07`. */
export function formatUtc(moment: number): string {
  return isoOf(moment).slice(0, 19).replace('T', ' ');
}

/** ISO 8601 in UTC; the empty text for what is no time. */
export function isoOf(moment: number): string {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** A running clock: `4:07`, `1:02:07`, `3 d 01:02:07`. */
export function formatClock(durationMs: number): string {
  const total = Math.max(0, Math.floor(durationMs / SECOND_MS));
  const seconds = two(total % 60);
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600) % 24;
  const days = Math.floor(total / 86_400);
  if (days > 0) return `${String(days)} d ${two(hours)}:${two(minutes)}:${seconds}`;
  if (hours > 0) return `${String(hours)}:${two(minutes)}:${seconds}`;
  return `${String(minutes)}:${seconds}`;
}

/** How long ago, in one unit: `12 s`, `4 min`, `3 h`, `2 d`. Times ahead say so. */
export function formatAge(durationMs: number, t: KitTranslate): string {
  if (durationMs < -2 * SECOND_MS) return t('kit.age.ahead', { age: formatSpan(-durationMs, t) });
  if (durationMs < SECOND_MS) return t('kit.age.now');
  return formatSpan(durationMs, t);
}

/** A duration in one unit, rounded down. */
export function formatSpan(durationMs: number, t: KitTranslate): string {
  if (durationMs < MINUTE_MS)
    return t('kit.age.seconds', { count: Math.floor(durationMs / SECOND_MS) });
  if (durationMs < HOUR_MS)
    return t('kit.age.minutes', { count: Math.floor(durationMs / MINUTE_MS) });
  if (durationMs < 2 * DAY_MS)
    return t('kit.age.hours', { count: Math.floor(durationMs / HOUR_MS) });
  return t('kit.age.days', { count: Math.floor(durationMs / DAY_MS) });
}

/** A duration in its two largest units: `12 min 34 s`, `3 h 12 min`, `34 s`. */
export function formatExactSpan(durationMs: number, t: KitTranslate): string {
  const steps = [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS, Number.POSITIVE_INFINITY];
  const large = Math.max(0, steps.findIndex((step) => durationMs < step) - 1);
  const unitMs = steps[large] ?? SECOND_MS;
  const smallMs = steps[large - 1];
  const units = ['seconds', 'minutes', 'hours', 'days'] as const;
  const whole = t(`kit.age.${units[large] ?? 'seconds'}`, {
    count: Math.floor(durationMs / unitMs),
  });
  const rest = smallMs === undefined ? 0 : Math.floor((durationMs % unitMs) / smallMs);
  const small = units[large - 1];
  return rest === 0 || small === undefined
    ? whole
    : `${whole} ${t(`kit.age.${small}`, { count: rest })}`;
}

/** A size in bytes with decimal units, as file managers tell it: `912 MB`, `2.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const shown = unit === 0 || value >= 100 ? String(Math.round(value)) : value.toPrecision(2);
  return `${shown} ${units[unit] ?? ''}`;
}

/** A count with thin groups: `12 480`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

function shownZone(): Zone {
  return zoneStore.getState().zone;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
