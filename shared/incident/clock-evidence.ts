import { asKnown, type FactOf, type KnownFact } from '../facts/catalogue.ts';
import { effectiveAt, type Fact } from '../facts/fact.ts';
import { CLOCK_POINTS, type ClockPoint } from '../facts/incident.ts';
import { orderKey } from '../facts/order.ts';
import { HOUR_MS } from '../kit/time.ts';
import { foldThing } from '../projections/fold.ts';
import { isOpenPhase, type IncidentState } from '../projections/incident.ts';
import { NO_POINTS, type ClockMove, type ClockPoints, type PlacedPoint } from './clock.ts';
import {
  compareTold,
  episodesOf,
  noCallers,
  readingAfter,
  readingsOf,
  sampleOf,
  SAMPLE_GAP_MS,
  type Beat,
  type Callers,
  type Episode,
  type Reading,
  type Sample,
} from './measure.ts';

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

/** How long before its declaration an incident may have begun. */
export const CLOCK_LEAD_MS = HOUR_MS;
/** How long after its end a good measure still counts. */
export const CLOCK_TAIL_MS = HOUR_MS;

/**
 * @param incident the incident's thing
 * @param facts at least: the incident's own; of alerts of its services and of what it was declared
 * from; of decisions, hypotheses, tasks and runs of it; the measurements of calls to its measured
 * service and the heartbeats of who made them, from an hour before its declaration. Others do no harm.
 */
export function incidentClock(incident: string, facts: readonly Fact[]): IncidentClock {
  const evidence = collectEvidence(incident);
  const moves: ClockMove[] = [];
  let points = NO_POINTS;
  for (const fact of asHeard(facts)) {
    if (!evidence.take(fact)) continue;
    const next = evidence.points();
    for (const point of CLOCK_POINTS) {
      const from = points[point]?.at ?? null;
      const to = next[point]?.at ?? null;
      if (from === to) continue;
      const { id: by, kind, heardAt } = fact;
      moves.push({ point, from, to, by, kind, at: effectiveAt(fact), heardAt });
    }
    points = next;
  }
  // A fact that left every moment as it was may still be better evidence of one.
  return { points: evidence.points(), moves, ...evidence.measured() };
}

/** Each fact once, in the order in which the room heard; of those heard at once, in their own order. */
function asHeard(facts: readonly Fact[]): KnownFact[] {
  const known = new Map<string, { fact: KnownFact; heardAt: number; key: string }>();
  for (const stored of facts) {
    const fact = asKnown(stored);
    if (fact !== null) {
      known.set(fact.id, { fact, heardAt: stored.heardAt, key: orderKey(stored) });
    }
  }
  return [...known.values()]
    .sort((left, right) => left.heardAt - right.heardAt || (left.key < right.key ? -1 : 1))
    .map(({ fact }) => fact);
}

interface Evidence {
  /** @returns whether it may have moved a point */
  take(fact: KnownFact): boolean;
  points(): ClockPoints;
  measured(): Pick<IncidentClock, 'sampledAt' | 'goodSince'>;
}

type Told = FactOf<'alert.fired'> | FactOf<'alert.resolved'>;

function collectEvidence(incident: string): Evidence {
  const own: KnownFact[] = [];
  const alerts = new Map<string, Told[]>();
  const acknowledged: FactOf<'alert.acknowledged'>[] = [];
  const ofThings = new Map<string, KnownFact[]>();
  const measurements: FactOf<'edge.measured'>[] = [];
  let state: IncidentState | null = null;
  let measureText = '';
  let samples: Sample[] = [];
  const beats: Beat[] = [];
  /** After the newest reading. */
  let callers: Callers = noCallers();
  let newest: Reading | null = null;
  let last: Episode | null = null;

  function take(fact: KnownFact): boolean {
    switch (fact.kind) {
      case 'alert.fired':
      case 'alert.resolved':
        push(alerts, fact.thing, fact);
        return state !== null;
      case 'alert.acknowledged':
        acknowledged.push(fact);
        return state !== null;
      case 'edge.measured':
        measurements.push(fact);
        return takeSample(fact);
      case 'source.heard':
        return takeBeat(fact);
      default:
        if (fact.thing === incident) {
          own.push(fact);
          refold();
          return state !== null;
        }
        push(ofThings, fact.thing, fact);
        return state !== null;
    }
  }

  function refold(): void {
    const folded = foldThing(incident, own as unknown as Fact[]);
    const read = folded?.noun === 'incident' ? (folded.state as IncidentState) : null;
    state = read !== null && read.declaredAt > 0 ? read : null;
    const text = JSON.stringify(state?.measure ?? null);
    if (text === measureText) return;
    measureText = text;
    const measure = state?.measure ?? null;
    samples =
      measure === null
        ? []
        : measurements.flatMap((fact) => sampleOf(fact, measure) ?? []).sort(compareTold);
  }

  function takeSample(fact: FactOf<'edge.measured'>): boolean {
    const measure = state?.measure ?? null;
    const sample = measure === null ? null : sampleOf(fact, measure);
    if (measure === null || sample === null) return false;
    insert(samples, sample);
    if (newest === null || sample.at <= newest.at) return true;
    const reading = readingAfter(callers, [sample]);
    if (reading === null || !isMoreOfTheSame(newest, reading, last, measure.goodMs)) return true;
    newest = reading;
    return false;
  }

  function takeBeat(fact: FactOf<'source.heard'>): boolean {
    const { id: factId, heardAt, source } = fact;
    insert(beats, { at: effectiveAt(fact), heardAt, factId, source });
    return state !== null && state.measure !== null;
  }

  function episodes(of: IncidentState): Episode[] {
    if (of.measure === null) return [];
    const read = readingsOf(samples, beats);
    callers = read.callers;
    newest = read.readings.at(-1) ?? null;
    const all = episodesOf(read.readings, of.measure.goodMs);
    last = all.at(-1) ?? null;
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

  function points(): ClockPoints {
    if (state === null) return NO_POINTS;
    const of = state;
    const marks = marksOf(own, (id) => factOf(id));
    const times = episodes(of);
    const first = times[0] ?? null;
    const final = times.at(-1) ?? null;
    const effect = marks.effect ?? sampled(first?.effect ?? null);
    const since =
      marks.effect?.at ??
      (first?.lastGood === null ? first.effect.at : (first?.lastGood?.at ?? -1) + 1);
    const told = inScope(of);
    const detected =
      marks.detected ?? placed(earliest([...firedOf(told, of, since), ...declaredBy()]));
    const responded = marks.responded ?? placed(earliest(responses(of, told, since)));
    const located = marks.located ?? placed(earliest(confirmedHypotheses()));
    const acted = marks.acted ?? placed(earliest(acts()));
    const recovered =
      marks.recovered ??
      (of.measure === null
        ? placed(alertsOver(told) ?? wordOfRecovery())
        : sampled(final?.confirmed ? final.goodFrom : null));
    const verified =
      marks.verified ??
      (of.measure === null ? placed(verification(recovered)) : sampled(final?.confirmed ?? null));
    return { effect, detected, responded, located, acted, recovered, verified };
  }

  function factOf(id: string): KnownFact | null {
    for (const list of [
      own,
      acknowledged,
      measurements,
      ...alerts.values(),
      ...ofThings.values(),
    ]) {
      const found = list.find((fact) => fact.id === id);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Alerts of its services, and the one that it was declared from, by thing. */
  function inScope(of: IncidentState): ReadonlyMap<string, readonly Told[]> {
    const services = new Set(of.services);
    return new Map(
      [...alerts].filter(
        ([thing, facts]) =>
          thing === of.origin ||
          facts.some(({ body }) => body.service !== undefined && services.has(body.service)),
      ),
    );
  }

  function firedOf(
    told: ReadonlyMap<string, readonly Told[]>,
    of: IncidentState,
    since: number,
  ): Told[] {
    const from = Math.max(since, of.declaredAt - CLOCK_LEAD_MS);
    const until = endOf(of);
    return [...told].flatMap(([thing, facts]) =>
      facts.filter((fact) => {
        const at = effectiveAt(fact);
        if (fact.kind !== 'alert.fired' || at > until) return false;
        return at >= (thing === of.origin ? since : from);
      }),
    );
  }

  function declaredBy(): KnownFact[] {
    return own.filter(({ kind }) => kind === 'incident.declared');
  }

  function responses(
    of: IncidentState,
    told: ReadonlyMap<string, readonly Told[]>,
    since: number,
  ): KnownFact[] {
    const from = Math.max(since, of.declaredAt - CLOCK_LEAD_MS);
    return [
      ...declaredBy(),
      ...acknowledged.filter(
        (fact) =>
          told.has(fact.thing) && effectiveAt(fact) >= from && effectiveAt(fact) <= endOf(of),
      ),
    ];
  }

  /** The first word by which each hypothesis that stands as confirmed was. */
  function confirmedHypotheses(): KnownFact[] {
    return [...ofThings.values()].flatMap((facts) => {
      const judged = inOrder(facts.filter((fact) => fact.kind === 'hypothesis.judged'));
      const isOurs = facts.some(
        (fact) => fact.kind === 'hypothesis.stated' && fact.body.incident === incident,
      );
      if (!isOurs || judged.at(-1)?.body.verdict !== 'confirmed') return [];
      return judged.filter(({ body }) => body.verdict === 'confirmed').slice(0, 1);
    });
  }

  /**
   * What was decided or executed; where nothing was, the first step of a runbook or task that was
   * done: it may have been a look only.
   */
  function acts(): KnownFact[] {
    const strong: KnownFact[] = [];
    const weak: KnownFact[] = [];
    for (const facts of ofThings.values()) {
      if (!facts.some((fact) => isOf(fact, incident))) continue;
      for (const fact of facts) {
        // What went ahead was done, also where somebody apart withdrew it.
        if (fact.kind === 'decision.taken' && fact.body.proceed) strong.push(fact);
        if (fact.kind === 'task.done') weak.push(fact);
        if (fact.kind === 'run.step-recorded' && fact.body.outcome === 'done') {
          (fact.body.execution === undefined ? weak : strong).push(fact);
        }
      }
    }
    return strong.length > 0 ? strong : weak;
  }

  /** The end of the last of its alerts; null while one fires, or where there was none. */
  function alertsOver(told: ReadonlyMap<string, readonly Told[]>): KnownFact | null {
    const ends: KnownFact[] = [];
    for (const facts of told.values()) {
      const bySource = new Map<string, Told>();
      for (const fact of inOrder(facts)) bySource.set(fact.source, fact);
      for (const final of bySource.values()) {
        if (final.kind !== 'alert.resolved') return null;
        ends.push(final);
      }
    }
    return inOrder(ends.filter((fact) => state !== null && isDuring(fact, state))).at(-1) ?? null;
  }

  /** The first word of people that it was over, of those that no later word took back. */
  function wordOfRecovery(): KnownFact | null {
    let word: KnownFact | null = null;
    for (const fact of inOrder(own)) {
      if (fact.kind === 'incident.reopened') word = null;
      if (fact.kind === 'incident.resolved') word ??= fact;
      if (fact.kind !== 'incident.phase-changed') continue;
      if (fact.body.phase === 'active') word = null;
      if (fact.body.phase === 'mitigated') word ??= fact;
    }
    return word;
  }

  function verification(recovered: PlacedPoint | null): KnownFact | null {
    if (recovered === null) return null;
    const improved = [...ofThings.values()].flatMap((facts) =>
      facts.some((fact) => isOf(fact, incident))
        ? facts.filter(
            (fact) => fact.kind === 'decision.verified' && fact.body.outcome === 'improved',
          )
        : [],
    );
    const resolved = inOrder(own).findLast(
      ({ kind }) => kind === 'incident.resolved' || kind === 'incident.reopened',
    );
    return earliest(
      [...improved, ...(resolved?.kind === 'incident.resolved' ? [resolved] : [])].filter(
        (fact) => effectiveAt(fact) >= recovered.at,
      ),
    );
  }

  return {
    take,
    points,
    measured() {
      const waiting = last !== null && last.confirmed === null ? last.goodFrom : null;
      return { sampledAt: newest?.at ?? null, goodSince: waiting?.at ?? null };
    },
  };
}

/** After a reading that says what the one before it said, no point can stand elsewhere. */
function isMoreOfTheSame(
  newest: Reading,
  reading: Reading,
  last: Episode | null,
  goodMs: number,
): boolean {
  if (reading.isBad !== newest.isBad || last === null) return false;
  if (reading.isBad) return last.confirmed === null;
  if (last.confirmed !== null) return true;
  const { goodFrom } = last;
  return (
    goodFrom !== null &&
    reading.at - newest.at <= SAMPLE_GAP_MS &&
    reading.at - goodFrom.at < goodMs
  );
}

/** Puts one where it belongs among sorted ones; almost always at the end. */
function insert<Told extends Beat>(sorted: Told[], told: Told): void {
  let place = sorted.length;
  while (place > 0) {
    const before = sorted[place - 1];
    if (before === undefined || compareTold(before, told) <= 0) break;
    place -= 1;
  }
  sorted.splice(place, 0, told);
}

/** The points that people placed, as they stand. */
function marksOf(
  own: readonly KnownFact[],
  factOf: (id: string) => KnownFact | null,
): Partial<Record<ClockPoint, PlacedPoint>> {
  const marks: Partial<Record<ClockPoint, PlacedPoint>> = {};
  for (const fact of inOrder(own)) {
    if (fact.kind !== 'incident.point-marked') continue;
    const { point, at, evidence } = fact.body;
    if (at === null) {
      delete marks[point];
      continue;
    }
    const shown = evidence === null ? null : factOf(evidence);
    const { heardAt, kind } = shown ?? fact;
    marks[point] = {
      at,
      // What somebody remembers came by no feed.
      heardAt: shown === null ? at : heardAt,
      evidence: evidence ?? fact.id,
      kind,
      by: fact.author?.person ?? '',
      mark: evidence === null ? 'from-memory' : 'by-fact',
    };
  }
  return marks;
}

function isOf(fact: KnownFact, incident: string): boolean {
  return 'incident' in fact.body && fact.body.incident === incident;
}

function isDuring(fact: KnownFact, state: IncidentState): boolean {
  return effectiveAt(fact) >= state.declaredAt - CLOCK_LEAD_MS;
}

function endOf(state: IncidentState): number {
  return isOpenPhase(state.phase) ? Infinity : (state.resolvedAt ?? Infinity);
}

function inOrder<Known extends KnownFact>(facts: readonly Known[]): Known[] {
  return facts
    .map((fact) => ({ fact, key: orderKey(fact as unknown as Fact) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ fact }) => fact);
}

function earliest(facts: readonly KnownFact[]): KnownFact | null {
  return inOrder(facts)[0] ?? null;
}

function placed(fact: KnownFact | null): PlacedPoint | null {
  if (fact === null) return null;
  const { id, kind, heardAt, author, source } = fact;
  const by = author?.person ?? source;
  return { at: effectiveAt(fact), heardAt, evidence: id, kind, by, mark: 'none' };
}

function sampled(reading: Reading | null): PlacedPoint | null {
  if (reading === null) return null;
  const { at, heardAt, factId, source, kind } = reading;
  return { at, heardAt, evidence: factId, kind, by: source, mark: 'none' };
}

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
