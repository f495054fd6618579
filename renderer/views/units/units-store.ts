import { createStore } from 'zustand/vanilla';

/** What the view of units keeps: the chosen unit, and what is lost in thought. */
export const unitsStore = createStore<{
  readonly chosen: string | null;
  readonly lost: ReadonlySet<string>;
  readonly id: string;
  readonly isImportOpen: boolean;
}>(() => ({ chosen: null, lost: new Set(), id: '', isImportOpen: false }));

export function toggleLost(centres: readonly string[]): void {
  unitsStore.setState(({ lost }) => {
    const next = new Set(lost);
    const isAll = centres.every((centre) => lost.has(centre));
    for (const centre of centres) {
      if (isAll) next.delete(centre);
      else next.add(centre);
    }
    return { lost: next };
  });
}
