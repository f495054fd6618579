import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface TaskState {
  incident: string;
  person: string;
  action: string;
  decision: string | null;
  assignedAt: number;
  assignedBy: string;
  /** When its present time began: assigned, extended, or given to another person. */
  begunAt: number;
  /** When it is to be back (ms since the epoch). */
  dueAt: number;
  understoodAt: number | null;
  status: 'open' | 'done' | 'dropped';
  endedAt: number | null;
  /** What came of it, or why it was dropped. */
  result: string;
  reports: { text: string; by: string; at: number; factId: string }[];
  /** How often more time was asked for. */
  extensions: number;
}

const MINUTE_MS = 60_000;

export const taskProjection: Projection<TaskState> = {
  noun: 'task',
  kinds: [
    'task.assigned',
    'task.understood',
    'task.extended',
    'task.reassigned',
    'task.reported',
    'task.done',
    'task.dropped',
  ],
  initial: () => ({
    incident: '',
    person: '',
    action: '',
    decision: null,
    assignedAt: 0,
    assignedBy: '',
    begunAt: 0,
    dueAt: 0,
    understoodAt: null,
    status: 'open',
    endedAt: null,
    result: '',
    reports: [],
    extensions: 0,
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    switch (fact.kind) {
      case 'task.assigned':
        state.incident = fact.body.incident;
        state.person = fact.body.person;
        state.action = fact.body.action;
        state.decision = fact.body.decision ?? null;
        state.assignedAt = at;
        state.assignedBy = by;
        state.begunAt = at;
        state.dueAt = at + fact.body.minutes * MINUTE_MS;
        return;
      case 'task.understood':
        // It was given to another person where this was not known.
        if ((fact.body.person ?? state.person) !== state.person) return;
        state.understoodAt ??= at;
        return;
      case 'task.extended':
        state.begunAt = at;
        state.dueAt = at + fact.body.minutes * MINUTE_MS;
        state.extensions += 1;
        return;
      case 'task.reassigned':
        state.person = fact.body.person;
        state.begunAt = at;
        state.dueAt = at + fact.body.minutes * MINUTE_MS;
        state.understoodAt = null;
        return;
      case 'task.reported':
        state.reports.push({ text: fact.body.text, by, at, factId: fact.id });
        return;
      case 'task.done':
        state.status = 'done';
        state.endedAt = at;
        state.result = fact.body.result;
        return;
      case 'task.dropped':
        state.status = 'dropped';
        state.endedAt = at;
        state.result = fact.body.reason;
        return;
      default:
        return;
    }
  },
};
