import { effectiveAt } from '../facts/fact.ts';
import type { ActionPlan, CallResult } from '../facts/execution.ts';
import type { Projection } from './projection.ts';

export interface ExecutionApproval {
  by: string;
  at: number;
  /** The journal at whose desk it was approved. */
  from: string;
  digest: string;
  replica: string;
  factId: string;
}

export interface ExecutionState {
  plan: ActionPlan | null;
  digest: string;
  /** The one journal at whose desk it may be run. */
  replica: string;
  automatic: boolean;
  run: string | null;
  step: string | null;
  incident: string | null;
  takesBack: string | null;
  proposedAt: number;
  proposedBy: string;
  /** The journal at whose desk it was proposed. */
  proposedFrom: string;
  /** Two proposals of one name that differ: it is nobody's to run. */
  contested: boolean;
  /** The last one that was made where it may be run. */
  rehearsal: { result: CallResult; at: number; factId: string } | null;
  /** All that were given, whatever they speak of; `validApprovals` says which of them count. */
  approvals: ExecutionApproval[];
  withdrawn: { by: string; at: number; reason: string } | null;
  started: { by: string; at: number; approvals: string[]; factId: string } | null;
  ended: { at: number; result: CallResult; factId: string } | null;
  verified: { passed: boolean; at: number; result: CallResult; factId: string } | null;
}

export const executionProjection: Projection<ExecutionState> = {
  noun: 'execution',
  kinds: [
    'execution.proposed',
    'execution.rehearsed',
    'execution.approved',
    'execution.withdrawn',
    'execution.started',
    'execution.ended',
    'execution.verified',
  ],
  initial: () => ({
    plan: null,
    digest: '',
    replica: '',
    automatic: false,
    run: null,
    step: null,
    incident: null,
    takesBack: null,
    proposedAt: 0,
    proposedBy: '',
    proposedFrom: '',
    contested: false,
    rehearsal: null,
    approvals: [],
    withdrawn: null,
    started: null,
    ended: null,
    verified: null,
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    const from = fact.author?.replica ?? '';
    switch (fact.kind) {
      case 'execution.proposed':
        if (state.plan !== null) {
          state.contested ||= state.digest !== fact.body.digest;
          return;
        }
        state.plan = fact.body.plan;
        state.digest = fact.body.digest;
        state.replica = fact.body.replica;
        state.automatic = fact.body.automatic;
        state.run = fact.body.run ?? null;
        state.step = fact.body.step ?? null;
        state.incident = fact.body.incident ?? null;
        state.takesBack = fact.body.takesBack ?? null;
        state.proposedAt = at;
        state.proposedBy = by;
        state.proposedFrom = from;
        return;
      case 'execution.rehearsed':
        // What another desk says of it is no rehearsal here.
        if (from !== state.replica) return;
        state.rehearsal = { result: fact.body.result, at, factId: fact.id };
        return;
      case 'execution.approved':
        state.approvals.push({
          by,
          at,
          from,
          digest: fact.body.digest,
          replica: fact.body.replica,
          factId: fact.id,
        });
        return;
      case 'execution.withdrawn':
        state.withdrawn ??= { by, at, reason: fact.body.reason };
        return;
      case 'execution.started':
        // It runs at one desk, and that desk alone knows what became of it.
        if (from !== state.replica) return;
        state.started ??= { by, at, approvals: fact.body.approvals, factId: fact.id };
        return;
      case 'execution.ended':
        if (from !== state.replica) return;
        state.ended ??= { at, result: fact.body.result, factId: fact.id };
        return;
      case 'execution.verified':
        if (from !== state.replica) return;
        state.verified = {
          passed: fact.body.passed,
          at,
          result: fact.body.result,
          factId: fact.id,
        };
        return;
      default:
        return;
    }
  },
};

/** How long an approval stands (ms): what was true when it was given may no longer be. */
export const APPROVAL_MS = 15 * 60_000;

/**
 * The approvals that count at this moment, one a person. Each is bound to the digest and the desk;
 * it stands for a quarter of an hour. What is dangerous is approved by others than who proposed it,
 * from other desks than his: a name is typed in quickly, and offline nobody checks it.
 */
export function validApprovals(state: ExecutionState, now: number): ExecutionApproval[] {
  const persons = new Set<string>();
  const desks = new Set<string>();
  const isDangerous = state.plan?.effect === 'dangerous';
  return state.approvals.filter((approval) => {
    if (approval.digest !== state.digest || approval.replica !== state.replica) return false;
    if (approval.at + APPROVAL_MS <= now || persons.has(approval.by)) return false;
    if (isDangerous) {
      if (approval.by === state.proposedBy || approval.from === state.proposedFrom) return false;
      if (desks.has(approval.from)) return false;
      desks.add(approval.from);
    }
    persons.add(approval.by);
    return true;
  });
}
