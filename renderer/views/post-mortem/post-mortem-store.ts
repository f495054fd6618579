import { createStore } from 'zustand/vanilla';
import type { PostMortemSection } from '../../../shared/facts/post-mortem.ts';
import { goTo } from '../../room/navigation.ts';

export type PostMortemTab = 'document' | 'actions' | 'across';

/** What the view shows: which tab, which incident, which section is edited, which action is open. */
export const postMortemStore = createStore<{
  readonly tab: PostMortemTab;
  /** null: the newest, or the one on the desk. */
  readonly incident: string | null;
  readonly editing: PostMortemSection | null;
  /** A row of `followUps`, or a new one. */
  readonly action: { readonly key: string | null; readonly incident: string } | null;
}>(() => ({ tab: 'document', incident: null, editing: null, action: null }));

export function showTab(tab: PostMortemTab): void {
  postMortemStore.setState({ tab });
}

export function showActions(): void {
  postMortemStore.setState({ tab: 'actions' });
  goTo('postmortem');
}

export function edit(editing: PostMortemSection | null): void {
  postMortemStore.setState({ editing });
}

export function openAction(incident: string, key: string | null = null): void {
  postMortemStore.setState({ action: { key, incident } });
}

export function closeAction(): void {
  postMortemStore.setState({ action: null });
}
