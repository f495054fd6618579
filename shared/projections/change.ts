import type { z } from 'zod';
import type { changeKindSchema, changeStatusSchema } from '../facts/change.ts';
import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface ChangeState {
  changeId: string;
  title: string;
  kind: z.infer<typeof changeKindSchema>;
  status: z.infer<typeof changeStatusSchema>;
  services: string[];
  unit: string | null;
  cell: string | null;
  city: string | null;
  shard: string | null;
  by: string | null;
  url: string | null;
  batch: { index: number; total: number } | null;
  startedAt: number;
  endedAt: number | null;
  source: string;
}

export const changeProjection: Projection<ChangeState> = {
  noun: 'change',
  kinds: ['change.reported'],
  initial: () => ({
    changeId: '',
    title: '',
    kind: 'deploy',
    status: 'started',
    services: [],
    unit: null,
    cell: null,
    city: null,
    shard: null,
    by: null,
    url: null,
    batch: null,
    startedAt: Number.MAX_SAFE_INTEGER,
    endedAt: null,
    source: '',
  }),
  apply(state, fact) {
    if (fact.kind !== 'change.reported') return;
    const { body } = fact;
    const at = effectiveAt(fact);
    state.changeId = body.changeId;
    state.title = body.title;
    state.kind = body.kind;
    state.status = body.status;
    state.services = body.services;
    state.unit = body.unit ?? null;
    state.cell = body.cell ?? null;
    state.city = body.city ?? null;
    state.shard = body.shard ?? null;
    state.by = body.by ?? null;
    state.url = body.url ?? null;
    state.batch = body.batch ?? null;
    state.startedAt = Math.min(state.startedAt, at);
    state.endedAt = body.status === 'started' ? null : at;
    state.source = fact.source;
  },
};
