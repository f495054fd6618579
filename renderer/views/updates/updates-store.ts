import { createStore } from 'zustand/vanilla';
import type { Audience } from '../../../shared/facts/incident.ts';
import { goTo } from '../../room/navigation.ts';

/** For whom an update is being written, and whether the webhooks are open. */
export const updatesStore = createStore<{
  readonly audience: Audience | null;
  readonly areWebhooksOpen: boolean;
}>(() => ({ audience: null, areWebhooksOpen: false }));

/** Opens the form of an audience. */
export function writeFor(audience: Audience): void {
  updatesStore.setState({ audience });
  goTo('updates');
}

export function closeForm(): void {
  updatesStore.setState({ audience: null });
}
