import type { Fact } from '../../shared/facts/fact.ts';
import { CLOCK_LEAD_MS } from '../../shared/incident/alert-evidence.ts';
import { CLOCK_TAIL_MS, incidentClock } from '../../shared/incident/clock-evidence.ts';
import { mergedInto, mergedThrough } from '../../shared/incident/family.ts';
import type { ClockRow } from '../../shared/ipc/rows.ts';
import { HOUR_MS } from '../../shared/kit/time.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import { isOpenPhase, type IncidentState } from '../../shared/projections/incident.ts';
import type { EdgeState } from '../../shared/projections/topology.ts';
import type { RowContext } from './rows.ts';
import type { StateIndex } from './state-index.ts';

/** The clocks of incidents: which facts each rests on, and when one is to be read anew. */

/** Alerts from so long before an incident may be what it was declared from. */
const ALERT_LEAD_MS = 24 * HOUR_MS;
/** A clock that machines' facts may have moved is read anew at most so often, and for so little of the time … */
const OPEN_PAUSE_MS = 2_000;
const READING_PAUSES = 20;
/** … and of an incident that is over, where only what comes late can move it, so often. */
const OVER_PAUSE_MS = 60_000;
/** What machines say later than this after the end moves a clock only when the room is opened anew. */
const OVER_FOLLOWED_MS = 24 * HOUR_MS;
/** What people did waits for nothing, unless the last reading took longer than this: then for so many. */
const SLOW_MS = 100;
const SLOW_PAUSES = 4;
/** Reading clocks takes at most so long of one flush; the open incidents come first. */
const BUDGET_MS = 25;

/** The row of an incident's clock. */
export function clockThing(incident: string): string {
  return `clock:${incident.slice('incident:'.length)}`;
}

function incidentOf(thing: string): string {
  return `incident:${thing.slice('clock:'.length)}`;
}

/** All that an incident's clock may rest on, as far as this journal holds it. */
function evidenceOf(incident: string, state: IncidentState, context: RowContext): Fact[] {
  const { index, now } = context;
  const end = (isOpenPhase(state.phase) ? now : (state.resolvedAt ?? now)) + CLOCK_TAIL_MS;
  const facts: Fact[] = [];
  const alerts = new Set<string>();
  let declaredAt = state.declaredAt;
  for (const member of familyOf(index, incident)) {
    facts.push(...context.factsOf(member));
    for (const thing of index.thingsOfIncident.get(member) ?? []) {
      facts.push(...context.factsOf(thing));
    }
    const ofMember = incidentState(index, member);
    if (ofMember === null) continue;
    declaredAt = Math.min(declaredAt, ofMember.declaredAt);
    for (const service of ofMember.services) {
      for (const alert of index.alertsByService.get(service) ?? []) alerts.add(alert);
    }
    if (ofMember.origin?.startsWith('alert:')) alerts.add(ofMember.origin);
  }
  for (const alert of alerts) {
    facts.push(...context.factsOf(alert, { from: declaredAt - ALERT_LEAD_MS, to: end }));
  }
  const measured = state.measure?.service;
  if (measured !== undefined) {
    const window = { from: state.declaredAt - CLOCK_LEAD_MS, to: end };
    const sources = new Set<string>();
    for (const edge of index.edgesByNode.get(measured) ?? []) {
      const called = index.states.get(edge)?.state as EdgeState | undefined;
      if (called?.to !== measured) continue;
      for (const source of Object.keys(called.measured)) sources.add(source);
      facts.push(...context.factsOf(edge, window));
    }
    // A source that is heard tells of a call only what changed: the rest still holds.
    for (const source of sources) facts.push(...context.factsOf(sourceThing(source), window));
  }
  return facts;
}

/** The incident and all that were merged into it. */
function familyOf(index: StateIndex, incident: string): ReadonlySet<string> {
  const ties = [...index.incidents].flatMap((key) => {
    const state = incidentState(index, key);
    return state === null ? [] : [{ key, duplicateOf: state.duplicateOf, carries: state.carries }];
  });
  return mergedInto(ties, incident);
}

export function clockRow(thing: string, context: RowContext): ClockRow | null {
  const incident = incidentOf(thing);
  const state = incidentState(context.index, incident);
  if (state === null) return null;
  const { points, moves, sampledAt, goodSince } = incidentClock(
    incident,
    evidenceOf(incident, state, context),
  );
  return {
    key: thing,
    incident,
    points: { ...points },
    moves: moves.slice(-MOVES_TOLD),
    sampledAt,
    goodSince,
  };
}

/** A clock that moved more often than anybody reads: the newest moves are told. */
const MOVES_TOLD = 200;

function incidentState(index: StateIndex, incident: string): IncidentState | null {
  const folded = index.states.get(incident);
  if (folded?.noun !== 'incident') return null;
  const state = folded.state as IncidentState;
  return state.declaredAt === 0 ? null : state;
}

/** Which clocks are to be read anew, and which of them now. */
export interface ClockTurns {
  /** Notes that a thing's facts changed. */
  touch(thing: string): void;
  touchAll(): void;
  /** Clocks that are due, the most urgent first. */
  due(now: number): string[];
  /** @returns false when the time of this flush is used up: the clock stays due */
  mayRead(began: number): boolean;
  /** @param tookMs how long the reading took: a long one is made less often */
  done(thing: string, now: number, tookMs: number): void;
}

export function createClockTurns(index: StateIndex): ClockTurns {
  /** By clock: where a person did something it waits for little. */
  const waiting = new Map<string, 'people' | 'machines'>();
  const readAt = new Map<string, { readonly at: number; readonly tookMs: number }>();
  /** Into which one each incident was merged when it was looked at last. */
  const mergedBefore = new Map<string, string>();

  function carriedInto(incident: string): string | null {
    const state = incidentState(index, incident);
    return state?.carries ? state.duplicateOf : null;
  }

  /** What moves a clock moves those of all into which its incident was merged. */
  function wait(incident: string, who: 'people' | 'machines'): void {
    for (const member of mergedThrough(carriedInto, incident)) {
      if (!index.incidents.has(member)) continue;
      const clock = clockThing(member);
      if (waiting.get(clock) !== 'people') waiting.set(clock, who);
    }
  }

  function touchIncident(incident: string): void {
    wait(incident, 'people');
    const before = mergedBefore.get(incident);
    const into = carriedInto(incident);
    if (into === null) mergedBefore.delete(incident);
    else mergedBefore.set(incident, into);
    // What it was merged into before has to do without it.
    if (before !== undefined && before !== into) wait(before, 'people');
  }

  function pauseMs(clock: string, who: 'people' | 'machines', now: number): number {
    const tookMs = readAt.get(clock)?.tookMs ?? 0;
    if (who === 'people') return tookMs > SLOW_MS ? tookMs * SLOW_PAUSES : 0;
    return Math.max(pauseOf(clock, now), tookMs * READING_PAUSES);
  }

  function pauseOf(clock: string, now: number): number {
    const state = incidentState(index, incidentOf(clock));
    if (state === null || isOpenPhase(state.phase)) return OPEN_PAUSE_MS;
    return now > (state.resolvedAt ?? now) + OVER_FOLLOWED_MS ? Infinity : OVER_PAUSE_MS;
  }

  return {
    touch(thing) {
      const folded = index.states.get(thing);
      if (folded === undefined) return;
      if (folded.noun === 'incident') {
        touchIncident(thing);
        return;
      }
      const incident = (folded.state as { readonly incident?: unknown }).incident;
      if (typeof incident === 'string') {
        if (index.states.has(incident)) wait(incident, 'people');
        return;
      }
      const isBeat = folded.noun === 'source';
      const services = servicesOf(folded.noun, folded.state);
      if (services.length === 0 && !isBeat) return;
      for (const other of index.incidents) {
        const state = incidentState(index, other);
        if (state === null) continue;
        const isNamed =
          isBeat || folded.noun === 'edge'
            ? state.measure !== null && (isBeat || services.includes(state.measure.service))
            : state.origin === thing || services.some((name) => state.services.includes(name));
        if (isNamed) wait(other, 'machines');
      }
    },
    touchAll() {
      for (const incident of index.incidents) touchIncident(incident);
    },
    due(now) {
      const clocks = [...waiting].flatMap(([clock, who]) => {
        const last = readAt.get(clock);
        if (last === undefined || now < last.at) return [clock];
        return now - last.at >= pauseMs(clock, who, now) ? [clock] : [];
      });
      const isOver = (clock: string): number => {
        const state = incidentState(index, incidentOf(clock));
        return state !== null && isOpenPhase(state.phase) ? 0 : 1;
      };
      return clocks.sort((left, right) => isOver(left) - isOver(right));
    },
    mayRead: (began) => performance.now() - began < BUDGET_MS,
    done(clock, now, tookMs) {
      waiting.delete(clock);
      readAt.set(clock, { at: now, tookMs });
    },
  };
}

function servicesOf(noun: string, state: object): string[] {
  if (noun === 'alert') {
    const { service } = state as AlertState;
    return service === null ? [] : [service];
  }
  return noun === 'edge' ? [(state as EdgeState).to] : [];
}
