import { z } from 'zod';
import { actionParametersSchema, executionFacts } from '../facts/execution.ts';
import type { CallResult } from '../facts/execution.ts';
import { assertNever } from '../kit/assert-never.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import type { ActionContext } from '../actions/action-context.ts';
import { planAction, planDigest, succeeded, type PlanProblem } from '../actions/plan.ts';
import { validApprovals, type ExecutionState } from '../projections/execution.ts';
import type { RefusalCode } from './refusal.ts';
import {
  after,
  declared,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
} from './context.ts';

const execution = z.string().min(3).max(1_024);
const proposed = executionFacts['execution.proposed'].shape;

export const executionCommands = [
  /** Asks for an action of the catalogue; the desk that asks is the one that may run it. */
  z.strictObject({
    name: z.literal('execution.propose'),
    entry: z.string().min(1).max(64),
    parameters: actionParametersSchema,
    automatic: z.boolean(),
    run: proposed.run,
    step: proposed.step,
    incident: proposed.incident,
  }),
  /** Asks for the stated way back of an execution. */
  z.strictObject({ name: z.literal('execution.take-back'), execution }),
  /** Shows once more what it would do. */
  z.strictObject({ name: z.literal('execution.rehearse'), execution }),
  z.strictObject({
    name: z.literal('execution.approve'),
    execution,
    /** What the person saw: nothing else is approved. */
    digest: proposed.digest,
  }),
  z.strictObject({
    name: z.literal('execution.withdraw'),
    execution,
    reason: executionFacts['execution.withdrawn'].shape.reason,
  }),
  z.strictObject({ name: z.literal('execution.start'), execution, digest: proposed.digest }),
] as const;
export type ExecutionCommand = z.infer<(typeof executionCommands)[number]>;

const NO_ACTIONS: ActionContext = { catalogue: null, replica: '', wishOf: () => null };

export function decideExecution(command: ExecutionCommand, context: CommandContext): Decision {
  const actions = context.actions ?? NO_ACTIONS;
  switch (command.name) {
    case 'execution.propose':
      return propose(command, context, actions);
    case 'execution.take-back':
      return takeBack(command.execution, context, actions);
    default:
  }
  const thing = command.execution;
  const state = declared(context.read('execution', thing), 'proposedAt');
  if (!state || state.plan === null) return refuse('unknown-thing');
  const closed = whyClosed(state);
  if (closed !== null) return refuse(closed);
  const at = after(context, thing);
  const of = { title: state.plan.title, digest: state.digest };
  switch (command.name) {
    case 'execution.rehearse':
      // The rehearsal itself is told by who makes it.
      if (state.replica !== actions.replica) return refuse('other-desk');
      return { ok: true, value: [] };
    case 'execution.approve': {
      if (command.digest !== state.digest) return refuse('plan-changed');
      const known = whyUnknown(state, thing, context.now, actions, 'approve');
      if (known !== null) return refuse(known);
      const rehearsed = whyNotRehearsed(state);
      if (rehearsed !== null) return refuse(rehearsed);
      if (state.plan.effect === 'dangerous') {
        if (state.proposedBy === context.person) return refuse('own-proposal');
        if (state.proposedFrom === actions.replica) return refuse('own-desk');
      }
      const valid = validApprovals(state, context.now);
      if (valid.some(({ by }) => by === context.person)) return refuse('already-approved');
      // It would be kept and never count: of what is dangerous one desk has one voice.
      const hasDeskApproved = valid.some(({ from }) => from === actions.replica);
      if (state.plan.effect === 'dangerous' && hasDeskApproved) return refuse('desk-approved');
      return one('execution.approved', thing, at, { ...of, replica: state.replica });
    }
    case 'execution.withdraw':
      return one('execution.withdrawn', thing, at, { ...of, reason: command.reason });
    case 'execution.start': {
      if (command.digest !== state.digest) return refuse('plan-changed');
      if (state.replica !== actions.replica) return refuse('other-desk');
      const known = whyUnknown(state, thing, context.now, actions, 'start');
      if (known !== null) return refuse(known);
      const rehearsed = whyNotRehearsed(state);
      if (rehearsed !== null) return refuse(rehearsed);
      const approvals = validApprovals(state, context.now);
      if (approvals.length < state.plan.approvals && !isAutomatic(state, context, actions)) {
        return refuse(state.automatic ? 'not-automatic' : 'needs-approval');
      }
      return one('execution.started', thing, at, {
        ...of,
        approvals: approvals.map(({ factId }) => factId).slice(0, 10),
      });
    }
    default:
      return assertNever(command);
  }
}

/** What the desk that runs it saw: told by the engine, never by a window. */
export type ExecutionEvent =
  | { readonly kind: 'rehearsed'; readonly result: CallResult }
  | { readonly kind: 'ended'; readonly result: CallResult }
  | { readonly kind: 'verified'; readonly passed: boolean; readonly result: CallResult };

/** The fact of what the engine saw, or a refusal where there is nothing (any more) to tell it of. */
export function recordExecution(
  thing: string,
  event: ExecutionEvent,
  context: CommandContext,
): Decision {
  const state = declared(context.read('execution', thing), 'proposedAt');
  if (!state || state.plan === null) return refuse('unknown-thing');
  const at = after(context, thing);
  const of = { title: state.plan.title, digest: state.digest };
  switch (event.kind) {
    case 'rehearsed':
      if (state.started !== null) return refuse('already-started');
      return one('execution.rehearsed', thing, at, { ...of, result: event.result });
    case 'ended':
      if (state.started === null || state.ended !== null) return refuse('nothing-changed');
      return one('execution.ended', thing, at, { ...of, result: event.result });
    case 'verified':
      if (state.ended === null) return refuse('nothing-changed');
      return one('execution.verified', thing, at, {
        ...of,
        passed: event.passed,
        result: event.result,
      });
    default:
      return assertNever(event);
  }
}

function propose(
  command: Extract<ExecutionCommand, { name: 'execution.propose' }>,
  context: CommandContext,
  actions: ActionContext,
): Decision {
  const { entry, parameters, automatic, run, step, incident } = command;
  if (actions.catalogue === null) return refuse('no-catalogue');
  const planned = planAction(actions.catalogue, { entry, parameters }, context.now);
  if (!planned.ok) return refuse(refusalOf(planned.error));
  let thing = `execution:${context.newId}`;
  if (run !== undefined) {
    const state = declared(context.read('run', run), 'startedAt');
    if (!state) return refuse('unknown-thing');
    if (state.status !== 'running') return refuse('run-ended');
  }
  if (automatic) {
    if (run === undefined || step === undefined) return refuse('not-automatic');
    if (!runsByItself(run, context, actions)) return refuse('not-automatic');
    const wish = actions.wishOf(run, step);
    const allowed =
      actions.catalogue.entries.get(entry)?.automatic === true &&
      wish?.automatic === true &&
      wish.entry === entry &&
      canonicalJson(wish.parameters) === canonicalJson(parameters);
    if (!allowed) return refuse('not-automatic');
    // Once a step, whoever looks at it and however often the run comes by.
    thing = `execution:automatic-${sha256Hex(canonicalJson([run, step])).slice(0, 32)}`;
    if (context.read('execution', thing) !== null) return refuse('already-proposed');
  }
  return one('execution.proposed', thing, after(context, thing), {
    plan: planned.value,
    digest: planDigest(planned.value, actions.replica, thing),
    replica: actions.replica,
    automatic,
    ...optional({ run, step, incident }),
  });
}

function takeBack(thing: string, context: CommandContext, actions: ActionContext): Decision {
  const before = declared(context.read('execution', thing), 'proposedAt');
  if (!before?.plan) return refuse('unknown-thing');
  if (before.started === null || before.plan.wayBack === null) return refuse('no-way-back');
  if (actions.catalogue === null) return refuse('no-catalogue');
  const planned = planAction(actions.catalogue, before.plan.wayBack, context.now);
  if (!planned.ok) return refuse(refusalOf(planned.error));
  const back = `execution:${context.newId}`;
  return one('execution.proposed', back, context.now, {
    plan: planned.value,
    digest: planDigest(planned.value, actions.replica, back),
    replica: actions.replica,
    automatic: false,
    takesBack: thing,
    ...optional({
      run: before.run ?? undefined,
      step: before.step ?? undefined,
      incident: before.incident ?? undefined,
    }),
  });
}

function refusalOf({ code }: PlanProblem): RefusalCode {
  switch (code) {
    case 'unknown-action':
    case 'catalogue-expired':
      return code;
    default:
      return 'bad-parameter';
  }
}

function whyClosed(state: ExecutionState): RefusalCode | null {
  if (state.contested) return 'execution-contested';
  if (state.withdrawn !== null) return 'withdrawn';
  return state.started === null ? null : 'already-started';
}

/**
 * Why what is proposed is not what this desk would run. The digest is made anew from what is shown;
 * whoever starts it must hold the catalogue, and whoever approves it must not hold another.
 */
function whyUnknown(
  state: ExecutionState,
  thing: string,
  now: number,
  { catalogue }: ActionContext,
  what: 'approve' | 'start',
): RefusalCode | null {
  const { plan } = state;
  if (plan === null || planDigest(plan, state.replica, thing) !== state.digest) {
    return 'plan-changed';
  }
  if (catalogue === null) return what === 'start' ? 'no-catalogue' : null;
  const { entry, parameters } = plan;
  const planned = planAction(catalogue, { entry, parameters }, now);
  if (!planned.ok) return refusalOf(planned.error);
  return planDigest(planned.value, state.replica, thing) === state.digest
    ? null
    : 'catalogue-changed';
}

function whyNotRehearsed({ plan, rehearsal }: ExecutionState): RefusalCode | null {
  if (plan?.dryRun == null) return null;
  if (rehearsal === null) return 'not-rehearsed';
  return succeeded(plan.dryRun, rehearsal.result) ? null : 'rehearsal-failed';
}

/**
 * Whether steps of a run may run by themselves here: at the one desk that started the run, while who
 * started it holds it. Two desks that do not hear each other agree on that, so no step runs twice.
 */
function runsByItself(run: string, context: CommandContext, actions: ActionContext): boolean {
  const state = declared(context.read('run', run), 'startedAt');
  return (
    state !== null &&
    state.status === 'running' &&
    state.startedFrom === actions.replica &&
    state.handOvers.length === 0 &&
    state.heldBy === context.person
  );
}

/** Runbook and catalogue are asked again when it is started: the proposal's own word is not enough. */
function isAutomatic(
  state: ExecutionState,
  context: CommandContext,
  actions: ActionContext,
): boolean {
  const { plan, run, step } = state;
  const { catalogue, wishOf } = actions;
  if (!state.automatic || plan === null || run === null || step === null) return false;
  if (!runsByItself(run, context, actions)) return false;
  if (plan.effect === 'dangerous' || plan.verify === null || plan.wayBack === null) return false;
  const wish = wishOf(run, step);
  return (
    catalogue?.entries.get(plan.entry)?.automatic === true &&
    wish?.automatic === true &&
    wish.entry === plan.entry &&
    canonicalJson(wish.parameters) === canonicalJson(plan.parameters)
  );
}
