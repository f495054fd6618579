import { effectiveAt } from '../facts/fact.ts';
import type { FactOf } from '../facts/catalogue.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { IncidentState } from '../projections/incident.ts';

/** One measurement of the calls to the service by which an effect is measured. */
export interface Sample {
  readonly at: number;
  readonly heardAt: number;
  readonly factId: string;
  readonly source: string;
  readonly isBad: boolean;
}

export type Measure = NonNullable<IncidentState['measure']>;

/** Two samples further apart say nothing of the time between: silence is not health. */
export const SAMPLE_GAP_MS = 3 * MINUTE_MS;

/** A measurement as a sample of the measure; null where it says nothing of it. */
export function sampleOf(fact: FactOf<'edge.measured'>, measure: Measure): Sample | null {
  if (fact.body.to !== measure.service) return null;
  const value = valueOf(fact.body, measure.signal);
  if (value === null) return null;
  const { id: factId, heardAt, source } = fact;
  return { at: effectiveAt(fact), heardAt, factId, source, isBad: value > measure.limit };
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

/**
 * By moment; at one moment the bad one comes last, so that one caller who fails ends what was good
 * for another.
 */
export function compareSamples(left: Sample, right: Sample): number {
  return (
    left.at - right.at ||
    Number(left.isBad) - Number(right.isBad) ||
    (left.factId < right.factId ? -1 : left.factId > right.factId ? 1 : 0)
  );
}

/** One time of harm: from its first bad sample to the first of those that stayed good. */
export interface Episode {
  readonly effect: Sample;
  /** The last good sample before it; null: none was seen. */
  readonly lastGood: Sample | null;
  /** The first of the good samples at its end; null: it goes on. */
  readonly goodFrom: Sample | null;
  /** The sample by which it was good for so long; null: not yet. */
  readonly confirmed: Sample | null;
}

/**
 * The times of harm in samples that are sorted by compareSamples. One ends when its samples were good
 * for `goodMs`, without a gap that could hide a bad one.
 */
export function episodesOf(samples: readonly Sample[], goodMs: number): Episode[] {
  const episodes: Episode[] = [];
  let effect: Sample | null = null;
  let before: Sample | null = null;
  let lastGood: Sample | null = null;
  let goodFrom: Sample | null = null;
  let previousAt = -Infinity;
  for (const sample of samples) {
    if (sample.isBad) {
      if (effect === null) {
        effect = sample;
        before = lastGood;
      }
      goodFrom = null;
    } else {
      lastGood = sample;
      if (effect !== null) {
        if (goodFrom === null || sample.at - previousAt > SAMPLE_GAP_MS) goodFrom = sample;
        if (sample.at - goodFrom.at >= goodMs) {
          episodes.push({ effect, lastGood: before, goodFrom, confirmed: sample });
          effect = null;
          goodFrom = null;
        }
      }
    }
    previousAt = sample.at;
  }
  if (effect !== null) episodes.push({ effect, lastGood: before, goodFrom, confirmed: null });
  return episodes;
}
