import { effectiveAt } from '../facts/fact.ts';
import type { Audience } from '../facts/incident.ts';
import type { UpdateChannel } from '../facts/update.ts';
import type { Projection } from './projection.ts';

export interface UpdateState {
  incident: string;
  audience: Audience;
  text: string;
  channels: UpdateChannel[];
  webhook: string | null;
  publishedAt: number;
  publishedBy: string;
  /** Which journal wrote it: that desk sends it. */
  replica: string;
  /** What became of it on each way; absent: it has not left yet. */
  deliveries: Partial<Record<UpdateChannel, { taken: boolean; detail: string; at: number }>>;
}

export const updateProjection: Projection<UpdateState> = {
  noun: 'update',
  kinds: ['update.published', 'update.delivered'],
  initial: () => ({
    incident: '',
    audience: 'internal',
    text: '',
    channels: [],
    webhook: null,
    publishedAt: 0,
    publishedBy: '',
    replica: '',
    deliveries: {},
  }),
  apply(state, fact) {
    if (fact.kind === 'update.published') {
      state.incident = fact.body.incident;
      state.audience = fact.body.audience;
      state.text = fact.body.text;
      state.channels = fact.body.channels;
      state.webhook = fact.body.webhook ?? null;
      state.publishedAt = effectiveAt(fact);
      state.publishedBy = fact.author?.person ?? '';
      state.replica = fact.author?.replica ?? '';
    } else if (fact.kind === 'update.delivered') {
      const { channel, taken, detail } = fact.body;
      state.deliveries[channel] = { taken, detail, at: effectiveAt(fact) };
    }
  },
};
