import { asKnown, type KnownFact } from '../facts/catalogue.ts';
import type { Fact } from '../facts/fact.ts';
import { CLOCK_POINTS } from '../facts/incident.ts';
import { orderKey } from '../facts/order.ts';
import { HOUR_MS } from '../kit/time.ts';
import { foldThing } from '../projections/fold.ts';
import { isOpenPhase, type IncidentState } from '../projections/incident.ts';
import { CLOCK_LEAD_MS, collectAlerts } from './alert-evidence.ts';
import { NO_POINTS, type ClockMove, type ClockPoints, type PlacedPoint } from './clock.ts';
import { mergedInto } from './family.ts';
import { earliest, keyed, type Keyed } from './keyed.ts';
import { collectMeasure } from './measure-evidence.ts';
import type { Episode, Reading } from './measure.ts';
import { readOwn, type OwnEvidence } from './own-evidence.ts';
import { readPeople, type PeopleEvidence } from './people-evidence.ts';

/**
 * The clock's points from the facts that speak of an incident, and how each of them moved while the
 * facts were heard. Which facts are given, and in which order, matters only as far as they are there:
 * the points follow from the set, the moves from when the room heard of each.
 */

export interface IncidentClock {
  readonly points: ClockPoints;
  /** In the order in which the room heard. */
  readonly moves: readonly ClockMove[];
  /** The newest sample of the measure (ms since the epoch); null: there is none. */
  readonly sampledAt: number | null;
  /** Since when it is good, though not yet for long enough to count; null: it is not. */
  readonly goodSince: number | null;
}

/** How long after its end a good measure still counts. */
export const CLOCK_TAIL_MS = HOUR_MS;

/**
 * What speaks of an incident that was merged into this one speaks of this one.
 * @param incident the incident's thing
 * @param facts at least: its own and those of all incidents that were merged into it; of alerts of
 * their services and of what they were declared from; of their decisions, hypotheses, tasks and runs;
 * the measurements of calls to its measured service and the heartbeats of who made them, from an hour
 * before its declaration. Others do no harm.
 */
export function incidentClock(incident: string, facts: readonly Fact[]): IncidentClock {
  const evidence = collectEvidence(incident);
  const moves: ClockMove[] = [];
  let points = NO_POINTS;
  for (const told of asHeard(facts)) {
    if (!evidence.take(told)) continue;
    const next = evidence.points();
    for (const point of CLOCK_POINTS) {
      const from = points[point]?.at ?? null;
      const to = next[point]?.at ?? null;
      if (from === to) continue;
      const { id: by, kind, heardAt } = told.fact;
      moves.push({ point, from, to, by, kind, at: told.at, heardAt });
    }
    points = next;
  }
  // A fact that left every moment as it was may still be better evidence of one.
  return { points: evidence.points(), moves, ...evidence.measured() };
}

/** Each fact once, in the order in which the room heard; of those heard at once, in their own order. */
function asHeard(facts: readonly Fact[]): Keyed[] {
  const known = new Map<string, Keyed>();
  for (const stored of facts) {
    const fact = asKnown(stored);
    if (fact !== null) known.set(fact.id, keyed(fact, orderKey(stored)));
  }
  return [...known.values()].sort(
    (left, right) => left.fact.heardAt - right.fact.heardAt || (left.key < right.key ? -1 : 1),
  );
}

interface Evidence {
  /** @returns whether it may have moved a point */
  take(told: Keyed): boolean;
  points(): ClockPoints;
  measured(): Pick<IncidentClock, 'sampledAt' | 'goodSince'>;
}

/** What the facts of the incidents themselves say; each part is one object as long as it says the same. */
interface Ties {
  readonly family: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** Declarations of all of the family. */
  readonly declared: readonly Keyed[];
}

function collectEvidence(incident: string): Evidence {
  const byId = new Map<string, KnownFact>();
  const incidents = new Map<string, Keyed[]>();
  const states = new Map<string, IncidentState>();
  const ofThings = new Map<string, Keyed[]>();
  const alerts = collectAlerts();
  const measure = collectMeasure();
  let ties: Ties = {
    family: new Set([incident]),
    services: new Set(),
    origins: new Set(),
    declared: [],
  };
  /** Facts to which a mark points and that are not there yet. */
  const awaited = new Set<string>();
  let said: OwnEvidence | null = null;
  let people: PeopleEvidence | null = null;

  function take(told: Keyed): boolean {
    const { fact, at, key } = told;
    byId.set(fact.id, fact);
    if (awaited.has(fact.id)) said = null;
    const isDeclared = states.has(incident);
    switch (fact.kind) {
      case 'alert.fired':
      case 'alert.resolved':
        alerts.take({ fact, at, key });
        return isDeclared;
      case 'alert.acknowledged':
        alerts.takeAcknowledged({ fact, at, key });
        return isDeclared;
      case 'edge.measured':
        return measure.takeSample(fact);
      case 'source.heard':
        return measure.takeBeat(fact);
      default:
        if (fact.thing.startsWith('incident:')) {
          push(incidents, fact.thing, told);
          refold(fact.thing);
          return states.has(incident);
        }
        push(ofThings, fact.thing, told);
        people = null;
        return isDeclared;
    }
  }

  function refold(thing: string): void {
    const facts = (incidents.get(thing) ?? []).map(({ fact }) => fact as unknown as Fact);
    const folded = foldThing(thing, facts);
    const state = folded?.noun === 'incident' ? (folded.state as IncidentState) : null;
    if (state !== null && state.declaredAt > 0) states.set(thing, state);
    else states.delete(thing);
    tie();
    if (thing !== incident) return;
    said = null;
    measure.measureBy(states.get(incident)?.measure ?? null);
  }

  function tie(): void {
    const family = mergedInto(
      [...states].map(([key, { duplicateOf, carries }]) => ({ key, duplicateOf, carries })),
      incident,
    );
    const services = new Set<string>();
    const origins = new Set<string>();
    for (const key of family) {
      const state = states.get(key);
      for (const service of state?.services ?? []) services.add(service);
      if (state?.origin != null) origins.add(state.origin);
    }
    if (!isSameSet(family, ties.family)) people = null;
    ties = {
      family: keptWhereSame(ties.family, family),
      services: keptWhereSame(ties.services, services),
      origins: keptWhereSame(ties.origins, origins),
      declared: [...family].flatMap((key) =>
        (incidents.get(key) ?? []).filter(({ fact }) => fact.kind === 'incident.declared'),
      ),
    };
  }

  /** Its own, or an earlier one of what was merged into it, as far as that is about the same. */
  function declaredBy(since: number, of: IncidentState): Keyed | null {
    const from = Math.max(since, of.declaredAt - CLOCK_LEAD_MS);
    return earliest(
      ties.declared.filter(
        ({ fact, at }) => fact.thing === incident || (at >= from && at <= endOf(of)),
      ),
    );
  }

  function points(): ClockPoints {
    const of = states.get(incident);
    if (of === undefined) return NO_POINTS;
    said ??= readOwn(incidents.get(incident) ?? [], byId, awaited);
    people ??= readPeople(ofThings, ties.family);
    const { marks } = said;
    const times = duringOf(measure.episodes(), of);
    const first = times[0] ?? null;
    const final = times.at(-1) ?? null;
    const effect = marks.effect ?? sampled(first?.effect ?? null);
    const since =
      marks.effect?.at ??
      (first?.lastGood === null ? first.effect.at : (first?.lastGood?.at ?? -1) + 1);
    const { services, origins } = ties;
    const { declaredAt } = of;
    const told = alerts.read({ services, origins, declaredAt, since, until: endOf(of) });
    const declared = declaredBy(since, of);
    const detected = marks.detected ?? placed(earliest([told.fired, declared]));
    const responded = marks.responded ?? placed(earliest([told.acknowledged, declared]));
    const located = marks.located ?? placed(people.located);
    const acted = marks.acted ?? placed(people.acted);
    const recovered =
      marks.recovered ??
      (of.measure === null
        ? placed(told.over ?? said.recovered)
        : sampled(final?.confirmed ? final.goodFrom : null));
    const verified =
      marks.verified ??
      (of.measure === null
        ? placed(verification(recovered, said, people))
        : sampled(final?.confirmed ?? null));
    return { effect, detected, responded, located, acted, recovered, verified };
  }

  return {
    take,
    points,
    measured() {
      const last = measure.episodes().at(-1) ?? null;
      const waiting = last !== null && last.confirmed === null ? last.goodFrom : null;
      return { sampledAt: measure.newest()?.at ?? null, goodSince: waiting?.at ?? null };
    },
  };
}

/** Those of the incident; where it had none, the last one shortly before its declaration. */
function duringOf(all: readonly Episode[], of: IncidentState): readonly Episode[] {
  const until = endOf(of);
  const during = all.filter(
    ({ effect, confirmed }) => effect.at <= until && (confirmed?.at ?? Infinity) >= of.declaredAt,
  );
  if (during.length > 0) return during;
  const before = all.filter(
    ({ confirmed }) =>
      confirmed !== null &&
      confirmed.at < of.declaredAt &&
      confirmed.at >= of.declaredAt - CLOCK_LEAD_MS,
  );
  return before.slice(-1);
}

function verification(
  recovered: PlacedPoint | null,
  { resolved }: OwnEvidence,
  { improved }: PeopleEvidence,
): Keyed | null {
  if (recovered === null) return null;
  return earliest([...improved, resolved].filter((told) => (told?.at ?? 0) >= recovered.at));
}

function endOf(state: IncidentState): number {
  return isOpenPhase(state.phase) ? Infinity : (state.resolvedAt ?? Infinity);
}

function placed(told: Keyed | null): PlacedPoint | null {
  if (told === null) return null;
  const { id, kind, heardAt, author, source } = told.fact;
  const by = author?.person ?? source;
  return { at: told.at, heardAt, evidence: id, kind, by, mark: 'none' };
}

function sampled(reading: Reading | null): PlacedPoint | null {
  if (reading === null) return null;
  const { at, heardAt, factId, source, kind } = reading;
  return { at, heardAt, evidence: factId, kind, by: source, mark: 'none' };
}

function keptWhereSame(
  before: ReadonlySet<string>,
  next: ReadonlySet<string>,
): ReadonlySet<string> {
  return isSameSet(before, next) ? before : next;
}

function isSameSet(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((key) => right.has(key));
}

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
