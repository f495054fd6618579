import { effectiveAt } from '../facts/fact.ts';
import type { PostMortemSection } from '../facts/post-mortem.ts';
import { sha256Hex } from '../kit/hash.ts';
import type { Projection } from './projection.ts';

export interface PostMortemText {
  text: string;
  by: string;
  at: number;
  /** It stands as it was drafted from facts: a newer draft may replace it. */
  isDraft: boolean;
}

export interface PostMortemState {
  incident: string;
  language: 'en' | 'zh-CN';
  draftedAt: number;
  draftedBy: string;
  status: 'draft' | 'review' | 'final';
  sections: Partial<Record<PostMortemSection, PostMortemText>>;
  /** Texts that were written beside another from the same beginning: a person joins them. */
  conflicts: (PostMortemText & { section: PostMortemSection })[];
  /** What stood before, oldest first. */
  history: (PostMortemText & { section: PostMortemSection })[];
}

/**
 * What an edit says that it replaces: the SHA-256 of a section's text, or, where texts of others stand
 * beside it, of the JSON array of all of them in their order, so that nobody joins what they never saw.
 */
export function standingDigest(
  { sections, conflicts }: Pick<PostMortemState, 'sections' | 'conflicts'>,
  section: PostMortemSection,
): string {
  const text = sections[section]?.text ?? '';
  const beside = conflicts.flatMap((conflict) =>
    conflict.section === section ? [conflict.text] : [],
  );
  return sha256Hex(beside.length === 0 ? text : JSON.stringify([text, ...beside]));
}

export const postMortemProjection: Projection<PostMortemState> = {
  noun: 'post-mortem',
  kinds: ['post-mortem.drafted', 'post-mortem.edited', 'post-mortem.status-changed'],
  initial: () => ({
    incident: '',
    language: 'en',
    draftedAt: 0,
    draftedBy: '',
    status: 'draft',
    sections: {},
    conflicts: [],
    history: [],
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    switch (fact.kind) {
      case 'post-mortem.drafted':
        state.incident = fact.body.incident;
        state.language = fact.body.language;
        state.draftedAt = at;
        state.draftedBy = by;
        // A new draft renews what nobody touched; what a person wrote stays.
        for (const { section, text } of fact.body.sections) {
          if (state.sections[section]?.isDraft === false) continue;
          state.sections[section] = { text, by, at, isDraft: true };
        }
        return;
      case 'post-mortem.edited': {
        const { section, replaces, text } = fact.body;
        const current = state.sections[section];
        const beside = state.conflicts.filter((conflict) => conflict.section === section);
        const sawAll = standingDigest(state, section) === replaces;
        // What was drafted meanwhile is no person's words: it gives way.
        if (current?.isDraft === false && !sawAll && sha256Hex(current.text) !== replaces) {
          if ([current, ...beside].some((standing) => standing.text === text)) return;
          state.conflicts.push({ section, text, by, at, isDraft: false });
          return;
        }
        if (current !== undefined) state.history.push({ section, ...current });
        state.sections[section] = { text, by, at, isDraft: false };
        // Only whoever saw what stood beside it has joined it.
        if (!sawAll) return;
        state.history.push(...beside);
        state.conflicts = state.conflicts.filter((conflict) => conflict.section !== section);
        return;
      }
      case 'post-mortem.status-changed':
        state.status = fact.body.status;
        return;
      default:
        return;
    }
  },
};
