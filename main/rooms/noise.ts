import { readShake, type Shaking } from '../../shared/damping/shake.ts';
import { NOISE_STAGES, NOISE_THING } from '../../shared/facts/noise.ts';
import { nodeThing, type EdgeStrength } from '../../shared/facts/topology.ts';
import type { CallGraph } from '../../shared/graph/call-graph.ts';
import { carryingCalls } from '../../shared/noise/grouping.ts';
import {
  DEFAULT_RULES,
  type Held,
  type NoiseAlert,
  type NoiseIncident,
  type NoiseRules,
} from '../../shared/noise/noise-alert.ts';
import {
  ENDED_LATELY_MS,
  readNoise,
  type NoiseGroup,
  type NoiseReading,
} from '../../shared/noise/pipeline.ts';
import { acknowledgementOf, turnsOf, type AlertState } from '../../shared/projections/alert.ts';
import type { IncidentState } from '../../shared/projections/incident.ts';
import type { NoiseState } from '../../shared/projections/noise.ts';
import { readAlert, readEdge, readNode, retiringMoments } from '../../shared/projections/read.ts';
import {
  readSilence,
  type SilenceReading,
  type SilenceState,
} from '../../shared/projections/silence.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import type { StateIndex } from './state-index.ts';

/** What the noise pipeline says of a room at a moment. */
export interface NoiseView {
  readonly reading: NoiseReading;
  readonly groups: ReadonlyMap<string, NoiseGroup>;
  readonly rules: NoiseRules;
  readonly shaking: ReadonlyMap<string, Shaking>;
  readonly silences: ReadonlyMap<string, SilenceReading>;
}

/** Keeps the reading of a live room up: only alerts that were touched are read anew. */
export interface NoiseKeeper {
  /** Marks a thing that changed, or that time alone may have changed. */
  touch(thing: string): void;
  /** About how many things the next reading looks at. */
  size(): number;
  /** Whether something was touched, or a moment has come at which time alone changes the reading. */
  isDue(now: number): boolean;
  /** Reads the room anew. @returns things whose rows may look otherwise by it */
  update(now: number): Set<string>;
  view(): NoiseView;
}

/** What only time changes, such as how long a group has lasted, is looked at so often (ms). */
const LOOK_AGAIN_MS = 30_000;

/** The reading of a whole room: for moments of the past. */
export function readNoiseOf(index: StateIndex, now: number): NoiseView {
  const keeper = keepNoise(index);
  keeper.update(now);
  return keeper.view();
}

export function keepNoise(index: StateIndex): NoiseKeeper {
  const alerts = new Map<string, NoiseAlert>();
  const silences = new Map<string, SilenceReading>();
  const incidents = new Map<string, NoiseIncident>();
  const shaking = new Map<string, Shaking>();
  let calls: CallGraph | null = null;
  /** The calls that the graph was made of; measuring them changes nothing. */
  const carrying = new Map<string, { from: string; to: string; strength: EdgeStrength }>();
  let rules: NoiseRules = DEFAULT_RULES;
  let touched: Set<string> | null = null;
  /** When time alone changes something, by thing. */
  const turnsAt = new Map<string, number>();
  let nextLook = Number.NEGATIVE_INFINITY;
  let view: NoiseView = { reading: EMPTY, groups: new Map(), rules, shaking, silences };

  function take(thing: string, now: number): void {
    const folded = index.states.get(thing);
    turnsAt.delete(thing);
    switch (folded?.noun) {
      case 'alert':
        takeAlert(thing, folded.state as AlertState, now);
        return;
      case 'silence': {
        const reading = readSilence(folded.state as SilenceState, now);
        if (reading === null) return;
        silences.set(thing, reading);
        const turn = [reading.startsAt, reading.endsAt].filter((at) => at > now);
        if (turn.length > 0) turnsAt.set(thing, Math.min(...turn));
        return;
      }
      case 'incident': {
        const { declaredAt, status, services } = folded.state as IncidentState;
        if (declaredAt === 0 || status !== 'active') incidents.delete(thing);
        else incidents.set(thing, { key: thing, services, declaredAt });
        return;
      }
      case 'edge': {
        const call = readEdge(folded.state as EdgeState, now);
        const ends = retiringMoments((folded.state as EdgeState).reports).filter((at) => at > now);
        if (ends.length > 0) turnsAt.set(thing, Math.min(...ends));
        if (call?.strength === carrying.get(thing)?.strength) return;
        calls = null;
        if (call === null) carrying.delete(thing);
        else carrying.set(thing, call);
        return;
      }
      case 'noise':
        rules = (folded.state as NoiseState).rules ?? DEFAULT_RULES;
        // How alerts shake follows from the rules.
        for (const alert of index.alertThings()) takeThing(alert, now);
        return;
      default:
    }
  }

  function takeThing(thing: string, now: number): void {
    const folded = index.states.get(thing);
    if (folded?.noun === 'alert') takeAlert(thing, folded.state as AlertState, now);
  }

  function takeAlert(thing: string, state: AlertState, now: number): void {
    const hearing = (source: string): ReturnType<StateIndex['freshness']> =>
      index.freshness(source, now);
    const reading = readAlert(state, hearing, now);
    const turns = turnsOf(state);
    const shakes = readShake(turns, now, rules.shake);
    const isOver = reading.status === 'resolved' && shakes === null;
    const goneAt = (reading.endsAt ?? now) + ENDED_LATELY_MS;
    if (shakes === null) shaking.delete(thing);
    else shaking.set(thing, shakes);
    if (Object.keys(state.reports).length === 0 || (isOver && goneAt <= now)) {
      alerts.delete(thing);
      return;
    }
    if (shakes !== null) turnsAt.set(thing, shakes.calmAt);
    else if (isOver) turnsAt.set(thing, goneAt);
    const suppressed = Object.entries(state.suppressed)
      // What a source that is not heard said of its silences holds nothing.
      .filter(([source]) => hearing(source) === 'fresh')
      .map(([, report]) => report);
    alerts.set(thing, {
      key: thing,
      name: state.name,
      severity: state.severity,
      service: state.service,
      unit: state.labels['unit'] ?? declaredUnit(state.service, now),
      labels: state.labels,
      status: reading.status,
      startsAt: reading.startsAt,
      endsAt: reading.endsAt,
      isAcknowledged: acknowledgementOf(state) !== null,
      assigned: state.assigned?.to ?? null,
      released: NOISE_STAGES.filter((stage) => state.released[stage] !== undefined),
      silencedBy: suppressed.flatMap(({ silencedBy }) => silencedBy),
      inhibitedBy: suppressed.flatMap(({ inhibitedBy }) => inhibitedBy),
      isMuted: suppressed.some(({ mutedBy }) => mutedBy.length > 0),
      shaking: shakes,
      rings: turns.filter(({ on }) => on),
    });
  }

  function declaredUnit(service: string | null, now: number): string | null {
    if (service === null) return null;
    const folded = index.states.get(nodeThing(service));
    return folded?.noun === 'node'
      ? (readNode(folded.state as NodeState, now)?.unit ?? null)
      : null;
  }

  return {
    touch(thing) {
      if (touched === null) return;
      touched.add(thing);
      if (!thing.startsWith('node:')) return;
      // The unit of its alerts may be another one now.
      for (const alert of index.alertsByService.get(thing.slice('node:'.length)) ?? [])
        touched.add(alert);
    },
    isDue: (now) =>
      touched === null || touched.size > 0 || now >= nextLook || nextLook > now + LOOK_AGAIN_MS,
    update(now) {
      // The rules first: how alerts shake follows from them.
      if (touched === null || touched.has(NOISE_THING)) take(NOISE_THING, now);
      for (const thing of touched ?? index.states.keys())
        if (thing !== NOISE_THING) take(thing, now);
      for (const [thing, at] of turnsAt) if (at <= now) take(thing, now);
      touched = new Set();
      nextLook = now + LOOK_AGAIN_MS;
      for (const at of turnsAt.values()) nextLook = Math.min(nextLook, at);
      calls ??= carryingCalls(carrying.values());
      const active = [...silences].filter(([, { state }]) => state === 'active');
      const before = view;
      const reading = readNoise({
        alerts: [...alerts.values()],
        silences: active.map(([key, silence]) => ({ key, ...silence })),
        rules,
        calls,
        incidents: [...incidents.values()],
        now,
      });
      const groups = new Map(reading.groups.map((group) => [group.key, group]));
      view = { reading, groups, rules, shaking: new Map(shaking), silences };
      return changedThings(before, view);
    },
    size: () => alerts.size + (touched?.size ?? index.states.size),
    view: () => view,
  };
}

/** Alerts, groups and silences that one of two readings says something else of. */
function changedThings(before: NoiseView, after: NoiseView): Set<string> {
  const changed = new Set<string>();
  for (const { key } of [...before.reading.groups, ...after.reading.groups]) changed.add(key);
  for (const thing of after.silences.keys()) changed.add(thing);
  for (const [left, right] of [
    [before.reading.groupOf, after.reading.groupOf],
    [after.reading.groupOf, before.reading.groupOf],
  ] as const) {
    for (const [thing, group] of left) if (right.get(thing) !== group) changed.add(thing);
  }
  for (const [thing, shakes] of [...before.shaking, ...after.shaking]) {
    if (after.shaking.get(thing)?.turns !== shakes.turns || !before.shaking.has(thing))
      changed.add(thing);
  }
  const { held } = after.reading;
  for (const [thing, reason] of before.reading.held) {
    const now = held.get(thing);
    if (now === undefined || !isSame(now, reason)) changed.add(thing);
  }
  for (const thing of held.keys()) if (!before.reading.held.has(thing)) changed.add(thing);
  changed.add(NOISE_THING);
  return changed;
}

function isSame(left: Held, right: Held): boolean {
  if (left.stage === 'folding' && right.stage === 'folding') {
    return (
      left.origin === right.origin &&
      left.path.length === right.path.length &&
      left.path.every((service, place) => service === right.path[place])
    );
  }
  if (left.stage === 'grouping' && right.stage === 'grouping') return left.root === right.root;
  return JSON.stringify(left) === JSON.stringify(right);
}

const EMPTY: NoiseReading = {
  held: new Map(),
  groupOf: new Map(),
  groups: [],
  bySilence: new Map(),
  counts: {
    alerts: 0,
    held: { 'anti-shake': 0, silence: 0, inhibition: 0, folding: 0, grouping: 0 },
    groups: 0,
    quiet: 0,
  },
};
