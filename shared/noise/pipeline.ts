import type { AlertSeverity } from '../facts/alert.ts';
import type { NoiseStage } from '../facts/noise.ts';
import type { CallGraph } from '../graph/call-graph.ts';
import { noticeAfter, type NoticeState } from '../damping/notice-steps.ts';
import { candidateOf, distinct, type Candidate } from './candidate.ts';
import { gather } from './grouping.ts';
import { inhibitor } from './inhibition.ts';
import {
  isOpen,
  severityRank,
  type Held,
  type NoiseAlert,
  type NoiseIncident,
  type NoiseRules,
  type NoiseSilence,
} from './noise-alert.ts';
import { silencer } from './silencing.ts';

/** Everything that the pipeline reads; it has no memory and no clock. */
export interface NoiseInput {
  /** Alerts that are open, and those that ended lately: they stay in their group for a while. */
  readonly alerts: readonly NoiseAlert[];
  /** Silences that are active. */
  readonly silences: readonly NoiseSilence[];
  readonly rules: NoiseRules;
  readonly calls: CallGraph;
  readonly incidents: readonly NoiseIncident[];
  readonly now: number;
}

export interface NoiseGroup {
  readonly key: string;
  readonly root: string;
  readonly title: string;
  readonly service: string | null;
  readonly severity: AlertSeverity;
  readonly status: 'firing' | 'resolved' | 'unknown';
  readonly startsAt: number;
  readonly lastAt: number;
  readonly members: string[];
  readonly firing: number;
  readonly unknown: number;
  readonly held: number;
  readonly unacknowledged: number;
  readonly assigned: string | null;
  readonly isQuiet: boolean;
  readonly services: string[];
  readonly units: string[];
  readonly notices: number;
  readonly candidate: Candidate | null;
}

export interface NoiseReading {
  /** Why an open alert asks for no eyes of its own. */
  readonly held: ReadonlyMap<string, Held>;
  readonly groupOf: ReadonlyMap<string, string>;
  readonly groups: readonly NoiseGroup[];
  /** Open alerts by the silence that holds them. */
  readonly bySilence: ReadonlyMap<string, number>;
  readonly counts: {
    readonly alerts: number;
    readonly held: Record<NoiseStage, number>;
    readonly groups: number;
    readonly quiet: number;
  };
}

/** What ended so lately is still shown with what it belongs to (ms). */
export const ENDED_LATELY_MS = 5 * 60_000;

/**
 * The stages in their order, each with its reason: anti-shake, silences and maintenance, inhibition,
 * folding, grouping, candidate. An alert is held by the first stage that holds it, unless a person took
 * that stage back for it. Held is never gone: every alert is a member of exactly one group.
 */
export function readNoise(input: NoiseInput): NoiseReading {
  const { alerts, rules } = input;
  const open = alerts.filter(isOpen);
  const silencedBy = silencer(input.silences);
  const inhibitedBy = inhibitor(rules.inhibitRules, open);
  const held = new Map<string, Held>();
  for (const alert of open) {
    const reason = firstReason(alert, silencedBy, inhibitedBy);
    if (reason !== null) held.set(alert.key, reason);
  }

  // What is silenced or inhibited is nobody's origin: it would hide what it explains. It forms groups
  // of its own, which are quiet.
  const isQuieted = ({ key }: NoiseAlert): boolean => {
    const stage = held.get(key)?.stage;
    return stage === 'silence' || stage === 'inhibition';
  };
  const groups: NoiseGroup[] = [];
  const groupOf = new Map<string, string>();
  for (const quieted of [false, true]) {
    const part = alerts.filter((alert) => isQuieted(alert) === quieted);
    for (const { root, members, held: inGroup } of gather(part, input.calls, rules)) {
      for (const [key, reason] of inGroup) if (!held.has(key)) held.set(key, reason);
      // Members that are over are held by nothing.
      const openMembers = members.filter(isOpen);
      if (openMembers.length === 0) continue;
      const group = groupFrom(root, members, openMembers, held, input);
      groups.push(group);
      for (const { key } of members) groupOf.set(key, group.key);
    }
  }
  for (const { key, status, shaking } of alerts) {
    if (status === 'resolved' && shaking === null) held.delete(key);
  }

  const counts: Record<NoiseStage, number> = {
    'anti-shake': 0,
    silence: 0,
    inhibition: 0,
    folding: 0,
    grouping: 0,
  };
  const bySilence = new Map<string, number>();
  for (const reason of held.values()) {
    counts[reason.stage] += 1;
    if (reason.stage === 'silence' && reason.silence !== null) {
      bySilence.set(reason.silence, (bySilence.get(reason.silence) ?? 0) + 1);
    }
  }
  return {
    held,
    groupOf,
    groups,
    bySilence,
    counts: {
      alerts: open.length,
      held: counts,
      groups: groups.length,
      quiet: groups.filter(({ isQuiet }) => isQuiet).length,
    },
  };
}

function firstReason(
  alert: NoiseAlert,
  silencedBy: (alert: NoiseAlert) => Held | null,
  inhibitedBy: (alert: NoiseAlert) => Held | null,
): Held | null {
  const takenBack = (stage: NoiseStage): boolean => alert.released.includes(stage);
  const { shaking } = alert;
  // What grew graver while it shook asks for eyes.
  if (shaking !== null && !takenBack('anti-shake') && !hasRisen(alert)) {
    const { turns, since, calmAt } = shaking;
    return { stage: 'anti-shake', edges: turns, since, calmAt };
  }
  const silence = takenBack('silence') ? null : silencedBy(alert);
  return silence ?? (takenBack('inhibition') ? null : inhibitedBy(alert));
}

function hasRisen({ rings, severity }: NoiseAlert): boolean {
  const before = rings.slice(0, -1).map((ring) => severityRank(ring.severity));
  return before.length > 0 && severityRank(severity) > Math.max(...before);
}

function groupFrom(
  root: NoiseAlert,
  members: readonly NoiseAlert[],
  open: readonly NoiseAlert[],
  held: ReadonlyMap<string, Held>,
  { rules, incidents, now }: NoiseInput,
): NoiseGroup {
  const services = distinct(members.map(({ service }) => service));
  // A thing that shakes is one thing to look at: only what is silenced or inhibited leaves nothing to see.
  const isQuiet = open.every(({ key }) => {
    const stage = held.get(key)?.stage;
    return stage === 'silence' || stage === 'inhibition';
  });
  const firing = open.filter(({ status }) => status === 'firing').length;
  const unknown = open.filter(({ status }) => status === 'unknown').length;
  const gravest = open.reduce((a, b) =>
    severityRank(b.severity) > severityRank(a.severity) ? b : a,
  );
  const first = members.reduce((a, b) => (before(b, a) ? b : a));
  return {
    key: `group:${first.key}`,
    root: root.key,
    title: root.name,
    service: root.service,
    severity: gravest.severity,
    status: firing > 0 ? 'firing' : unknown > 0 ? 'unknown' : 'resolved',
    startsAt: first.startsAt,
    lastAt: Math.max(...members.map(({ startsAt }) => startsAt)),
    members: members.map(({ key }) => key),
    firing,
    unknown,
    held: open.filter(({ key }) => held.has(key)).length,
    unacknowledged: open.filter(({ isAcknowledged }) => !isAcknowledged).length,
    assigned: root.assigned ?? open.find(({ assigned }) => assigned !== null)?.assigned ?? null,
    isQuiet,
    services,
    units: distinct(members.map(({ unit }) => unit)),
    notices: isQuiet ? 0 : noticesOf(members, rules),
    candidate: isQuiet ? null : candidateOf(open, incidents, now),
  };
}

/** The member that began first names the group: it is the last one to change while more come. */
function before(left: NoiseAlert, right: NoiseAlert): boolean {
  return left.startsAt !== right.startsAt ? left.startsAt < right.startsAt : left.key < right.key;
}

/** How often a person would have been told of the group by the room's steps. */
function noticesOf(members: readonly NoiseAlert[], { shake }: NoiseRules): number {
  const rings = members.flatMap(({ rings: own }) => own).toSorted((a, b) => a.at - b.at);
  let state: NoticeState | null = null;
  let notices = 0;
  for (const { at, severity } of rings) {
    const next = noticeAfter(state, at, severityRank(severity), shake);
    state = next.state;
    if (next.tells) notices += 1;
  }
  return notices;
}
