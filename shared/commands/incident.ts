import { z } from 'zod';
import { INCIDENT_PHASES, incidentFacts, type IncidentPhase } from '../facts/incident.ts';
import { assertNever } from '../kit/assert-never.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { ok } from '../kit/result.ts';
import {
  commandOf,
  isOpenOffer,
  isOpenPhase,
  openOffer,
  type IncidentState,
} from '../projections/incident.ts';
import {
  after,
  declared,
  draft,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
  type PersonDraft,
} from './context.ts';

const incident = z.string().min(3).max(1_024);
const facts = incidentFacts;

export const incidentCommands = [
  z.strictObject({
    name: z.literal('incident.declare'),
    ...facts['incident.declared'].omit({ splitFrom: true }).shape,
  }),
  z.strictObject({
    name: z.literal('incident.rename'),
    incident,
    ...facts['incident.renamed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.change-severity'),
    incident,
    ...facts['incident.severity-changed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.assign-commander'),
    incident,
    commander: facts['incident.commander-changed'].shape.commander,
  }),
  z.strictObject({
    name: z.literal('incident.change-scope'),
    incident,
    ...facts['incident.scope-changed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.change-phase'),
    incident,
    ...facts['incident.phase-changed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.resolve'),
    incident,
    ...facts['incident.resolved'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.reopen'),
    incident,
    ...facts['incident.reopened'].shape,
  }),
  /** What is open in it goes on in another incident, which takes its services over. */
  z.strictObject({
    name: z.literal('incident.merge'),
    incident,
    into: incident,
    reason: z.string().max(4_000),
  }),
  z.strictObject({
    name: z.literal('incident.mark-duplicate'),
    incident,
    of: incident,
    reason: z.string().max(4_000),
  }),
  /** A part of it becomes an incident of its own, which takes these services with it. */
  z.strictObject({
    name: z.literal('incident.split'),
    incident,
    ...facts['incident.declared'].pick({
      title: true,
      severity: true,
      commander: true,
      services: true,
    }).shape,
    /** False: it stays a part of the one that it was split from. */
    independent: z.boolean(),
  }),
  z.strictObject({
    name: z.literal('incident.set-parent'),
    incident,
    ...facts['incident.parent-changed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.assign-role'),
    incident,
    ...facts['incident.role-assigned'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.form-team'),
    incident,
    ...facts['incident.team-formed'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.dissolve-team'),
    incident,
    ...facts['incident.team-dissolved'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.set-channels'),
    incident,
    ...facts['incident.channels-set'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.offer-command'),
    incident,
    ...facts['incident.command-offered'].omit({ offer: true }).shape,
  }),
  z.strictObject({
    name: z.literal('incident.answer-command'),
    incident,
    ...facts['incident.command-answered'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.size-up'),
    incident,
    ...facts['incident.sized-up'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.set-cadence'),
    incident,
    ...facts['incident.cadence-set'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.sign-off'),
    incident,
    ...facts['incident.signed-off'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.set-measure'),
    incident,
    ...facts['incident.measure-set'].shape,
  }),
  z.strictObject({
    name: z.literal('incident.mark-point'),
    incident,
    ...facts['incident.point-marked'].shape,
  }),
] as const;
export type IncidentCommand = z.infer<(typeof incidentCommands)[number]>;

/** From where to where an incident goes; what is not named is refused. */
export const PHASE_STEPS: Readonly<Record<IncidentPhase, readonly IncidentPhase[]>> = {
  triage: ['active', 'mitigated', 'resolved', 'cancelled', 'duplicate'],
  active: ['mitigated', 'resolved', 'cancelled', 'duplicate'],
  mitigated: ['active', 'resolved', 'cancelled', 'duplicate'],
  resolved: ['active', 'closed', 'duplicate'],
  closed: ['active'],
  cancelled: ['active'],
  duplicate: ['active'],
};

/** How far up a chain of parents is looked for a circle. */
const DEEPEST = INCIDENT_PHASES.length * 10;

export function decideIncident(command: IncidentCommand, context: CommandContext): Decision {
  const { newId, now } = context;
  if (command.name === 'incident.declare') return declare(command, context);
  const { incident: thing } = command;
  const state = declared(context.read('incident', thing), 'declaredAt');
  if (!state) return refuse('unknown-thing');
  const at = after(context, thing);
  switch (command.name) {
    case 'incident.rename':
      if (state.title === command.title) return refuse('nothing-changed');
      return one('incident.renamed', thing, at, { title: command.title });
    case 'incident.change-severity':
      if (state.severity === command.severity) return refuse('same-severity');
      return one('incident.severity-changed', thing, at, {
        severity: command.severity,
        reason: command.reason,
      });
    case 'incident.assign-commander':
      if (state.claims.length === 0 && state.commander === command.commander) {
        return refuse('same-commander');
      }
      return one('incident.commander-changed', thing, at, {
        replaces: commandOf(state),
        commander: command.commander,
      });
    case 'incident.change-scope': {
      const { type, impact, services, units, reason } = command;
      const asked = optional({ type, impact, services, units });
      const current = {
        type: state.type,
        impact: state.impact,
        services: state.services,
        units: state.units,
      };
      if (canonicalJson({ ...current, ...asked }) === canonicalJson(current)) {
        return refuse('nothing-changed');
      }
      return one('incident.scope-changed', thing, at, { ...asked, ...optional({ reason }) });
    }
    case 'incident.change-phase':
      if (state.phase === command.phase) return refuse('nothing-changed');
      if (!mayEnter(state, command.phase)) return refuse('wrong-phase');
      // Back to work from what was over is a reopening, with its reason.
      if (command.phase === 'active' && !isOpenPhase(state.phase)) return refuse('wrong-phase');
      return one('incident.phase-changed', thing, at, {
        phase: command.phase,
        reason: command.reason,
      });
    case 'incident.resolve':
      if (state.status === 'resolved') return refuse('incident-resolved');
      return one('incident.resolved', thing, at, { summary: command.summary });
    case 'incident.reopen':
      if (state.status === 'active') return refuse('incident-active');
      return one('incident.reopened', thing, at, { reason: command.reason });
    case 'incident.merge':
      return merge(command, state, context);
    case 'incident.mark-duplicate': {
      const problem = relation(command.of, thing, context, 'duplicateOf');
      if (problem !== null) return problem;
      if (!mayEnter(state, 'duplicate')) return refuse('wrong-phase');
      return one('incident.marked-duplicate', thing, at, {
        of: command.of,
        carries: false,
        reason: command.reason,
      });
    }
    case 'incident.split': {
      const { title, severity, commander, services, independent } = command;
      if (!isOpenPhase(state.phase)) return refuse('incident-resolved');
      const drafts: PersonDraft[] = [
        draft('incident.declared', `incident:${newId}`, now, {
          title,
          severity,
          commander,
          services,
          phase: 'active',
          splitFrom: thing,
          ...optional({ type: state.type ?? undefined }),
          ...(independent ? {} : { parent: thing }),
        }),
      ];
      const left = state.services.filter((service) => !services.includes(service));
      if (left.length < state.services.length) {
        drafts.push(draft('incident.scope-changed', thing, at, { services: left }));
      }
      return ok(drafts);
    }
    case 'incident.set-parent': {
      if (state.parent === command.parent) return refuse('nothing-changed');
      const problem =
        command.parent === null ? null : relation(command.parent, thing, context, 'parent');
      if (problem !== null) return problem;
      return one('incident.parent-changed', thing, at, {
        parent: command.parent,
        reason: command.reason,
      });
    }
    case 'incident.assign-role': {
      const { role, person } = command;
      if ((state.roles[role] ?? null) === person) return refuse('role-held');
      return one('incident.role-assigned', thing, at, { role, person });
    }
    case 'incident.form-team': {
      const { team, lead, members, mission } = command;
      const body = { team, lead, members, mission };
      const current = state.teams.find((candidate) => candidate.team === team);
      if (current !== undefined && canonicalJson({ ...current }) === canonicalJson(body)) {
        return refuse('nothing-changed');
      }
      return one('incident.team-formed', thing, at, body);
    }
    case 'incident.dissolve-team':
      if (!state.teams.some(({ team }) => team === command.team)) return refuse('unknown-team');
      return one('incident.team-dissolved', thing, at, { team: command.team });
    case 'incident.set-channels': {
      const { bridge, chat } = command;
      if (state.bridge === bridge && state.chat === chat) return refuse('nothing-changed');
      return one('incident.channels-set', thing, at, { bridge, chat });
    }
    case 'incident.offer-command':
      if (command.to === state.commander && state.claims.length === 0) {
        return refuse('same-commander');
      }
      if (openOffer(state)?.to === command.to) return refuse('offer-open');
      return one('incident.command-offered', thing, at, {
        offer: newId,
        to: command.to,
        pack: command.pack,
      });
    case 'incident.answer-command':
      return answerCommand(command, state, context);
    case 'incident.size-up': {
      const { symptoms, scope, trend } = command;
      return one('incident.sized-up', thing, at, { symptoms, scope, trend });
    }
    case 'incident.set-cadence': {
      const { audience, everyMs } = command;
      if ((state.cadence[audience]?.everyMs ?? null) === everyMs) return refuse('nothing-changed');
      return one('incident.cadence-set', thing, at, { audience, everyMs });
    }
    case 'incident.sign-off': {
      if (isOpenPhase(state.phase) && state.phase !== 'mitigated') return refuse('incident-active');
      const { remaining, watch, next } = command;
      return one('incident.signed-off', thing, at, { remaining, watch, next });
    }
    case 'incident.set-measure': {
      const { service, signal, limit, goodMs } = command;
      const body = { service, signal, limit, goodMs };
      if (state.measure !== null && canonicalJson(state.measure) === canonicalJson(body)) {
        return refuse('nothing-changed');
      }
      return one('incident.measure-set', thing, at, body);
    }
    case 'incident.mark-point': {
      const { point, evidence, reason } = command;
      if (command.at === null && state.marks[point] === undefined) return refuse('nothing-changed');
      if (command.at !== null && command.at > now + 120_000) return refuse('in-the-future');
      return one('incident.point-marked', thing, at, { point, at: command.at, evidence, reason });
    }
    default:
      return assertNever(command);
  }
}

function declare(
  command: Extract<IncidentCommand, { name: 'incident.declare' }>,
  context: CommandContext,
): Decision {
  const { name: _, ...body } = command;
  if (body.parent !== undefined && !declared(context.read('incident', body.parent), 'declaredAt')) {
    return refuse('unknown-thing');
  }
  return one('incident.declared', `incident:${context.newId}`, context.now, {
    ...optional(body),
    title: body.title,
    severity: body.severity,
    commander: body.commander,
    services: body.services,
  });
}

function merge(
  command: Extract<IncidentCommand, { name: 'incident.merge' }>,
  state: IncidentState,
  context: CommandContext,
): Decision {
  const { incident: thing, into, reason } = command;
  const problem = relation(into, thing, context, 'duplicateOf');
  if (problem !== null) return problem;
  const other = declared(context.read('incident', into), 'declaredAt');
  if (!other) return refuse('unknown-thing');
  if (!isOpenPhase(other.phase)) return refuse('incident-resolved');
  if (!mayEnter(state, 'duplicate')) return refuse('wrong-phase');
  const services = [...new Set([...other.services, ...state.services])].slice(0, 1_000);
  const units = [...new Set([...other.units, ...state.units])].slice(0, 1_000);
  const drafts: PersonDraft[] = [
    draft('incident.marked-duplicate', thing, after(context, thing), {
      of: into,
      carries: true,
      reason,
    }),
  ];
  if (services.length > other.services.length || units.length > other.units.length) {
    drafts.push(draft('incident.scope-changed', into, after(context, into), { services, units }));
  }
  return ok(drafts);
}

/** Only whom it was offered may accept; whoever offered it may take the offer back. */
function answerCommand(
  command: Extract<IncidentCommand, { name: 'incident.answer-command' }>,
  state: IncidentState,
  context: CommandContext,
): Decision {
  const { incident: thing, accepted, reason } = command;
  const offer = state.offers.find((candidate) => candidate.offer === command.offer);
  if (offer?.answer !== 'waiting') return refuse('no-offer');
  // Command went elsewhere meanwhile: whoever has it now did not offer it.
  if (accepted && !isOpenOffer(offer, state)) return refuse('no-offer');
  const isAsked = offer.to === context.person;
  if (!isAsked && (accepted || offer.by !== context.person)) return refuse('offer-to-another');
  const at = after(context, thing);
  const answer = draft('incident.command-answered', thing, at, {
    offer: offer.offer,
    accepted,
    reason,
  });
  if (!accepted) return ok([answer]);
  return ok([
    answer,
    draft('incident.commander-changed', thing, at + 1, {
      replaces: commandOf(state),
      commander: offer.to,
    }),
  ]);
}

function mayEnter(state: Pick<IncidentState, 'phase'>, phase: IncidentPhase): boolean {
  return PHASE_STEPS[state.phase].includes(phase);
}

/** Why an incident cannot hang on another: it is none, is itself, or hangs on this one already. */
function relation(
  to: string,
  from: string,
  context: CommandContext,
  by: 'parent' | 'duplicateOf',
): Decision | null {
  if (to === from) return refuse('itself');
  if (!declared(context.read('incident', to), 'declaredAt')) return refuse('unknown-thing');
  let next: string | null = to;
  for (let depth = 0; depth < DEEPEST && next !== null; depth += 1) {
    if (next === from) return refuse('goes-round');
    next = context.read('incident', next)?.[by] ?? null;
  }
  return null;
}
