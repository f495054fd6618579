import type { FactDraft } from '../../shared/facts/fact.ts';

/**
 * A call that is made every few minutes is missing from many windows: only what was not seen in three
 * windows of its source in a row counts as not seen.
 */
export interface UnseenLimit {
  /** The drafts of one window without those that were not seen in too few windows yet. */
  admit(source: string, drafts: readonly FactDraft[]): readonly FactDraft[];
}

const WINDOWS = 3;

export function createUnseenLimit(): UnseenLimit {
  const missed = new Map<string, Map<string, number>>();
  return {
    admit(source, drafts) {
      const before = missed.get(source);
      const now = new Map<string, number>();
      const admitted = drafts.filter((draft) => {
        if (draft.body['reason'] !== 'not-seen' || !draft.kind.endsWith('.unlisted')) return true;
        const count = (before?.get(draft.thing) ?? 0) + 1;
        if (count >= WINDOWS) return true;
        now.set(draft.thing, count);
        return false;
      });
      if (now.size > 0) missed.set(source, now);
      else missed.delete(source);
      return admitted;
    },
  };
}
