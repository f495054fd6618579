import { effectiveAt } from '../facts/fact.ts';
import type {
  Audience,
  ClockPoint,
  IncidentPhase,
  IncidentRole,
  IncidentSeverity,
  IncidentType,
} from '../facts/incident.ts';
import type { FactOf } from '../facts/catalogue.ts';
import type { Projection } from './projection.ts';

export interface IncidentTeam {
  team: string;
  lead: string;
  members: string[];
  mission: string;
}

export interface CommandOffer {
  offer: string;
  to: string;
  by: string;
  at: number;
  pack: string;
  /**
   * Who was in command when it was made, sorted. Once that is somebody else it is void for ever, and
   * nobody stands here.
   */
  from: string[];
  answer: 'waiting' | 'accepted' | 'declined';
  /** Whoever offered it may take it back: then it is declined by them. */
  answeredBy: string | null;
  reason: string;
}

export interface IncidentState {
  title: string;
  severity: IncidentSeverity;
  commander: string;
  /** Two or more who took command from the same predecessor: contested until a person settles it. */
  claims: string[];
  services: string[];
  units: string[];
  type: IncidentType | null;
  impact: string;
  /** Whether anybody still works on it; `phase` says how far they are. */
  status: 'active' | 'resolved';
  phase: IncidentPhase;
  declaredAt: number;
  declaredBy: string;
  resolvedAt: number | null;
  resolvedBy: string | null;
  origin: string | null;
  parent: string | null;
  splitFrom: string | null;
  duplicateOf: string | null;
  /** It was merged into `duplicateOf`: what is open here is open there. */
  carries: boolean;
  roles: Partial<Record<IncidentRole, string>>;
  teams: IncidentTeam[];
  bridge: string;
  chat: string;
  /** Oldest first. */
  offers: CommandOffer[];
  sizeUp: {
    symptoms: string;
    scope: string;
    trend: 'escalating' | 'flapping' | 'static' | 'recovering' | 'unknown';
    at: number;
    by: string;
  } | null;
  cadence: Partial<Record<Audience, { everyMs: number; since: number }>>;
  signedOff: { remaining: string; watch: string; next: string; at: number; by: string } | null;
  measure: { service: string; signal: 'errors' | 'latency'; limit: number; goodMs: number } | null;
  marks: Partial<
    Record<ClockPoint, { at: number; evidence: string | null; reason: string; by: string }>
  >;
  /** Severities in their order, for the time that was spent in each. */
  severities: { severity: IncidentSeverity; at: number }[];
  phases: { phase: IncidentPhase; at: number }[];
}

export const incidentProjection: Projection<IncidentState> = {
  noun: 'incident',
  kinds: [
    'incident.declared',
    'incident.renamed',
    'incident.severity-changed',
    'incident.commander-changed',
    'incident.scope-changed',
    'incident.phase-changed',
    'incident.resolved',
    'incident.reopened',
    'incident.marked-duplicate',
    'incident.parent-changed',
    'incident.role-assigned',
    'incident.team-formed',
    'incident.team-dissolved',
    'incident.channels-set',
    'incident.command-offered',
    'incident.command-answered',
    'incident.sized-up',
    'incident.cadence-set',
    'incident.signed-off',
    'incident.measure-set',
    'incident.point-marked',
  ],
  initial: () => ({
    title: '',
    severity: 'SEV-3',
    commander: '',
    claims: [],
    services: [],
    units: [],
    type: null,
    impact: '',
    status: 'active',
    phase: 'active',
    declaredAt: 0,
    declaredBy: '',
    resolvedAt: null,
    resolvedBy: null,
    origin: null,
    parent: null,
    splitFrom: null,
    duplicateOf: null,
    carries: false,
    roles: {},
    teams: [],
    bridge: '',
    chat: '',
    offers: [],
    sizeUp: null,
    cadence: {},
    signedOff: null,
    measure: null,
    marks: {},
    severities: [],
    phases: [],
  }),
  apply(state, fact) {
    const at = effectiveAt(fact);
    const by = fact.author?.person ?? '';
    switch (fact.kind) {
      case 'incident.declared':
        declare(state, fact, at, by);
        return;
      case 'incident.renamed':
        state.title = fact.body.title;
        return;
      case 'incident.severity-changed':
        state.severity = fact.body.severity;
        state.severities.push({ severity: fact.body.severity, at });
        return;
      case 'incident.commander-changed':
        changeCommander(state, fact.body);
        return;
      case 'incident.scope-changed':
        state.type = fact.body.type ?? state.type;
        state.impact = fact.body.impact ?? state.impact;
        state.services = fact.body.services ?? state.services;
        state.units = fact.body.units ?? state.units;
        return;
      case 'incident.phase-changed':
        changePhase(state, fact.body.phase, at, by);
        return;
      case 'incident.resolved':
        enter(state, 'resolved', at, by);
        return;
      case 'incident.reopened':
        reopen(state, at, by);
        return;
      case 'incident.marked-duplicate':
        enter(state, 'duplicate', at, by);
        state.duplicateOf = fact.body.of;
        state.carries = fact.body.carries;
        return;
      case 'incident.parent-changed':
        state.parent = fact.body.parent;
        return;
      case 'incident.role-assigned':
        if (fact.body.person === null) delete state.roles[fact.body.role];
        else state.roles[fact.body.role] = fact.body.person;
        return;
      case 'incident.team-formed':
        state.teams = [
          ...state.teams.filter(({ team }) => team !== fact.body.team),
          { ...fact.body },
        ];
        return;
      case 'incident.team-dissolved':
        state.teams = state.teams.filter(({ team }) => team !== fact.body.team);
        return;
      case 'incident.channels-set':
        state.bridge = fact.body.bridge;
        state.chat = fact.body.chat;
        return;
      case 'incident.command-offered':
        state.offers.push({
          ...fact.body,
          by,
          at,
          from: commandOf(state),
          answer: 'waiting',
          answeredBy: null,
          reason: '',
        });
        return;
      case 'incident.command-answered': {
        const offer = state.offers.find((candidate) => candidate.offer === fact.body.offer);
        if (offer !== undefined) answerOffer(state, offer, fact.body, by);
        return;
      }
      case 'incident.sized-up':
        state.sizeUp = { ...fact.body, at, by };
        return;
      case 'incident.cadence-set': {
        const { audience, everyMs } = fact.body;
        if (everyMs === null) delete state.cadence[audience];
        else state.cadence[audience] = { everyMs, since: at };
        return;
      }
      case 'incident.signed-off':
        state.signedOff = { ...fact.body, at, by };
        return;
      case 'incident.measure-set':
        state.measure = { ...fact.body };
        return;
      case 'incident.point-marked': {
        const { point, reason, evidence } = fact.body;
        if (fact.body.at === null) delete state.marks[point];
        else state.marks[point] = { at: fact.body.at, evidence, reason, by };
        return;
      }
      default:
        return;
    }
  },
};

function declare(
  state: IncidentState,
  { body }: FactOf<'incident.declared'>,
  at: number,
  by: string,
): void {
  state.title = body.title;
  state.severity = body.severity;
  command(state, body.commander, []);
  state.services = body.services;
  state.units = body.units ?? [];
  state.type = body.type ?? null;
  state.impact = body.impact ?? '';
  state.declaredAt = at;
  state.declaredBy = by;
  state.origin = body.origin ?? null;
  state.parent = body.parent ?? null;
  state.splitFrom = body.splitFrom ?? null;
  state.severities.push({ severity: body.severity, at });
  const phase = body.phase ?? 'active';
  // What was ended by a clock that was behind stands before it, and is ended all the same.
  if (state.phases.length === 0) state.phase = phase;
  state.phases.unshift({ phase, at });
}

function changeCommander(
  state: IncidentState,
  body: FactOf<'incident.commander-changed'>['body'],
): void {
  // Before the declaration has arrived there is nobody to contest.
  if (state.commander === '' || sameNames(body.replaces, commandOf(state))) {
    command(state, body.commander, []);
  } else if (body.commander !== state.commander) {
    command(state, state.commander, [...commandOf(state), body.commander]);
  }
}

/** @param claims all who claim command; one alone contests it with nobody */
function command(state: IncidentState, commander: string, claims: readonly string[]): void {
  const before = commandOf(state);
  const names = [...new Set(claims)].sort();
  state.commander = commander;
  state.claims = names.length > 1 ? names : [];
  if (sameNames(before, commandOf(state))) return;
  // Whoever has command now did not offer it, and whoever gets it again did not offer it anew.
  for (const offer of state.offers) if (offer.answer === 'waiting') offer.from = [];
}

function answerOffer(
  state: IncidentState,
  offer: CommandOffer,
  { accepted, reason }: FactOf<'incident.command-answered'>['body'],
  by: string,
): void {
  const answer = accepted ? 'accepted' : 'declined';
  if (offer.answer === 'waiting') {
    offer.answer = answer;
    offer.answeredBy = by;
    offer.reason = reason;
    return;
  }
  // Taken back at one desk, accepted at another: both may believe that they command.
  if (offer.answer !== answer && (offer.answeredBy === offer.by || by === offer.by)) {
    command(state, state.commander, [...commandOf(state), ...offer.from, offer.to]);
  }
}

/** A word about the work on what is over elsewhere opens nothing, unless it says that it is not over. */
function changePhase(state: IncidentState, phase: IncidentPhase, at: number, by: string): void {
  if (isOpenPhase(state.phase) || !isOpenPhase(phase)) enter(state, phase, at, by);
  else if (phase === 'active') reopen(state, at, by);
}

function reopen(state: IncidentState, at: number, by: string): void {
  enter(state, 'active', at, by);
  state.duplicateOf = null;
  state.carries = false;
}

function enter(state: IncidentState, phase: IncidentPhase, at: number, by: string): void {
  const wasOpen = isOpenPhase(state.phase);
  state.phase = phase;
  state.phases.push({ phase, at });
  state.status = isOpenPhase(phase) ? 'active' : 'resolved';
  if (isOpenPhase(phase)) {
    state.resolvedAt = null;
    state.resolvedBy = null;
  } else if (wasOpen || state.resolvedAt === null) {
    state.resolvedAt = at;
    state.resolvedBy = by;
  }
}

/** Whether people still work on an incident in this phase. */
export function isOpenPhase(phase: IncidentPhase): boolean {
  return phase === 'triage' || phase === 'active' || phase === 'mitigated';
}

/** What a change of command says that it replaces: the commander, or all who contest the command. */
export function commandOf(state: Pick<IncidentState, 'commander' | 'claims'>): string[] {
  return state.claims.length > 0 ? state.claims : [state.commander];
}

/** The offer of command that waits for an answer; the newest one where several do. */
export function openOffer(
  state: Pick<IncidentState, 'offers' | 'commander' | 'claims'>,
): CommandOffer | null {
  return state.offers.findLast((offer) => isOpenOffer(offer, state)) ?? null;
}

/** Whether an offer can still be accepted: nobody answered it, and command did not go elsewhere. */
export function isOpenOffer(
  offer: Pick<CommandOffer, 'answer' | 'from'>,
  state: Pick<IncidentState, 'commander' | 'claims'>,
): boolean {
  return offer.answer === 'waiting' && sameNames(offer.from, commandOf(state));
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
