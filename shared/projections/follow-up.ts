import type { z } from 'zod';
import { effectiveAt } from '../facts/fact.ts';
import type { FollowUpState as Stage, followUpAimSchema } from '../facts/follow-up.ts';
import type { Projection } from './projection.ts';

export interface FollowUpState {
  incident: string;
  text: string;
  owner: string;
  dueAt: number | null;
  aim: z.infer<typeof followUpAimSchema>;
  state: Stage;
  openedAt: number;
  openedBy: string;
  changedAt: number;
  reason: string;
}

export const followUpProjection: Projection<FollowUpState> = {
  noun: 'follow-up',
  kinds: ['follow-up.opened', 'follow-up.changed'],
  initial: () => ({
    incident: '',
    text: '',
    owner: '',
    dueAt: null,
    aim: 'prevent',
    state: 'open',
    openedAt: 0,
    openedBy: '',
    changedAt: 0,
    reason: '',
  }),
  apply(state, fact) {
    if (fact.kind === 'follow-up.opened') {
      const { incident, text, owner, dueAt, aim } = fact.body;
      Object.assign(state, { incident, text, owner, dueAt, aim });
      state.openedAt = effectiveAt(fact);
      state.openedBy = fact.author?.person ?? '';
      state.changedAt = state.openedAt;
    } else if (fact.kind === 'follow-up.changed') {
      const { body } = fact;
      state.text = body.text ?? state.text;
      state.owner = body.owner ?? state.owner;
      if (body.dueAt !== undefined) state.dueAt = body.dueAt;
      state.aim = body.aim ?? state.aim;
      state.state = body.state ?? state.state;
      state.reason = body.reason ?? '';
      state.changedAt = effectiveAt(fact);
    }
  },
};
