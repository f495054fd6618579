import { effectiveAt } from '../facts/fact.ts';
import type { FactOf } from '../facts/catalogue.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { IncidentState } from '../projections/incident.ts';

/** One measurement of one caller's calls to the service by which an effect is measured. */
export interface Sample {
  readonly at: number;
  readonly heardAt: number;
  readonly factId: string;
  readonly source: string;
  /** The call that was measured. */
  readonly edge: string;
  readonly isBad: boolean;
}

/** A source was heard: what it measured last still holds, since it tells only what changed. */
export interface Beat {
  readonly at: number;
  readonly heardAt: number;
  readonly factId: string;
  readonly source: string;
}

/** How it stood at a moment, over all callers, and the fact that says so. */
export interface Reading extends Beat {
  readonly kind: 'edge.measured' | 'source.heard';
  readonly isBad: boolean;
}

export type Measure = NonNullable<IncidentState['measure']>;

/** Two readings further apart say nothing of the time between: silence is not health. */
export const SAMPLE_GAP_MS = 3 * MINUTE_MS;

/** A measurement as a sample of the measure; null where it says nothing of it. */
export function sampleOf(fact: FactOf<'edge.measured'>, measure: Measure): Sample | null {
  if (fact.body.to !== measure.service) return null;
  const value = valueOf(fact.body, measure.signal);
  if (value === null) return null;
  const { id: factId, heardAt, source, thing } = fact;
  const isBad = value > measure.limit;
  // Two sources that measure one call need not agree.
  return { at: effectiveAt(fact), heardAt, factId, source, edge: `${source} ${thing}`, isBad };
}

function valueOf(body: FactOf<'edge.measured'>['body'], signal: Measure['signal']): number | null {
  if (signal === 'latency') return body.latencyP95Ms ?? body.latencyMs ?? null;
  const perSecond =
    body.calls === undefined || body.windowMs === undefined
      ? null
      : (body.calls * 1_000) / body.windowMs;
  const calls = body.requestsPerSecond ?? perSecond;
  if (body.errorsPerSecond === undefined || calls === null) return null;
  // Nobody called: nothing failed, and nothing is known to work.
  return calls === 0 ? null : body.errorsPerSecond / calls;
}

/** The callers' newest words, by call. */
export interface Callers {
  readonly isBad: Map<string, boolean>;
  readonly sources: Set<string>;
}

export function noCallers(): Callers {
  return { isBad: new Map(), sources: new Set() };
}

/**
 * How it stands after further samples of one moment: bad while any caller fails, until that caller
 * is known to be well again. What is not told any more is no better for it.
 */
export function readingAfter(callers: Callers, samples: readonly Sample[]): Reading | null {
  for (const { edge, source, isBad } of samples) {
    callers.isBad.set(edge, isBad);
    callers.sources.add(source);
  }
  const shown = samples.find(({ isBad }) => isBad) ?? samples[0];
  if (shown === undefined) return null;
  const { at, heardAt, factId, source } = shown;
  return { at, heardAt, factId, source, kind: 'edge.measured', isBad: anyBad(callers) };
}

function anyBad({ isBad }: Callers): boolean {
  for (const bad of isBad.values()) if (bad) return true;
  return false;
}

/** Sorts by moment, then by id. */
export function compareTold(left: Beat, right: Beat): number {
  return (
    left.at - right.at || (left.factId < right.factId ? -1 : left.factId > right.factId ? 1 : 0)
  );
}

/** The readings of sorted samples and beats, and the callers as they stand after the last. */
export function readingsOf(
  samples: readonly Sample[],
  beats: readonly Beat[],
): { readonly readings: readonly Reading[]; readonly callers: Callers } {
  const callers = noCallers();
  const readings: Reading[] = [];
  let next = 0;
  let beat = 0;
  while (next < samples.length || beat < beats.length) {
    const sample = samples[next];
    const heard = beats[beat];
    if (sample !== undefined && (heard === undefined || sample.at <= heard.at)) {
      const together: Sample[] = [];
      while (samples[next]?.at === sample.at) together.push(samples[next++] ?? sample);
      const reading = readingAfter(callers, together);
      if (reading !== null) readings.push(reading);
    } else if (heard !== undefined) {
      beat += 1;
      // Before its first measurement a source vouches for nothing.
      if (!callers.sources.has(heard.source)) continue;
      if (readings.at(-1)?.at === heard.at) continue;
      const { at, heardAt, factId, source } = heard;
      const kind = 'source.heard';
      readings.push({ at, heardAt, factId, source, kind, isBad: anyBad(callers) });
    }
  }
  return { readings, callers };
}

/** One time of harm: from its first bad reading to the first of those that stayed good. */
export interface Episode {
  readonly effect: Reading;
  /** The last good reading before it; null: none was seen. */
  readonly lastGood: Reading | null;
  /** The first of the good readings at its end; null: it goes on. */
  readonly goodFrom: Reading | null;
  /** The reading by which it was good for so long; null: not yet. */
  readonly confirmed: Reading | null;
}

/**
 * The times of harm in sorted readings. One ends when its readings were good for `goodMs`, without a
 * gap that could hide a bad one.
 */
export function episodesOf(readings: readonly Reading[], goodMs: number): Episode[] {
  const episodes: Episode[] = [];
  let effect: Reading | null = null;
  let before: Reading | null = null;
  let lastGood: Reading | null = null;
  let goodFrom: Reading | null = null;
  let previousAt = -Infinity;
  for (const reading of readings) {
    if (reading.isBad) {
      if (effect === null) {
        effect = reading;
        before = lastGood;
      }
      goodFrom = null;
    } else {
      lastGood = reading;
      if (effect !== null) {
        if (goodFrom === null || reading.at - previousAt > SAMPLE_GAP_MS) goodFrom = reading;
        if (reading.at - goodFrom.at >= goodMs) {
          episodes.push({ effect, lastGood: before, goodFrom, confirmed: reading });
          effect = null;
          goodFrom = null;
        }
      }
    }
    previousAt = reading.at;
  }
  if (effect !== null) episodes.push({ effect, lastGood: before, goodFrom, confirmed: null });
  return episodes;
}
