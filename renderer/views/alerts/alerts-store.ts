import { createStore } from 'zustand/vanilla';
import type { Sort } from '../../kit/grid-keys.ts';
import { NO_FILTER, type AlertFilter } from './alert-order.ts';

/** What the view of all alerts and the desk's panel keep: filter, groups, marks, the open dialog. */
export interface AlertsState {
  readonly filter: AlertFilter;
  readonly lens: Lens;
  readonly sort: Sort | null;
  /** Groups whose alerts are hidden in the view. */
  readonly collapsed: ReadonlySet<string>;
  /** Groups whose alerts are hidden on the desk. */
  readonly panelCollapsed: ReadonlySet<string>;
  /** Groups that the desk shows whole. */
  readonly panelWhole: ReadonlySet<string>;
  /** Groups that the view of causes shows whole. */
  readonly whole: ReadonlySet<string>;
  readonly marked: ReadonlySet<string>;
  /** The row that the keyboard stands on where it is no alert (a group's title). */
  readonly line: string | null;
  readonly dialog: {
    readonly kind: 'acknowledge' | 'withdraw' | 'assign' | 'silence';
    readonly alerts: readonly string[];
  } | null;
  readonly isNoiseOpen: boolean;
}

/** How the view lists: by likely cause, by service, by unit, one by one, or the silences instead. */
export type Lens = 'causes' | 'services' | 'units' | 'flat' | 'silences';
export const LENSES: readonly Lens[] = ['causes', 'services', 'units', 'flat', 'silences'];

export const NOTHING: ReadonlySet<string> = new Set();

export const alertsStore = createStore<AlertsState>(() => ({
  filter: NO_FILTER,
  lens: 'causes',
  sort: null,
  collapsed: NOTHING,
  panelCollapsed: NOTHING,
  panelWhole: NOTHING,
  whole: NOTHING,
  marked: NOTHING,
  line: null,
  dialog: null,
  isNoiseOpen: false,
}));

export function changeFilter(patch: Partial<AlertFilter>): void {
  alertsStore.setState((state) => ({ filter: { ...state.filter, ...patch } }));
}

export function clearFilter(): void {
  changeFilter({ text: '', severities: [], unacknowledgedOnly: false });
}

/** A set with a member more or less. */
export function toggled(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

export function toggledIn<Member>(
  list: readonly Member[],
  member: Member,
  order: readonly Member[],
): readonly Member[] {
  return order.filter((known) => list.includes(known) !== (known === member));
}
