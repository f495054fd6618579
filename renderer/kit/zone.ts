import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** In which zone times are shown everywhere: this desk's own, or UTC as exports have it. */
export type Zone = 'local' | 'utc';

export const zoneStore = createStore<{ readonly zone: Zone }>(() => ({ zone: 'local' }));

/** The zone, for what formats times by itself: it renders again when somebody switches. */
export function useZone(): Zone {
  return useStore(zoneStore, (state) => state.zone);
}

/** The local zone at a moment: its name and its distance from UTC, `Europe/Paris, UTC+01:00`. */
export function zoneAt(moment: number): string {
  const offset = offsetAt(moment);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'UTC' || timeZone === '' ? offset : `${timeZone}, ${offset}`;
}

/** The zone that is shown in short: `UTC`, `UTC+01:00`. */
export function shownOffset(moment: number, zone: Zone): string {
  return zone === 'utc' ? 'UTC' : offsetAt(moment);
}

function offsetAt(moment: number): string {
  const minutes = -new Date(moment).getTimezoneOffset();
  const ahead = Math.abs(minutes);
  if (minutes === 0 || Number.isNaN(minutes)) return 'UTC';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}
